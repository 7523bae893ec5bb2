/**
 * A litmus test before it is text: few kinds of statements, so that it can be made at random,
 * made smaller and printed.
 */

/** Where an access goes; with a register whose value, times 0, is added to the address. */
export interface Place {
  readonly name: string;
  readonly depends: string | null;
}

/** A number, to which a register's value, times 0, may be added. */
export interface Value {
  readonly number: number;
  readonly depends: string | null;
}

export type LoadOrder = 'plain' | 'once' | 'acquire' | 'dereference';
export type StoreOrder = 'plain' | 'once' | 'release' | 'assign';
export type RmwOrder = 'full' | 'acquire' | 'release' | 'relaxed';

/** Read-modify-writes: those that give a value have an order, `atomic_inc` has none. */
export type RmwForm =
  | 'xchg'
  | 'cmpxchg'
  | 'atomic_fetch_add'
  | 'atomic_add_return'
  | 'atomic_add_unless'
  | 'atomic_inc';

/** What stands alone: barriers, sections, grace periods. */
export type Call =
  | 'smp_mb'
  | 'smp_rmb'
  | 'smp_wmb'
  | 'smp_mb__before_atomic'
  | 'smp_mb__after_atomic'
  | 'smp_mb__after_spinlock'
  | 'smp_mb__after_unlock_lock'
  | 'smp_mb__after_srcu_read_unlock'
  | 'rcu_read_lock'
  | 'rcu_read_unlock'
  | 'synchronize_rcu';

export type Statement =
  | { readonly do: 'load'; readonly into: string; readonly from: Place; readonly order: LoadOrder }
  | { readonly do: 'store'; readonly to: Place; readonly value: Value; readonly order: StoreOrder }
  | {
      readonly do: 'rmw';
      readonly form: RmwForm;
      readonly order: RmwOrder;
      /** null for `atomic_inc`. */
      readonly into: string | null;
      readonly at: Place;
      /** What is compared with, for `cmpxchg` and `atomic_add_unless`. */
      readonly old: number;
      readonly value: Value;
    }
  | { readonly do: 'call'; readonly name: Call }
  | { readonly do: 'lock' | 'unlock'; readonly lock: string }
  /** Sections of a srcu_struct, by the register of their number; its grace period. */
  | { readonly do: 'enter' | 'leave'; readonly domain: string; readonly cookie: string }
  | { readonly do: 'grace'; readonly domain: string }
  /** spin_trylock and spin_is_locked. */
  | { readonly do: 'trylock' | 'is_locked'; readonly lock: string; readonly into: string }
  /** Goes round until a load gives `until`. */
  | { readonly do: 'wait'; readonly from: Place; readonly until: number; readonly order: LoadOrder }
  | {
      readonly do: 'if';
      readonly register: string;
      readonly is: number;
      readonly body: readonly Statement[];
    };

/** One equation of the condition: `x=1`, `0:r1=2`. */
export interface Atom {
  /** null for a global. */
  readonly thread: number | null;
  readonly name: string;
  readonly value: number;
}

/** A whole test; threads are lists of statements. */
export interface Test {
  readonly name: string;
  readonly threads: readonly (readonly Statement[])[];
  readonly condition: readonly Atom[];
  /** Sections and grace periods are those of an srcu_struct instead of RCU's. */
  readonly srcu?: boolean;
}

/** All statements, those inside of branches after their branch. */
export function* flattened(body: readonly Statement[]): Generator<Statement> {
  for (const statement of body) {
    yield statement;
    if (statement.do === 'if') yield* flattened(statement.body);
  }
}

/** The global, lock or srcu_struct that a statement names, or null. */
export function globalOf(statement: Statement): string | null {
  switch (statement.do) {
    case 'load':
    case 'wait':
      return statement.from.name;
    case 'store':
      return statement.to.name;
    case 'rmw':
      return statement.at.name;
    case 'lock':
    case 'unlock':
    case 'trylock':
    case 'is_locked':
      return statement.lock;
    case 'enter':
    case 'leave':
    case 'grace':
      return statement.domain;
    case 'call':
    case 'if':
      return null;
  }
}

/** The register that a statement assigns, or null. */
export function assignedBy(statement: Statement): string | null {
  return 'into' in statement ? statement.into : null;
}
