/**
 * A thread of a litmus test as a thread of the state search.
 *
 * The thread is interpreted: its accesses go to the machine in force, and the interpreter's own
 * state follows from what they observe. So the search may start it from the beginning as often as
 * it likes, which is all it asks of a thread.
 */

import type { Expression, Statement, ThreadText } from '../litmus/ast.ts';
import { ADDRESS, apply, isAddress } from '../litmus/term.ts';
import { isWaitLoop } from '../litmus/wait-loop.ts';
import { loop } from '../memory/control.ts';
import * as access from './access.ts';
import { Inexpressible } from './words.ts';

/** What threads share. */
export interface Around {
  /** The address of each global, by its number. */
  readonly addresses: readonly number[];
  /** A word that stays 0. */
  readonly never: number;
  /** Rounds of a loop that are followed, where it does more than wait. */
  readonly unroll: number;
  /** Called where a loop is cut. */
  readonly onCut: () => void;
}

type Registers = Map<string, number>;

/** Thrown to end a thread's run where a loop is cut; the search never gets past that point. */
const CUT = new Inexpressible('A loop was cut, and the thread went on.');

/** Runs a thread. @returns its registers at the end */
export function runThread(
  thread: ThreadText,
  initial: ReadonlyMap<string, number>,
  around: Around,
): ReadonlyMap<string, number> {
  const run = new Run(new Map(initial), around);
  run.statements(thread.body);
  return run.registers;
}

class Run {
  readonly registers: Registers;
  /** Whether a section of SRCU was ended: smp_mb__after_srcu_read_unlock() is a barrier then. */
  private endedSection = false;
  private readonly around: Around;

  constructor(registers: Registers, around: Around) {
    this.registers = registers;
    this.around = around;
  }

  statements(body: readonly Statement[]): void {
    for (const statement of body) this.statement(statement);
  }

  private statement(statement: Statement): void {
    switch (statement.kind) {
      case 'block':
        return this.statements(statement.body);
      case 'if':
        return this.branch(statement);
      case 'while':
        return this.rounds(statement);
      case 'assign':
        this.registers.set(statement.name, this.value(statement.value));
        return;
      case 'evaluate':
        this.value(statement.value);
        return;
      case 'fence':
        // Without a section before it, it is no barrier.
        if (statement.fence === 'after-srcu-read-unlock' && !this.endedSection) return;
        return access.fence(statement);
      case 'sync-srcu':
        this.value(statement.address);
        return access.fence({ ...statement, kind: 'fence', fence: 'sync-rcu' });
      case 'store':
        return this.store(statement);
      case 'lock':
      case 'unlock':
        return access.lock(statement.kind, this.address(statement.address));
    }
  }

  private store(statement: Extract<Statement, { kind: 'store' }>): void {
    const address = this.address(statement.address);
    const value = this.value(statement.value);
    if (statement.order === 'srcu-unlock') this.section('rcu-unlock', statement);
    else access.store(statement.order, address, value);
  }

  /** A section of SRCU, which is one of RCU here: runnable.ts. */
  private section(kind: 'rcu-lock' | 'rcu-unlock', at: Pick<Statement, 'at'>): void {
    if (kind === 'rcu-unlock') this.endedSection = true;
    access.fence({ kind: 'fence', fence: kind, primitive: kind, at: at.at });
  }

  private branch({ condition, whenTrue, whenFalse }: Extract<Statement, { kind: 'if' }>): void {
    const chosen = this.value(condition) === 0 ? whenFalse : whenTrue;
    if (chosen !== null) this.statement(chosen);
  }

  /** A loop that waits may go round for ever; another one is followed as often as is asked for. */
  private rounds(statement: Extract<Statement, { kind: 'while' }>): void {
    const goesOn = (): boolean => this.value(statement.condition) !== 0;
    if (!isWaitLoop(statement)) return this.boundedRounds(statement, goesOn);
    if (!goesOn()) return;
    loop(() => {
      this.statement(statement.body);
      return goesOn();
    });
  }

  private boundedRounds({ body }: { readonly body: Statement }, goesOn: () => boolean): void {
    for (let round = 0; goesOn(); round++) {
      if (round === this.around.unroll) this.cut();
      this.statement(body);
    }
  }

  private cut(): never {
    this.around.onCut();
    access.standStill(this.around.never);
    throw CUT;
  }

  private value(expression: Expression): number {
    switch (expression.kind) {
      case 'number':
        return expression.value;
      case 'name':
        return this.registers.get(expression.name) ?? 0;
      case 'binary':
        return computed(
          expression.operator,
          this.value(expression.left),
          this.value(expression.right),
        );
      case 'load':
        return this.load(expression);
      case 'exchange': {
        const value = this.value(expression.value);
        return access.exchange(expression, this.address(expression.address), value);
      }
      case 'compare-exchange': {
        const [old, value] = [expression.old, expression.value].map((one) => this.value(one));
        const address = this.address(expression.address);
        return access.compareExchange(expression, address, old ?? 0, value ?? 0);
      }
      case 'atomic': {
        const operand = this.value(expression.operand);
        return access.atomic(expression, this.address(expression.address), operand);
      }
      case 'add-unless': {
        const [amount, unless] = [expression.amount, expression.unless].map((one) =>
          this.value(one),
        );
        return access.addUnless(this.address(expression.address), amount ?? 0, unless ?? 0);
      }
      case 'trylock':
      case 'is-locked':
        return access.lockTest(expression.kind, this.address(expression.address));
    }
  }

  private load(expression: Extract<Expression, { kind: 'load' }>): number {
    const address = this.address(expression.address);
    if (expression.order !== 'srcu-lock') return access.load(expression, address);
    this.section('rcu-lock', expression);
    return 0;
  }

  /** Where a global stands in memory. */
  private address(expression: Expression): number {
    const value = this.value(expression);
    const address = isAddress(value) ? this.around.addresses[value - ADDRESS] : undefined;
    if (address !== undefined) return address;
    throw new Inexpressible(`The number ${value} is used as an address.`);
  }
}

function computed(operator: Parameters<typeof apply>[0], left: number, right: number): number {
  const value = apply(operator, left, right);
  if (value !== null) return value;
  throw new Inexpressible(`\`${operator}\` has no value for an address or a zero.`);
}
