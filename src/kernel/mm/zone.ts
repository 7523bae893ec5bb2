/**
 * `struct zone`: where free pages come from (include/linux/mmzone.h, 6.18).
 *
 * In Linux a zone is found by the memory node of the CPU, a global. Here whoever allocates has a
 * pointer to it (`mm->zone`, `inode->zone`). A page is free while its PG_buddy is set; the free
 * lists and their lock are that one bit. A page that was given back is the first to be given out
 * again, so that a stale use of it meets its next owner; pages of movable memory are not given out.
 */

import { array, constant, pointer, struct } from '../../memory/index.ts';
import type { ArrayType, Struct, StructType, Type } from '../../memory/index.ts';
import { folio } from './mm_types.ts';
import type { Folio } from './mm_types.ts';

/** How many pages a zone has at the most. */
export const ZONE_PAGES = 4;

/** The members of a zone. */
export type ZoneMembers = {
  /** Every page that may be allocated; the rest of the array is NULL. */
  page: ArrayType<Type<'pointer', Folio | null>>;
  /** The page of zeroes that reads of untouched memory get; NULL: they get a page of their own. */
  zero_page: Type<'pointer', Folio | null>;
};

/** `struct zone`. */
export const zone: StructType<ZoneMembers> = struct('zone', {
  page: array(constant(pointer(folio)), ZONE_PAGES),
  zero_page: constant(pointer(folio)),
});

/** A zone in memory. */
export interface Zone extends Struct<ZoneMembers> {}
