/**
 * Random programs, as arbitraries of fast-check: a program on which two machines disagree is made
 * smaller until it is as small as it gets, and printed as pseudo-C.
 */

import fc from 'fast-check';
import type { Arbitrary, WeightedArbitrary } from 'fast-check';
import { looking, waiting } from './grace.ts';
import { call, SRCU_THEMES, THEMES, wordNamed } from './palette.ts';
import type { Gives, Program, Statement, Thread } from './program.ts';
import { printed } from './print.ts';
import { resolved } from './resolve.ts';
import { lookingInSrcu, waitingInSrcu } from './srcu-statements.ts';
import { statementsOf } from './statements.ts';

/** What a program may be made of beside the rest. */
export interface Taste {
  /** Grace periods, and the sections that hold them back. */
  readonly grace?: boolean;
  /** Only programs with srcu_structs. */
  readonly srcu?: boolean;
  /** Only programs in which some threads are interchangeable. */
  readonly twins?: boolean;
  /** Only programs with an interrupt handler. */
  readonly interrupts?: boolean;
}

/** Programs of two or three threads with two to five statements each. */
export function programs(taste: Taste = {}): Arbitrary<Program> {
  const themes = taste.srcu === true ? SRCU_THEMES : THEMES;
  const themed = themes.map((words) => themeOf(words, taste));
  return fc.oneof(...themed).map((program) => {
    const show = { value: () => printed(program) };
    return Object.defineProperty(program, fc.toStringMethod, show);
  });
}

/** Few words make a program in which threads meet. */
function themeOf(words: readonly string[], taste: Taste): Arbitrary<Program> {
  const { grace = false, twins = false, interrupts = false } = taste;
  const { every, calm, half } = statementsOf(words, grace);
  const one = (maxLength: number): Arbitrary<Thread> => thread(bodyOf(every, 2, maxLength));
  const same = (maxLength: number, count: number): Arbitrary<Thread> =>
    thread(bodyOf(every, 2, maxLength), { count });
  const crossed = (stored: string, read: string): Arbitrary<Thread> => {
    const around = bodyOf(every, 0, 1);
    const body = fc.tuple(around, half(stored, read), around).map((parts) => parts.flat());
    return thread(body);
  };
  const [first = 'x', second = first] = words.filter((name) => CROSSED.includes(name));
  const device = thread(deviceBody, { device: true });
  const handler = thread(bodyOf(calm, 1, 2), { on: 0 });
  const shapes = {
    single: [
      { weight: 6, arbitrary: fc.tuple(one(5), one(5)) },
      { weight: 6, arbitrary: fc.tuple(one(3), one(3), one(3)) },
      { weight: 6, arbitrary: fc.tuple(crossed(first, second), crossed(second, first)) },
      { weight: 1, arbitrary: fc.tuple(crossed(first, second), crossed(second, first), one(2)) },
      { weight: 1, arbitrary: fc.tuple(one(4), device) },
      { weight: 1, arbitrary: fc.tuple(one(3), one(3), device) },
    ],
    twins: [
      { weight: 2, arbitrary: fc.tuple(same(5, 2)) },
      { weight: 2, arbitrary: fc.tuple(same(3, 2), one(3)) },
      { weight: 1, arbitrary: fc.tuple(same(2, 3)) },
    ],
    interrupts: [
      { weight: 1, arbitrary: fc.tuple(one(4), handler) },
      { weight: 2, arbitrary: fc.tuple(one(3), one(3), handler) },
      { weight: 1, arbitrary: fc.tuple(one(3), handler, handler) },
    ],
  };
  const inside = (maxLength: number): Arbitrary<Statement[]> => bodyOf(calm, 0, maxLength);
  const met = meeting(
    (maxLength) => looking(second, first, inside(maxLength)),
    waiting(second, first),
    one(2),
  );
  const metInSrcu = meeting(
    (maxLength) => lookingInSrcu(second, first, inside(maxLength)),
    waitingInSrcu(second, first),
    one(2),
  );
  const all = [
    ...shapes.single,
    ...shapes.twins,
    ...(grace ? met : []),
    ...(words.includes('srcu1') ? metInSrcu : []),
  ];
  const usual = twins ? shapes.twins : all;
  const threads = fc.oneof(...(interrupts ? shapes.interrupts : usual));
  return fc.tuple(threads, initials).map(([drawn, initial]) => resolved(drawn, initial));
}

/** Who looks twice inside of a section meets who waits for it between two stores. */
function meeting(
  looking: (maxLength: number) => Arbitrary<readonly Statement[]>,
  waiting: Arbitrary<readonly Statement[]>,
  other: Arbitrary<Thread>,
): WeightedArbitrary<Thread[]>[] {
  const looker = (maxLength: number): Arbitrary<Thread> =>
    thread(looking(maxLength).map((chunk) => [...chunk]));
  const waiter = thread(waiting.map((chunk) => [...chunk]));
  return [
    { weight: 6, arbitrary: fc.tuple(looker(1), waiter) },
    { weight: 2, arbitrary: fc.tuple(looker(0), waiter, other) },
    { weight: 1, arbitrary: fc.tuple(looker(0), looker(0), waiter) },
  ];
}

/** Words that can be stored to and read, of which a program may cross two. */
const CROSSED = ['x', 'y', 'a', 'b', 'flags'];

function bodyOf(
  statement: Arbitrary<Statement[]>,
  minLength: number,
  maxLength: number,
): Arbitrary<Statement[]> {
  return fc.array(statement, { minLength, maxLength }).map((all) => all.flat());
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

type Role = Partial<Pick<Thread, 'count' | 'device' | 'on'>>;

function thread(body: Arbitrary<Statement[]>, role: Role = {}): Arbitrary<Thread> {
  const { count = 1, device = false, on = null } = role;
  return fc
    .record({ body, gives })
    .map((drawn): Thread => ({ name: '', count, device, on, ...drawn }));
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
  refs: fc.constantFrom(1, 2, 3, 0),
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
