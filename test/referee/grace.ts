/**
 * The two sides of a grace period: who looks twice inside of a section, and who waits for him
 * between two stores. In programs drawn at random the two seldom meet.
 */

import fc from 'fast-check';
import type { Arbitrary } from 'fast-check';
import { call, wordNamed } from './palette.ts';
import type { Statement } from './program.ts';
import { GRACE_PERIODS, SLEEPING, SPINNING, UNQUIET } from './sections.ts';
import type { Section } from './sections.ts';

type Chunk = readonly Statement[];

/** Every way in and out, also of sections that no grace period waits for. */
const WAYS: readonly (readonly [enter: Statement, leave: Statement])[] = [
  ...UNQUIET.map(([enter, leave]) => [call(enter, null), call(leave, null)] as const),
  ...[...SPINNING, ...SLEEPING].filter(isLock).map(({ words: [word = ''], enter, leave, bit }) => {
    const operands = bit === true ? [0] : [];
    const on = (primitive: string): Statement => call(primitive, wordNamed(word), operands);
    return [on(enter), on(leave)] as const;
  }),
];

/** A sequence count excludes nobody; its writer has preemption off anyway. */
function isLock({ words }: Section): boolean {
  return !words.includes('sequence');
}

/** Looks at both words inside of a section, with something else between. */
export function looking(first: string, second: string, inside: Arbitrary<Chunk>): Arbitrary<Chunk> {
  return fc
    .tuple(fc.constantFrom(...WAYS), inside)
    .map(([[enter, leave], between]) => [
      enter,
      call('READ_ONCE', wordNamed(first), [], '?'),
      ...between,
      call('READ_ONCE', wordNamed(second), [], '?'),
      leave,
    ]);
}

/** Stores to one word, waits for a grace period, stores to the other. */
export function waiting(first: string, second: string): Arbitrary<Chunk> {
  return fc
    .constantFrom(...GRACE_PERIODS)
    .map((wait) => [
      call('WRITE_ONCE', wordNamed(first), [1]),
      call(wait, null),
      call('WRITE_ONCE', wordNamed(second), [1]),
    ]);
}
