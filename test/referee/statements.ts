/**
 * Random statements. They are drawn with open places, which `resolve.ts` closes: `?3` is some
 * earlier register, `@name` the one that the same pattern assigned, words are indexes into the
 * palette.
 */

import fc from 'fast-check';
import type { Arbitrary, WeightedArbitrary } from 'fast-check';
import { BARRIERS, call, FAMILIES, wordNamed } from './palette.ts';
import type { Family, OperandKind } from './palette.ts';
import { GRACE_PERIODS, SLEEPING, SPINNING, UNQUIET } from './sections.ts';
import type { Section } from './sections.ts';
import { srcuSections, srcuStatements } from './srcu-statements.ts';
import type { Access, Gives, Operand, Statement, Test } from './program.ts';

/** Several statements that belong together. */
export type Chunk = Statement[];

type Weighted = WeightedArbitrary<Chunk>;

/** Statements of any kind, those that never sleep, and halves of store buffering. */
export interface Statements {
  readonly every: Arbitrary<Chunk>;
  readonly calm: Arbitrary<Chunk>;
  /** A store to one word, maybe something, and a read of another. */
  readonly half: (stored: string, read: string) => Arbitrary<Chunk>;
}

/**
 * Statements on some words of the palette.
 *
 * @param words their names
 * @param grace whether grace periods, and sections that hold them back, are among them
 */
export function statementsOf(words: readonly string[], grace: boolean): Statements {
  const families = FAMILIES.flatMap((family) => {
    const meant = family.words.filter((name) => words.includes(name));
    return meant.length === 0 ? [] : [{ ...family, words: meant }];
  });
  const single = singles(families);
  const repeated = singles(families.filter(({ repeatable }) => repeatable === true));
  const loops = loopsOn(words, repeated);
  const few = (of: Arbitrary<Chunk>): Arbitrary<Chunk> =>
    fc.array(of, { maxLength: 2 }).map((chunks) => chunks.flat());
  const blocks = (body: Arbitrary<Chunk>, depth: string): Weighted[] => [
    { weight: 2, arbitrary: conditional(body) },
    { weight: 2, arbitrary: kernelFunction(body) },
    ...sections(SPINNING, words, body),
    ...srcuSections(words, depth, body),
    ...(grace ? [{ weight: 4, arbitrary: unquiet(body) }] : []),
  ];
  const inner = fc.oneof({ weight: 4, arbitrary: single }, ...blocks(few(single), 'inner'));
  const calm = fc.oneof({ weight: 6, arbitrary: single }, ...blocks(few(inner), 'calm'), ...loops);
  const sleeping = [
    ...sections(SLEEPING, words, few(calm)),
    ...waits(words),
    ...srcuStatements(words),
  ];
  const inSrcu = fc.oneof({ weight: 12, arbitrary: calm }, ...sleeping);
  const every = fc.oneof(
    { weight: 12, arbitrary: single },
    { weight: 10, arbitrary: crossing(families, families, single) },
    ...blocks(few(calm), 'every'),
    ...srcuSections(words, 'sleeping', few(inSrcu)),
    ...loops,
    ...sleeping,
    ...(words.includes('rwsem') ? [{ weight: 1, arbitrary: downgrade(few(single)) }] : []),
    ...(words.includes('head') ? [{ weight: 12, arbitrary: callback }] : []),
    ...(words.includes('slots') ? [{ weight: 20, arbitrary: allocation(few(single)) }] : []),
    ...(grace ? [{ weight: 4, arbitrary: gracePeriod }] : []),
  );
  const half = (stored: string, read: string): Arbitrary<Chunk> =>
    crossing(onlyOn(families, stored), onlyOn(families, read), every);
  return { every, calm, half };
}

// 1. Single calls

const earlier: Arbitrary<Operand> = fc
  .tuple(fc.nat(5), fc.constantFrom(0, 0, 1, -1))
  .map(([which, plus]) => ({ register: `?${which}`, plus }));

const OPERANDS: { readonly [K in OperandKind]: Arbitrary<Operand> } = {
  value: fc.oneof({ weight: 4, arbitrary: fc.constantFrom(1, 2, 0, 3, -1) }, earlier),
  limit: fc.constantFrom(0, 1, 2),
  step: fc.constantFrom(1, 2),
  bit: fc.constantFrom(0, 1),
  mask: fc.constantFrom(1, 2, 3, 0x80),
  target: fc.constantFrom(1, 2, 0),
};

function access({ words, names, operands, tells }: Family): Arbitrary<Chunk> {
  const values = fc.tuple(...operands.map((kind) => OPERANDS[kind]));
  return fc
    .tuple(fc.constantFrom(...names), fc.constantFrom(...words), values)
    .map(([name, word, operand]) => [call(name, wordNamed(word), operand, tells ? '?' : null)]);
}

const barrier: Arbitrary<Chunk> = fc.constantFrom(...BARRIERS).map((name) => [call(name, null)]);

const choice: Arbitrary<Chunk> = fc
  .constantFrom(2, 3)
  .map((outcomes) => [call('choose', null, [outcomes], '?')]);

/** All that is one call and never waits. */
function singles(families: readonly Family[]): Arbitrary<Chunk> {
  const accesses = families.map((family) => ({
    weight: family.weight,
    arbitrary: access(family),
  }));
  const total = families.reduce((sum, { weight }) => sum + weight, 0);
  return fc.oneof(
    ...accesses,
    { weight: Math.ceil(total / 8), arbitrary: barrier },
    { weight: Math.ceil(total / 30), arbitrary: choice },
  );
}

function onlyOn(families: readonly Family[], word: string): Family[] {
  return families.flatMap((family) =>
    family.words.includes(word) ? [{ ...family, words: [word] }] : [],
  );
}

/** A store, maybe something, and a load: what a store buffer changes the order of. */
function crossing(
  stored: readonly Family[],
  read: readonly Family[],
  between: Arbitrary<Chunk>,
): Arbitrary<Chunk> {
  const ofNames = (families: readonly Family[], ...wanted: string[]): Arbitrary<Chunk>[] =>
    families.filter(({ names }) => wanted.some((name) => names.includes(name))).map(access);
  const store = fc.oneof(...ofNames(stored, 'WRITE_ONCE', 'atomic_set'));
  const load = fc.oneof(...ofNames(read, 'READ_ONCE', 'atomic_read'));
  const maybe = fc.oneof(
    { weight: 2, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.constant([call('smp_mb', null)]) },
    { weight: 3, arbitrary: between },
  );
  return fc.tuple(store, maybe, load).map((chunks) => chunks.flat());
}

// 2. Blocks

const test: Arbitrary<Test> = fc
  .tuple(fc.nat(5), fc.constantFrom<Test['is'][]>('==', '!=', '!=', '<'), fc.constantFrom(0, 1, 2))
  .map(([which, is, value]) => ({ register: `?${which}`, is, value }));

const when = (register: string, is: '==' | '!=', value: number): Test => ({ register, is, value });

function conditional(body: Arbitrary<Chunk>): Arbitrary<Chunk> {
  return fc.tuple(test, body).map(([passes, inside]) => [{ do: 'if', test: passes, body: inside }]);
}

const given: Arbitrary<Gives> = fc.constantFrom(
  'number',
  'number',
  'boolean',
  'maybe',
  'pair',
  'nothing',
);

function kernelFunction(body: Arbitrary<Chunk>): Arbitrary<Chunk> {
  return fc
    .tuple(OPERANDS.value, body, given)
    .map(([operand, inside, gives]) => [
      { do: 'call', name: '?', parameter: '?', operand, body: inside, gives, into: '?' },
    ]);
}

/** Has x stored to later; some wait for it. */
const callback: Arbitrary<Chunk> = fc.constantFrom<Chunk>(
  [call('call_rcu', wordNamed('head'))],
  [call('call_rcu', wordNamed('head')), call('rcu_barrier', null)],
  [call('rcu_barrier', null)],
  [
    call('rcu_read_lock', null),
    call('READ_ONCE', wordNamed('x'), [], '?'),
    call('READ_ONCE', wordNamed('x'), [], '?'),
    call('rcu_read_unlock', null),
  ],
);

/** The sections on these words, each time with another body. */
function sections(
  all: readonly Section[],
  words: readonly string[],
  body: Arbitrary<Chunk>,
): Weighted[] {
  return all.flatMap((how) => {
    const names = how.words.filter((name) => words.includes(name));
    const bits = how.bit === true ? [[0], [1]] : [[]];
    if (names.length === 0) return [];
    const arbitrary = fc
      .tuple(fc.constantFrom(...names), fc.constantFrom(...bits), fc.boolean(), body)
      .map(([name, bit, attempts, inside]) =>
        attempts && how.attempt !== undefined
          ? attempted(how, wordNamed(name), bit, inside)
          : aroundIt(how, [
              call(how.enter, wordNamed(name), bit),
              ...inside,
              call(how.leave, wordNamed(name), bit),
            ]),
      );
    return [{ weight: 2, arbitrary }];
  });
}

function aroundIt({ around }: Section, section: Chunk): Chunk {
  if (around === undefined) return section;
  const [before, after] = around;
  return [call(before, null), ...section, call(after, null)];
}

/** Try to enter; if that worked, body and leave. */
function attempted(how: Section, word: number, bit: readonly number[], inside: Chunk): Chunk {
  const body = [...inside, call(how.leave, word, bit)];
  return [
    call(how.attempt ?? how.enter, word, bit, '@entered'),
    { do: 'if', test: when('@entered', '==', how.entered ?? 1), body },
  ];
}

function downgrade(body: Arbitrary<Chunk>): Arbitrary<Chunk> {
  const word = wordNamed('rwsem');
  return fc
    .tuple(body, body)
    .map(([before, after]) => [
      call('down_write', word),
      ...before,
      call('downgrade_write', word),
      ...after,
      call('up_read', word),
    ]);
}

function unquiet(body: Arbitrary<Chunk>): Arbitrary<Chunk> {
  return fc
    .tuple(fc.constantFrom(...UNQUIET), body)
    .map(([[enter, leave], inside]) => [call(enter, null), ...inside, call(leave, null)]);
}

const gracePeriod: Arbitrary<Chunk> = fc
  .constantFrom(...GRACE_PERIODS)
  .map((name) => [call(name, null)]);

const SLOT = '@slot';

/** A call on the value of an allocated slot, or on the slot. */
function onSlot(primitive: string, operands: readonly Operand[] = [], into?: string): Access {
  return { ...call(primitive, null, operands, into ?? null), slot: SLOT };
}

/** Allocate and free; publish; look at what is published; take it back and free it. */
function allocation(between: Arbitrary<Chunk>): Arbitrary<Chunk> {
  const pointer = wordNamed('pointer');
  const given: Operand = { register: SLOT, plus: 0 };
  const kmalloc = call('kmalloc', null, [], SLOT);
  const fill = onSlot('WRITE_ONCE', [1]);
  const look = onSlot('READ_ONCE', [], '?');
  const take = call('xchg', pointer, [0], SLOT);
  const kfree = onSlot('kfree');
  const looks: Chunk = [call('rcu_dereference', pointer, [], SLOT), look];
  const inSection: Chunk = [call('rcu_read_lock', null), ...looks, call('rcu_read_unlock', null)];
  const wait = call('synchronize_rcu', null);
  const found: Chunk = [
    {
      do: 'call',
      name: '?',
      parameter: '?',
      operand: 0,
      body: [call('smp_load_acquire', pointer, [], SLOT)],
      gives: 'slot',
      into: SLOT,
    },
  ];
  return fc.oneof(
    between.map((inside): Chunk => [kmalloc, fill, ...inside, look, kfree]),
    between.map((inside): Chunk => [kmalloc, ...inside, look, kfree]),
    between.map((inside): Chunk => [
      kmalloc,
      fill,
      ...inside,
      call('rcu_assign_pointer', pointer, [given]),
    ]),
    fc.constantFrom<Chunk>(looks, inSection, inSection, [take, look, kfree], [take, wait, kfree]),
    fc.constant<Chunk>([...found, look]),
  );
}

// 3. Loops: what a round does must not make a new state each time.

type LoopOn = (word: number) => Chunk;

const LOOPS: readonly (readonly [words: readonly string[], loop: LoopOn])[] = [
  [
    ['x', 'y'],
    (word) => {
      const old: Operand = { register: '@old', plus: 0 };
      const body = [
        call('READ_ONCE', word, [], '@old'),
        call('try_cmpxchg', word, [old, { ...old, plus: 1 }], '@swapped'),
      ];
      return [{ do: 'loop', body, again: when('@swapped', '==', 0) }];
    },
  ],
  [
    ['x', 'y'],
    (word) => [
      { do: 'loop', body: [call('xchg', word, [1], '@old')], again: when('@old', '!=', 0) },
      call('smp_store_release', word, [0]),
    ],
  ],
  [
    ['spin1', 'spin2'],
    (word) => {
      const body = [call('spin_trylock', word, [], '@taken')];
      return [{ do: 'loop', body, again: when('@taken', '==', 0) }, call('spin_unlock', word)];
    },
  ],
  [
    ['x', 'y', 'flags', 'pointer'],
    (word) => {
      const body = [call('smp_load_acquire', word, [], '@seen')];
      return [{ do: 'loop', body, again: when('@seen', '==', 0) }];
    },
  ],
  [['x', 'y', 'flags'], (word) => [call('smp_cond_load_acquire', word, [1], '@seen')]],
  [['x', 'y'], (word) => [call('smp_cond_load_relaxed', word, [0], '@seen')]],
  [
    ['a', 'b'],
    (word) => {
      const body = [call('atomic_add_unless', word, [-1, 0], '@taken')];
      return [{ do: 'loop', body, again: when('@taken', '==', 0) }];
    },
  ],
];

function loopsOn(words: readonly string[], repeated: Arbitrary<Chunk>): Weighted[] {
  const usual = LOOPS.flatMap(([names, loop]) =>
    names.filter((name) => words.includes(name)).map((name) => fc.constant(loop(wordNamed(name)))),
  );
  const all = [
    ...usual,
    generalLoop(repeated),
    ...(words.includes('sequence') ? [sequenceLoop(repeated)] : []),
  ];
  return [{ weight: 1, arbitrary: fc.oneof(...all) }];
}

/** Rounds of repeatable calls, as many as a choice or a word says. */
function generalLoop(repeated: Arbitrary<Chunk>): Arbitrary<Chunk> {
  return fc
    .tuple(fc.array(repeated, { minLength: 1, maxLength: 2 }), fc.boolean())
    .map(([chunks, chooses]) => {
      const last = chooses
        ? call('choose', null, [2], '@last')
        : call('READ_ONCE', wordNamed('x'), [], '@last');
      const body = [...chunks.flat(), last];
      return [{ do: 'loop', body, again: when('@last', '==', 0) }];
    });
}

/** read_seqcount_begin, read, read_seqcount_retry. */
function sequenceLoop(repeated: Arbitrary<Chunk>): Arbitrary<Chunk> {
  const word = wordNamed('sequence');
  return fc.array(repeated, { maxLength: 2 }).map((chunks) => {
    const begun: Operand = { register: '@begun', plus: 0 };
    const body = [
      call('read_seqcount_begin', word, [], '@begun'),
      ...chunks.flat(),
      call('read_seqcount_retry', word, [begun], '@changed'),
    ];
    return [{ do: 'loop', body, again: when('@changed', '!=', 0) }];
  });
}

// 4. Sleeping and waking

const LOOKS: readonly (readonly [word: string, look: Access])[] = [
  ['x', call('READ_ONCE', wordNamed('x'), [], '@seen')],
  ['y', call('smp_load_acquire', wordNamed('y'), [], '@seen')],
  ['a', call('atomic_read', wordNamed('a'), [], '@seen')],
  ['flags', call('test_bit', wordNamed('flags'), [0], '@seen')],
];

const WAKES: readonly (readonly [word: string, change: Access])[] = [
  ['x', call('WRITE_ONCE', wordNamed('x'), [1])],
  ['x', call('WRITE_ONCE', wordNamed('x'), [0])],
  ['y', call('WRITE_ONCE', wordNamed('y'), [1])],
  ['a', call('atomic_inc', wordNamed('a'))],
  ['flags', call('set_bit', wordNamed('flags'), [0])],
];

function waits(words: readonly string[]): Weighted[] {
  const has = (name: string): boolean => words.includes(name);
  const plain = ['x', 'y', 'a', 'flags'].filter(has);
  const bits = ['flags', 'bits'].filter(has);
  const until = fc
    .tuple(fc.constantFrom('x', ...plain), fc.constantFrom(0, 1, 2))
    .map(([name, value]): Chunk => [call('waitUntilEquals', wordNamed(name), [value])]);
  const onBit = fc
    .tuple(
      fc.constantFrom('flags', ...bits),
      OPERANDS.bit,
      fc.constantFrom('wait_on_bit', 'folio_wait_bit'),
    )
    .map(([name, bit, how]): Chunk => [call(how, wordNamed(name), [bit])]);
  const forDone = fc.constant<Chunk>([call('wait_for_completion', wordNamed('done'))]);
  return [
    ...(plain.length > 0 ? [{ weight: 1, arbitrary: until }] : []),
    ...(bits.length > 0 ? [{ weight: 1, arbitrary: onBit }] : []),
    ...(has('done') ? [{ weight: 2, arbitrary: forDone }] : []),
    ...(has('queue') ? [{ weight: 6, arbitrary: sleepOrWake(has) }] : []),
    ...(has('task') ? [{ weight: 8, arbitrary: sleepOrWakeTask(has) }] : []),
  ];
}

function sleepOrWake(has: (name: string) => boolean): Arbitrary<Chunk> {
  const queue = wordNamed('queue');
  const looks = LOOKS.flatMap(([name, look]) => (has(name) ? [look] : []));
  const wakes = WAKES.flatMap(([name, change]) => (has(name) ? [change] : []));
  // Some conditions store, which is bad style and must still be right.
  const mark = call('WRITE_ONCE', wordNamed('x'), [2]);
  const ends = [when('@seen', '!=', 0), when('@seen', '==', 0), when('@seen', '==', 1)];
  const sleep = fc
    .tuple(fc.constantFrom(...looks), fc.constantFrom(...ends), fc.nat(4))
    .map(([look, until, which]): Chunk => [
      { do: 'wait_event', word: queue, look: which === 0 ? [mark, look] : [look], until },
    ]);
  const wake = fc.constantFrom(...wakes).map((change): Chunk => [change, call('wake_up', queue)]);
  return fc.oneof(sleep, wake, fc.constant<Chunk>([call('wake_up', queue)]));
}

/** set_current_state; look; schedule() unless it holds; run again. Some leave the barrier out. */
function sleepOrWakeTask(has: (name: string) => boolean): Arbitrary<Chunk> {
  const task = wordNamed('task');
  const looks = LOOKS.flatMap(([name, look]) => (has(name) ? [look] : []));
  const wakes = WAKES.flatMap(([name, change]) => (has(name) ? [change] : []));
  const states = ['set_current_state', 'set_current_state', '__set_current_state'];
  const sleep = fc
    .tuple(fc.constantFrom(...looks), fc.constantFrom(...states))
    .map(([look, setState]): Chunk => [
      call(setState, task, [2]),
      look,
      {
        do: 'if',
        test: when('@seen', '==', 0),
        body: [call('schedule on a task', task)],
      },
      call('__set_current_state', task, [0]),
    ]);
  const wake = fc
    .constantFrom(...wakes)
    .map((change): Chunk => [change, call('wake_up_process', task)]);
  return fc.oneof(sleep, wake);
}
