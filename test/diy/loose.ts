/**
 * Tests of what need not stand in pairs: sections of RCU and of several srcu_structs that overlap
 * as they like, grace periods for each, and barriers that stand away from the atomic, the lock or
 * the end of a section that they belong to.
 */

import type { Call, Place, Statement, Test } from './program.ts';
import type { Chance } from './random.ts';

const BARRIERS: [Call, ...Call[]] = [
  'smp_mb',
  'smp_mb__before_atomic',
  'smp_mb__after_atomic',
  'smp_mb__after_spinlock',
  'smp_mb__after_unlock_lock',
  'smp_mb__after_srcu_read_unlock',
];

/** How often each kind of statement is drawn. */
const KINDS: readonly ['load', ...string[]] = [
  ...(['load', 'load', 'load', 'store', 'store', 'store', 'enter', 'enter', 'enter'] as const),
  ...(['leave', 'leave', 'grace', 'grace', 'grace', 'atomic', 'barrier', 'lock'] as const),
];

/** A random test of two or three threads. */
export function looseProgram(chance: Chance): Test {
  const threads = chance.pick([2, 2, 2, 3]);
  const bodies = Array.from({ length: threads }, () => threadOf(chance));
  return { name: 'loose', threads: bodies, condition: [] };
}

/** A section that is open: of RCU, or of a srcu_struct with the register of its number. */
export interface Open {
  readonly domain: string;
  readonly cookie: string;
}

function threadOf(chance: Chance): Statement[] {
  const open: Open[] = [];
  const body: Statement[] = [];
  for (let left = chance.pick([2, 3, 4, 5, 6]); left > 0; left--) {
    body.push(...statement(chance, open, body.length));
  }
  return [...body, ...open.toReversed().map(leave)];
}

function statement(chance: Chance, open: Open[], number: number): Statement[] {
  switch (chance.pick(KINDS)) {
    case 'store':
      return [store(chance)];
    case 'enter': {
      const section = { domain: chance.pick(['rcu', 's0', 's0', 's1']), cookie: `c${number}` };
      open.push(section);
      return [enter(section)];
    }
    case 'leave':
      return leaveOne(chance, open);
    case 'grace':
      return grace(chance, open);
    case 'atomic':
      return [atomic(chance, number)];
    case 'barrier':
      return [{ do: 'call', name: chance.pick(BARRIERS) }];
    case 'lock':
      return [{ do: 'lock', lock: 'lock0' }, store(chance), { do: 'unlock', lock: 'lock0' }];
    default:
      return [{ do: 'load', into: `r${number}`, from: place(chance), order: 'once' }];
  }
}

/** Sections of RCU nest; those of a srcu_struct end in any order. */
function leaveOne(chance: Chance, open: Open[]): Statement[] {
  const section = open[chance.number(Math.max(1, open.length))];
  if (section === undefined) return [];
  open.splice(open.indexOf(section), 1);
  return [leave(section)];
}

export function enter({ domain, cookie }: Open): Statement {
  if (domain === 'rcu') return { do: 'call', name: 'rcu_read_lock' };
  return { do: 'enter', domain, cookie };
}

export function leave({ domain, cookie }: Open): Statement {
  if (domain === 'rcu') return { do: 'call', name: 'rcu_read_unlock' };
  return { do: 'leave', domain, cookie };
}

/** Whoever waits inside of a section of its own waits for ever. */
function grace(chance: Chance, open: readonly Open[]): Statement[] {
  const domain = chance.pick(['rcu', 's0', 's0', 's1']);
  if (open.some((one) => one.domain === domain || one.domain === 'rcu')) return [];
  if (domain === 'rcu') return [{ do: 'call', name: 'synchronize_rcu' }];
  return [{ do: 'grace', domain }];
}

function atomic(chance: Chance, number: number): Statement {
  const value = { number: 1, depends: null };
  const at = { name: chance.pick(['x', 'y', 'z']), depends: null };
  const old = chance.number(2);
  const form = chance.pick(['atomic_inc', 'atomic_inc', 'xchg', 'cmpxchg', 'atomic_add_unless']);
  const into = form === 'atomic_inc' ? null : `r${number}`;
  return { do: 'rmw', form, order: 'relaxed', into, at, old, value };
}

function store(chance: Chance): Statement {
  const value = { number: 1 + chance.number(2), depends: null };
  return { do: 'store', to: place(chance), value, order: 'once' };
}

function place(chance: Chance): Place {
  return { name: chance.pick(['x', 'x', 'y', 'y', 'z']), depends: null };
}
