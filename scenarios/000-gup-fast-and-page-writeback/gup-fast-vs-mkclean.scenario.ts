/**
 * How can the reference count keep GUP-fast and page_mkclean() apart, when page_mkclean()
 * write-protects the PTE whatever the count is? The question that ends discussion 000.
 *
 * The write-back side is Linux's, with the pin test of the discussion put where it asks for it:
 * after mkclean, before the dirty flag is cleared. A pinned page is copied, and the copy is
 * written.
 */

import { scenario } from 'holdfast';
import type { Stage } from 'holdfast';
import {
  FAULT_FLAG_WRITE,
  filePage,
  FOLL_PIN,
  FOLL_WRITE,
  follow_page_pte,
  pageOf,
  gup_fast,
  handle_mm_fault,
  nic_mailbox,
  writeFolio,
  WriteOut,
} from 'holdfast/linux/mm';
import { declareDevice, declareProperties, pinAndWrite } from './protocol.ts';

const BOUNCE = { 'pinned-folio': 'bounce' };

export default scenario(
  'gup-fast-vs-mkclean',
  { designs: BOUNCE, about: 'GUP-fast against write-back that asks for pins after mkclean' },
  gupFastAgainstWriteback,
);

export const slow = scenario(
  'slow-gup-vs-mkclean',
  { designs: BOUNCE, about: 'the same with slow GUP: the page-table lock alone is enough' },
  (stage) => {
    const page = filePage(stage.alloc);
    const nic = stage.alloc(nic_mailbox);
    const driver = stage.thread('slow-gup', () =>
      pinAndWrite(nic, () =>
        pageOf(follow_page_pte(page.vma, page.address, FOLL_PIN | FOLL_WRITE)),
      ),
    );
    declareDevice(stage, nic);
    stage.thread('write-back', () => writeFolio(page.folio, page.disk));
    declareProperties(stage, page);
    stage.sometimes('the pin is taken', () => driver.result() === true);
    stage.sometimes('the lookup would fault', () => driver.result() === false);
  },
);

export const oneStep = scenario(
  'gup-fast-vs-mkclean-one-step',
  {
    designs: { ...BOUNCE, 'pin-increment': 'one step' },
    about: 'the whole bias in one ordered add, as the discussion planned it',
  },
  gupFastAgainstWriteback,
);

export const recheckOnly = scenario(
  'fast-gup-recheck-only',
  {
    designs: BOUNCE,
    expect: { weak: 'fail' },
    without: ['try_grab_folio_fast/smp_mb__after_atomic', 'flush_tlb_page/smp_mb'],
    about: 'the PTE is compared again, and nothing orders the count before it',
  },
  gupFastAgainstWriteback,
);

export const refault = scenario(
  'fast-gup-vs-refault',
  { designs: BOUNCE, about: 'the PTE becomes writable again, equal to the old one, before B4' },
  (stage) => {
    const page = filePage(stage.alloc);
    const nic = stage.alloc(nic_mailbox);
    const pin = stage.thread('gup-fast', () =>
      pinAndWrite(nic, () => gup_fast(page.mm, page.address, FOLL_PIN | FOLL_WRITE)),
    );
    declareDevice(stage, nic);
    const writeback = stage.thread('write-back', () => writeFolio(page.folio, page.disk));
    stage.thread('fault', () => handle_mm_fault(page.vma, page.address, FAULT_FLAG_WRITE));
    declareProperties(stage, page);
    stage.sometimes('pinned although it was cleaned meanwhile', () => {
      return pin.result() === true && writeback.result() === WriteOut.IN_PLACE && page.dirty();
    });
  },
);

function gupFastAgainstWriteback(stage: Stage): void {
  const page = filePage(stage.alloc);
  const nic = stage.alloc(nic_mailbox);
  const driver = stage.thread('gup-fast', () =>
    pinAndWrite(nic, () => gup_fast(page.mm, page.address, FOLL_PIN | FOLL_WRITE)),
  );
  declareDevice(stage, nic);
  const writeback = stage.thread('write-back', () => writeFolio(page.folio, page.disk));
  declareProperties(stage, page);
  stage.sometimes('the pin is taken', () => driver.result() === true);
  stage.sometimes('GUP-fast backs off', () => driver.result() === false);
  stage.sometimes('mkclean write-protects a pinned page', () => {
    return writeback.result() === WriteOut.COPY && driver.result() === true;
  });
}
