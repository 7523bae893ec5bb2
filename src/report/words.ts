/** The vocabulary of Holdfast, a few sentences a word, for `holdfast explain`. */

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
    operation, taking or releasing a lock, a choice. Barriers and labels take no step. In a
    picture, several accesses that belong to one label stand in one row.`,
  state: `A state is the content of memory and the place of each thread, and under tso what
    waits in the store buffers. The search visits every state that can be reached, each once.`,
  model: `A memory model says what a read may give. sc: the value in memory, always. tso: as on
    x86, where a store waits in the store buffer of its thread before others see it. A
    property that holds under tso holds under sc too.`,
  sc: `Sequential consistency: accesses of all threads happen one after the other, in program
    order within each thread. What fails under sc fails on every CPU.`,
  tso: `Total store order, the model of x86: each thread has a first-in-first-out store buffer.
    The thread reads its own stores at once; others see them when they leave the buffer. Full
    barriers and atomic operations wait until it is empty.`,
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
    open, and the command ends with 3. It is never counted as a pass. Give it more with
    --until time=10m, or make the scenario smaller.`,
  pass: `Every reachable state was explored and every property holds in it. To see that a
    property can fail at all, run \`holdfast why <scenario>\`: it removes each defence in
    turn.`,
  fail: `A property is violated and the picture shows the shortest execution that violates it. A
    scenario of a known bug is declared with scenario.fails: there a failure is what is
    expected.`,
  barrier: `A barrier orders what a thread does before it and after it: smp_mb everything,
    smp_rmb reads, smp_wmb writes. A barrier only helps together with one on the other side:
    \`holdfast why\` prints which ones pair.`,
  'stale read': `A read is stale if it gives an older value than memory was about to show: under
    tso, because the newer store still waits in the buffer of another thread. Pictures mark it
    with the row it used and the row it missed. Under sc no read is stale.`,
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
  deadlock: `No thread can make a step and at least one has not finished. Always on; the picture
    shows where each thread waits.`,
  livelock: `Threads go round in loops for ever although each makes steps: no execution from
    there on ends, even if every thread gets its turn. Always on.`,
  'data race': `Two plain accesses (load, store) to one word, at least one of them a write, with
    nothing between them that orders them. A compiler may do anything with them. Use READ_ONCE
    and WRITE_ONCE where a race is meant. Always on.`,
  'leaked lock': 'A thread ended while it held a lock. Always on.',
  'unbalanced section': `A thread ended with interrupts, bottom halves or preemption off, or
    inside an RCU read-side section. The picture shows where it entered the section. Always on.`,
  'double free': 'A struct was freed that was already free. Always on.',
  'use after free': 'A field of a freed struct was read or written. Always on.',
  'atomic context': `A thread may not sleep (take a mutex, wait for an event) while it holds a
    spin lock, has interrupts off or is inside rcu_read_lock. Always on.`,
  symmetry: `Threads declared with a count are interchangeable: states that differ only in which
    of them is where are explored once. --no-symmetry switches it off; the verdict is the
    same.`,
  reduction: `Steps that no other thread can notice need not be tried in every order. --no-
    reduction switches this off; the verdict is the same, the number of states is larger.`,
  exact: `The search stores a 64-bit fingerprint of each state. With --exact it stores the
    states themselves, so that no collision can hide one; it needs more memory.`,
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
};
