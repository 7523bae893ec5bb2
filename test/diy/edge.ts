/**
 * The edges that cycles are made of, as in diy (Alglave, Maranget, Sarkar, Sewell, "Fences in weak
 * memory models", CAV 2010).
 *
 * Communication: rf from a store to a load that reads it, co from a store to a later one, fr from a
 * load to a store that overwrites what it read; each between threads or inside of one. Program
 * order goes to another location, and may be kept by a fence, a dependency, an ordered access, a
 * critical section, or by nothing.
 */

import type { Chance } from './random.ts';
import type { Call } from './program.ts';

export type Direction = 'R' | 'W';

/** What keeps two accesses of a thread in order, if anything does. */
export type Keeper =
  | 'nothing'
  | 'acquire'
  | 'release'
  | 'address'
  | 'data'
  | 'control'
  /** Each in a critical section of one lock. */
  | 'unlock lock'
  | 'unlock lock mb'
  /** Both in one read-side section of RCU. */
  | 'section'
  | Call;

export interface Edge {
  /** `po` goes to another location; all others stay. */
  readonly kind: 'rf' | 'fr' | 'co' | 'rmw' | 'po';
  readonly external: boolean;
  readonly from: Direction;
  readonly to: Direction;
  /** Of `po` edges. */
  readonly keeper: Keeper;
}

/** The communication between two threads; none goes from load to load. */
export function externalEdge(from: Direction, to: Direction): Edge | null {
  const kind = from === 'W' ? (to === 'R' ? 'rf' : 'co') : 'fr';
  if (from === 'R' && to === 'R') return null;
  return { kind, external: true, from, to, keeper: 'nothing' };
}

/** Communication inside of a thread, or a read-modify-write. */
export function internalEdge(from: Direction, to: Direction, chance: Chance): Edge | null {
  const edge = externalEdge(from, to);
  if (edge === null) return null;
  const kind = from === 'R' && !chance.once(3) ? 'rmw' : edge.kind;
  return { ...edge, kind, external: false };
}

/** Program order to another location. @param touches whether an end is a read-modify-write */
export function poEdge(
  from: Direction,
  to: Direction,
  touches: { readonly source: boolean; readonly target: boolean },
  chance: Chance,
): Edge {
  const keepers: [Keeper, ...Keeper[]] = [
    'nothing',
    'smp_mb',
    'unlock lock',
    'unlock lock mb',
    'section',
    'synchronize_rcu',
    from === to ? (from === 'R' ? 'smp_rmb' : 'smp_wmb') : 'nothing',
  ];
  if (from === 'R') keepers.push('acquire', 'address', 'control');
  if (to === 'W') keepers.push('release');
  if (from === 'R' && to === 'W') keepers.push('data');
  if (touches.source) keepers.push('smp_mb__after_atomic');
  if (touches.target) keepers.push('smp_mb__before_atomic');
  return { kind: 'po', external: false, from, to, keeper: chance.pick(keepers) };
}
