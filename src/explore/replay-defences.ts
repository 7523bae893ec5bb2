/**
 * Defences that a thread meets while it is run by replay.ts: they are noted, with the accesses
 * around the barriers, and left out or weakened where `--without` says so.
 */

import type { NamedDefence } from '../memory/machine.ts';
import { Modify } from '../memory/operation.ts';
import type { Operation } from '../memory/operation.ts';
import type { PrimitiveName } from '../memory/ordering.ts';
import { isLive, SENTINEL } from './replay-state.ts';
import type { State } from './replay-state.ts';
import type { Defence } from './result.ts';

/** Whether a test, a section or the wait of a grace period is in force. */
export function defended(state: State, name: string, kind: NamedDefence = 'test'): boolean {
  if (state.end !== null) throw SENTINEL;
  noteDefence(state, kind, name, kind === 'test' ? '' : name);
  return state.world.sites.asked(state.thread, state.calls, name) === 'keep';
}

/** Notes a barrier or a lock, and tells what is asked to happen to it. */
export function asked(
  state: State,
  kind: 'barrier' | 'lock',
  primitive: PrimitiveName,
): 'keep' | 'remove' | PrimitiveName {
  noteDefence(state, kind, primitive, primitive);
  return state.world.sites.asked(state.thread, state.calls, primitive);
}

/**
 * Notes that a defence was met. Finding its place in the source costs more than the rest of a run:
 * so only a flat run asks for it, which meets what the collapsed run before it met, and only for
 * what is new, unless the fields around every defence are wanted.
 */
function noteDefence(state: State, kind: Defence['kind'], name: string, primitive: string): void {
  if (!state.flat || state.watch !== null) return;
  if (!isLive(state) && !state.world.pairs) return;
  const key = state.world.sites.note(kind, state.thread, state.calls, name, primitive);
  if (kind !== 'barrier') return;
  for (const field of state.recent) state.world.sites.noteFields(key, field, null);
  state.open.push(key);
}

export function notesAccesses({ flat, watch }: State): boolean {
  return flat && watch === null;
}

/** Notes an access of a flat run behind every barrier before it. */
export function noteAccess(state: State, next: Operation): void {
  if (next.address === 0) return;
  const writes = next.modify !== Modify.NOTHING;
  const field = `${writes ? 'W' : 'R'} ${state.world.nameOf(next.address)}`;
  for (const key of state.open) state.world.sites.noteFields(key, null, field);
  state.recent.push(field);
}
