/**
 * SRCU in the referee's own terms, from include/linux/srcu.h and Documentation/RCU: a list of open
 * sections, each with the threads that wait for it.
 *
 * A section is known by its srcu_struct and its number, the lowest one from 1 on that no open
 * section of the same srcu_struct has. Whoever knows the number may end it. synchronize_srcu waits
 * for the sections of its srcu_struct that are open when it begins, and for none that begin later.
 * Each call has a full barrier on x86, a grace period at both of its ends.
 */

import type { Program } from './program.ts';

/** A section that has begun and not ended. */
export interface OpenSection {
  /** The srcu_struct. */
  readonly word: number;
  readonly number: number;
  /** The threads whose grace period has found it open, in order. */
  readonly waiters: readonly number[];
}

/** One call: of which thread, on which srcu_struct, and the number that it was given. */
export interface SrcuCall {
  readonly primitive: string;
  readonly who: number;
  readonly word: number;
  readonly number: number;
}

/** What is open afterwards and what the caller is told; or that it waits, or ends no section. */
export type SrcuEffect =
  { readonly open: readonly OpenSection[]; readonly told: number } | 'wait' | 'wrong';

/** Whether a primitive is one of SRCU that takes a step. */
export function isSrcu(primitive: string): boolean {
  return /^srcu_(read|down|up)_|^synchronize_srcu /.test(primitive);
}

/** What a call does. */
export function srcuEffect(call: SrcuCall, open: readonly OpenSection[]): SrcuEffect {
  const { primitive, who, word, number } = call;
  switch (primitive) {
    case 'srcu_read_lock':
    case 'srcu_down_read': {
      const fresh = freeNumber(open, word);
      return { open: inOrder([...open, { word, number: fresh, waiters: [] }]), told: fresh };
    }
    case 'srcu_read_unlock':
    case 'srcu_up_read': {
      const left = open.filter((one) => one.word !== word || one.number !== number);
      return left.length === open.length ? 'wrong' : { open: left, told: 0 };
    }
    case 'synchronize_srcu begins': {
      const waitedFor = (one: OpenSection): OpenSection =>
        one.word === word ? { ...one, waiters: [...one.waiters, who].sort((a, b) => a - b) } : one;
      return { open: open.map(waitedFor), told: 0 };
    }
    case 'synchronize_srcu ends':
      return open.some(({ waiters }) => waiters.includes(who)) ? 'wait' : { open, told: 0 };
    default:
      throw new Error(`referee: what does ${primitive} do?`);
  }
}

function freeNumber(open: readonly OpenSection[], word: number): number {
  const taken = open.filter((one) => one.word === word).map(({ number }) => number);
  let free = 1;
  while (taken.includes(free)) free++;
  return free;
}

/** What is open is a set: two states that list it differently are one. */
function inOrder(open: readonly OpenSection[]): OpenSection[] {
  return [...open].sort((a, b) => a.word - b.word || a.number - b.number);
}

/** Memory as it looks from outside: the word of a srcu_struct has a bit for each open section. */
export function withSections(
  memory: readonly number[],
  { words }: Program,
  open: readonly OpenSection[],
): number[] {
  return memory.map((value, at) => {
    if (words[at]?.kind !== 'srcu') return value;
    return open.reduce((sum, { word, number }) => sum + (word === at ? 2 ** (number - 1) : 0), 0);
  });
}
