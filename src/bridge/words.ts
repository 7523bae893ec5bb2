/**
 * The values of a litmus test as words of the state search.
 *
 * A litmus test knows 32-bit integers and addresses of globals, and never takes one for the other.
 * A word has 32 bits for both. So addresses get words that no test computes with: a test in which
 * such a number turns up as an integer is refused instead of answered wrongly.
 *
 * What srcu_read_lock gives is 0 to a litmus test, which tells sections apart by where the 0 comes
 * from. Here it stands for the number of the section, also in memory.
 */

import { SECTIONS_MAX } from '../explore/limits.ts';
import { ADDRESS, isAddress } from '../litmus/term.ts';

/** Thrown where a thread does something that the state search cannot express. */
export class Inexpressible extends Error {}

/** The word of the address of global 0; those of the others follow. */
const FIRST_ADDRESS = 0x6b3a_0000;
const ADDRESSES_MAX = 0x1000;

/** The word that stands for a value. @throws Inexpressible */
export function wordOf(value: number): number {
  if (isAddress(value)) return FIRST_ADDRESS + value - ADDRESS;
  if (!isAddressWord(value) && sectionOfWord(value) === null) return value;
  throw new Inexpressible(`The number ${value} stands for something else here.`);
}

/** The value that a word stands for. */
export function valueOfWord(word: number): number {
  if (sectionOfWord(word) !== null) return 0;
  return isAddressWord(word) ? ADDRESS + word - FIRST_ADDRESS : word;
}

const FIRST_SECTION: number = FIRST_ADDRESS + ADDRESSES_MAX;

/** The word that stands for a section of SRCU. */
export function wordOfSection(section: number): number {
  return FIRST_SECTION + section;
}

/** The section of SRCU that a word stands for, or null. */
export function sectionOfWord(word: number): number | null {
  const section = word - FIRST_SECTION;
  return section >= 0 && section < SECTIONS_MAX ? section : null;
}

function isAddressWord(word: number): boolean {
  return word >= FIRST_ADDRESS && word < FIRST_ADDRESS + ADDRESSES_MAX;
}
