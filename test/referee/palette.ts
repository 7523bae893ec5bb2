/**
 * What random programs are made of: the words, and every primitive with what it takes.
 *
 * `generate.ts` draws from these lists; its test asks that no primitive of the ordering table is
 * missing.
 */

import type { Access, Operand, Word } from './program.ts';

/** The words that statements name by index; a program keeps those that it uses. */
export const PALETTE: readonly Word[] = [
  { name: 'x', kind: 'word', initial: 0 },
  { name: 'y', kind: 'word', initial: 0 },
  { name: 'flags', kind: 'flags', initial: 0 },
  { name: 'pointer', kind: 'pointer', initial: 0 },
  { name: 'a', kind: 'atomic', initial: 0 },
  { name: 'b', kind: 'atomic', initial: 0 },
  { name: 'refs', kind: 'refcount', initial: 0 },
  { name: 'bits', kind: 'bits', initial: 0 },
  { name: 'spin1', kind: 'spin', initial: 0 },
  { name: 'spin2', kind: 'spin', initial: 0 },
  { name: 'rwlock', kind: 'rwlock', initial: 0 },
  { name: 'mutex1', kind: 'mutex', initial: 0 },
  { name: 'mutex2', kind: 'mutex', initial: 0 },
  { name: 'rwsem', kind: 'rwsem', initial: 0 },
  { name: 'sequence', kind: 'seqcount', initial: 0 },
  { name: 'done', kind: 'completion', initial: 0 },
  { name: 'queue', kind: 'queue', initial: 0 },
  { name: 'task', kind: 'task', initial: 0 },
  { name: 'head', kind: 'callback', initial: 0 },
  { name: 'srcu1', kind: 'srcu', initial: 0 },
  { name: 'srcu2', kind: 'srcu', initial: 0 },
  { name: 'idx', kind: 'word', initial: 0 },
];

/** Those with sections of SRCU, of one srcu_struct or two; `idx` hands a section on. */
export const SRCU_THEMES: readonly (readonly string[])[] = [
  ['x', 'y', 'srcu1'],
  ['x', 'y', 'srcu1', 'srcu2'],
  ['x', 'y', 'srcu1', 'idx'],
  ['pointer', 'x', 'srcu1', 'slots'],
];

/**
 * Words that a program is about: few, so that its threads meet. With `slots` it allocates and
 * frees.
 */
export const THEMES: readonly (readonly string[])[] = [
  ['x', 'y'],
  ['x', 'y'],
  ['x', 'y', 'a'],
  ['x', 'flags'],
  ['x', 'a', 'b'],
  ['x', 'refs'],
  ['x', 'y', 'pointer'],
  ['x', 'y', 'spin1'],
  ['a', 'x', 'spin1', 'spin2'],
  ['x', 'y', 'rwlock'],
  ['x', 'mutex1', 'mutex2'],
  ['x', 'a', 'rwsem'],
  ['x', 'flags', 'bits'],
  ['x', 'y', 'sequence'],
  ['x', 'y', 'queue'],
  ['x', 'y', 'task'],
  ['x', 'y', 'head'],
  ['a', 'flags', 'queue', 'done'],
  ['x', 'mutex1', 'spin1', 'done'],
  ['pointer', 'x', 'slots'],
  ['pointer', 'a', 'slots'],
  ...SRCU_THEMES,
  PALETTE.map(({ name }) => name),
];

/** The index of a word of the palette. */
export function wordNamed(name: string): number {
  const index = PALETTE.findIndex((word) => word.name === name);
  if (index < 0) throw new Error(`referee: the palette has no ${name}`);
  return index;
}

/** A call with open places. */
export function call(
  primitive: string,
  word: number | null,
  operands: readonly Operand[] = [],
  into: string | null = null,
): Access {
  return { do: 'access', primitive, word, operands, into };
}

/** An operand: any value, a positive one, a bit's number, a mask, the number of a target. */
export type OperandKind = 'value' | 'step' | 'bit' | 'mask' | 'target' | 'limit';

/** Primitives that are called in the same way. */
export interface Family {
  /** How often it is drawn, against the others. */
  readonly weight: number;
  readonly words: readonly string[];
  readonly names: readonly string[];
  readonly operands: readonly OperandKind[];
  /** Whether the caller is told anything. */
  readonly tells: boolean;
  /** It stays in a bounded set of values however often it is done, and leaves no store behind. */
  readonly repeatable?: true;
}

/** The four orders in which a value-returning primitive comes. */
function forms(...names: readonly string[]): string[] {
  return names.flatMap((name) => [name, `${name}_acquire`, `${name}_release`, `${name}_relaxed`]);
}

const DATA = ['x', 'y', 'x', 'y', 'flags'];
const COUNTERS = ['a', 'a', 'b'];

const ACCESSES: readonly Family[] = [
  {
    weight: 14,
    words: DATA,
    names: ['READ_ONCE', 'READ_ONCE', 'load', 'smp_load_acquire', 'data_race'],
    operands: [],
    tells: true,
    repeatable: true,
  },
  {
    weight: 3,
    words: DATA,
    names: ['readEquals', 'readAnyBit'],
    operands: ['value'],
    tells: true,
    repeatable: true,
  },
  {
    weight: 14,
    words: DATA,
    names: ['WRITE_ONCE', 'WRITE_ONCE', 'store', 'smp_store_release'],
    operands: ['value'],
    tells: false,
  },
  { weight: 2, words: DATA, names: ['smp_store_mb'], operands: ['value'], tells: false },
  {
    weight: 4,
    words: DATA,
    names: forms('xchg'),
    operands: ['limit'],
    tells: true,
    repeatable: true,
  },
  {
    weight: 6,
    words: DATA,
    names: forms('cmpxchg', 'try_cmpxchg'),
    operands: ['limit', 'limit'],
    tells: true,
    repeatable: true,
  },
];

const POINTERS: readonly Family[] = [
  {
    weight: 2,
    words: ['pointer'],
    names: ['rcu_dereference', 'rcu_dereference', 'READ_ONCE', 'smp_load_acquire'],
    operands: [],
    tells: true,
    repeatable: true,
  },
  {
    weight: 2,
    words: ['pointer'],
    names: ['rcu_assign_pointer', 'rcu_assign_pointer', 'WRITE_ONCE', 'xchg'],
    operands: ['target'],
    tells: false,
  },
  {
    weight: 1,
    words: ['pointer'],
    names: ['cmpxchg', 'cmpxchg_release'],
    operands: ['target', 'target'],
    tells: true,
  },
];

const ATOMICS: readonly Family[] = [
  {
    weight: 5,
    words: COUNTERS,
    names: ['atomic_read', 'atomic_read_acquire'],
    operands: [],
    tells: true,
    repeatable: true,
  },
  { weight: 1, words: COUNTERS, names: ['atomicAtLeast'], operands: ['limit'], tells: true },
  {
    weight: 4,
    words: COUNTERS,
    names: ['atomic_set', 'atomic_set_release'],
    operands: ['value'],
    tells: false,
  },
  {
    weight: 4,
    words: COUNTERS,
    names: ['add', 'sub', 'and', 'or', 'xor', 'andnot'].map((verb) => `atomic_${verb}`),
    operands: ['value'],
    tells: false,
  },
  {
    weight: 3,
    words: COUNTERS,
    names: ['atomic_inc', 'atomic_dec'],
    operands: [],
    tells: false,
  },
  {
    weight: 6,
    words: COUNTERS,
    names: forms(
      'atomic_add_return',
      'atomic_sub_return',
      'atomic_fetch_add',
      'atomic_fetch_sub',
      'atomic_fetch_and',
      'atomic_fetch_or',
      'atomic_fetch_xor',
      'atomic_fetch_andnot',
    ),
    operands: ['value'],
    tells: true,
  },
  {
    weight: 5,
    words: COUNTERS,
    names: forms('atomic_inc_return', 'atomic_dec_return', 'atomic_fetch_inc', 'atomic_fetch_dec'),
    operands: [],
    tells: true,
  },
  {
    weight: 2,
    words: COUNTERS,
    names: forms('atomic_xchg'),
    operands: ['limit'],
    tells: true,
    repeatable: true,
  },
  {
    weight: 4,
    words: COUNTERS,
    names: forms('atomic_cmpxchg', 'atomic_try_cmpxchg'),
    operands: ['limit', 'limit'],
    tells: true,
    repeatable: true,
  },
  {
    weight: 4,
    words: COUNTERS,
    names: ['atomic_add_unless', 'atomic_fetch_add_unless'],
    operands: ['value', 'limit'],
    tells: true,
  },
  {
    weight: 4,
    words: COUNTERS,
    names: [
      'atomic_inc_not_zero',
      'atomic_dec_if_positive',
      'atomic_dec_and_test',
      'atomic_inc_and_test',
    ],
    operands: [],
    tells: true,
  },
  {
    weight: 2,
    words: COUNTERS,
    names: ['atomic_sub_and_test', 'atomic_add_negative'],
    operands: ['value'],
    tells: true,
  },
];

const REFERENCES: readonly Family[] = [
  {
    weight: 2,
    words: ['refs'],
    names: ['refcount_read'],
    operands: [],
    tells: true,
    repeatable: true,
  },
  {
    weight: 1,
    words: ['refs'],
    names: ['refcount_set', 'refcount_set_release'],
    operands: ['limit'],
    tells: false,
  },
  {
    weight: 6,
    words: ['refs'],
    names: [
      'refcount_inc_not_zero',
      'refcount_inc_not_zero_acquire',
      'refcount_dec_and_test',
      'refcount_dec_and_test',
      'refcount_dec_if_one',
      'refcount_dec_not_one',
    ],
    operands: [],
    tells: true,
  },
  {
    weight: 2,
    words: ['refs'],
    names: ['refcount_inc', 'refcount_dec'],
    operands: [],
    tells: false,
  },
  { weight: 1, words: ['refs'], names: ['refcount_add'], operands: ['step'], tells: false },
  {
    weight: 2,
    words: ['refs'],
    names: ['refcount_add_not_zero', 'refcount_add_not_zero_acquire', 'refcount_sub_and_test'],
    operands: ['step'],
    tells: true,
  },
];

const BITS: readonly Family[] = [
  {
    weight: 4,
    words: ['flags', 'flags', 'bits'],
    names: ['test_bit', 'test_bit_acquire'],
    operands: ['bit'],
    tells: true,
    repeatable: true,
  },
  {
    weight: 4,
    words: ['flags'],
    names: ['set_bit', 'clear_bit', 'change_bit'],
    operands: ['bit'],
    tells: false,
    repeatable: true,
  },
  {
    weight: 4,
    words: ['flags'],
    names: ['test_and_set_bit', 'test_and_clear_bit', 'test_and_change_bit'],
    operands: ['bit'],
    tells: true,
    repeatable: true,
  },
  {
    weight: 1,
    words: ['flags'],
    names: ['xor_unlock_is_negative_byte'],
    operands: ['mask'],
    tells: true,
    repeatable: true,
  },
];

const OTHERS: readonly Family[] = [
  {
    weight: 1,
    words: ['spin1', 'spin2'],
    names: ['spin_is_locked'],
    operands: [],
    tells: true,
    repeatable: true,
  },
  { weight: 1, words: ['queue'], names: ['waitqueue_active'], operands: [], tells: true },
  { weight: 1, words: ['task'], names: ['wake_up_process'], operands: [], tells: true },
  {
    weight: 2,
    words: ['task'],
    names: ['set_current_state', '__set_current_state'],
    operands: ['limit'],
    tells: false,
  },
  {
    weight: 2,
    words: ['done'],
    names: ['complete', 'complete', 'complete_all'],
    operands: [],
    tells: false,
  },
  {
    weight: 1,
    words: ['sequence'],
    names: ['raw_read_seqcount'],
    operands: [],
    tells: true,
    repeatable: true,
  },
];

/** Every primitive that is one call and never waits. */
export const FAMILIES: readonly Family[] = [
  ...ACCESSES,
  ...POINTERS,
  ...ATOMICS,
  ...REFERENCES,
  ...BITS,
  ...OTHERS,
];

export const BARRIERS: readonly string[] = [
  'smp_mb',
  'smp_mb',
  'smp_rmb',
  'smp_wmb',
  'smp_mb__before_atomic',
  'smp_mb__after_atomic',
  'smp_mb__after_spinlock',
  'smp_mb__after_unlock_lock',
  'smp_mb__after_srcu_read_unlock',
  'smp_acquire__after_ctrl_dep',
];
