/**
 * What a process does with its own memory: store and load, with the page faults that this takes.
 *
 * The instruction is tried, faults, and is tried again until it is done or the process gets a
 * signal.
 */

import { label, loop, modelFunction, READ_ONCE } from '../../memory/index.ts';
import { do_user_addr_fault } from './fault.ts';
import { storeThroughPte } from './memory.ts';
import type { MmStruct } from './mm_types.ts';
import { pte_offset_map, ptep_get } from './pgtable.ts';
import { pte_page, pte_present } from './pte.ts';
import { beginAccess, endAccess } from './tlb.ts';
import { FAULT_FLAG_WRITE, VM_FAULT_ERROR } from './vm_fault.ts';

/** Stores a word into a page. @returns false: SIGBUS or SIGSEGV */
export const userStore: (mm: MmStruct, address: number, value: number) => boolean = modelFunction(
  'CPU',
  function userStore(mm: MmStruct, address: number, value: number): boolean {
    let isStored = false;
    loop(() => {
      isStored = storeThroughPte(mm, address, value);
      if (isStored) return false;
      return (do_user_addr_fault(mm, address, FAULT_FLAG_WRITE) & VM_FAULT_ERROR) === 0;
    });
    return isStored;
  },
);

/** Loads a word from a page. @returns -1: SIGBUS or SIGSEGV */
export const userLoad: (mm: MmStruct, address: number) => number = modelFunction(
  'CPU',
  function userLoad(mm: MmStruct, address: number): number {
    let value = -1;
    loop(() => {
      const loaded = loadThroughPte(mm, address);
      if (loaded !== null) value = loaded;
      return loaded === null && (do_user_addr_fault(mm, address, 0) & VM_FAULT_ERROR) === 0;
    });
    return value;
  },
);

/** One load, through the page table. @returns null: it would fault */
export function loadThroughPte(mm: MmStruct, address: number): number | null {
  beginAccess(mm);
  label('CPU: read pte');
  const pte = ptep_get(pte_offset_map(mm, address));
  const word = pte_present(pte) ? pte_page(pte).data[0] : undefined;
  if (word !== undefined) label('CPU: load');
  const value = word === undefined ? null : READ_ONCE(word);
  endAccess(mm);
  return value;
}
