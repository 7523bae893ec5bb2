/**
 * The primitives of the kernel that a litmus test may call, each reduced to a shape of `ast.ts`.
 *
 * Source: Linux tools/memory-model/linux-kernel.def (6.18), line by line: which ordering a
 * primitive has, which of its arguments is the location and whether that is written `*x` or `x`.
 * `atomic_add_unless` and `data_race` are known to herd7 itself. Orders of failed exchanges are in
 * `thread-events.ts`.
 */

import type { Expression, FenceKind, Operator, Order, Place, Statement } from './ast.ts';

/** How an argument is written: `*x`, the address `x`, or a value. */
export type Argument = 'lvalue' | 'pointer' | 'value';

/** Where a call stands and what it is called. */
export interface Site {
  readonly at: Place;
  readonly primitive: string;
}

/** The arguments of a call: `lvalue` and `pointer` arguments are given as addresses. */
type Arguments = readonly Expression[];

export interface ValuePrimitive {
  readonly gives: 'value';
  readonly takes: readonly Argument[];
  readonly build: (args: Arguments, site: Site) => Expression;
}

export interface StatementPrimitive {
  readonly gives: 'nothing';
  readonly takes: readonly Argument[];
  readonly build: (args: Arguments, site: Site) => readonly Statement[];
}

export type Primitive = ValuePrimitive | StatementPrimitive;

function at(args: Arguments, index: number): Expression {
  const argument = args[index];
  if (argument === undefined) throw new Error(`primitive: argument ${index} was not counted`);
  return argument;
}

function value(
  takes: readonly Argument[],
  build: (args: Arguments, site: Site) => Expression,
): ValuePrimitive {
  return { gives: 'value', takes, build };
}

function statement(
  takes: readonly Argument[],
  build: (args: Arguments, site: Site) => readonly Statement[],
): StatementPrimitive {
  return { gives: 'nothing', takes, build };
}

function load(order: Order, argument: Argument): Primitive {
  return value([argument], (args, site) => ({
    kind: 'load',
    ...site,
    address: at(args, 0),
    order,
  }));
}

function store(order: Order, argument: Argument): Primitive {
  return statement([argument, 'value'], (args, site) => [
    { kind: 'store', ...site, address: at(args, 0), value: at(args, 1), order },
  ]);
}

function accesses(): [string, Primitive][] {
  return [
    ['READ_ONCE', load('once', 'lvalue')],
    ['WRITE_ONCE', store('once', 'lvalue')],
    ['smp_store_release', store('release', 'pointer')],
    ['smp_load_acquire', load('acquire', 'pointer')],
    ['rcu_assign_pointer', store('release', 'lvalue')],
    ['rcu_dereference', load('once', 'lvalue')],
    ['smp_store_mb', storeThenBarrier()],
    ['atomic_read', load('once', 'pointer')],
    ['atomic_read_acquire', load('acquire', 'pointer')],
    ['atomic_set', store('once', 'pointer')],
    ['atomic_set_release', store('release', 'pointer')],
    // KCSAN's mark says that a race is meant; the memory model sees the access as it is.
    ['data_race', value(['value'], (args) => at(args, 0))],
  ];
}

function storeThenBarrier(): Primitive {
  return statement(['lvalue', 'value'], (args, site) => [
    { kind: 'store', ...site, address: at(args, 0), value: at(args, 1), order: 'once' },
    { kind: 'fence', ...site, fence: 'mb' },
  ]);
}

function fence(kind: FenceKind): Primitive {
  return statement([], (_, site) => [{ kind: 'fence', ...site, fence: kind }]);
}

function fences(): [string, Primitive][] {
  return [
    ['smp_mb', fence('mb')],
    ['smp_rmb', fence('rmb')],
    ['smp_wmb', fence('wmb')],
    ['smp_mb__before_atomic', fence('before-atomic')],
    ['smp_mb__after_atomic', fence('after-atomic')],
    ['smp_mb__after_spinlock', fence('after-spinlock')],
    ['smp_mb__after_unlock_lock', fence('after-unlock-lock')],
    ['smp_mb__after_srcu_read_unlock', fence('after-srcu-read-unlock')],
    ['barrier', fence('barrier')],
    ['rcu_read_lock', fence('rcu-lock')],
    ['rcu_read_unlock', fence('rcu-unlock')],
    ['synchronize_rcu', fence('sync-rcu')],
    ['synchronize_rcu_expedited', fence('sync-rcu')],
  ];
}

/** The four orderings of a value-returning atomic, by suffix. */
const SUFFIXES: readonly (readonly [string, Order])[] = [
  ['', 'mb'],
  ['_relaxed', 'once'],
  ['_acquire', 'acquire'],
  ['_release', 'release'],
];

function exchanges(): [string, Primitive][] {
  return SUFFIXES.flatMap(([suffix, order]) => {
    const exchange = value(['pointer', 'value'], (args, site) => ({
      kind: 'exchange',
      ...site,
      order,
      address: at(args, 0),
      value: at(args, 1),
    }));
    const compare = value(['pointer', 'value', 'value'], (args, site) => ({
      kind: 'compare-exchange',
      ...site,
      order,
      address: at(args, 0),
      old: at(args, 1),
      value: at(args, 2),
    }));
    return [
      [`xchg${suffix}`, exchange],
      [`atomic_xchg${suffix}`, exchange],
      [`cmpxchg${suffix}`, compare],
      [`atomic_cmpxchg${suffix}`, compare],
    ] satisfies [string, Primitive][];
  });
}

function locks(): [string, Primitive][] {
  const act = (kind: 'lock' | 'unlock'): Primitive =>
    statement(['pointer'], (args, site) => [{ kind, ...site, address: at(args, 0) }]);
  const test = (kind: 'trylock' | 'is-locked'): Primitive =>
    value(['pointer'], (args, site) => ({ kind, ...site, address: at(args, 0) }));
  return [
    ['spin_lock', act('lock')],
    ['spin_unlock', act('unlock')],
    ['spin_trylock', test('trylock')],
    ['spin_is_locked', test('is-locked')],
  ];
}

/** SRCU's sections are opened by a read of the structure and closed by a write of what was read. */
function srcu(): [string, Primitive][] {
  const wait = statement(['pointer'], (args, site) => [
    { kind: 'sync-srcu', ...site, address: at(args, 0) },
  ]);
  return [
    ['srcu_read_lock', load('srcu-lock', 'pointer')],
    ['srcu_down_read', load('srcu-lock', 'pointer')],
    ['srcu_read_unlock', store('srcu-unlock', 'pointer')],
    ['srcu_up_read', store('srcu-unlock', 'pointer')],
    ['synchronize_srcu', wait],
    ['synchronize_srcu_expedited', wait],
  ];
}

/** How a family of atomics takes its arguments: `atomic_add(v, x)` or `atomic_inc(x)`. */
interface Family {
  readonly name: string;
  readonly operator: Operator;
  /** The fixed operand of inc and dec. */
  readonly by: number | null;
  readonly returns: boolean;
}

const FAMILIES: readonly Family[] = [
  { name: 'add', operator: '+', by: null, returns: true },
  { name: 'sub', operator: '-', by: null, returns: true },
  { name: 'inc', operator: '+', by: 1, returns: true },
  { name: 'dec', operator: '-', by: 1, returns: true },
  { name: 'and', operator: '&', by: null, returns: false },
  { name: 'or', operator: '|', by: null, returns: false },
  { name: 'xor', operator: '^', by: null, returns: false },
  { name: 'andnot', operator: '&~', by: null, returns: false },
];

function arithmetic(): [string, Primitive][] {
  const all = FAMILIES.flatMap((family): [string, Primitive][] => [
    [`atomic_${family.name}`, silent(family)],
    ...SUFFIXES.flatMap(([suffix, order]): [string, Primitive][] => [
      [`atomic_fetch_${family.name}${suffix}`, returning(family, order, 'old')],
      ...withResult(family, suffix, order),
    ]),
    ...andTest(family),
  ]);
  return [...all, ['atomic_add_unless', addUnless()]];
}

type Gives = 'new' | 'old';

function call(family: Family, order: Order, gives: Gives, args: Arguments, site: Site): Expression {
  const { operator, by } = family;
  const one: Expression = { kind: 'number', value: by ?? 0, at: site.at };
  const operand = by === null ? at(args, 0) : one;
  const address = at(args, by === null ? 1 : 0);
  return { kind: 'atomic', ...site, order, operator, operand, address, gives };
}

function taken(family: Family): readonly Argument[] {
  return family.by === null ? ['value', 'pointer'] : ['pointer'];
}

function returning(family: Family, order: Order, gives: Gives): ValuePrimitive {
  return value(taken(family), (args, site) => call(family, order, gives, args, site));
}

/** An atomic without a result is relaxed, and smp_rmb does not see its read. */
function silent(family: Family): Primitive {
  return statement(taken(family), (args, site) => [
    { kind: 'evaluate', at: site.at, value: call(family, 'noreturn', 'new', args, site) },
  ]);
}

function comparison(family: Family, order: Order, operator: '==' | '<'): Primitive {
  return value(taken(family), (args, site) => ({
    kind: 'binary',
    at: site.at,
    operator,
    left: call(family, order, 'new', args, site),
    right: { kind: 'number', value: 0, at: site.at },
  }));
}

function andTest(family: Family): [string, Primitive][] {
  if (!['sub', 'inc', 'dec'].includes(family.name)) return [];
  return [[`atomic_${family.name}_and_test`, comparison(family, 'mb', '==')]];
}

/** Adding and subtracting has forms that give the new value; `add` also one that gives its sign. */
function withResult(family: Family, suffix: string, order: Order): [string, Primitive][] {
  if (!family.returns) return [];
  const name = `atomic_${family.name}_return${suffix}`;
  const all: [string, Primitive][] = [[name, returning(family, order, 'new')]];
  if (family.name === 'add') {
    all.push([`atomic_add_negative${suffix}`, comparison(family, order, '<')]);
  }
  return all;
}

function addUnless(): Primitive {
  return value(['pointer', 'value', 'value'], (args, site) => ({
    kind: 'add-unless',
    ...site,
    address: at(args, 0),
    amount: at(args, 1),
    unless: at(args, 2),
  }));
}

/** All primitives by name. */
export const primitives: ReadonlyMap<string, Primitive> = new Map([
  ...accesses(),
  ...fences(),
  ...exchanges(),
  ...locks(),
  ...srcu(),
  ...arithmetic(),
]);
