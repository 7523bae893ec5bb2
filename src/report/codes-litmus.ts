/** HF100 to HF119: litmus files. */

import { entry } from './code.ts';
import type { Code } from './code.ts';

/** In order of their numbers. */
export const litmusCodes: readonly Code[] = [
  entry(
    'HF100',
    'The litmus file is too large',
    `A litmus test is a page of text at most. A file of more than a million characters is
      refused before it is read, because nothing useful could be said about it.`,
    'a file that is not a litmus test.',
    'Check the path.',
  ),
  entry(
    'HF101',
    'This is not a litmus test in C',
    `The first line of a litmus test names its language and the test: C and a name. herd7 has
      further languages (assembly of several processors, LISA); Holdfast reads C only, since
      only there the Linux kernel's primitives exist.`,
    'a litmus test for a processor, or another kind of file.',
    'Begin the file with C and a name, for example: C MP+wmb+rmb',
  ),
  entry(
    'HF102',
    'Something else was expected here',
    `The parts of a litmus file stand in a fixed order: C and the name, the initial state in
      braces, the threads P0, P1 and so on, then locations, filter, and exists, ~exists or
      forall. Comments are (* ... *) outside of threads and those of C inside.`,
    'a semicolon, a bracket or a brace that is missing just before.',
    'Compare with a test that is read: docs/litmus.md shows every clause.',
  ),
  entry(
    'HF103',
    'This part of C does not exist in litmus tests',
    `The dialect has if, else and while, one-dimensional arithmetic on 32-bit integers, and
      dereferences. It has no for, no arrays and structures, no logical operators and no
      assignment operators, as in herd7.`,
    'code that was copied from the kernel as it is.',
    'Write it with what there is; the message says how.',
  ),
  entry(
    'HF104',
    'There is no such primitive',
    `Known are the primitives of linux-kernel.def, the file by which herd7 knows them:
      accesses, barriers, atomics of every ordering, spin locks, RCU and SRCU.`,
    'a spelling mistake, or a primitive that the memory model does not describe, or no more.',
    'Write it with primitives that exist, for example a lock as xchg_acquire and a filter.',
  ),
  entry(
    'HF105',
    'A primitive has the wrong number of arguments, or no value',
    `Each primitive takes a fixed number of arguments. Those that give no value are statements
      and cannot stand inside an expression.`,
    'the arguments of another primitive of the family: atomic_add(v, x), but xchg(x, v).',
    'Compare with the kernel: Documentation/atomic_t.txt.',
  ),
  entry(
    'HF106',
    'A location is written with a star here',
    `READ_ONCE, WRITE_ONCE, rcu_dereference, rcu_assign_pointer and smp_store_mb are macros
      that take the location itself, *x; smp_load_acquire, smp_store_release and all atomics
      take its address, x.`,
    'READ_ONCE(x) for READ_ONCE(*x).',
    'Put the star there.',
  ),
  entry(
    'HF107',
    'A comment or a string does not end',
    `Comments outside of threads nest: each (* needs its own *). Comments inside threads are
      those of C.`,
    'a (* inside of a comment.',
    'Close it where it ends.',
  ),
  entry(
    'HF108',
    'A number does not fit into 32 bits',
    `Every value in a litmus test is a 32-bit signed integer, whatever type is declared; sums
      wrap around.`,
    'an unsigned constant such as 0xffffffff.',
    'Write -1 for 0xffffffff.',
  ),
  entry(
    'HF109',
    'This is nested too deeply',
    `Blocks, parentheses and dereferences can be nested 200 levels deep. A value can be computed by
      1000 operations on each other, and through 2000 other values, from access to access.`,
    'a generated file.',
    'Use registers for intermediate values.',
  ),
  entry(
    'HF110',
    'The threads are not numbered 0, 1, 2, or one does not exist',
    `Threads are called P0, P1, P2 in the order in which they stand in the file. A register
      in a condition is written with the number of its thread: 1:r0 is r0 of P1. A test has
      64 threads at most.`,
    'a thread that was removed or moved.',
    'Number them again.',
  ),
  entry(
    'HF111',
    'There is no such type',
    `Types are those of C's integers, void, spinlock_t, atomic_t, and struct with any name.
      They carry no meaning: every value is a 32-bit integer or an address.`,
    'a type of the kernel.',
    'Write int instead of it.',
  ),
  entry(
    'HF112',
    'A number is used as an address',
    `In at least one execution a pointer that is followed does not hold the address of a
      global. The kernel would crash there; herd7 refuses the whole test, and so does
      Holdfast.`,
    'a pointer without an initial value, or a global that is not a parameter of the thread.',
    'Give it one in the initial state, or test it before it is followed.',
  ),
  entry(
    'HF113',
    'Arithmetic that has no result',
    `Addresses of globals can be compared with each other and with numbers, 0 can be added to
      them, and an address minus itself is 0. Every other operation on them has no value, and
      neither has a division by zero. herd7 refuses the whole test then, and so does Holdfast.`,
    'a pointer where a number was meant.',
    'Look for the register that gets the address.',
  ),
];
