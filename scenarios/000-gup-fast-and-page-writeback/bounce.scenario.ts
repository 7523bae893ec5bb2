/**
 * The order of mkclean, pin test and clearing the dirty flag, and what becomes of a page whose copy
 * was written. Discussion 000 wants: mkclean, test, clear; and a copied page stays dirty.
 */

import { scenario } from 'holdfast';
import {
  CLEAR_DIRTY_ORDERS,
  filePage,
  FOLL_PIN,
  FOLL_WRITE,
  gup_fast,
  nic_mailbox,
  storeThroughPte,
  writeFolio,
  WriteOut,
} from 'holdfast/linux/mm';
import { atomic_inc, atomic_sub_and_test } from 'holdfast/linux';
import type { Stage } from 'holdfast';
import { declareDevice, declareProperties, NEW, pinAndWrite } from './protocol.ts';

function pinAgainstWriteback(stage: Stage): void {
  const page = filePage(stage.alloc);
  const nic = stage.alloc(nic_mailbox);
  stage.thread('gup-fast', () =>
    pinAndWrite(nic, () => gup_fast(page.mm, page.address, FOLL_PIN | FOLL_WRITE)),
  );
  declareDevice(stage, nic);
  stage.thread('write-back', () => writeFolio(page.folio, page.disk));
  declareProperties(stage, page);
}

export const order = scenario.each(
  { order: CLEAR_DIRTY_ORDERS },
  'bounce-order',
  pinAgainstWriteback,
  (chosen) => ({
    designs: { 'pinned-folio': 'bounce', 'clear-dirty-order': chosen.order },
    expect: chosen.order === 'pin test, mkclean, clear' ? 'fail' : 'pass',
  }),
);

export const orderAgainstCpu = scenario.each(
  { order: CLEAR_DIRTY_ORDERS },
  'bounce-order-cpu-store',
  (stage) => {
    const page = filePage(stage.alloc);
    const store = stage.thread('cpu', () => storeThroughPte(page.mm, page.address, NEW));
    stage.thread('write-back', () => writeFolio(page.folio, page.disk));
    declareProperties(stage, page);
    stage.sometimes('the store is made', () => store.result() === true);
  },
  (chosen) => ({
    designs: { 'pinned-folio': 'bounce', 'clear-dirty-order': chosen.order },
  }),
);

export const content = scenario.each(
  { after: ['stays dirty', 'becomes clean'] },
  'bounce-content',
  pinAgainstWriteback,
  ({ after }) => ({
    designs: { 'pinned-folio': 'bounce', 'bounced-folio': after },
    expect: after === 'stays dirty' ? 'pass' : 'fail',
  }),
);

export const unpinOrder = scenario.each(
  { unpin: ['dirty first', 'unpin first'] },
  'unpin-order',
  pinAgainstWriteback,
  ({ unpin }) => ({
    designs: { 'pinned-folio': 'bounce', 'unpin-order': unpin },
    expect: unpin === 'dirty first' ? 'pass' : 'fail',
  }),
);

export const falsePositive = scenario(
  'pin-false-positive',
  {
    designs: { 'pinned-folio': 'bounce' },
    about: '1024 plain references look like a pin: a needless copy, and nothing worse',
  },
  (stage) => {
    const page = filePage(stage.alloc, { references: 1021 });
    const { _refcount } = page.folio;
    stage.thread('holder', () => {
      atomic_inc(_refcount);
      atomic_sub_and_test(1, _refcount);
    });
    const writeback = stage.thread('write-back', () => writeFolio(page.folio, page.disk));
    declareProperties(stage, page);
    stage.sometimes('a needless copy', () => writeback.result() === WriteOut.COPY);
    stage.sometimes('written in place', () => writeback.result() === WriteOut.IN_PLACE);
  },
);

export const linuxToday = scenario.fails(
  'writeback-vs-pin',
  { about: 'Linux 6.18 does not ask for pins: a short-term pin changes a page under write-back' },
  pinAgainstWriteback,
);
