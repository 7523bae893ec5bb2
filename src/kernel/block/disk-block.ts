/**
 * A block on disk: its contents, and a checksum over them. Not from Linux.
 *
 * Data and checksum are words like those of a page, so a torn write or a lost one is something that
 * a property sees. A device that keeps checksums (or parity) reads memory twice while it writes, so
 * a page that changes meanwhile leaves a block whose two halves disagree.
 */

import {
  array,
  atomic_t,
  label,
  READ_ONCE,
  hardwareOrder,
  struct,
  u32,
  WRITE_ONCE,
} from '../../memory/index.ts';
import type { ArrayType, Struct, StructType, Type } from '../../memory/index.ts';
import { PAGE_WORDS } from '../mm/sizes.ts';

type Word = Type<'word', number>;

/** The members of a block on disk. */
export type DiskMembers = {
  data: ArrayType<Word>;
  checksum: ArrayType<Word>;
  /** How many files have it: 0 free, 2 and more after a reflink. */
  owners: typeof atomic_t;
};

/** A block on disk. */
export const disk_block: StructType<DiskMembers> = struct('disk', {
  data: array(u32, PAGE_WORDS),
  checksum: array(u32, PAGE_WORDS),
  owners: atomic_t,
});

/** A block on disk. */
export interface DiskBlock extends Struct<DiskMembers> {}

/** Whether data and checksum agree. For properties. */
export function isIntact(block: DiskBlock): boolean {
  return holds(block, block.checksum);
}

/** Whether the block's data is that of a page. For properties. */
export function holds(block: DiskBlock, words: DiskBlock['data']): boolean {
  return block.data.every((word, i) => {
    const twin = words[i];
    return twin !== undefined && READ_ONCE(word) === READ_ONCE(twin);
  });
}

/** The first word of a block. For properties. @returns -1: there is no block */
export function wordOf(block: DiskBlock | null | undefined): number {
  const word = block?.data[0];
  return word === undefined ? -1 : READ_ONCE(word);
}

/**
 * The first word of a block, for a thread that asks the disk now: a request is ordered behind what
 * its CPU has seen, so it finds nothing older. A plain look at the word would.
 *
 * @returns -1: there is no block
 */
export function askDisk(block: DiskBlock | null | undefined): number {
  hardwareOrder();
  return wordOf(block);
}

/** Writes a copy of a page, which nobody else can change, with its checksum. */
export function fillFrom(block: DiskBlock, words: DiskBlock['data']): void {
  words.forEach((word, i) => {
    const [data, checksum] = [block.data[i], block.checksum[i]];
    if (data === undefined || checksum === undefined) return;
    label('copy the page');
    const copied = READ_ONCE(word);
    WRITE_ONCE(data, copied);
    WRITE_ONCE(checksum, copied);
  });
}

/** Fills a block with one value; before the threads begin. */
export function fillBlock(block: DiskBlock, value: number): void {
  for (const word of [...block.data, ...block.checksum]) WRITE_ONCE(word, value);
}
