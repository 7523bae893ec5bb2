/**
 * Defences that a thread meets while it is run by replay.ts: they are noted, with the accesses
 * around what orders them, and left out or weakened where `--without` says so.
 */

import type { NamedDefence } from '../../memory/machine.ts';
import { Modify } from '../../memory/operation.ts';
import type { Operation } from '../../memory/operation.ts';
import { ORDERING } from '../../memory/ordering.ts';
import type { PrimitiveName } from '../../memory/ordering.ts';
import { isLive, SENTINEL } from './replay-state.ts';
import type { State } from './replay-state.ts';
import type { Defence } from '../result.ts';

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
    opens(state, key);
  }
  return askedOf(state, primitive);
}

export function askedOf(state: State, name: string): Asked {
  return state.world.sites.asked(state.thread, state.calls, name);
}

/**
 * Notes the order of an access: an acquire stands behind that access alone, a release before it.
 *
 * @returns the key of an acquire, to be opened once it has been made; else null
 */
export function noteOrder(state: State, operation: Operation): string | null {
  const { primitive } = operation;
  const key = noteDefence(state, 'order', primitive, primitive);
  if (key === null) return null;
  const isAcquire = ORDERING[primitive].lkmm === 'acquire';
  const side = isAcquire ? 'before' : 'after';
  state.world.sites.noteAccess(key, side, fieldOf(state, operation), 0);
  if (isAcquire) return key;
  noteBefore(state, key);
  return null;
}

/** From here on accesses are noted as behind a defence. */
export function opens(state: State, key: string): void {
  state.open.push({ key, since: state.recent.length });
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
  const { recent } = state;
  recent.forEach((field, at) => {
    state.world.sites.noteAccess(key, 'before', field, recent.length - 1 - at);
  });
}

export function notesAccesses({ flat, watch }: State): boolean {
  return flat && watch === null;
}

/** Notes an access of a flat run behind every barrier before it. */
export function noteAccess(state: State, next: Operation): void {
  if (next.address === 0) return;
  const field = fieldOf(state, next);
  const { open, recent } = state;
  for (const { key, since } of open) {
    state.world.sites.noteAccess(key, 'after', field, recent.length - since);
  }
  recent.push(field);
}

function fieldOf({ world }: State, { modify, address }: Operation): string {
  return `${modify === Modify.NOTHING ? 'R' : 'W'} ${world.nameOf(address)}`;
}
