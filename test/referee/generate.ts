/**
 * Random programs, as arbitraries of fast-check: a program on which two machines disagree is made
 * smaller until it is as small as it gets, and printed as pseudo-C.
 */

import fc from 'fast-check';
import type { Arbitrary } from 'fast-check';
import { THEMES, wordNamed } from './palette.ts';
import type { Gives, Program, Statement, Thread } from './program.ts';
import { printed } from './print.ts';
import { call, statementsOf } from './statements.ts';
import { resolved } from './resolve.ts';

/** What a program may be made of beside the rest. */
export interface Taste {
  /** Grace periods, and the sections that hold them back. */
  readonly grace?: boolean;
  /** Only programs in which some threads are interchangeable. */
  readonly twins?: boolean;
}

/** Programs of two or three threads with two to five statements each. */
export function programs(taste: Taste = {}): Arbitrary<Program> {
  const themed = THEMES.map((words) => themeOf(words, taste));
  return fc.oneof(...themed).map((program) => {
    const show = { value: () => printed(program) };
    return Object.defineProperty(program, fc.toStringMethod, show);
  });
}

/** Few words make a program in which threads meet. */
function themeOf(
  words: readonly string[],
  { grace = false, twins = false }: Taste,
): Arbitrary<Program> {
  const chunk = statementsOf(words, grace);
  const body = (maxLength: number): Arbitrary<Statement[]> =>
    fc.array(chunk, { minLength: 2, maxLength }).map((chunks) => chunks.flat());
  const one = (maxLength: number): Arbitrary<Thread> => thread(body(maxLength), 1);
  const device = thread(deviceBody, 1, true);
  const single = [
    { weight: 6, arbitrary: fc.tuple(one(5), one(5)) },
    { weight: 6, arbitrary: fc.tuple(one(3), one(3), one(3)) },
    { weight: 1, arbitrary: fc.tuple(one(4), device) },
    { weight: 1, arbitrary: fc.tuple(one(3), one(3), device) },
  ];
  const several = [
    { weight: 2, arbitrary: fc.tuple(thread(body(5), 2)) },
    { weight: 2, arbitrary: fc.tuple(thread(body(3), 2), one(3)) },
    { weight: 1, arbitrary: fc.tuple(thread(body(2), 3)) },
  ];
  const threads = fc.oneof(...(twins ? [] : single), ...several);
  return fc.tuple(threads, initials).map(([drawn, initial]) => resolved(drawn, initial));
}

const gives: Arbitrary<Gives> = fc.constantFrom(
  'number',
  'number',
  'number',
  'number',
  'boolean',
  'maybe',
  'nothing',
);

function thread(body: Arbitrary<Statement[]>, count: number, device = false): Arbitrary<Thread> {
  return fc.record({
    name: fc.constant(''),
    count: fc.constant(count),
    device: fc.constant(device),
    body,
    gives,
  });
}

const small: Arbitrary<number> = fc.constantFrom(0, 0, 0, 1, 1, 2);

/** What the words of the palette hold at first; locks are free. */
const initials: Arbitrary<Record<string, number>> = fc.record({
  x: small,
  y: small,
  flags: small,
  pointer: small,
  a: small,
  b: small,
  done: fc.constantFrom(0, 0, 1),
});

/** A device reads and writes memory, and nothing else. */
const deviceBody: Arbitrary<Statement[]> = fc.array(
  fc
    .tuple(fc.boolean(), fc.constantFrom('x', 'y'), fc.constantFrom(1, 2, 0))
    .map(([reads, name, value]) => {
      const word = wordNamed(name);
      return reads ? call('READ_ONCE', word, [], '?') : call('WRITE_ONCE', word, [value]);
    }),
  { minLength: 1, maxLength: 3 },
);
