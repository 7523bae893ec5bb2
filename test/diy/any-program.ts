/** Tests of any shape: whatever statements, on few locations. */

import type { Call, Place, RmwForm, Statement, Test, Value } from './program.ts';
import type { Chance } from './random.ts';

/** What may occur. */
export interface Taste {
  /** Plain accesses, which may race. */
  readonly plain?: boolean;
  /** Read-side sections and grace periods. */
  readonly grace?: boolean;
}

const FORMS: [RmwForm, ...RmwForm[]] = [
  'xchg',
  'cmpxchg',
  'atomic_fetch_add',
  'atomic_add_return',
  'atomic_add_unless',
  'atomic_inc',
];

const BARRIERS: [Call, ...Call[]] = ['smp_mb', 'smp_mb', 'smp_rmb', 'smp_wmb'];

/** How often each kind of statement is drawn. */
const KINDS: readonly ['load', ...string[]] = [
  ...(['load', 'load', 'load', 'store', 'store', 'store'] as const),
  ...(['rmw', 'call', 'if', 'lock', 'section', 'trylock', 'wait'] as const),
];

/** A random test of two or three threads; every register and global tells states apart. */
export function randomProgram(chance: Chance, taste: Taste = {}): Test {
  const threads = chance.pick([2, 2, 3]);
  const bodies = Array.from({ length: threads }, () => new Maker(chance, taste).thread());
  const srcu = taste.grace === true && chance.once(3);
  return { name: 'random', threads: bodies, condition: [], srcu };
}

function called(name: Call): Statement {
  return { do: 'call', name };
}

/** Makes one thread. A class because registers are numbered and remembered on the way. */
class Maker {
  private readonly chance: Chance;
  private readonly taste: Taste;
  private readonly registers: string[] = [];
  private isLocked = false;
  private isInSection = false;
  private hasUnlocked = false;

  constructor(chance: Chance, taste: Taste) {
    this.chance = chance;
    this.taste = taste;
  }

  thread(): Statement[] {
    return this.statements(this.chance.pick([1, 2, 2, 3, 3, 4]));
  }

  private statements(count: number): Statement[] {
    return Array.from({ length: count }, () => this.statement()).flat();
  }

  private statement(): Statement[] {
    const kind = this.chance.pick(KINDS);
    if (kind === 'store') return [this.store()];
    if (kind === 'rmw') return this.withBarrier(this.rmw());
    if (kind === 'call') return [{ do: 'call', name: this.chance.pick(BARRIERS) }];
    if (kind === 'if') return this.branch();
    if (kind === 'lock') return this.locked();
    if (kind === 'trylock') return this.tried();
    if (kind === 'wait') return [this.wait()];
    if (kind === 'section' && this.taste.grace === true) return this.graceful();
    return [this.load()];
  }

  private load(): Statement {
    const plain = this.taste.plain === true && this.chance.once(3);
    const order = plain ? 'plain' : this.chance.pick(['once', 'once', 'acquire']);
    const from = this.place();
    return { do: 'load', into: this.register(), from, order };
  }

  private store(): Statement {
    const plain = this.taste.plain === true && this.chance.once(3);
    const order = plain ? 'plain' : this.chance.pick(['once', 'once', 'release']);
    return { do: 'store', to: this.place(), value: this.value(), order };
  }

  private rmw(): Statement {
    const form = this.chance.pick(FORMS);
    const at = this.place();
    const value = this.value();
    const old = this.chance.number(3);
    if (form === 'atomic_inc')
      return { do: 'rmw', form, order: 'relaxed', into: null, at, old, value };
    const order = this.chance.pick(['full', 'acquire', 'release', 'relaxed']);
    return { do: 'rmw', form, order, into: this.register(), at, old, value };
  }

  /** The barriers that belong to an atomic stand directly beside it. */
  private withBarrier(rmw: Statement): Statement[] {
    const before = [called('smp_mb__before_atomic'), rmw];
    const after = [rmw, called('smp_mb__after_atomic')];
    return this.chance.pick([[rmw], [rmw], before, after]);
  }

  private branch(): Statement[] {
    const register = this.anyRegister();
    if (register === null) return [this.load()];
    const body = [this.chance.once(2) ? this.store() : this.load()];
    return [{ do: 'if', register, is: this.chance.number(3), body }];
  }

  private locked(): Statement[] {
    if (this.isLocked) return [this.store()];
    this.isLocked = true;
    const body = this.statements(this.chance.pick([1, 2]));
    this.isLocked = false;
    const lock = this.chance.pick(['lock0', 'lock0', 'lock1']);
    // smp_mb__after_unlock_lock() needs an unlock before the lock.
    const barriers = this.chance.once(2)
      ? [called('smp_mb__after_spinlock')]
      : this.hasUnlocked
        ? [called('smp_mb__after_unlock_lock')]
        : [];
    const after = this.chance.once(2) ? barriers : [];
    this.hasUnlocked = true;
    return [{ do: 'lock', lock }, ...after, ...body, { do: 'unlock', lock }];
  }

  /** A lock that is tried, and released where that succeeded; or only looked at. */
  private tried(): Statement[] {
    if (this.isLocked) return [this.load()];
    const lock = 'lock0';
    const into = this.register();
    if (this.chance.once(3)) return [{ do: 'is_locked', lock, into }];
    this.isLocked = true;
    const body = this.statements(1);
    this.isLocked = false;
    const unlock: Statement = { do: 'unlock', lock };
    const branch: Statement = { do: 'if', register: into, is: 1, body: [...body, unlock] };
    return [{ do: 'trylock', lock, into }, branch];
  }

  private wait(): Statement {
    const order = this.chance.pick(['once', 'acquire']);
    return { do: 'wait', from: this.place(), until: this.chance.number(2), order };
  }

  private graceful(): Statement[] {
    if (this.isInSection) return [this.load()];
    if (!this.isLocked && this.chance.once(2)) return [{ do: 'call', name: 'synchronize_rcu' }];
    this.isInSection = true;
    const body = this.statements(2);
    this.isInSection = false;
    const [enter, leave] = ['rcu_read_lock', 'rcu_read_unlock'] as const;
    return [{ do: 'call', name: enter }, ...body, { do: 'call', name: leave }];
  }

  private place(): Place {
    const name = this.chance.pick(['x', 'x', 'y', 'y', 'z']);
    return { name, depends: this.chance.once(6) ? this.anyRegister() : null };
  }

  private value(): Value {
    const depends = this.chance.once(4) ? this.anyRegister() : null;
    return { number: 1 + this.chance.number(3), depends };
  }

  private register(): string {
    const name = `r${this.registers.length}`;
    this.registers.push(name);
    return name;
  }

  private anyRegister(): string | null {
    const [first, ...rest] = this.registers;
    return first === undefined ? null : this.chance.pick([first, ...rest]);
  }
}
