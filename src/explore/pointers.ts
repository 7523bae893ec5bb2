/**
 * Which pointer an access goes through: address dependencies (model `weak`).
 *
 * A read of a pointer gives the address of a struct; an access to that struct comes after the read.
 * While a thread's function runs, the pointers it has read and may still use are kept here, each in
 * a slot; the machine keeps what each read has seen under the same slot (observers.ts). A pointer
 * that a kernel function returns keeps its slot; what else it read is forgotten with the call.
 *
 * If the same object was reached by several reads, the first counts: it orders least, so nothing is
 * hidden.
 *
 * A litmus test tells exactly which reads an access depends on: there reads have names, and an
 * access lists those that its address or its value was computed from.
 */

import type { Operation } from '../memory/operation.ts';

/** A pointer that was read, or a read with a name. */
export interface PointerSource {
  readonly address: number;
  /** Words of what it points to. */
  readonly size: number;
  readonly slot: number;
  /** The name of the read, or 0. */
  readonly name: number;
}

/**
 * Pointers that can be told apart at one time; further ones order nothing. A column has 31 bits for
 * three masks of them and the number of one.
 */
export const SLOTS_MAX = 9;

/** The slot that the next pointer gets, or -1. */
export function freeSlot(sources: readonly PointerSource[]): number {
  for (let slot = 0; slot < SLOTS_MAX; slot++) {
    if (sources.every((source) => source.slot !== slot)) return slot;
  }
  return -1;
}

/** The pointers after a read that gave `observed`. */
export function withRead(
  sources: readonly PointerSource[],
  operation: Operation,
  observed: number,
): readonly PointerSource[] {
  const { target, source: name } = operation;
  const slot = freeSlot(sources);
  if (!isSource(operation) || slot < 0) return sources;
  if (name !== 0) {
    const others = sources.filter((source) => source.name !== name);
    return [...others, { address: 0, size: 0, slot, name }];
  }
  return observed === 0 ? sources : [...sources, { address: observed, size: target, slot, name }];
}

function isSource({ target, source }: Operation): boolean {
  return target !== 0 || source !== 0;
}

/**
 * The column of a row: the slots that an address depends on, the one that is read into, all in use,
 * and those that a stored value depends on.
 */
export function pointersColumn(sources: readonly PointerSource[], operation: Operation): number {
  const through = sources.find(
    ({ address, size }) => operation.address >= address && operation.address < address + size,
  );
  const named = sources.filter(({ name }) => operation.dependsOn.includes(name));
  const computed = sources.filter(({ name }) => operation.computedFrom.includes(name));
  const own = isSource(operation) ? freeSlot(sources) : -1;
  const depends = maskOf(through === undefined ? named : [through, ...named]);
  const live = maskOf(sources) << LIVE_AT;
  return depends | ((own + 1) << SLOTS_MAX) | live | (maskOf(computed) << COMPUTED_AT);
}

const OWN_BITS = 4;
const LIVE_AT = SLOTS_MAX + OWN_BITS;
const COMPUTED_AT = LIVE_AT + SLOTS_MAX;
const MASK = (1 << SLOTS_MAX) - 1;

function maskOf(sources: readonly PointerSource[]): number {
  return sources.reduce((mask, { slot }) => mask | (1 << slot), 0);
}

/** The slots that an access's address depends on, a bit each. */
export function dependsMask(column: number): number {
  return column & MASK;
}

/** The slots that a stored value depends on, a bit each. */
export function computedMask(column: number): number {
  return (column >>> COMPUTED_AT) & MASK;
}

/** The slot of the pointer that an access reads, or -1. */
export function ownSlot(column: number): number {
  return ((column >> SLOTS_MAX) & ((1 << OWN_BITS) - 1)) - 1;
}

/** Whether a slot is in use in a thread state. */
export function isLiveSlot(column: number, slot: number): boolean {
  return ((column >>> LIVE_AT) & (1 << slot)) !== 0;
}
