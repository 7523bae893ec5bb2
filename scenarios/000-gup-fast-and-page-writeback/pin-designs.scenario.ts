/**
 * The ways to take a pin that were proposed instead: page lock, trylock, write-back test,
 * page-table trylock; each from GUP-fast (interrupts off) and from slow GUP. See
 * src/kernel/mm/gup-2019.ts.
 *
 * The page lock sleeps, which GUP-fast may not. In slow GUP it keeps contents stable, but who slept
 * on it pins a page that was cleaned and write-protected meanwhile, unless the PTE is read again.
 */

import { scenario } from 'holdfast';
import {
  filePage,
  FOLL_PIN,
  FOLL_WRITE,
  follow_page_pte,
  pageOf,
  gup_fast,
  gup_fast_fallback,
  nic_mailbox,
  writeFolio,
} from 'holdfast/linux/mm';
import type { FilePage, Page } from 'holdfast/linux/mm';
import type { Stage } from 'holdfast';
import { declareDevice, declareProperties, pinAndWrite } from './protocol.ts';

const WRITE_PIN = FOLL_PIN | FOLL_WRITE;

function protocol(stage: Stage, stable: boolean, pin: (page: FilePage) => Page | null): void {
  const page = filePage(stage.alloc, { stable });
  const nic = stage.alloc(nic_mailbox);
  const driver = stage.thread('driver', () => pinAndWrite(nic, () => pin(page)));
  declareDevice(stage, nic);
  stage.thread('write-back', () => writeFolio(page.folio, page.disk));
  declareProperties(stage, page);
  stage.sometimes('the pin is taken', () => driver.result() === true);
}

const fast = (page: FilePage): Page | null => gup_fast(page.mm, page.address, WRITE_PIN);
const slow = (page: FilePage): Page | null =>
  pageOf(follow_page_pte(page.vma, page.address, WRITE_PIN));
const designs = (pinPath: string): Record<string, string> => ({
  'pin-path': pinPath,
  'pinned-folio': 'bounce',
});

const PAGE_LOCK = {
  lock: ['page lock', 'page lock, pte again', 'page lock, wait for write-back'],
} as const;

export const lockSlow = scenario.each(
  { ...PAGE_LOCK, stable: [true, false] },
  'pin-lockpage-vs-wb',
  ({ stable, ...stage }) => protocol(stage, stable, slow),
  ({ lock }) => ({
    designs: designs(lock),
    expect: lock === 'page lock, pte again' ? 'pass' : 'fail',
  }),
);

export const lockFast = scenario.each(
  PAGE_LOCK,
  'pin-lockpage-vs-wb-fast',
  (stage) => protocol(stage, true, fast),
  ({ lock }) => ({ designs: designs(lock), expect: 'fail' }),
);

export const trylock = scenario.each(
  { path: ['fast', 'slow'] },
  'pin-trylock-recheck',
  ({ path, ...stage }) => protocol(stage, true, path === 'fast' ? fast : slow),
  () => ({ designs: designs('page trylock, pte again') }),
);

export const writebackTest = scenario.each(
  { barrier: [false, true], path: ['fast', 'slow'] },
  'fast-gup-wb-test',
  ({ path, ...stage }) => protocol(stage, true, path === 'fast' ? fast : slow),
  ({ barrier }) => ({
    designs: designs(barrier ? 'write-back test, barrier' : 'write-back test'),
    expect: 'fail',
  }),
);

export const pageTableTrylock = scenario(
  'fast-gup-ptl',
  { designs: designs('page-table trylock'), about: 'GUP-fast tries the page-table lock' },
  (stage) => protocol(stage, true, fast),
);

export const pageTableTrylockFallback = scenario(
  'fast-gup-ptl-fallback',
  { designs: designs('page-table trylock'), about: 'the same, trying once more where it fails' },
  (stage) => {
    protocol(stage, true, (page) => gup_fast_fallback(page.vma, page.address, WRITE_PIN));
  },
);
