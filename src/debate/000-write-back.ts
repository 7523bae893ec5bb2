/** Discussion 000, rows 1 to 16: the page lock in the pin path, write-back and page_mkwrite. */

import {
  lockInFast,
  lockIsNotNotified,
  lockIsStable,
  lockWithRecheck,
  mkwriteStable,
  mkwriteUnstable,
  slowNeedsLock,
  slowPasses,
} from './000-evidence.ts';
import type { Claim } from './claim.ts';

/** The rows. */
export const writeBackRows: readonly Claim[] = [
  {
    number: 1,
    kind: 'proposal',
    who: 'Kara, 15 Jan',
    claim: 'To pin: lock the page, wait until it is stable, add the bias, unlock.',
    verdict: 'IF',
    because:
      'If the PTE is read again under the lock, and never in GUP-fast, where it would sleep.',
    evidence: [lockIsNotNotified, lockIsStable, lockWithRecheck, lockInFast],
  },
  {
    number: 2,
    kind: 'fact',
    who: 'Kara, 15 Jan',
    claim: 'A pin test under the page lock that says no is right until the page is unlocked.',
    verdict: 'IF',
    because: 'If every pin path takes the page lock: one that does not makes the answer stale.',
    evidence: [
      lockIsStable,
      {
        scenario: 'bounce-order (order=pin test, mkclean, clear)',
        property: 'stable',
        expect: 'fail',
        shows: 'GUP-fast takes no page lock and pins after the test',
      },
    ],
  },
  {
    number: 3,
    kind: 'fact',
    who: 'Kara, 15 Jan',
    claim: '... and until write-back ends, if that is needed.',
    verdict: 'IF',
    because: 'If the device needs stable pages; on others the pin begins right after unlock_page.',
    evidence: [
      lockIsStable,
      {
        scenario: 'pin-lockpage-vs-wb (lock=page lock, stable=false)',
        property: 'stable',
        expect: 'fail',
        shows: 'on another device the page changes while it is written',
      },
    ],
  },
  {
    number: 4,
    kind: 'question',
    who: 'Kara, 16 Jan',
    claim: 'Why does the pin path need the page lock and the wait at all?',
    verdict: 'ANSWER',
    because: 'It does not: slow GUP has neither, and all three properties hold.',
    evidence: [slowPasses],
  },
  {
    number: 5,
    kind: 'fact',
    who: 'Kara, 16 Jan',
    claim: 'Write-back write-protects the page in every page table.',
    verdict: 'IF',
    because:
      'In every shared mapping; a private one never maps the page of the file writable. The ' +
      'TLB flush belongs to it.',
    evidence: [
      {
        scenario: 'mkclean-walk (second=shared)',
        expect: 'pass',
        shows: 'two shared mappings are both write-protected',
      },
      {
        scenario: 'mkclean-walk (second=private)',
        expect: 'pass',
        shows: 'a private mapping is left alone, and nothing is lost',
      },
      {
        scenario: 'mkclean-walk-vs-mmap',
        expect: 'pass',
        shows: 'a mapping that is added meanwhile has no PTE: its first store must fault',
      },
      {
        scenario: 'cpu-store-vs-mkclean (flush=no order)',
        expect: 'fail',
        shows: 'without the wait of the TLB flush a store is lost',
      },
    ],
  },
  {
    number: 6,
    kind: 'fact',
    who: 'Kara, 16 Jan',
    claim: 'So until unlock_page no new writable pin appears: it must fault first.',
    verdict: 'IF',
    because:
      'If slow GUP tests under the page-table lock and GUP-fast looks at the PTE again. A file ' +
      'system without page_mkwrite has no write-back.',
    evidence: [
      slowPasses,
      slowNeedsLock,
      {
        scenario: 'gup-fast-vs-mkclean',
        without: ['gup_fast_pte_range/pte unchanged'],
        property: 'notified',
        expect: 'fail',
        shows: 'GUP-fast without the second look pins a page that was not faulted',
      },
      {
        scenario: 'pin-without-page-mkwrite',
        expect: 'pass',
        shows: 'a file in memory has no page_mkwrite, and no write-back either',
      },
    ],
  },
  {
    number: 7,
    kind: 'fact',
    who: 'Kara, 16 Jan',
    claim: 'The fault takes the page lock and waits for a stable page, in page_mkwrite.',
    verdict: 'IF',
    because: 'If the handler does both, and the device needs stable pages.',
    evidence: [
      mkwriteStable,
      {
        scenario: 'mkwrite-vs-wb (stable=true)',
        without: ['iomap_page_mkwrite/folio_lock'],
        expect: 'fail',
        shows: 'a handler without the page lock',
      },
      {
        scenario: 'mkwrite-vs-wb (stable=true)',
        without: ['iomap_page_mkwrite/wait for write-back'],
        expect: 'fail',
        shows: 'a handler without the wait',
      },
      mkwriteUnstable,
    ],
  },
  {
    number: 8,
    kind: 'question',
    who: 'Kara, 16 Jan',
    claim: 'Am I confused?',
    verdict: 'ANSWER',
    because: 'Not about slow GUP. GUP-fast, which has no lock, is missed until row 32.',
    evidence: [slowPasses],
  },
  {
    number: 9,
    kind: 'fact',
    who: 'Glisse, 16 Jan',
    claim: 'With the page lock, pinning and mkclean are ordered on the PTE.',
    verdict: 'IF',
    because: 'If the PTE is read, or read again, while the lock is held.',
    evidence: [lockIsNotNotified, lockWithRecheck],
  },
  {
    number: 10,
    kind: 'proposal',
    who: 'Glisse, 16 Jan',
    claim: 'The pin path must still test for write-back.',
    verdict: 'WRONG',
    because: 'Slow GUP has no such test and needs none: whoever comes after mkclean must fault.',
    evidence: [slowPasses, mkwriteStable],
  },
  {
    number: 11,
    kind: 'fact',
    who: 'Glisse, 16 Jan',
    claim: 'The page is unlocked while it is still under write-back.',
    verdict: 'HOLDS',
    because: 'Unlocking comes before the disk is done; the state is reached.',
    evidence: [
      {
        scenario: 'wb-order',
        property: 'unlocked, and still under write-back',
        expect: 'pass',
        shows: 'an observer sees PG_writeback without PG_locked',
      },
    ],
  },
  {
    number: 12,
    kind: 'question',
    who: 'Glisse, 16 Jan',
    claim: 'May anybody write to the page in that state?',
    verdict: 'ANSWER',
    because:
      'On devices that do not need stable pages, yes: the disk may then hold a mixture, and ' +
      'the page is dirty again, so nothing is lost.',
    evidence: [
      {
        scenario: 'cpu-store-during-wb (stable=false)',
        expect: 'pass',
        shows: 'no store is lost; a mixture on disk is reached',
      },
      {
        scenario: 'checksum-in-flight (stable=true)',
        expect: 'pass',
        shows: 'on a device that needs stable pages the store waits',
      },
    ],
  },
  {
    number: 13,
    kind: 'fact',
    who: 'Glisse, 16 Jan',
    claim: 'Some block devices, RAID for example, need contents that stay the same.',
    verdict: 'HOLDS',
    because: 'Without the wait the checksum on disk does not belong to the data.',
    evidence: [
      {
        scenario: 'checksum-in-flight (stable=true)',
        expect: 'pass',
        shows: 'with the wait data and checksum agree',
      },
      {
        scenario: 'checksum-in-flight (stable=true)',
        without: ['iomap_page_mkwrite/wait for write-back'],
        expect: 'fail',
        shows: 'without it they do not',
      },
    ],
  },
  {
    number: 14,
    kind: 'fact',
    who: 'Glisse, 16 Jan',
    claim: 'The write-back test is for pending write-back, not only for the race with mkclean.',
    verdict: 'HOLDS',
    because: 'As a description; the wait in page_mkwrite makes the test redundant (row 15).',
    evidence: [
      {
        scenario: 'pin-lockpage-vs-wb (lock=page lock, wait for write-back, stable=false)',
        property: 'stable',
        expect: 'pass',
        shows: 'a pin path that waits for write-back protects pending writes on every device',
      },
      mkwriteStable,
    ],
  },
  {
    number: 15,
    kind: 'fact',
    who: 'Kara, 17 Jan',
    claim: 'wait_for_stable_page in page_mkwrite already prevents writing to such a page.',
    verdict: 'IF',
    because: 'If the device needs stable pages; on others it does not wait.',
    evidence: [mkwriteStable, mkwriteUnstable],
  },
  {
    number: 16,
    kind: 'proposal',
    who: 'Kara, 17 Jan',
    claim:
      'Order: mkclean, pin test (copy if pinned), clear dirty, set write-back, unlock, submit.',
    verdict: 'HOLDS',
    because:
      'The pin test must come after mkclean. Clearing dirty before mkclean is harmless as ' +
      'long as both precede the reading of the data.',
    evidence: [
      {
        scenario: 'bounce-order (order=mkclean, pin test, clear)',
        expect: 'pass',
        shows: 'the proposed order',
      },
      {
        scenario: 'bounce-order (order=pin test, mkclean, clear)',
        expect: 'fail',
        shows: 'a test before mkclean misses the pin that comes in between',
      },
      {
        scenario: 'bounce-order-cpu-store (order=clear, mkclean, pin test)',
        expect: 'pass',
        shows: 'dirty cleared before mkclean: no store of the process is lost',
      },
    ],
  },
];
