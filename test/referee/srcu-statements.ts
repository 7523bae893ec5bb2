/**
 * Statements about SRCU: sections that stand alone, overlap or are handed to another thread, and
 * who waits for them. What has begun is ended, but where a thread is stuck or a handed section is
 * lost.
 */

import fc from 'fast-check';
import type { Arbitrary, WeightedArbitrary } from 'fast-check';
import { call, wordNamed } from './palette.ts';
import type { Access, Statement, Test } from './program.ts';

type Chunk = Statement[];

const SRCU_STRUCTS = ['srcu1', 'srcu2'];

/** Every pair of calls that begins and ends a section. */
const WAYS = [
  ['srcu_read_lock', 'srcu_read_unlock'],
  ['srcu_read_lock', 'srcu_read_unlock'],
  ['srcu_down_read', 'srcu_up_read'],
] as const;

/**
 * Sections around other statements.
 *
 * @param words the words of the program
 * @param depth a name for the registers: a section inside of another one needs other names
 */
export function srcuSections(
  words: readonly string[],
  depth: string,
  body: Arbitrary<Chunk>,
): WeightedArbitrary<Chunk>[] {
  const domains = SRCU_STRUCTS.filter((name) => words.includes(name));
  if (domains.length === 0) return [];
  const drawn = section(fc.constantFrom(...domains), depth);
  const alone = fc.tuple(drawn, body).map(([one, inside]) => [one.begin, ...inside, one.end]);
  const overlapping = fc
    .tuple(drawn, section(fc.constantFrom(...domains), `${depth} too`), body, body)
    .map(([one, other, first, second]): Chunk => [
      one.begin,
      ...first,
      other.begin,
      one.end,
      ...second,
      other.end,
    ]);
  return [
    { weight: 6, arbitrary: alone },
    { weight: 3, arbitrary: overlapping },
  ];
}

/** A section's two ends. */
interface Section {
  readonly begin: Access;
  readonly end: Access;
}

function section(domains: Arbitrary<string>, depth: string): Arbitrary<Section> {
  const register = `@section ${depth}`;
  return fc.tuple(fc.constantFrom(...WAYS), domains).map(([[begin, end], name]) => ({
    begin: call(begin, wordNamed(name), [], register),
    end: call(end, wordNamed(name), [{ register, plus: 0 }]),
  }));
}

/** What only a thread that may sleep does, and loops. */
export function srcuStatements(words: readonly string[]): WeightedArbitrary<Chunk>[] {
  const domains = SRCU_STRUCTS.filter((name) => words.includes(name));
  if (domains.length === 0) return [];
  const waits = fc
    .constantFrom(...domains)
    .map((name): Chunk => [call('synchronize_srcu', wordNamed(name))]);
  const others = [
    ...(words.includes('x') ? [roundsOfSections] : []),
    ...(words.includes('idx') ? [handOver, takeOver, takeOver] : []),
    ...(words.includes('pointer') ? [lookThrough] : []),
    ...(words.includes('slots') ? [lookAtSlot, freeSlot] : []),
  ];
  return [
    { weight: 6, arbitrary: waits },
    { weight: others.length * 2, arbitrary: fc.oneof(...others) },
  ];
}

const SRCU = wordNamed('srcu1');
const IDX = wordNamed('idx');
const NUMBER = { register: '@number', plus: 0 };
const when = (register: string, is: Test['is'], value: number): Test => ({ register, is, value });

const down = call('srcu_down_read', SRCU, [], '@number');
const up = call('srcu_up_read', SRCU, [NUMBER]);
const lock = call('srcu_read_lock', SRCU, [], '@number');
const unlock = call('srcu_read_unlock', SRCU, [NUMBER]);
const look = call('READ_ONCE', wordNamed('x'), [], '?');

/** Looks at x inside of a section of its own in each round, until there is something. */
const roundsOfSections: Arbitrary<Chunk> = fc.constant([
  {
    do: 'loop',
    body: [lock, call('READ_ONCE', wordNamed('x'), [], '@seen'), unlock],
    again: when('@seen', '==', 0),
  },
]);

/** Begins a section and tells its number. */
const handOver: Arbitrary<Chunk> = fc.constantFrom<Chunk>(
  [down, call('smp_store_release', IDX, [NUMBER])],
  [down, look, call('WRITE_ONCE', IDX, [NUMBER])],
);

/** Ends the section whose number another thread told, if it did or when it does. */
const takeOver: Arbitrary<Chunk> = fc.boolean().map((waits): Chunk => {
  const take = call('xchg', IDX, [0], '@number');
  if (!waits) return [take, { do: 'if', test: when('@number', '!=', 0), body: [look, up] }];
  return [{ do: 'loop', body: [take], again: when('@number', '==', 0) }, look, up];
});

const POINTER = wordNamed('pointer');

const lookThrough: Arbitrary<Chunk> = fc.constant([
  lock,
  call('srcu_dereference', POINTER, [], '?'),
  unlock,
]);

const SLOT = '@slot';

const lookAtSlot: Arbitrary<Chunk> = fc.constant([
  lock,
  call('srcu_dereference', POINTER, [], SLOT),
  { ...call('READ_ONCE', null, [], '?'), slot: SLOT },
  unlock,
]);

const freeSlot: Arbitrary<Chunk> = fc.constant([
  call('xchg', POINTER, [0], SLOT),
  call('synchronize_srcu', SRCU),
  { ...call('kfree', null), slot: SLOT },
]);

/** Looks twice inside of a section, or of two that overlap, with something else between. */
export function lookingInSrcu(
  first: string,
  second: string,
  inside: Arbitrary<Chunk>,
): Arbitrary<Chunk> {
  const [begin, end] = [
    call('srcu_read_lock', SRCU, [], '@met'),
    call('srcu_read_unlock', SRCU, [MET]),
  ];
  const [look1, look2] = [first, second].map((name) =>
    call('READ_ONCE', wordNamed(name), [], '?'),
  ) as [Access, Access];
  return fc.oneof(
    inside.map((between): Chunk => [begin, look1, ...between, look2, end]),
    inside.map((between): Chunk => [begin, look1, ...between, lock, end, look2, unlock]),
    inside.map((between): Chunk => [begin, look1, lock, ...between, end, look2, unlock]),
  );
}

const MET = { register: '@met', plus: 0 };

/** Stores to one word, waits for the sections, stores to the other. */
export function waitingInSrcu(first: string, second: string): Arbitrary<Chunk> {
  const stores = [first, second].map((name) => call('WRITE_ONCE', wordNamed(name), [1]));
  const wait = call('synchronize_srcu', SRCU);
  return fc.constant(stores.flatMap((store, at) => (at === 0 ? [store, wait] : [store])));
}
