/** HF02x and HF03x: what a scenario does wrong, and its limits. */

import { entry } from './code.ts';
import type { Code } from './code.ts';

/** In order of their numbers. */
export const scenarioCodes: readonly Code[] = [
  entry(
    'HF020',
    'The body of a scenario is wrong',
    `The body of a scenario sets up the initial memory and declares threads and properties.
      It threw, declared no thread, declared two things of one name, or gave an option or a value
      that there is not.`,
    'an exception in the set-up, a misspelt option, or threads that are never declared.',
    'Correct the body; the place above is where it went wrong.',
  ),
  entry(
    'HF021',
    'The scenario does something different when it is run again',
    `Scenarios are run many thousand times and must make the same steps for the same reads.
      Anything else that changes from run to run makes the search wrong: Math.random, Date, a
      variable that lives outside of the thread, a Map of objects, a file. A property that looks
      at a variable which a thread assigns sees what some other run has left there.`,
    'a variable outside of the thread is changed by it.',
    'Put it in shared memory, or inside the function; let a thread return what a property needs.',
  ),
  entry(
    'HF022',
    'A thread never ends',
    `A thread made very many accesses without finishing. A loop that waits for another thread
      has no bound of its own, so it must say where its rounds begin: loop(() => { ...; return
      again; }). The search then sees that rounds repeat.`,
    'a retry or waiting loop written with while or for.',
    'Write loop(() => { ...; return again; }) from holdfast/linux, or use wait_event.',
  ),
  entry(
    'HF023',
    'The scenario catches what Holdfast throws',
    `To stop a thread at an access Holdfast throws a sentinel through it. Code that catches
      everything catches the sentinel too, and then runs on although it must not.`,
    'try/catch around kernel code.',
    'Remove the catch; kernel code does not throw.',
  ),
  entry(
    'HF024',
    'A thread throws at once, or names what does not exist',
    `A thread threw before its first access, so there is no execution to show, or it used a name
      that is declared nowhere, which a compiler would have refused. What a thread throws later,
      on some path, is a finding with that path: a NULL dereference or an exception.`,
    'a mistake in the code of the thread at the place shown.',
    'Correct the code; use assert(condition) to state what must hold.',
  ),
  entry(
    'HF025',
    'A kernel function returns an object',
    `When a kernel function has returned, it is not run again: its result stands for it. So a
      result must be a number, a boolean, null, a struct in shared memory, or a short tuple of
      these. An object or an array would be lost.`,
    'a function that collects results in an array or object.',
    'Return numbers, or write the results into shared memory.',
  ),
  entry(
    'HF026',
    "A kernel function writes into its caller's object",
    `When a kernel function has returned, it is not run again. What it wrote into an array,
      an object or a variable of its caller would be missing the next time.`,
    'an out-parameter such as pages[].',
    'Make the out-parameter a struct in shared memory, or return the value.',
  ),
  entry(
    'HF027',
    'A property writes memory or throws',
    `Properties look at final states. They may read memory and the results of threads; they
      may not change anything, wait, or throw.`,
    'a kernel function called in a property that also changes something.',
    'Read the fields directly.',
  ),
  entry(
    'HF028',
    'A loop goes round without an access',
    `A round of loop(...) that touches no shared memory cannot be ended by any other thread,
      so it goes on for ever without a step.`,
    'a condition that looks at a local variable only.',
    'Read the condition from shared memory in each round.',
  ),
  entry(
    'HF029',
    'The search stopped answering',
    `Scenarios run in a worker thread of their own. It made no step for 20 s, or until 3 s
      after the limit of --until, so it was ended; the other scenarios go on. The place shown is
      where it was then: in the loop that does not end, or in what that calls.`,
    'a loop in the scenario without any access, for example while (true) {}.',
    'Look for loops that neither end nor touch shared memory.',
  ),
  entry(
    'HF030',
    'An address is not one of shared memory',
    `An address does not belong to a word that was allocated. Addresses come from alloc,
      kmalloc and pointers; arithmetic on them leaves the struct. What alloc gave is there
      for good: only what kmalloc gave can be freed.`,
    'a null pointer that is followed, an index beyond an array, kfree of what alloc gave.',
    'Test the pointer before it is followed; take from a pool with kmalloc what is freed.',
  ),
  entry(
    'HF031',
    'The scenario is too large',
    `A state holds every word of memory and every thread, so there are limits on both. They
      are generous for a scenario: a page or two, a page table, a handful of threads.`,
    'more threads, or longer arrays, than the scenario needs.',
    'Make arrays shorter and use fewer threads; two or three find nearly every bug.',
  ),
  entry(
    'HF032',
    'A pool is empty',
    `kmalloc takes structs from a pool that the scenario declares with pool(type, count).
      More were taken at once than there are, by threads and by the body of the scenario, or
      there is no pool of that type.`,
    'a loop that allocates in each round, or a count that is too small.',
    'Raise the count in pool(type, count), or free what is not needed.',
  ),
  entry(
    'HF033',
    'A thread leaves work for later: await, yield, a timer',
    `A thread or a kernel function returned a promise or a generator, or started a timer or a
      promise. They are plain functions: an access takes effect at once and waiting is done with
      the primitives of the kernel. What runs later, in JavaScript's own time, is part of no
      execution.`,
    'an async function, or a function*, as the body of a thread.',
    'Remove async, await and yield; use wait_event, completions or locks to wait.',
  ),
  entry(
    'HF034',
    'A choice has no such number of outcomes',
    `choose(n) explores every number from 0 to n - 1. There must be at least one and there may
      be at most 64, because each outcome is a step of its own.`,
    'an n that was computed, or meant as a range of values.',
    'Choose among the few values that matter.',
  ),
  entry(
    'HF035',
    'A constant is written',
    `A word of type constant(...) is written by the body of the scenario and by no thread, so
      reading it is no step of its own. A thread wrote it.`,
    'a field that the set-up alone was meant to fill.',
    'Declare the field without constant, or write it in the body of the scenario.',
  ),
  entry(
    'HF036',
    'A field is used as its value',
    `A field is a place in shared memory; what it holds is known only to who reads it. In an
      expression the field itself would be an object: flags & 1 would always be 0, and f.ready.value
      undefined. Where a field is only tested or compared, if (f.ready) is always true and f.ready
      === 1 never: a thread that names a member and hands it to no primitive is warned about, and
      so is flag === 1 in the text of a scenario for const flag = alloc(u32, 'flag'). The result of
      a thread is a function: a property that names t.result and does not call it is warned about.`,
    'a forgotten READ_ONCE, load or atomic_read.',
    'Write READ_ONCE(field), or atomic_read(field) for an atomic_t.',
  ),
  entry(
    'HF037',
    'A call gets what it cannot take',
    `The types of a scenario are removed before it runs. What C would not compile is refused
      when it is met: an argument that is left out, a number that does not fit into 32 bits, a
      struct where one of its members belongs, a lock or counter of another kind, a condition that
      is neither true nor false, a member that does not exist.`,
    'a misspelt name, arguments missing or in the wrong order, or a missing return.',
    'Compare the call with its declaration; an editor with TypeScript shows the same place.',
  ),
];
