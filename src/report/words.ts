/** The vocabulary of Holdfast, a few sentences a word, for `holdfast explain`. */

import { litmusWords } from './words-litmus.ts';

/** From each word to its page; several words may lead to one page. */
export const words: Readonly<Record<string, string>> = {
  scenario: `A scenario says who runs, from which state, and what must hold: threads over an
    initial memory, with properties. It is an exported value of a *.scenario.ts file; nothing
    runs until it is checked.`,
  thread: `A thread is a plain function that touches shared memory only through the primitives
    of the kernel. Threads of a scenario run on CPUs of their own. thread.device is an engine
    that reads and writes memory by itself, thread.irq a handler that interrupts another
    thread, and thread(name, {count: 3}, body) declares three interchangeable ones.`,
  step: `A step is one access to shared memory by one thread: a read, a write, an atomic
    operation, taking or releasing a lock, a choice. Labels take no step, and barriers only
    where others can see whether they have happened. In a picture, several accesses that
    belong to one label stand in one row.`,
  state: `A state is the content of memory and the place of each thread, under tso also what
    waits in the store buffers, under weak which older values each CPU may still read. The
    search visits every state that can be reached, each once.`,
  model: `A memory model says which stores a read may give. sc: the last one, always. tso: as on
    x86, where a store waits in the store buffer of its CPU before others see it. weak: what
    the kernel's memory model promises on every CPU, except that loads are never reordered
    with later stores. Whatever sc allows tso allows, and whatever tso allows weak allows.`,
  sc: `Sequential consistency: accesses of all threads happen one after the other, in program
    order within each thread. What fails under sc can fail on every CPU.`,
  tso: `Total store order, the model of x86: each CPU has a first-in-first-out store buffer. A
    thread reads its own stores at once; others see them when they leave the buffer. smp_mb
    and locked instructions (atomics other than reads and sets, taking a lock) wait until it
    is empty; smp_rmb and smp_wmb are compiler barriers only.`,
  weak: `The kernel's memory model as a machine: a read may give any store that is not older
    than what its CPU must have seen; barriers, acquire and release, dependencies and locks
    say what that is. Loads are never reordered with later stores. What fails under weak
    alone may happen on some CPU weaker than x86, or rests on a promise nobody has made.`,
  execution: `An execution is one complete order of steps from the initial state. Very many
    executions pass through the same states; the search counts states, because a property of a
    state does not depend on the way to it.`,
  finding: `A finding is a violated property with the shortest execution that shows it. It has a
    short stable name: scenario:id, and \`holdfast replay scenario:id\` shows it again.`,
  trace: `A trace is one execution as data: threads, steps, what each step read and changed,
    places in the code. Traces are saved as .holdfast/<scenario>/<id>.json; a trace alone is
    enough to draw its picture elsewhere.`,
  verdict: `There are three verdicts. pass: every reachable state was explored and no property
    is violated. fail: a property is violated, here is how. open: a limit was reached first;
    nothing wrong so far, and nothing promised.`,
  open: `A search that stopped at a limit (time, states, memory, waiting stores) has the verdict
    open, and the command ends with 3. It is never counted as a pass. Give it more, for
    example --until time=10m, or make the scenario smaller.`,
  pass: `Every reachable state was explored and every property holds in it. To see that a
    property can fail at all, run \`holdfast why <scenario>\`: it removes each defence in
    turn.`,
  fail: `A property is violated and the picture shows the shortest execution that violates it. A
    scenario of a known bug is declared with scenario.fails: there a failure is what is
    expected.`,
  barrier: `A barrier orders what its CPU does before it against what it does after it: smp_mb
    all accesses, smp_rmb reads, smp_wmb writes. It helps only where the other side is
    ordered too: by a barrier, an acquire or release, a dependency or a lock. \`holdfast
    why\` prints which barriers pair.`,
  acquire: `An acquire (smp_load_acquire, taking a lock, atomic_..._acquire) keeps what its thread
    does later behind it. What a release wrote and the acquire reads, it hands on: everything
    before the release is then before everything after the acquire. Without such a read it
    orders only its own CPU. Where the access has a relaxed form, \`holdfast why -m weak\` asks
    whether the acquire is needed.`,
  release: `A release (smp_store_release, rcu_assign_pointer, giving a lock back,
    atomic_..._release) comes after everything that its thread did before. It says nothing of
    what follows. It orders two threads only together with an acquire, or a dependency, that
    reads what it wrote: see acquire.`,
  weaker: `The column "weaker enough?" of \`holdfast why\`: whether every property still holds with
    less than the code has, smp_rmb or smp_wmb for smp_mb, spin_lock for spin_lock_irqsave, the
    relaxed access for an acquire or a release. Ask for one yourself with --without
    function/smp_mb=smp_wmb.`,
  section: `Between rcu_read_lock and rcu_read_unlock, or srcu_read_lock and srcu_read_unlock, a
    thread is in a read-side section: what a grace period waits for. It keeps nobody out and
    orders nothing by itself. Interrupts, bottom halves or preemption off, and a spin lock that is
    held, are sections of RCU too. A thread inside of one may not sleep, except in one of SRCU. A
    section is a defence: \`holdfast why\` leaves it out.`,
  'grace period': `The wait of synchronize_rcu, synchronize_srcu and what call_rcu and kfree_rcu do
    before the callback runs: until every section that had begun is over. Sections that begin
    later are not waited for: they see what was done before it. Whoever waits for one inside of a
    section of its own waits for ever. It is a defence: \`holdfast why\` leaves it out.`,
  rcu: `Read-copy-update: readers follow a pointer in a section, without a lock; a writer gives the
    pointer to something new (rcu_assign_pointer), waits for a grace period, and frees the old.
    A section that began earlier has ended by then, a later one finds the new pointer. \`holdfast
    new mine --case rcu\` writes an example.`,
  srcu: `Sleepable RCU: sections of one srcu_struct, in which a thread may sleep.
    srcu_read_lock gives a number, and srcu_read_unlock must be given the same one; numbers
    begin at 1. synchronize_srcu waits for the sections of its srcu_struct alone.
    srcu_down_read and srcu_up_read are for a section that another thread ends. \`holdfast
    new mine --case srcu\` writes an example.`,
  allocation: `pool(type, count), in the body of a scenario, declares memory for so many structs
    of a type. kmalloc(type) takes one, its words 0, and kfree gives it back; both are
    imported from 'holdfast/linux'. An allocation may get any slot that was freed, so that a
    pointer that was kept too long finds another object. Every access to a slot that is not
    allocated is a finding (use after free), and so is a second kfree. An empty pool is a
    mistake (HF032), never NULL. docs/guide-rcu.md shows it at work.`,
  'stale read': `A read that gives an older value than the newest store: under tso because that
    store still waits in the store buffer of another CPU, under weak because nothing orders
    the read behind it. Pictures mark it with the row it used and the row it missed. Under sc
    no read is stale.`,
  'store buffer': `Under tso a store first goes into the store buffer of its thread; the row
    says so. Later the buffer drains and the store becomes visible to others: a row of its
    own, unless nobody looked in between.`,
  drain: `The moment at which a store leaves the store buffer of its thread and becomes visible
    to all. See store buffer.`,
  defence: `A defence is a barrier, lock, atomic or named test in the code that can be removed
    by name: --without function/name. It can also be made weaker: --without
    function/smp_mb=smp_rmb. \`holdfast why\` lists them and says what breaks without each.`,
  design: `Some kernel code asks which of several designs is in force, for example how write-
    back treats pinned pages. The first choice is what Linux 6.18 does; another is selected
    with --design question=choice, and \`holdfast debate\` prints the verdicts of all.`,
  always: `always(name, predicate): must hold in the last state of every execution; with {at:
    "every state"} in every state.`,
  never: 'never(name, predicate): must hold in the last state of no execution.',
  sometimes: `sometimes(name, predicate): must hold in the last state of some execution. It
    shows that a scenario reaches what it is about. Only a complete search can say that it
    never holds.`,
  vacuous: `A property that was never judged because no execution finished says nothing. It is
    reported as a finding, because a reader would take it for a pass.`,
  assert: 'assert(condition): must hold here and now, whenever a thread comes by.',
  label: `label(text) names the step that the next access makes. Labels are what a reader of a
    picture sees, so they should be the words of the commit message: label("B3 pin the
    folio").`,
  loop: `loop(() => { ...; return again; }) is how an unbounded retry loop is written. Each
    round starts with the same history, so rounds that repeat are one cycle in the search and
    not endless work. Nothing local may be carried from round to round.`,
  choose: `choose(n) gives 0 to n - 1; every outcome is explored. For what no state decides:
    whether a page fault comes, which block is free.`,
  deadlock: `No thread can take a step and at least two have not finished. Always on; the
    picture says what each waits for, and who took it.`,
  'stuck thread': `No thread can take a step and one has not finished: it waits for what no
    thread is left to do, or for a lock that it holds itself. Always on. A thread that may
    wait for ever, such as a server, says so with waitForWork.`,
  livelock: `Threads go round in loops for ever although each takes steps: from here on no order
    of steps lets every thread finish. Always on. A thread that starves only because others
    always come first is no livelock.`,
  'data race': `Two threads access one word, at least one of them writes, at least one access is
    plain (load, store), and nothing orders the two. That is the definition of the kernel's
    memory model: one plain access suffices. A compiler may tear, fuse, repeat or invent
    plain accesses. Mark both sides: READ_ONCE and WRITE_ONCE, an atomic, or data_race(...)
    where any value will do. Always on; where only a CPU weaker than x86 has the two
    unordered, under model weak.`,
  'leaked lock': 'A thread ended while it held a lock. Always on.',
  'unbalanced section': `A thread ended with interrupts, bottom halves or preemption off, or
    inside a read-side section of RCU; or an execution ended with a section of SRCU open, which
    any thread may end. The picture shows where it was entered. Always on.`,
  'wrong unlock': `A thread released a lock that it does not hold, or left a section (interrupts
    off, RCU ...) that it had not entered. Always on. A page lock may be released by another
    thread than took it.`,
  'double free': `kfree of a struct that is not allocated: it was freed before. Always on.`,
  'use after free': `A field of a struct that is not allocated was accessed: it was freed, or not
    yet given by kmalloc. Always on.`,
  'NULL dereference': `A thread follows a NULL pointer, where the kernel would oops. Always on;
    the picture shows the way to it.`,
  exception: `The code of a thread throws, for another reason than a NULL pointer. Kernel code
    has no exceptions, so this is a mistake in the scenario that shows on this path only.`,
  'sleeping in atomic context': `A thread may not sleep (take a mutex or rwsem, wait for an event
    or a grace period) while it holds a spin lock, has interrupts, bottom halves or
    preemption off, or is inside rcu_read_lock. It is found where it might sleep, whether or
    not it has to wait, as CONFIG_DEBUG_ATOMIC_SLEEP does. Always on.`,
  'preemption is on': `A sequence count without a lock of its own is written with preemption on:
    a reader that preempts the writer would spin for ever. Always on.`,
  symmetry: `Threads declared with a count are interchangeable: states that differ only in which
    of them is where are explored once. --no-symmetry switches it off; the verdict is the
    same.`,
  reduction: `Partial-order reduction: where the steps of different threads do not conflict, one
    order of them is enough. --no-reduction switches it off; the verdict is the same, the
    number of states is larger.`,
  hashing: `States are told apart by hashes of 64 bits, as in SPIN's hash compaction. The result
    says how likely it is that two states had one hash and one of them was never looked at:
    missProbability, 3 in 100 million for a million states.`,
  ...litmusWords,
};

/** Other words for a page. */
export const synonyms: Readonly<Record<string, string>> = {
  scenarios: 'scenario',
  threads: 'thread',
  device: 'thread',
  irq: 'thread',
  stale: 'stale read',
  'every state': 'always',
  'memory model': 'model',
  verdicts: 'verdict',
  without: 'defence',
  defences: 'defence',
  barriers: 'barrier',
  designs: 'design',
  race: 'data race',
  buffer: 'store buffer',
  states: 'state',
  steps: 'step',
  traces: 'trace',
  replay: 'trace',
  findings: 'finding',
  sleep: 'sleeping in atomic context',
  'atomic context': 'sleeping in atomic context',
  oops: 'NULL dereference',
  'null dereference': 'NULL dereference',
  lkmm: 'weak',
  hash: 'hashing',
  'partial order reduction': 'reduction',
  flags: 'flag',
  acquires: 'acquire',
  releases: 'release',
  'weaker enough': 'weaker',
  'weaker defence': 'weaker',
  sections: 'section',
  'read side section': 'section',
  'critical section': 'section',
  'grace periods': 'grace period',
  'synchronize rcu': 'grace period',
  'synchronize srcu': 'grace period',
  'sleepable rcu': 'srcu',
  'srcu struct': 'srcu',
  pool: 'allocation',
  pools: 'allocation',
  kmalloc: 'allocation',
  kfree: 'allocation',
  free: 'allocation',
  alloc: 'allocation',
  allocate: 'allocation',
  'unmatched rcu unlock': 'unmatched rcu lock',
  'unmatched srcu unlock': 'unmatched srcu lock',
};
