/**
 * Doubles an open-addressing table of hashes where it is, in parts that can be done at once.
 *
 * A slot is a pair of integers, (0, 0) when it is free; an entry belongs into the slot that the low
 * bits of its first integer name, or into the next free one. Whatever stands between two free slots
 * has its place there, before and after: an entry either stays at or before its old slot, or
 * goes the same way in the new half. So parts that begin at free slots do not touch each other.
 */

/**
 * Where parts of nearly the same size begin and end: part `i` is from `cuts[i]` to `cuts[i + 1]`.
 *
 * Numbers from `slots` on mean the slots at the beginning, behind which the first part begins:
 * entries there may have come round from the end, so they are done last.
 */
export function cutsOf(table: Int32Array, slots: number, parts: number, cuts: Int32Array): void {
  const first = freeFrom(table, 0);
  cuts[0] = first;
  for (let part = 1; part < parts; part++) {
    const wanted = Math.max(first, Math.floor((slots / parts) * part));
    const free = freeFrom(table, wanted);
    cuts[part] = free < slots ? free : slots + first;
  }
  cuts[parts] = slots + first;
}

/** Puts the entries of one part where they belong in a table of twice the size. */
export function doublePart(table: Int32Array, slots: number, from: number, to: number): void {
  writeFirst(table, 2 * (slots + from), 2 * Math.min(slots + to, 2 * slots));
  const mask = 2 * slots - 1;
  for (let at = from; at < to; at++) {
    const old = 2 * (at < slots ? at : at - slots);
    const one = table[old] as number;
    const two = table[old + 1] as number;
    if (one === 0 && two === 0) continue;
    table[old] = 0;
    table[old + 1] = 0;
    let slot = one & mask;
    while (table[2 * slot] !== 0 || table[2 * slot + 1] !== 0) slot = (slot + 1) & mask;
    table[2 * slot] = one;
    table[2 * slot + 1] = two;
  }
}

/** Integers of a page of memory, where it is smallest. */
const PAGE = 1024;

/**
 * Writes into every page of memory that has not been used yet. A page that is read first is the
 * common page of zeros; when it is written it becomes another, and the other cores are interrupted
 * to learn of it (do_wp_page, ptep_clear_flush). In a search of 9 million states with two jobs that
 * took 0.4 of 8 CPU seconds.
 */
function writeFirst(table: Int32Array, from: number, to: number): void {
  for (let at = from; at < to; at += PAGE) table[at] = 0;
}

/** The first free slot from one on; slots behind the table are free, as its new half is. */
function freeFrom(table: Int32Array, from: number): number {
  let slot = from;
  while (table[2 * slot] !== 0 || table[2 * slot + 1] !== 0) slot++;
  return slot;
}
