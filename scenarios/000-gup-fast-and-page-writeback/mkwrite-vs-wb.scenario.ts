/**
 * After mkclean, whoever wants to write must fault: page_mkwrite takes the folio lock and waits for
 * write-back, but only for devices that need stable pages.
 *
 * The fault path begins at the read-only PTE: no VMA lookup, no retry, no truncation.
 */

import { scenario } from 'holdfast';
import {
  FAULT_FLAG_WRITE,
  filePage,
  FOLL_PIN,
  FOLL_WRITE,
  follow_page_pte,
  pageOf,
  handle_mm_fault,
  nic_mailbox,
  storeThroughPte,
  TLB_FLUSH,
  writeFolio,
  zap_pte_range,
} from 'holdfast/linux/mm';
import type { FilePage, Page } from 'holdfast/linux/mm';
import { declareDevice, declareProperties, NEW, pinAndWrite } from './protocol.ts';

const WRITE_PIN = FOLL_PIN | FOLL_WRITE;

/** Slow GUP: look, fault, look again. */
function pinWithFault({ vma, address }: FilePage): Page | null {
  const page = pageOf(follow_page_pte(vma, address, WRITE_PIN));
  if (page !== null) return page;
  handle_mm_fault(vma, address, FAULT_FLAG_WRITE);
  return pageOf(follow_page_pte(vma, address, WRITE_PIN));
}

/** A store by the process: try, fault, try again. */
function storeWithFault({ mm, vma, address }: FilePage): boolean {
  if (storeThroughPte(mm, address, NEW)) return true;
  handle_mm_fault(vma, address, FAULT_FLAG_WRITE);
  return storeThroughPte(mm, address, NEW);
}

export const pin = scenario.each(
  { stable: [true, false] },
  'mkwrite-vs-wb',
  ({ stable, ...stage }) => {
    const page = filePage(stage.alloc, { stable });
    const nic = stage.alloc(nic_mailbox);
    stage.thread('slow-gup', () => pinAndWrite(nic, () => pinWithFault(page)));
    declareDevice(stage, nic);
    stage.thread('write-back', () => writeFolio(page.folio, page.disk));
    declareProperties(stage, page);
  },
  ({ stable }) => ({
    designs: { 'pinned-folio': 'bounce' },
    expect: stable ? 'pass' : 'fail',
  }),
);

export const store = scenario.each(
  { stable: [true, false] },
  'checksum-in-flight',
  ({ stable, alloc, thread, always }) => {
    const page = filePage(alloc, { stable });
    thread('cpu', () => storeWithFault(page));
    thread('write-back', () => writeFolio(page.folio, page.disk));
    always('stable', () => page.intact());
  },
  ({ stable }) => ({
    expect: stable ? 'pass' : 'fail',
  }),
);

export const storeAnyDevice = scenario.each(
  { stable: [true, false] },
  'cpu-store-during-wb',
  ({ stable, alloc, thread, always, sometimes }) => {
    const page = filePage(alloc, { stable });
    thread('cpu', () => storeWithFault(page));
    thread('write-back', () => writeFolio(page.folio, page.disk));
    always('no loss', () => page.dirty() || page.written());
    always('notified', () => page.told());
    if (!stable) sometimes('the disk holds a mixture', () => !page.intact());
  },
);

export const flush = scenario.each(
  { flush: TLB_FLUSH },
  'cpu-store-vs-mkclean',
  (stage) => {
    const page = filePage(stage.alloc);
    stage.thread('cpu', () => storeThroughPte(page.mm, page.address, NEW));
    stage.thread('write-back', () => writeFolio(page.folio, page.disk));
    declareProperties(stage, page);
  },
  ({ flush: how }) => ({
    designs: { 'tlb-flush': how },
    expect: how === 'no order' ? 'fail' : 'pass',
  }),
);

export const dirtyBit = scenario.each(
  { clear: ['exchange', 'store'] },
  'cpu-store-vs-zap',
  ({ alloc, thread, always }) => {
    const page = filePage(alloc, { pte: 'rw' });
    thread('cpu', () => storeThroughPte(page.mm, page.address, NEW));
    thread('munmap', () => zap_pte_range(page.mm, page.address));
    always('no loss', () => page.dirty() || page.written());
  },
  ({ clear }) => ({
    designs: { 'pte-clear': clear },
    expect: clear === 'exchange' ? 'pass' : 'fail',
  }),
);
