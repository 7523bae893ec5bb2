/** What to say of a property that throws, or gives neither true nor false. */

import { PlaceLeftOut } from '../memory/argument.ts';
import { UserMistake } from './replay/direct.ts';
import { userPositions } from './position.ts';
import { problem } from './problem.ts';
import type { ProgramProperty } from './program.ts';
import { messageOf, misgiven, nullFollowed } from './replay/replay-end.ts';
import type { Problem } from './result.ts';
import { unknownName } from './replay/unknown-name.ts';

/** A predicate without `return`, or with a number or a field where a comparison was meant. */
export function noTruthValue(property: ProgramProperty, holds: unknown): Problem {
  const what = `The property ${nameOf(property)} gives ${given(holds)}, not true or false.`;
  const next = 'Give a condition: () => READ_ONCE(x) === 1, or return it from between the braces.';
  return problem('HF027', { what, position: property.position, next });
}

/**
 * A predicate that throws.
 *
 * @param whatIsNull the pointers that are NULL in the state it looked at
 */
export function throwsIn(
  property: ProgramProperty,
  error: unknown,
  whatIsNull: () => readonly string[],
): Problem {
  if (error instanceof UserMistake) {
    const { code, what, position, details } = error.problem;
    return problem(code, { what, position, details: [`In ${nameOf(property)}.`, ...details] });
  }
  const followed = nullFollowed(error);
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const [position = property.position] = userPositions(stack);
  if (error instanceof PlaceLeftOut) return misgiven(error.message, position);
  if (followed === null) {
    const what = `The property ${nameOf(property)} throws: ${messageOf(error)}`;
    return problem('HF027', { what, position, next: EVERY_STATE, ...unknownName(error) });
  }
  const what = `The property ${nameOf(property)} dereferences ${followed}.`;
  const names = whatIsNull();
  const details = names.length === 0 ? [] : [`NULL in the state it looks at: ${names.join(', ')}.`];
  return problem('HF027', { what, position, details, next: EVERY_STATE });
}

const EVERY_STATE =
  'A property is asked of every final state: test first what may be absent in some of them.';

/** A predicate that looks at more than memory and results. */
export function answersOtherwise(property: ProgramProperty, before: boolean): Problem {
  return problem('HF021', {
    what: `The property ${nameOf(property)} gives another answer when it is asked again.`,
    position: property.position,
    details: [
      `Of the same final state it said ${before} and then ${!before}.`,
      'It looks at a variable that a thread assigns: let the thread return the value, and ask ' +
        'for it with result(); or keep it in shared memory.',
    ],
  });
}

function nameOf({ kind, name }: ProgramProperty): string {
  return `${kind} '${name}'`;
}

function given(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'function') return 'a function';
  return typeof value === 'object' && value !== null ? 'an object' : JSON.stringify(value);
}
