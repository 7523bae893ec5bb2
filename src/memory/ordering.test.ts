/**
 * One test a row of the ordering table.
 *
 * What each primitive is on x86 is written here a second time, by hand, and shown by two programs
 * that both machines run: the engine, which reads the table, and the referee, which does not.
 *
 *     earlier   P0: x = 1; PRIMITIVE; read y      P1: y = 1; smp_mb; read x
 *     own       P0: PRIMITIVE; read y; x = 1      P1: y = 1; smp_mb; look at its word; read x
 *
 * In the first both may read 0 only if the primitive lets x wait in the store buffer; in the
 * second P1 may find the word unchanged while P0 read 0 only if the primitive's own store waits
 * there. (x = 1 tells that from a word which a later unlock has changed back.)
 */

import { describe, expect, it } from 'vitest';
import { engineEnds, refereeEnds } from '../../test/referee/compare.ts';
import { call, litmus, MB, R, readable, told, W } from '../../test/referee/litmus.ts';
import type { Call } from '../../test/referee/litmus.ts';
import type { Kind, Program } from '../../test/referee/program.ts';
import { ORDERING } from './ordering.ts';
import type { Basis, Order, PrimitiveName, Tso } from './ordering.ts';

/** A call of a primitive on the word `p` in which it does, or does not do, what it can. */
interface Probe {
  readonly row: PrimitiveName;
  readonly tso: Tso;
  readonly fails: boolean;
  readonly kind: Kind;
  /** What the word holds at first, and when the call is made. */
  readonly initial: number;
  readonly found: number;
  readonly operands: readonly number[];
  readonly before: readonly Call[];
  readonly after: readonly Call[];
}

type Setting = Partial<Omit<Probe, 'row' | 'tso' | 'kind'>>;

/** Probes of several rows that are called alike. */
function probes(
  tso: Tso,
  kind: Kind,
  rows: readonly PrimitiveName[],
  setting: Setting = {},
): Probe[] {
  const { initial = 0, found = initial, operands = [] } = setting;
  const { fails = false, before = [], after = [] } = setting;
  return rows.map((row) => ({ row, tso, fails, kind, initial, found, operands, before, after }));
}

type Form = '' | '_acquire' | '_release' | '_relaxed';
const FORMS: readonly Form[] = ['', '_acquire', '_release', '_relaxed'];

function forms<N extends string>(...names: readonly N[]): `${N}${Form}`[] {
  return names.flatMap((name) => FORMS.map((form): `${N}${Form}` => `${name}${form}`));
}

const p = (primitive: PrimitiveName, ...operands: number[]): Call =>
  call(primitive, 'p', ...operands);

const OPERAND = { operands: [1] };
const SWAPS = { operands: [0, 1] };
const SWAPS_NOT = { operands: [5, 1], fails: true };

const ACCESSES: readonly Probe[] = [
  ...probes('load', 'word', ['READ_ONCE', 'load', 'smp_load_acquire']),
  ...probes('load', 'word', ['smp_cond_load_acquire', 'smp_cond_load_relaxed'], { operands: [0] }),
  ...probes('load', 'pointer', ['rcu_dereference']),
  ...probes('store', 'word', ['WRITE_ONCE', 'store', 'smp_store_release'], OPERAND),
  ...probes('store', 'pointer', ['rcu_assign_pointer'], OPERAND),
  ...probes('locked', 'word', ['smp_store_mb'], OPERAND),
  ...probes('drain', 'word', ['smp_mb']),
  ...probes('nothing', 'word', ['smp_rmb', 'smp_wmb', 'smp_mb__after_spinlock']),
  ...probes('nothing', 'word', ['smp_mb__after_unlock_lock', 'smp_acquire__after_ctrl_dep']),
  ...probes('nothing', 'word', ['smp_mb__before_atomic', 'smp_mb__after_atomic']),
  ...probes('nothing', 'word', ['smp_mb__after_srcu_read_unlock']),
  ...probes('nothing', 'word', ['choose'], OPERAND),
  ...probes('locked', 'word', forms('xchg'), OPERAND),
  ...probes('locked', 'word', forms('cmpxchg', 'try_cmpxchg'), SWAPS),
  ...probes('locked', 'word', forms('cmpxchg', 'try_cmpxchg'), SWAPS_NOT),
];

const FROM_7 = { initial: 7, found: 7 };

const ATOMICS: readonly Probe[] = [
  ...probes('load', 'atomic', ['atomic_read', 'atomic_read_acquire']),
  ...probes('store', 'atomic', ['atomic_set', 'atomic_set_release'], OPERAND),
  ...probes('locked', 'atomic', ['atomic_add', 'atomic_sub', 'atomic_xor', 'atomic_or'], OPERAND),
  ...probes('locked', 'atomic', ['atomic_and', 'atomic_andnot'], { ...OPERAND, ...FROM_7 }),
  ...probes('locked', 'atomic', ['atomic_inc', 'atomic_dec']),
  ...probes('locked', 'atomic', forms('atomic_inc_return', 'atomic_dec_return')),
  ...probes('locked', 'atomic', forms('atomic_fetch_inc', 'atomic_fetch_dec')),
  ...probes('locked', 'atomic', forms('atomic_add_return', 'atomic_sub_return'), OPERAND),
  ...probes('locked', 'atomic', forms('atomic_fetch_add', 'atomic_fetch_sub'), OPERAND),
  ...probes('locked', 'atomic', forms('atomic_fetch_or', 'atomic_fetch_xor'), OPERAND),
  ...probes('locked', 'atomic', forms('atomic_fetch_and'), { ...OPERAND, ...FROM_7 }),
  ...probes('locked', 'atomic', forms('atomic_fetch_andnot'), { ...OPERAND, ...FROM_7 }),
  ...probes('locked', 'atomic', forms('atomic_xchg'), OPERAND),
  ...probes('locked', 'atomic', forms('atomic_cmpxchg', 'atomic_try_cmpxchg'), SWAPS),
  ...probes('locked', 'atomic', forms('atomic_cmpxchg', 'atomic_try_cmpxchg'), SWAPS_NOT),
  ...probes('locked', 'atomic', ['atomic_dec_and_test', 'atomic_inc_and_test']),
  ...probes('locked', 'atomic', ['atomic_sub_and_test', 'atomic_add_negative'], OPERAND),
  ...probes('locked', 'atomic', ['atomic_add_unless', 'atomic_fetch_add_unless'], {
    operands: [1, 5],
  }),
  ...probes('load', 'atomic', ['atomic_add_unless', 'atomic_fetch_add_unless'], {
    operands: [1, 0],
    fails: true,
  }),
  ...probes('locked', 'atomic', ['atomic_inc_not_zero', 'atomic_dec_if_positive'], FROM_7),
  ...probes('load', 'atomic', ['atomic_inc_not_zero', 'atomic_dec_if_positive'], { fails: true }),
];

const FROM_1 = { initial: 1, found: 1 };
const FROM_2 = { initial: 2, found: 2 };
const TAKES_REFERENCE = ['refcount_inc_not_zero', 'refcount_inc_not_zero_acquire'] as const;
const TAKES_REFERENCES = ['refcount_add_not_zero', 'refcount_add_not_zero_acquire'] as const;

const REFERENCES: readonly Probe[] = [
  ...probes('load', 'refcount', ['refcount_read']),
  ...probes('store', 'refcount', ['refcount_set', 'refcount_set_release'], OPERAND),
  ...probes('locked', 'refcount', ['refcount_add'], { ...OPERAND, ...FROM_1 }),
  ...probes('locked', 'refcount', ['refcount_inc'], FROM_1),
  ...probes('locked', 'refcount', TAKES_REFERENCES, { ...OPERAND, ...FROM_1 }),
  ...probes('load', 'refcount', TAKES_REFERENCES, { ...OPERAND, fails: true }),
  ...probes('locked', 'refcount', TAKES_REFERENCE, FROM_1),
  ...probes('load', 'refcount', TAKES_REFERENCE, { fails: true }),
  ...probes('locked', 'refcount', ['refcount_sub_and_test'], { ...OPERAND, ...FROM_2 }),
  ...probes('locked', 'refcount', ['refcount_dec_and_test', 'refcount_dec'], FROM_2),
  ...probes('locked', 'refcount', ['refcount_dec_if_one'], FROM_1),
  ...probes('locked', 'refcount', ['refcount_dec_if_one'], { ...FROM_2, fails: true }),
  ...probes('locked', 'refcount', ['refcount_dec_not_one'], FROM_2),
  ...probes('load', 'refcount', ['refcount_dec_not_one'], { ...FROM_1, fails: true }),
];

const BIT = { operands: [0] };
const BIT_IS_SET = { operands: [0], initial: 1 };

const BITS: readonly Probe[] = [
  ...probes('load', 'flags', ['test_bit', 'test_bit_acquire'], BIT),
  ...probes('locked', 'flags', ['set_bit', 'change_bit'], BIT),
  ...probes('locked', 'flags', ['clear_bit'], BIT_IS_SET),
  ...probes('locked', 'flags', ['xor_unlock_is_negative_byte'], OPERAND),
  ...probes('locked', 'flags', ['test_and_set_bit', 'test_and_change_bit'], BIT),
  ...probes('locked', 'flags', ['test_and_clear_bit'], BIT_IS_SET),
  ...probes('locked', 'bits', ['test_and_set_bit_lock'], {
    ...BIT,
    after: [p('clear_bit_unlock', 0)],
  }),
  ...probes('locked', 'bits', ['test_and_set_bit_lock'], { ...BIT_IS_SET, fails: true }),
  ...probes('locked', 'bits', ['clear_bit_unlock'], {
    ...BIT,
    found: 1,
    before: [p('wait_on_bit_lock', 0)],
  }),
];

/** Rows that take a lock, that take it if they can, and that release it. */
function lock(
  kind: Kind,
  held: number,
  [take, attempt, release]: readonly [PrimitiveName, PrimitiveName, PrimitiveName],
  releaseIs: Tso,
  operands: readonly number[] = [],
): Probe[] {
  const after = [p(release, ...operands)];
  const before = [p(take, ...operands)];
  return [
    ...probes('locked', kind, [take, attempt], { operands, after }),
    ...probes(releaseIs, kind, [release], { operands, before, found: held }),
  ];
}

/** An attempt at a lock that this thread has itself. */
function attempt(
  row: PrimitiveName,
  kind: Kind,
  tso: Tso,
  [take, release]: readonly [PrimitiveName, PrimitiveName],
  operands: readonly number[] = [],
): Probe[] {
  const before = [p(take, ...operands)];
  const after = [p(release, ...operands)];
  return probes(tso, kind, [row], { fails: true, operands, before, after });
}

const SPIN = ['spin_lock', 'spin_unlock'] as const;
const WRITE = ['write_lock', 'write_unlock'] as const;
const DOWN = ['down_write', 'up_write'] as const;
const MUTEX = ['mutex_lock', 'mutex_unlock'] as const;
const BIT_SPIN = ['bit_spin_lock', 'bit_spin_unlock'] as const;

const LOCKS: readonly Probe[] = [
  ...lock('spin', 1, ['spin_lock', 'spin_trylock', 'spin_unlock'], 'store'),
  ...lock('bits', 1, ['bit_spin_lock', 'bit_spin_trylock', 'bit_spin_unlock'], 'locked', [0]),
  ...lock('rwlock', 1, ['read_lock', 'read_trylock', 'read_unlock'], 'locked'),
  ...lock('rwlock', -1, ['write_lock', 'write_trylock', 'write_unlock'], 'store'),
  ...lock('rwsem', 1, ['down_read', 'down_read_trylock', 'up_read'], 'locked'),
  ...lock('rwsem', -1, ['down_write', 'down_write_trylock', 'up_write'], 'locked'),
  ...lock('mutex', 1, ['mutex_lock', 'mutex_trylock', 'mutex_unlock'], 'locked'),
  // queued_spin_trylock, queued_read_trylock, queued_write_trylock, __down_read_trylock and
  // __mutex_trylock read the lock before they try.
  ...attempt('spin_trylock', 'spin', 'load', SPIN),
  ...attempt('read_trylock', 'rwlock', 'load', WRITE),
  ...attempt('write_trylock', 'rwlock', 'load', WRITE),
  ...attempt('down_read_trylock', 'rwsem', 'load', DOWN),
  ...attempt('mutex_trylock', 'mutex', 'load', MUTEX),
  // rwsem_write_trylock and test_and_set_bit_lock do not.
  ...attempt('down_write_trylock', 'rwsem', 'locked', DOWN),
  ...attempt('bit_spin_trylock', 'bits', 'locked', BIT_SPIN, [0]),
  ...probes('load', 'spin', ['spin_is_locked']),
  ...probes('locked', 'rwsem', ['downgrade_write'], {
    before: [p('down_write')],
    found: -1,
    after: [p('up_read')],
  }),
];

/** Rows that begin and end a section of SRCU: the first section has the number 1. */
function section(begin: PrimitiveName, end: PrimitiveName): Probe[] {
  return [
    ...probes('drain', 'srcu', [begin], { after: [p(end, 1)] }),
    ...probes('drain', 'srcu', [end], { operands: [1], before: [p(begin)] }),
  ];
}

const WAITING: readonly Probe[] = [
  ...probes('load', 'seqcount', ['read_seqcount_begin']),
  ...probes('locked', 'queue', ['prepare_to_wait'], { after: [p('finish_wait')] }),
  ...probes('locked', 'queue', ['schedule'], { fails: true }),
  ...probes('load', 'queue', ['waitqueue_active']),
  ...probes('locked', 'task', ['set_current_state'], OPERAND),
  ...probes('store', 'task', ['__set_current_state'], OPERAND),
  ...probes('locked', 'task', ['wake_up_process'], FROM_1),
  ...probes('locked', 'task', ['wake_up_process'], { fails: true }),
  ...probes('locked', 'queue', ['finish_wait'], { before: [p('prepare_to_wait')], found: 1 }),
  ...probes('load', 'queue', ['finish_wait'], { fails: true }),
  ...probes('locked', 'queue', ['wake_up'], { before: [p('prepare_to_wait')], found: 1 }),
  ...probes('locked', 'completion', ['wait_for_completion'], { initial: 1 }),
  ...probes('locked', 'completion', ['complete', 'complete_all']),
  ...probes('load', 'flags', ['wait_on_bit'], BIT),
  ...probes('locked', 'flags', ['folio_wait_bit'], { ...BIT, fails: true }),
  ...probes('locked', 'bits', ['wait_on_bit_lock', 'folio_lock'], {
    ...BIT,
    after: [p('clear_bit_unlock', 0)],
  }),
  ...probes('load', 'word', ['wait_for_value'], { operands: [0] }),
  ...probes('drain', 'word', ['synchronize_rcu', 'smp_call_function']),
  ...probes('drain', 'srcu', ['synchronize_srcu']),
  ...section('srcu_read_lock', 'srcu_read_unlock'),
  ...section('srcu_down_read', 'srcu_up_read'),
  ...probes('locked', 'callback', ['call_rcu']),
  ...probes('locked', 'callback', ['rcu_barrier'], { fails: true }),
];

const PROBES = [...ACCESSES, ...ATOMICS, ...REFERENCES, ...BITS, ...LOCKS, ...WAITING];

/**
 * Rows for the machine itself: no order, and no word that a program could look at; and what only
 * the threads of callbacks do. The order of hardware: barrier.test.ts.
 */
const WITHOUT_PROBE = ['kmalloc', 'kfree', 'section', 'interrupt', 'rcu_do_batch', 'hardwareOrder'];

const WITHOUT_WORD = /^smp_(r|w)?mb|^choose$|^synchronize_rcu$|^smp_call_function$|^rcu_barrier$/;

function callOf({ row, operands }: Probe): Call {
  if (WITHOUT_WORD.test(row)) return call(row, null, ...operands);
  return p(row === 'wait_for_value' ? ('waitUntilEquals' as PrimitiveName) : row, ...operands);
}

function earlier(probe: Probe): Program {
  const { before, after } = probe;
  return program(probe, [...before, W('x', 1), callOf(probe), R('y'), ...after], [R('x')]);
}

function own(probe: Probe): Program {
  const { before, after, found } = probe;
  return program(
    probe,
    [...before, callOf(probe), R('y'), W('x', 1), ...after],
    [told('readEquals', 'p', found), R('x')],
  );
}

function program(
  { kind, initial }: Probe,
  first: readonly Call[],
  looks: readonly Call[],
): Program {
  const words = { x: 'word', y: 'word', p: [kind, initial] } as const;
  return litmus(words, [first, [W('y', 1), MB, ...looks]]);
}

/** Whether P0 read 0 while P1 saw what is asked for, by both machines. */
function shows(of: Program, outcome: string): { referee: boolean; engine: boolean } {
  const said = (ends: { finals: readonly string[] } | null): boolean =>
    readable(of, ends?.finals ?? []).includes(outcome);
  return { referee: said(refereeEnds(of, 'tso', 1e5)), engine: said(engineEnds(of, 'tso')) };
}

const both = (value: boolean): { referee: boolean; engine: boolean } => ({
  referee: value,
  engine: value,
});

describe('on x86', () => {
  it.each(PROBES)('$row is $tso (fails: $fails)', (probe) => {
    const { row, tso, fails } = probe;
    expect(fails ? ORDERING[row].tsoFailed : ORDERING[row].tso).toBe(tso);
    const drains = tso === 'locked' || tso === 'drain';
    expect(shows(earlier(probe), '0 0')).toEqual(both(!drains));
    if (tso === 'store') expect(shows(own(probe), '0 1 0')).toEqual(both(true));
    if (tso === 'locked' && !fails) expect(shows(own(probe), '0 1 0')).toEqual(both(false));
  });

  it('every row of the table is tested', () => {
    const tested = new Set<string>([...PROBES.map(({ row }) => row), ...WITHOUT_PROBE]);
    expect([...tested].sort()).toEqual(Object.keys(ORDERING).sort());
  });

  it('a row whose failure is not told apart is the same when it fails', () => {
    const apart = new Set<string>(PROBES.filter(({ fails }) => fails).map(({ row }) => row));
    for (const [name, { tso, tsoFailed }] of Object.entries(ORDERING)) {
      if (!apart.has(name)) expect([name, tsoFailed]).toEqual([name, tso]);
    }
  });
});

const named = (text: string): string[] => text.trim().split(/\s+/);

/**
 * What Documentation/atomic_t.txt, atomic_bitops.txt, memory-barriers.txt, core-api/
 * refcount-vs-atomic.rst and tools/memory-model promise.
 */
const PROMISED: { readonly [O in Order]: readonly string[] } = {
  full: named(`
    smp_mb hardwareOrder synchronize_rcu synchronize_srcu smp_call_function xchg cmpxchg try_cmpxchg
    atomic_xchg atomic_cmpxchg atomic_try_cmpxchg atomic_add_return atomic_sub_return
    atomic_inc_return atomic_dec_return atomic_fetch_add atomic_fetch_sub
    atomic_fetch_inc atomic_fetch_dec atomic_fetch_and atomic_fetch_or atomic_fetch_xor
    atomic_fetch_andnot atomic_add_unless atomic_fetch_add_unless atomic_inc_not_zero
    atomic_dec_if_positive atomic_dec_and_test atomic_inc_and_test atomic_sub_and_test
    atomic_add_negative test_and_set_bit test_and_clear_bit test_and_change_bit
    wake_up wake_up_process schedule
  `),
  'full-after': named(`
    smp_store_mb prepare_to_wait set_current_state
  `),
  'full-before-rmw': ['smp_mb__before_atomic'],
  'full-after-rmw': ['smp_mb__after_atomic'],
  'full-after-lock': ['smp_mb__after_spinlock'],
  'full-after-unlock-lock': ['smp_mb__after_unlock_lock'],
  'full-after-section': ['smp_mb__after_srcu_read_unlock'],
  'acquire-release': ['rcu_do_batch'],
  acquire: named(`
    smp_load_acquire atomic_read_acquire test_bit_acquire test_and_set_bit_lock
    spin_lock spin_trylock bit_spin_lock bit_spin_trylock read_lock read_trylock
    write_lock write_trylock mutex_lock mutex_trylock down_read down_read_trylock
    down_write down_write_trylock wait_for_completion wait_on_bit wait_on_bit_lock
    folio_lock wait_for_value read_seqcount_begin
    refcount_add_not_zero_acquire refcount_inc_not_zero_acquire smp_cond_load_acquire
    rcu_barrier
  `),
  release: named(`
    smp_store_release rcu_assign_pointer atomic_set_release clear_bit_unlock
    xor_unlock_is_negative_byte spin_unlock bit_spin_unlock read_unlock write_unlock
    mutex_unlock up_read up_write downgrade_write complete complete_all
    refcount_set_release refcount_sub_and_test refcount_dec_and_test refcount_dec
    refcount_dec_if_one refcount_dec_not_one call_rcu
  `),
  relaxed: named(`
    READ_ONCE WRITE_ONCE load store rcu_dereference atomic_read atomic_set atomic_add
    atomic_sub atomic_inc atomic_dec atomic_and atomic_or atomic_xor atomic_andnot
    test_bit set_bit clear_bit change_bit spin_is_locked finish_wait choose
    kmalloc kfree section interrupt folio_wait_bit
    srcu_read_lock srcu_read_unlock srcu_down_read srcu_up_read
    refcount_read refcount_set refcount_add refcount_inc refcount_add_not_zero
    refcount_inc_not_zero smp_cond_load_relaxed __set_current_state waitqueue_active
  `),
  read: named(`
    smp_rmb smp_acquire__after_ctrl_dep
  `),
  write: named(`
    smp_wmb
  `),
};

/** Conditional ones, which order nothing when their condition fails. */
const CONDITIONAL = new RegExp(
  'cmpxchg|trylock|_unless$|_not_zero(_acquire)?$|_if_positive$|_if_one$|_not_one$|' +
    '^(test_and_set_bit_lock|finish_wait|complete|call_rcu|rcu_do_batch)$',
);

/** What tools/memory-model knows: linux-kernel.def, and atomic_add_unless in herd7 itself. */
const IN_THE_MODEL = new RegExp(
  [
    '^(READ|WRITE)_ONCE$|^(load|store)$|^smp_(load_acquire|store_release|store_mb|[rw]?mb)$',
    '^smp_mb__(before_atomic|after_(atomic|spinlock|unlock_lock|srcu_read_unlock))$',
    '^rcu_(dereference|assign_pointer)$|^synchronize_s?rcu$|^spin_|^(cmp)?xchg',
    '^srcu_(read_(un)?lock|(down|up)_read)$',
    '^atomic_(read|set)(_|$)|^atomic_(add|sub|inc|dec|and|or|xor|andnot)(_return.*)?$',
    '^atomic_fetch_(add|sub|inc|dec|and|or|xor|andnot)(_(acquire|release|relaxed))?$',
    '^atomic_(xchg|cmpxchg)(_(acquire|release|relaxed))?$',
    '^atomic_(add_unless|(inc|dec|sub)_and_test|add_negative)$',
  ].join('|'),
);

/** Promised nowhere: what implementations have in common. */
const IN_THE_CODE = named(`
  wait_for_completion complete complete_all wait_on_bit wait_on_bit_lock folio_lock folio_wait_bit
  smp_call_function rcu_do_batch
`);

const OURS = named(`choose section interrupt wait_for_value hardwareOrder`);

function promise(name: string): Order | undefined {
  const suffix = /^(?:xchg|(?:try_)?cmpxchg|atomic_.*)_(acquire|release|relaxed)$/.exec(name);
  const known = Object.entries(PROMISED).find(([, names]) => names.includes(name))?.[0];
  return (known ?? suffix?.[1]) as Order | undefined;
}

function basis(name: string): Basis {
  if (OURS.includes(name)) return 'ours';
  if (IN_THE_CODE.includes(name)) return 'code';
  return IN_THE_MODEL.test(name) ? 'model' : 'documents';
}

describe('under the memory model of the kernel', () => {
  it.each(Object.keys(ORDERING) as PrimitiveName[])('%s promises what is documented', (name) => {
    const { lkmm, failed } = ORDERING[name];
    expect(lkmm).toBe(promise(name));
    expect(failed).toBe(CONDITIONAL.test(name) ? 'relaxed' : lkmm);
    expect(ORDERING[name].basis).toBe(basis(name));
  });

  it('only a wake-up that wakes nobody orders less than one that leaves the word changed', () => {
    const less = Object.entries(ORDERING).filter(([, row]) => row.unchanged !== row.lkmm);
    expect(less.map(([name, { unchanged }]) => [name, unchanged])).toEqual([
      ['wake_up', 'acquire-release'],
    ]);
  });

  it('only load and store are plain', () => {
    const plain = Object.entries(ORDERING).filter(([, row]) => row.plain);
    expect(plain.map(([name]) => name)).toEqual(['load', 'store']);
  });
});
