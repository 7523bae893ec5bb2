/**
 * `folio->mapping`: a pointer whose low bits say what it points to (include/linux/page-flags.h,
 * folio_mapping of mm/util.c, 6.18).
 *
 * NULL: nothing (not yet, or truncated). No bit: an address_space. FOLIO_MAPPING_ANON: an anon_vma;
 * with FOLIO_MAPPING_ANON_KSM too: a KSM node. Words have no alignment to borrow bits from, so the
 * address stands two bits higher. Left out: slab pages, and the address_space of the swap cache,
 * which folio_mapping gives for a folio that is in it.
 */

import { READ_ONCE } from '../../memory/index.ts';
import { address_space, address_space_ptr } from '../fs/address_space.ts';
import type { AddressSpace } from '../fs/address_space.ts';
import type { Folio } from './mm_types.ts';

/** The folio is anonymous. */
export const FOLIO_MAPPING_ANON = 1;
/** The folio is a KSM page (with FOLIO_MAPPING_ANON). */
export const FOLIO_MAPPING_ANON_KSM = 2;
const FOLIO_MAPPING_FLAGS = FOLIO_MAPPING_ANON | FOLIO_MAPPING_ANON_KSM;
const ADDRESS_SHIFT = 2;

/** The word for a folio of a file. */
export function fileMapping(mapping: AddressSpace): number {
  return address_space_ptr.encode(mapping) << ADDRESS_SHIFT;
}

/** The word for an anonymous folio; its anon_vma is not modelled yet. */
export const anonMapping: number = FOLIO_MAPPING_ANON;

/** Whether the folio is anonymous (include/linux/page-flags.h). */
export function folio_test_anon(folio: Folio): boolean {
  return isAnonMapping(READ_ONCE(folio.mapping));
}

/** Whether a value of `folio->mapping` is that of an anonymous folio. */
export function isAnonMapping(mapping: number): boolean {
  return (mapping & FOLIO_MAPPING_ANON) !== 0;
}

/** The file's mapping (mm/util.c); null for an anonymous folio and for one that was truncated. */
export function folio_mapping(folio: Folio): AddressSpace | null {
  const mapping = READ_ONCE(folio.mapping);
  if (mapping === 0 || (mapping & FOLIO_MAPPING_FLAGS) !== 0) return null;
  return address_space.at(mapping >>> ADDRESS_SHIFT);
}
