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
import type { Site } from './access.ts';
import type { Sources } from './sources.ts';
import { markWait } from './unending.ts';
import { Inexpressible, sectionOfWord, valueOfWord, wordOf, wordOfSection } from './words.ts';

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
  /** The reads of this thread that have names. */
  readonly sources: Sources;
}

/** A value, and the named reads that it was computed from. */
interface Tracked {
  readonly value: number;
  readonly from: readonly number[];
  /** The section of SRCU that a 0 stands for. */
  readonly section: number | null;
}

const constant = (value: number): Tracked => ({ value, from: [], section: null });

/** Thrown to end a thread's run where it stands still; the search never gets past that point. */
const PASSED = new Inexpressible('A thread stood still, and went on.');

/** Runs a thread. @returns its registers at the end */
export function runThread(
  thread: ThreadText,
  initial: ReadonlyMap<string, number>,
  around: Around,
): ReadonlyMap<string, number> {
  const registers = new Map([...initial].map(([name, value]) => [name, constant(value)]));
  new Run(registers, around).statements(thread.body);
  return new Map([...registers].map(([name, { value }]) => [name, value]));
}

type LockStatement = Extract<Statement, { kind: 'lock' | 'unlock' | 'sync-srcu' }>;

class Run {
  private readonly registers: Map<string, Tracked>;
  /** The sections of SRCU that this thread has ended: to end one twice does nothing. */
  private readonly ended = new Set<string>();
  /** How many sections of RCU it is in. */
  private depth = 0;
  private readonly around: Around;

  constructor(registers: Map<string, Tracked>, around: Around) {
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
        return this.fence(statement);
      case 'sync-srcu':
        markWait(statement.at);
        return access.waitForSections(this.site(this.value(statement.address), null, []));
      case 'store':
        return this.store(statement);
      case 'lock':
      case 'unlock':
        return this.lock(statement.kind, statement);
    }
  }

  private store(statement: Extract<Statement, { kind: 'store' }>): void {
    const address = this.value(statement.address);
    const value = this.value(statement.value);
    const site = this.site(address, null, [value]);
    if (statement.order === 'srcu-unlock') return this.endSection(site, value);
    const word = value.section === null ? wordOf(value.value) : wordOfSection(value.section);
    access.store(statement.order, site, word);
  }

  /** What is no section's number ends none. */
  private endSection(site: Site, { section }: Tracked): void {
    const one = `${site.address} ${section}`;
    if (section === null || this.ended.has(one)) return;
    access.endSection(site, section);
    this.ended.add(one);
  }

  private lock(kind: 'lock' | 'unlock', { address, at }: LockStatement): void {
    const site = this.site(this.value(address), null, []);
    if (kind === 'lock') markWait(at);
    access.lock(kind, site);
  }

  private branch({ condition, whenTrue, whenFalse }: Extract<Statement, { kind: 'if' }>): void {
    const chosen = this.value(condition).value === 0 ? whenFalse : whenTrue;
    if (chosen !== null) this.statement(chosen);
  }

  /** A grace period waits for the section that it stands in for ever. */
  private fence({ fence, at }: Extract<Statement, { kind: 'fence' }>): void {
    if (fence === 'rcu-lock') this.depth++;
    if (fence === 'rcu-unlock') this.depth--;
    if (fence === 'sync-rcu') markWait(at);
    if (fence === 'sync-rcu' && this.depth > 0) this.standStill();
    access.fence(fence);
  }

  /** A loop that waits may go round for ever; another one is followed as often as is asked for. */
  private rounds(statement: Extract<Statement, { kind: 'while' }>): void {
    const goesOn = (): boolean => this.value(statement.condition).value !== 0;
    if (!isWaitLoop(statement)) return this.boundedRounds(statement, goesOn);
    const waits = (): boolean => {
      markWait(statement.at);
      return goesOn();
    };
    if (!waits()) return;
    loop(() => {
      this.statement(statement.body);
      return waits();
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
    return this.standStill();
  }

  private standStill(): never {
    access.standStill(this.around.never);
    throw PASSED;
  }

  private value(expression: Expression): Tracked {
    switch (expression.kind) {
      case 'number':
        return constant(expression.value);
      case 'name':
        return this.registers.get(expression.name) ?? constant(0);
      case 'binary':
        return computed(
          expression.operator,
          this.value(expression.left),
          this.value(expression.right),
        );
      case 'load':
      case 'trylock':
      case 'is-locked':
        return this.read(expression);
      case 'exchange':
      case 'compare-exchange':
      case 'atomic':
      case 'add-unless':
        return this.update(expression);
    }
  }

  private read(
    expression: Extract<Expression, { kind: 'load' | 'trylock' | 'is-locked' }>,
  ): Tracked {
    const address = this.value(expression.address);
    if (expression.kind === 'load' && expression.order === 'srcu-lock') {
      const domain = this.site(address, null, []);
      const section = access.beginSection(domain);
      this.ended.delete(`${domain.address} ${section}`);
      return { ...constant(0), section };
    }
    const site = this.site(address, expression, []);
    if (expression.kind === 'load') {
      const word = access.load(expression, site);
      return { ...named(site, valueOfWord(word)), section: sectionOfWord(word) };
    }
    const told = access.lockTest(expression.kind, site);
    return expression.kind === 'is-locked' || told === 0 ? named(site, told) : constant(told);
  }

  /** A read-modify-write: its operands first, then the address, as they stand in the call. */
  private update(
    expression: Exclude<
      Expression,
      { kind: 'number' | 'name' | 'binary' | 'load' | 'trylock' | 'is-locked' }
    >,
  ): Tracked {
    const address = this.value(expression.address);
    switch (expression.kind) {
      case 'exchange': {
        const value = this.value(expression.value);
        const site = this.site(address, expression, [value]);
        return named(site, access.exchange(expression, site, value.value));
      }
      case 'compare-exchange': {
        const old = this.value(expression.old);
        const value = this.value(expression.value);
        const site = this.site(address, expression, [value]);
        return named(site, access.compareExchange(expression, site, old.value, value.value));
      }
      case 'atomic': {
        const operand = this.value(expression.operand);
        const site = this.site(address, expression, [operand]);
        return named(site, access.atomic(expression, site, operand.value), operand);
      }
      case 'add-unless': {
        const [amount, unless] = [this.value(expression.amount), this.value(expression.unless)];
        const site = this.site(address, expression, [amount]);
        return named(site, access.addUnless(site, amount.value, unless.value), unless);
      }
    }
  }

  /** Where a global stands in memory, and what the access depends on. */
  private site(address: Tracked, read: Expression | null, operands: readonly Tracked[]): Site {
    const { addresses, sources } = this.around;
    const { value } = address;
    const place = isAddress(value) ? addresses[value - ADDRESS] : undefined;
    if (place === undefined) throw new Inexpressible(`The number ${value} is used as an address.`);
    return {
      address: place,
      dependsOn: [...new Set(address.from)],
      computedFrom: [...new Set(operands.flatMap(({ from }) => from))],
      source: read === null ? 0 : (sources.get(read) ?? 0),
    };
  }
}

/** The value of a read, which depends on the read itself and perhaps on an operand. */
function named({ source }: Site, value: number, operand: Tracked = constant(0)): Tracked {
  const from = source === 0 ? operand.from : [...operand.from, source];
  return { value, from, section: null };
}

function computed(operator: Parameters<typeof apply>[0], left: Tracked, right: Tracked): Tracked {
  const value = apply(operator, left.value, right.value);
  const from = [...new Set([...left.from, ...right.from])];
  if (value !== null) return { value, from, section: null };
  throw new Inexpressible(`\`${operator}\` has no value for an address or a zero.`);
}
