/**
 * Tests in which sections of RCU and of srcu_structs overlap in one thread as the links of a chain,
 * while another one waits for grace periods between two accesses: the order of the whole comes from
 * which section begins before which other one ends.
 */

import { enter, leave } from './loose.ts';
import type { Open } from './loose.ts';
import type { Statement, Test } from './program.ts';
import type { Chance } from './random.ts';

type Domain = 'rcu' | 's0' | 's1';

/** A random test of two threads, or of three. */
export function chainProgram(chance: Chance): Test {
  const domains = Array.from({ length: chance.pick([2, 2, 3]) }, () => domain(chance));
  const places = chance.once(2) ? (['x', 'y'] as const) : (['y', 'x'] as const);
  const threads = [inSections(chance, domains), inGracePeriods(chance, domains, places)];
  if (chance.once(4)) threads.push(inGracePeriods(chance, [domain(chance)], ['y', 'z']));
  return { name: 'chain', threads, condition: [] };
}

function domain(chance: Chance): Domain {
  return chance.pick(['rcu', 'rcu', 's0', 's0', 's1']);
}

/** An access in the first section, and one in the last; each begins where the one before ends. */
function inSections(chance: Chance, domains: readonly Domain[]): Statement[] {
  const all = domains.map((one, at): Open => ({ domain: one, cookie: `c${at}` }));
  return all.flatMap((one, at): Statement[] => {
    const before = all[at - 1];
    if (before === undefined) return [enter(one), access(chance, 'x', 0)];
    const overlap = [enter(one), leave(before)];
    if (chance.once(4)) overlap.reverse();
    if (chance.once(3)) overlap.splice(chance.number(3), 0, access(chance, 'z', 10 + at));
    return [...overlap, ...(at < all.length - 1 ? [] : [access(chance, 'y', 1), leave(one)])];
  });
}

/** An access, grace periods for these sections, another access. */
function inGracePeriods(
  chance: Chance,
  domains: readonly Domain[],
  [first, last]: readonly [string, string],
): Statement[] {
  const graces = domains.map((one): Statement =>
    one === 'rcu' ? { do: 'call', name: 'synchronize_rcu' } : { do: 'grace', domain: one },
  );
  if (chance.once(4)) graces.reverse();
  if (chance.once(4)) graces.pop();
  return [access(chance, first, 0), ...graces, access(chance, last, 1)];
}

function access(chance: Chance, name: string, number: number): Statement {
  const place = { name, depends: null };
  if (chance.once(2)) return { do: 'load', into: `r${number}`, from: place, order: 'once' };
  return { do: 'store', to: place, value: { number: 1, depends: null }, order: 'once' };
}
