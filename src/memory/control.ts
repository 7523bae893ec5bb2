/**
 * What kernel code and scenarios say to the machine beside accesses: rounds of a loop, choices,
 * names of steps, assertions, defences and designs.
 */

import { bothPresent, present, truth } from './argument.ts';
import { machine } from './machine.ts';
import { Effect, operation, Result } from './operation.ts';

/**
 * Runs rounds until one gives false.
 *
 * Each round starts with the same history, so a retry loop is a cycle in the state graph and not an
 * unbounded history. A round may speak to the next only through shared memory: a local variable
 * that counts rounds is an error (HF021), not a way to end the loop.
 *
 * @param round gives true for another round, false to go on after the loop
 */
export function loop(round: () => boolean): void {
  present('loop', round);
  machine().loop(() => truth(round(), 'The result of a round of loop'));
}

/**
 * What a CPU does between two looks (arch/x86/include/asm/vdso/processor.h, 6.18). It touches no
 * memory: here nothing, so that code which spins reads as it does in C.
 */
export function cpu_relax(): void {
  // A round of `loop` ends, and others may step, without it.
}

/**
 * A choice that no state decides: every number from 0 to n - 1 is explored.
 *
 * @param n how many outcomes, 1 to 64
 */
export function choose(n: number): number {
  present('choose', n);
  return machine().perform(
    operation('choose', { effect: Effect.CHOOSE, choices: n, result: Result.OLD }),
  );
}

/** Names the step that the next access makes, as it shall stand in a picture. */
export function label(text: string): void {
  machine().label(present('label', text));
}

/** States what must hold here and now; a false condition is a finding. */
export function assert(condition: boolean, message = 'assert'): void {
  machine().assert(truth(condition, 'The condition of assert'), message);
}

/**
 * A test that protects: a re-check, a test of a flag. It reads like the condition of the kernel's
 * `if`, and has a name by which it can be removed.
 *
 * @param name unique among the defences of this kernel function
 * @param danger whether what the defence guards against has happened
 * @returns what `danger` gives; false, without looking, when the defence is removed
 */
export function defence(name: string, danger: () => boolean): boolean {
  bothPresent('defence', name, danger);
  return machine().defended(name) && truth(danger(), `The danger of defence '${name}'`);
}

/**
 * Which of several designs was selected; the first is what Linux 6.18 does.
 *
 * @param name the question that the designs answer, for example `pin-vs-writeback`
 */
export function design<const Choice extends string>(
  name: string,
  choices: readonly [Choice, ...Choice[]],
): Choice {
  bothPresent('design', name, choices);
  return machine().design(name, choices) as Choice;
}
