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
 */

import type { Operation } from '../memory/operation.ts';

/** A pointer that was read. */
export interface PointerSource {
  readonly address: number;
  /** Words of what it points to. */
  readonly size: number;
  readonly slot: number;
}

/** Pointers that can be told apart at one time; further ones order nothing. */
const SLOTS_MAX = 10;

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
  const slot = freeSlot(sources);
  if (operation.target === 0 || observed === 0 || slot < 0) return sources;
  return [...sources, { address: observed, size: operation.target, slot }];
}

/** The column of a row: the slot an access goes through, the one it reads into, all in use. */
export function pointersColumn(sources: readonly PointerSource[], operation: Operation): number {
  const through = sources.find(
    ({ address, size }) => operation.address >= address && operation.address < address + size,
  );
  const own = operation.target === 0 ? -1 : freeSlot(sources);
  const live = sources.reduce((mask, { slot }) => mask | (1 << slot), 0);
  return ((through?.slot ?? -1) + 1) | ((own + 1) << 4) | (live << 8);
}

/** The slot of the pointer that an access goes through, or -1. */
export function throughSlot(column: number): number {
  return (column & 15) - 1;
}

/** The slot of the pointer that an access reads, or -1. */
export function ownSlot(column: number): number {
  return ((column >> 4) & 15) - 1;
}

/** Whether a slot is in use in a thread state. */
export function isLiveSlot(column: number, slot: number): boolean {
  return ((column >> 8) & (1 << slot)) !== 0;
}
