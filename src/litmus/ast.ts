/**
 * The syntax tree of a litmus test: what the parser gives and the thread interpreter runs.
 *
 * The primitives of `linux-kernel.def` are reduced to a few shapes here (a read with an ordering,
 * an exchange with an ordering, a fence of a kind); the name that the author wrote is kept for
 * pictures.
 */

/** Line and column of the first character, both from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** How an access is marked (`linux-kernel.bell`, enum Accesses; the last two are SRCU's). */
export type Order =
  'plain' | 'once' | 'acquire' | 'release' | 'mb' | 'noreturn' | 'srcu-lock' | 'srcu-unlock';

/** The fences (`linux-kernel.bell`, enum Barriers). */
export type FenceKind =
  | 'mb'
  | 'rmb'
  | 'wmb'
  | 'barrier'
  | 'rcu-lock'
  | 'rcu-unlock'
  | 'sync-rcu'
  | 'before-atomic'
  | 'after-atomic'
  | 'after-spinlock'
  | 'after-unlock-lock'
  | 'after-srcu-read-unlock';

/** The binary operators of the dialect, and `&~` of the andnot atomics. */
export type Operator =
  '*' | '/' | '+' | '-' | '&' | '&~' | '|' | '^' | '==' | '!=' | '<' | '>' | '<=' | '>=';

/** What an expression and a statement have in common. */
interface Node {
  readonly at: Place;
}

/** An expression that touches memory, with the primitive's name as written. */
interface Access extends Node {
  readonly primitive: string;
  readonly address: Expression;
}

export interface NumberExpression extends Node {
  readonly kind: 'number';
  readonly value: number;
}

/** A register, or a parameter (a register that holds the address of the global of its name). */
export interface NameExpression extends Node {
  readonly kind: 'name';
  readonly name: string;
}

export interface BinaryExpression extends Node {
  readonly kind: 'binary';
  readonly operator: Operator;
  readonly left: Expression;
  readonly right: Expression;
}

export interface LoadExpression extends Access {
  readonly kind: 'load';
  readonly order: Order;
}

export interface ExchangeExpression extends Access {
  readonly kind: 'exchange';
  readonly order: Order;
  readonly value: Expression;
}

export interface CompareExchangeExpression extends Access {
  readonly kind: 'compare-exchange';
  readonly order: Order;
  readonly old: Expression;
  readonly value: Expression;
}

/** `atomic_add` and its relatives; `gives` is the value of the call. */
export interface AtomicExpression extends Access {
  readonly kind: 'atomic';
  readonly order: Order;
  readonly operator: Operator;
  readonly operand: Expression;
  readonly gives: 'new' | 'old';
}

export interface AddUnlessExpression extends Access {
  readonly kind: 'add-unless';
  readonly amount: Expression;
  readonly unless: Expression;
}

export interface LockTestExpression extends Access {
  readonly kind: 'trylock' | 'is-locked';
}

export type Expression =
  | NumberExpression
  | NameExpression
  | BinaryExpression
  | LoadExpression
  | ExchangeExpression
  | CompareExchangeExpression
  | AtomicExpression
  | AddUnlessExpression
  | LockTestExpression;

export type Statement =
  | (Access & { readonly kind: 'store'; readonly order: Order; readonly value: Expression })
  | (Access & { readonly kind: 'lock' | 'unlock' | 'sync-srcu' })
  | (Node & { readonly kind: 'fence'; readonly fence: FenceKind; readonly primitive: string })
  | (Node & { readonly kind: 'assign'; readonly name: string; readonly value: Expression })
  | (Node & { readonly kind: 'evaluate'; readonly value: Expression })
  | (Node & { readonly kind: 'block'; readonly body: readonly Statement[] })
  | (Node & {
      readonly kind: 'if';
      readonly condition: Expression;
      readonly whenTrue: Statement;
      readonly whenFalse: Statement | null;
    })
  | (Node & { readonly kind: 'while'; readonly condition: Expression; readonly body: Statement });

/** One thread: `P0(int *x) { ... }`. */
export interface ThreadText {
  readonly number: number;
  readonly parameters: readonly string[];
  /** The type of each parameter, without stars and qualifiers: `int`, `struct srcu_struct`. */
  readonly types: readonly string[];
  readonly body: readonly Statement[];
  readonly at: Place;
}

/** A number, or the address of a global. */
export type Constant =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'address'; readonly name: string };

/** A place whose final value can be asked for: a register of a thread, or a global. */
export type Location =
  | {
      readonly kind: 'register';
      readonly thread: number;
      readonly name: string;
      readonly at: Place;
    }
  | { readonly kind: 'global'; readonly name: string; readonly at: Place };

export interface Initial {
  readonly location: Location;
  readonly value: Constant;
}

/** A proposition about a final state. An empty `and` is true, an empty `or` false. */
export type Proposition =
  | { readonly kind: 'is'; readonly left: Location; readonly right: Constant | Location }
  | { readonly kind: 'not'; readonly of: Proposition }
  | { readonly kind: 'and' | 'or'; readonly of: readonly Proposition[] }
  | { readonly kind: 'implies'; readonly left: Proposition; readonly right: Proposition };

export type Quantifier = 'exists' | 'not exists' | 'forall';

/** A whole litmus test. */
export interface LitmusTest {
  readonly name: string;
  readonly initial: readonly Initial[];
  readonly threads: readonly ThreadText[];
  readonly locations: readonly Location[];
  readonly filter: Proposition | null;
  readonly quantifier: Quantifier;
  readonly condition: Proposition;
}
