/**
 * Defences that a thread meets while it is run by replay.ts: they are noted, with the accesses
 * around what orders them, and left out or weakened where `--without` says so.
 */

import type { NamedDefence } from '../memory/machine.ts';
import { Modify } from '../memory/operation.ts';
import type { Operation } from '../memory/operation.ts';
import { ORDERING } from '../memory/ordering.ts';
import type { PrimitiveName } from '../memory/ordering.ts';
import { isLive, SENTINEL } from './replay-state.ts';
import type { State } from './replay-state.ts';
import type { Defence } from './result.ts';

type Asked = 'keep' | 'remove' | PrimitiveName;

/** Whether a test, a section or the wait of a grace period is in force. */
export function defended(state: State, name: string, kind: NamedDefence = 'test'): boolean {
  if (state.end !== null) throw SENTINEL;
  noteDefence(state, kind, name, kind === 'test' ? '' : name);
  return askedOf(state, name) === 'keep';
}

/** Notes a barrier or a lock, and tells what is asked to happen to it. */
export function asked(state: State, kind: 'barrier' | 'lock', primitive: PrimitiveName): Asked {
  const key = noteDefence(state, kind, primitive, primitive);
  if (key !== null && kind === 'barrier') {
    noteBefore(state, key);
    state.open.push(key);
  }
  return askedOf(state, primitive);
}

export function askedOf(state: State, name: string): Asked {
  return state.world.sites.asked(state.thread, state.calls, name);
}

/**
 * Notes the order of an access: an acquire stands behind that access alone, a release before it.
 *
 * @returns what notes the accesses behind an acquire, once it has been made
 */
export function noteOrder(state: State, operation: Operation): string | null {
  const { primitive } = operation;
  const key = noteDefence(state, 'order', primitive, primitive);
  if (key === null) return null;
  const { sites } = state.world;
  if (ORDERING[primitive].lkmm === 'acquire')
    sites.noteFields(key, fieldOf(state, operation), null);
  else {
    noteBefore(state, key);
    sites.noteFields(key, null, fieldOf(state, operation));
  }
  return key;
}

/**
 * Notes that a defence was met. Finding its place in the source costs more than the rest of a run:
 * so only a flat run asks for it, which meets what the collapsed run before it met, and only for
 * what is new, unless the fields around every defence are wanted.
 *
 * @returns its key, or null where nothing was noted
 */
function noteDefence(
  state: State,
  kind: Defence['kind'],
  name: string,
  primitive: string,
): string | null {
  if (!state.flat || state.watch !== null) return null;
  if (!isLive(state) && !state.world.pairs) return null;
  return state.world.sites.note(kind, state.thread, state.calls, name, primitive);
}

function noteBefore(state: State, key: string): void {
  for (const field of state.recent) state.world.sites.noteFields(key, field, null);
}

export function notesAccesses({ flat, watch }: State): boolean {
  return flat && watch === null;
}

/** Notes an access of a flat run behind every barrier before it. */
export function noteAccess(state: State, next: Operation): void {
  if (next.address === 0) return;
  const field = fieldOf(state, next);
  for (const key of state.open) state.world.sites.noteFields(key, null, field);
  state.recent.push(field);
}

function fieldOf({ world }: State, { modify, address }: Operation): string {
  return `${modify === Modify.NOTHING ? 'R' : 'W'} ${world.nameOf(address)}`;
}
