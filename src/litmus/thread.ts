/**
 * All ways through a thread.
 *
 * The thread is run again and again; whenever it depends on what a read returns (a branch, a
 * compare and exchange, an address), the run takes the next choice and notes it as a constraint.
 * The list of choices is counted up like a number until every way was taken.
 *
 * Dependencies follow herdtools7 herd/CSem.ml and herd/machModelChecker.ml (make_procrels, as of
 * commit 0f3f8188a326): data and address dependencies start at the reads whose values went into an
 * expression, through registers or directly. A control dependency reaches the events inside the
 * branches of an `if` and none after them.
 */

import type { Expression, Statement, ThreadText } from './ast.ts';
import { Decisions } from './decisions.ts';
import type { Event, Path } from './event.ts';
import { PATHS_MAX, PATH_EVENTS_MAX, STATEMENTS_MAX } from './limits.ts';
import { Mistake } from './mistake.ts';
import { ADDRESS, isAddress } from './term.ts';
import type { Term, Terms } from './term.ts';
import { Recorder } from './thread-events.ts';
import type { Value } from './thread-events.ts';
import { isWaitLoop } from './wait-loop.ts';

/** What the threads of a test have in common. */
export interface Surroundings {
  readonly terms: Terms;
  /** The index of a global by its name. */
  readonly globals: ReadonlyMap<string, number>;
  /** The globals whose addresses can be in a register or in memory. */
  readonly addressable: readonly number[];
  readonly unroll: number;
  /** The initial values of the thread's registers, parameters included. */
  readonly registers: ReadonlyMap<string, number>;
}

/** Thrown to end a run early; never leaves this file. */
class Leave extends Error {}
const LEAVE = new Leave('end of a way through a thread');

/**
 * All ways through a thread.
 *
 * @returns null when there are more than the limits allow
 */
export function pathsOf(thread: ThreadText, around: Surroundings): Path[] | null {
  const paths: Path[] = [];
  const choices: number[] = [];
  const sizes: number[] = [];
  const budget = { statements: STATEMENTS_MAX };
  let events = 0;
  for (;;) {
    const path = new Run(thread, around, choices, sizes, budget).path();
    if (budget.statements < 0) return null;
    if (path !== null) paths.push(path);
    events += path?.events.length ?? 0;
    while (choices.length > 0 && (choices.at(-1) as number) + 1 >= (sizes.at(-1) as number)) {
      choices.pop();
      sizes.pop();
    }
    if (choices.length === 0) return paths;
    if (paths.length >= PATHS_MAX || events > PATH_EVENTS_MAX) return null;
    choices.push((choices.pop() as number) + 1);
  }
}

/** One run of a thread along given choices; it appends choice 0 where they end. */
class Run {
  private readonly thread: ThreadText;
  private readonly around: Surroundings;
  private readonly budget: { statements: number };
  private readonly decisions: Decisions;
  private readonly record: Recorder;
  private readonly registers = new Map<string, Value>();
  /** What earlier choices say about a term's address. */
  private readonly addresses = new Map<Term, number>();

  constructor(
    thread: ThreadText,
    around: Surroundings,
    choices: number[],
    sizes: number[],
    budget: { statements: number },
  ) {
    this.budget = budget;
    this.thread = thread;
    this.around = around;
    this.decisions = new Decisions(around.terms, choices, sizes);
    this.record = new Recorder(thread.number, around.terms);
    for (const [name, value] of around.registers) {
      this.registers.set(name, this.constant(value));
    }
  }

  /** The path, or null when its locks make it impossible. */
  path(): Path | null {
    const end = this.end();
    const events: readonly Event[] = this.record.events;
    const { constraints } = this.decisions;
    const registers = new Map([...this.registers].map(([name, { term }]) => [name, term]));
    return end === null ? null : { events, constraints, registers, end };
  }

  private end(): Path['end'] | null {
    try {
      this.statements(this.thread.body);
      return 'finished';
    } catch (thrown) {
      if (thrown !== LEAVE) throw thrown;
      return this.reason;
    }
  }
  private reason: Path['end'] | null = null;

  private leave(reason: Path['end'] | null): Leave {
    this.reason = reason;
    return LEAVE;
  }

  private statements(body: readonly Statement[]): void {
    for (const statement of body) this.statement(statement);
  }

  private statement(statement: Statement): void {
    if (--this.budget.statements < 0) throw this.leave(null);
    this.record.startStatement();
    switch (statement.kind) {
      case 'block':
        return this.statements(statement.body);
      case 'if':
        return this.branch(statement);
      case 'while':
        return this.rounds(statement);
      case 'assign':
        this.registers.set(statement.name, throughRegister(this.value(statement.value)));
        return;
      case 'evaluate':
        this.value(statement.value);
        return;
      case 'fence':
        this.record.fence(statement.fence, -1, statement, []);
        return;
      case 'store':
      case 'lock':
      case 'unlock':
      case 'sync-srcu':
        return this.access(statement);
    }
  }

  private access(statement: Extract<Statement, { address: Expression }>): void {
    const address = this.value(statement.address);
    const written = statement.kind === 'store' ? this.value(statement.value) : null;
    const location = this.location(address, statement);
    if (statement.kind === 'sync-srcu') {
      this.record.fence('sync-srcu', location, statement, address.loads);
    } else if (statement.kind === 'store') {
      this.record.write(location, statement.order, address, written as Value, statement);
    } else if (!this.record.lockEvents(statement.kind, location, address, statement)) {
      throw this.leave(null);
    }
  }

  private branch(statement: Extract<Statement, { kind: 'if' }>): void {
    const condition = this.value(statement.condition);
    const chosen = this.decisions.truth(condition.term) ? statement.whenTrue : statement.whenFalse;
    if (chosen === null) return;
    this.record.under(condition, () => this.statement(chosen));
  }

  /** A round of a loop happens inside the branch of the round before. */
  private rounds(statement: Extract<Statement, { kind: 'while' }>): void {
    let outside: readonly number[] | null = null;
    for (let round = 0; ; round++) {
      this.record.startStatement();
      const condition = this.value(statement.condition);
      if (!this.decisions.truth(condition.term)) break;
      if (round === this.around.unroll) throw this.leave(isWaitLoop(statement) ? 'waits' : 'cut');
      const before = this.record.enter(condition);
      outside ??= before;
      this.statement(statement.body);
    }
    if (outside !== null) this.record.leave(outside);
  }

  private value(expression: Expression): Value {
    switch (expression.kind) {
      case 'number':
        return this.constant(expression.value);
      case 'name':
        return this.registers.get(expression.name) ?? this.constant(0);
      case 'binary': {
        const left = this.value(expression.left);
        const right = this.value(expression.right);
        const { operator, at } = expression;
        const term = this.around.terms.operation(operator, left.term, right.term, at);
        return { term, ...both(left, right) };
      }
      case 'load': {
        const address = this.value(expression.address);
        const location = this.location(address, expression);
        return this.record.read(location, expression.order, address, expression);
      }
      case 'exchange': {
        const address = this.value(expression.address);
        const written = this.value(expression.value);
        const location = this.location(address, expression);
        return this.record.exchange(location, address, written, expression);
      }
      case 'atomic': {
        const operand = this.value(expression.operand);
        const address = this.value(expression.address);
        return this.record.atomic(this.location(address, expression), address, operand, expression);
      }
      case 'compare-exchange':
        return this.compareExchange(expression);
      case 'add-unless':
        return this.addUnless(expression);
      case 'trylock':
      case 'is-locked':
        return this.lockTest(expression);
    }
  }

  private compareExchange(expression: Extract<Expression, { kind: 'compare-exchange' }>): Value {
    const address = this.value(expression.address);
    const old = this.value(expression.old);
    const location = this.location(address, expression);
    const succeeds = this.decisions.choose(2) === 0;
    const written = succeeds ? this.value(expression.value) : null;
    this.foundNext(old.term, succeeds);
    return this.record.compareExchange(location, address, old, written, expression);
  }

  private addUnless(expression: Extract<Expression, { kind: 'add-unless' }>): Value {
    const address = this.value(expression.address);
    const unless = this.value(expression.unless);
    const location = this.location(address, expression);
    const equal = this.decisions.choose(2) === 0;
    const amount = equal ? null : this.value(expression.amount);
    this.foundNext(unless.term, equal);
    return this.record.addUnless(location, address, unless, amount, expression);
  }

  /**
   * Notes whether the next read finds a value. It is the read of an atomic, and comes behind those
   * of the atomic's operands: it has no number before they have theirs.
   */
  private foundNext(value: Term, holds: boolean): void {
    const found = this.around.terms.read(this.thread.number, this.record.reads);
    this.decisions.suppose(found, value, holds);
  }

  private lockTest(expression: Extract<Expression, { kind: 'trylock' | 'is-locked' }>): Value {
    const address = this.value(expression.address);
    const location = this.location(address, expression);
    const answer = this.decisions.choose(2) === 0;
    const value = this.record.lockTest(location, address, answer, expression);
    if (value === null) throw this.leave(null);
    return value;
  }

  private constant(value: number): Value {
    return { term: this.around.terms.value(value), loads: [], direct: [], last: [] };
  }

  /** The global that an address means: known, or chosen among all addresses there are. */
  private location(address: Value, access: { readonly at: Event['at'] }): number {
    const { term } = address;
    if (term.kind === 'value') {
      if (isAddress(term.value)) return term.value - ADDRESS;
      throw this.fault(term, access.at);
    }
    const known = this.addresses.get(term);
    if (known !== undefined) return known;
    const { addressable, terms } = this.around;
    const chosen = addressable[this.decisions.choose(addressable.length + 1)];
    if (chosen === undefined) throw this.fault(term, access.at);
    this.addresses.set(term, chosen);
    const right = terms.value(ADDRESS + chosen);
    this.decisions.constraints.push({ kind: 'equal', left: term, right, holds: true });
    return chosen;
  }

  /** The way on which the address is a number; whether it can be taken is seen later. */
  private fault(term: Term, at: Event['at']): Leave {
    this.decisions.constraints.push({ kind: 'no address', term, at });
    return this.leave('fault');
  }
}

/** The mistake of using a number as an address, which herd7 refuses as well. */
export function noAddress(value: number | null, at: Event['at']): Mistake {
  const what = `${value === null ? 'A number' : `The number ${value}`} is used as an address here.`;
  return new Mistake('HF112', what, at, [
    'In some execution the pointer does not hold the address of a global.',
    'Initialise it (`int *p = &x;` in the initial state), or test it before it is followed.',
  ]);
}

/** What a register keeps of a value: where it comes from, but no order inside one expression. */
function throughRegister({ term, loads }: Value): Value {
  return { term, loads, direct: [], last: [] };
}

/** Two values used together. */
function both(left: Value, right: Value): Omit<Value, 'term'> {
  return {
    loads: union(left.loads, right.loads),
    direct: union(left.direct, right.direct),
    last: union(left.last, right.last),
  };
}

function union(left: readonly number[], right: readonly number[]): readonly number[] {
  if (left.length === 0 || left === right) return right;
  if (right.length === 0) return left;
  return [...new Set([...left, ...right])].sort((one, other) => one - other);
}
