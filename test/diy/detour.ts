/**
 * Tests in which something comes back to a thread: it reads or stores a word, others overwrite
 * that or pass it on, and it reads what they made of it. LKMM has the two accesses in order then
 * (`prop & int` in hb). Before, the thread reads a message; behind, it looks at what came before
 * that message.
 */

import type { Call, Place, Statement, StoreOrder, Test, Value } from './program.ts';
import type { Chance } from './random.ts';

/** What may stand between two accesses of the thread that something comes back to. */
const BETWEEN: [readonly Statement[], ...(readonly Statement[])[]] = [
  ...([[], [], [], [], []] as const),
  [called('smp_wmb')],
  [called('smp_rmb')],
  [called('smp_mb__before_atomic')],
  [called('smp_mb__after_atomic')],
  [
    { do: 'lock', lock: 'lock0' },
    { do: 'unlock', lock: 'lock0' },
  ],
];

/** What may stand between the stores of another thread. */
const SENT: [readonly Statement[], ...(readonly Statement[])[]] = [
  ...([[called('smp_wmb')], [called('smp_wmb')], [called('smp_wmb')], []] as const),
  [called('smp_mb')],
  [called('synchronize_rcu')],
  [
    { do: 'lock', lock: 'lock0' },
    { do: 'unlock', lock: 'lock0' },
  ],
];

/** Who overwrites or passes on: by the word, and where what comes back is read. */
interface Others {
  readonly threads: readonly Statement[][];
  readonly back: string;
}

/** A random test of three threads, with a fourth where two others pass it on. */
export function detourProgram(chance: Chance): Test {
  const message = chance.pick(['x', 'y']);
  const word = chance.pick(['x', 'y', 'y']);
  const others = othersOf(chance, word);
  const sender = [store('z', 1), ...chance.pick(SENT), store(message, 1, chance.pick(ORDERS))];
  const middle = new Middle(chance).thread(message, word, others.back);
  return { name: 'detour', threads: [sender, middle, ...others.threads], condition: [] };
}

const ORDERS: [StoreOrder, ...StoreOrder[]] = ['once', 'once', 'release'];

function called(name: Call): Statement {
  return { do: 'call', name };
}

function store(name: string, number: number, order: StoreOrder = 'once'): Statement {
  return { do: 'store', to: place(name), value: { number, depends: null }, order };
}

function place(name: string): Place {
  return { name, depends: null };
}

/** One thread overwrites; or overwrites and tells; or a thread reads and tells. */
function othersOf(chance: Chance, word: string): Others {
  const told = chance.pick(['u', 'u', word === 'x' ? 'y' : 'x']);
  const order = chance.pick<StoreOrder>(['release', 'release', 'once']);
  switch (chance.pick(['overwrites', 'tells', 'passes on', 'both'])) {
    case 'overwrites':
      return { threads: [[store(word, 2)]], back: word };
    case 'tells':
      return {
        threads: [[store(word, 2), ...chance.pick(SENT), store(told, 3, order)]],
        back: told,
      };
    case 'both': {
      const reader = [load('r0', word), store(told, 3, order)];
      return { threads: [[store(word, 2)], reader], back: told };
    }
    case 'passes on':
      return { threads: [[load('r0', word), store(told, 3, order)]], back: told };
  }
}

function load(into: string, name: string): Statement {
  return { do: 'load', into, from: place(name), order: 'once' };
}

/** The thread that something comes back to. A class because registers are remembered. */
class Middle {
  private readonly chance: Chance;
  private readonly registers: string[] = [];

  constructor(chance: Chance) {
    this.chance = chance;
  }

  thread(message: string, word: string, back: string): Statement[] {
    const accesses = [(): Statement => this.load(message)];
    if (word !== message || this.chance.once(2)) accesses.push(() => this.any(word));
    if (this.chance.once(5)) accesses.push(() => this.any(this.chance.pick(['x', 'y', 'u'])));
    // What comes back to a later access may have been read before it.
    const at = this.chance.once(3) ? accesses.length - 1 : accesses.length;
    accesses.splice(at, 0, () => this.load(back));
    accesses.push(() => this.load('z'));
    const body = accesses.flatMap((make, number) => {
      return number === 0 ? [make()] : [...this.chance.pick(BETWEEN), make()];
    });
    return this.chance.once(4) ? this.inSection(body) : body;
  }

  /** With some statements to the end in a section of RCU. */
  private inSection(body: readonly Statement[]): Statement[] {
    const [enter, leave] = [called('rcu_read_lock'), called('rcu_read_unlock')];
    return [...body.toSpliced(this.chance.number(body.length), 0, enter), leave];
  }

  private any(name: string): Statement {
    switch (this.chance.pick(['load', 'load', 'store', 'store', 'rmw'])) {
      case 'load':
        return this.load(name);
      case 'store': {
        const order = this.chance.pick(ORDERS);
        return { do: 'store', to: this.place(name), value: this.value(), order };
      }
      case 'rmw':
        return this.rmw(name);
    }
  }

  private rmw(name: string): Statement {
    const form = this.chance.pick(['xchg', 'cmpxchg', 'atomic_inc', 'atomic_fetch_add']);
    const order = this.chance.pick(['relaxed', 'relaxed', 'acquire', 'release']);
    const [at, value] = [this.place(name), this.value()];
    const into = form === 'atomic_inc' ? null : this.register();
    return { do: 'rmw', form, order, into, at, old: this.chance.number(2), value };
  }

  private load(name: string): Statement {
    const from = this.place(name);
    const order = this.chance.pick(['once', 'once', 'acquire']);
    return { do: 'load', into: this.register(), from, order };
  }

  private register(): string {
    const name = `r${this.registers.length}`;
    this.registers.push(name);
    return name;
  }

  private place(name: string): Place {
    return { name, depends: this.dependency() };
  }

  private value(): Value {
    return { number: 4, depends: this.dependency() };
  }

  private dependency(): string | null {
    const [first, ...rest] = this.registers;
    return first === undefined || !this.chance.once(3) ? null : this.chance.pick([first, ...rest]);
  }
}
