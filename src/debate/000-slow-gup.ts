/** Discussion 000, rows 17 to 31: copies of pinned pages, and slow GUP. */

import {
  lockIsNotNotified,
  mkwriteStable,
  mkwriteUnstable,
  slowNeedsLock,
  slowPasses,
  fastPassesWeak,
} from './000-evidence.ts';
import type { Claim } from './claim.ts';

/** The rows. */
export const slowGupRows: readonly Claim[] = [
  {
    number: 17,
    kind: 'proposal',
    who: 'Kara, 17 Jan',
    claim: 'Write a copy of a pinned page.',
    verdict: 'IF',
    because:
      'If the page stays dirty after its copy was written, and the file system keeps its state.',
    evidence: [
      {
        scenario: 'bounce-content (after=stays dirty)',
        expect: 'pass',
        shows: 'the page stays dirty',
      },
      {
        scenario: 'bounce-content (after=becomes clean)',
        property: 'no loss',
        expect: 'fail',
        shows: 'the page is called clean: what the device writes last is lost',
      },
    ],
  },
  {
    number: 18,
    kind: 'fact',
    who: 'Kara, 17 Jan',
    claim: 'Write-back ends in an interrupt.',
    verdict: 'HOLDS',
    because: 'So the lock of the page cache must be taken with interrupts off.',
    evidence: [
      { scenario: 'wb-order', expect: 'pass', shows: 'completion as an interrupt' },
      {
        scenario: 'wb-order',
        without: ['folio_start_writeback/local_irq_save'],
        expect: 'fail',
        shows: 'with interrupts on it deadlocks on its own CPU',
      },
    ],
  },
  {
    number: 19,
    kind: 'fact',
    who: 'Kara, 17 Jan',
    claim: 'A pin taken before the PTE is write-protected is seen by the pin test.',
    verdict: 'HOLDS',
    because:
      'By the page-table lock. If the pin is gone again by then, the page was marked dirty ' +
      'before it went.',
    evidence: [
      slowPasses,
      slowNeedsLock,
      {
        scenario: 'unpin-order (unpin=unpin first)',
        expect: 'fail',
        shows: 'a pin that goes before the page is marked dirty dirties a clean page',
      },
    ],
  },
  {
    number: 20,
    kind: 'fact',
    who: 'Kara, 17 Jan',
    claim: 'A pin attempted after that faults, and the fault ends in page_mkwrite.',
    verdict: 'HOLDS',
    because:
      'handle_mm_fault, do_wp_page, page_mkwrite, and then the lookup again: what the fault ' +
      'mapped may be gone by then. A page that is truncated while the fault waits is not pinned.',
    evidence: [
      mkwriteStable,
      {
        scenario: 'slow-gup-vs-mkclean-with-faults (pte=ro)',
        expect: 'pass',
        shows: 'slow GUP with everything behind it: the page is pinned, sooner or later',
      },
      {
        scenario: 'faulting-pin-vs-truncate (folio=locked, pinned=wait)',
        expect: 'pass',
        shows: 'truncated while the fault is under way: an error, or a page of the file',
      },
      {
        scenario: 'slow-gup-vs-mkclean',
        property: 'the lookup would fault',
        expect: 'pass',
        shows: 'after mkclean the lookup sends slow GUP to the fault path',
      },
    ],
  },
  {
    number: 21,
    kind: 'fact',
    who: 'Kara, 17 Jan',
    claim: 'page_mkwrite blocks until the I/O is done, if somebody needs that.',
    verdict: 'IF',
    because: 'Somebody is the device; where it does not need stable pages nothing blocks.',
    evidence: [mkwriteStable, mkwriteUnstable],
  },
  {
    number: 22,
    kind: 'fact',
    who: 'Glisse, 17 Jan',
    claim:
      'Worry: GUP reads a writable PTE, sleeps on the page lock, the PTE is protected meanwhile.',
    verdict: 'HOLDS',
    because: 'A real race of the page-lock design; slow GUP as it is has no such gap.',
    evidence: [lockIsNotNotified, slowPasses],
  },
  {
    number: 23,
    kind: 'proposal',
    who: 'Glisse, 17 Jan',
    claim: 'Hence wait for write-back after taking the page lock.',
    verdict: 'WRONG',
    because: 'Contents stay stable, but the page that is pinned afterwards is clean and protected.',
    evidence: [
      {
        scenario: 'pin-lockpage-vs-wb (lock=page lock, wait for write-back, stable=true)',
        property: 'notified',
        expect: 'fail',
        shows: 'pinned without the file system knowing',
      },
      {
        scenario: 'pin-lockpage-vs-wb (lock=page lock, wait for write-back, stable=true)',
        property: 'stable',
        expect: 'pass',
        shows: 'contents stay stable',
      },
    ],
  },
  {
    number: 24,
    kind: 'proposal',
    who: 'Glisse, 17 Jan',
    claim: 'Or compare the PTE again after a successful trylock of the page.',
    verdict: 'HOLDS',
    because: 'In GUP-fast too, since a trylock does not sleep.',
    evidence: [
      { scenario: 'pin-trylock-recheck (path=fast)', expect: 'pass', shows: 'in GUP-fast' },
      { scenario: 'pin-trylock-recheck (path=slow)', expect: 'pass', shows: 'in slow GUP' },
    ],
  },
  {
    number: 25,
    kind: 'fact',
    who: 'Kara, 22 Jan',
    claim: 'That race cannot be: permission test and count are in one page-table-lock section.',
    verdict: 'IF',
    because: 'In slow GUP. GUP-fast takes no such lock and needs its second look instead.',
    evidence: [
      slowPasses,
      slowNeedsLock,
      {
        scenario: 'gup-fast-vs-mkclean',
        without: ['gup_fast_pte_range/pte unchanged'],
        expect: 'fail',
        shows: 'in GUP-fast the race is there',
      },
    ],
  },
  {
    number: 26,
    kind: 'proposal',
    who: 'Kara, 22 Jan',
    claim: 'Let get_page in that section become an add of the bias.',
    verdict: 'HOLDS',
    because: 'This is what Linux does since 5.7 for small folios.',
    evidence: [slowPasses],
  },
  {
    number: 27,
    kind: 'fact',
    who: 'Kara, 22 Jan',
    claim: 'After mkclean one either sees the count, or GUP faults.',
    verdict: 'HOLDS',
    because: 'Both may happen; neither cannot.',
    evidence: [slowPasses],
  },
  {
    number: 28,
    kind: 'fact',
    who: 'Kara, 22 Jan',
    claim: 'Who sees the count copies the page, and all is well.',
    verdict: 'IF',
    because:
      'If the page stays dirty and reclaim leaves pinned pages their buffers (6.4). A pin that ' +
      'stays makes every fsync write a copy. Truncation is not helped by it.',
    evidence: [
      {
        scenario: 'bounce-content (after=stays dirty)',
        expect: 'pass',
        shows: 'one write-back and one pin',
      },
      {
        scenario: 'fast-gup-vs-mkclean-with-faults (pte=rw dirty)',
        expect: 'pass',
        shows: 'the same with page faults, bios and a disk',
      },
      {
        scenario: 'longterm-pin-then-fsync (pinned=bounce)',
        expect: 'pass',
        shows: 'a pin that stays: fsync writes a copy and keeps its promise',
      },
      {
        scenario: 'bufferless-folio-before-6.4',
        expect: 'fail',
        shows: 'reclaim that takes the buffers of a pinned page: what was written is lost',
      },
      {
        scenario: 'transient-pin-vs-truncate (how=truncated, pinned=ignore)',
        expect: 'fail',
        shows: 'truncation takes the page away under the pin, copies or not',
      },
    ],
  },
  {
    number: 29,
    kind: 'fact',
    who: 'Kara, 22 Jan',
    claim: 'A GUP that faults waits for the page lock, then for outstanding write-back.',
    verdict: 'IF',
    because: 'The second wait is for devices that need stable pages only.',
    evidence: [mkwriteStable, mkwriteUnstable],
  },
  {
    number: 30,
    kind: 'proposal',
    who: 'Kara, 22 Jan',
    claim: 'No page lock in GUP at all.',
    verdict: 'HOLDS',
    because: 'Neither path takes it, and all three properties hold.',
    evidence: [
      slowPasses,
      { scenario: 'gup-fast-vs-mkclean', expect: 'pass', shows: 'GUP-fast without page lock' },
      fastPassesWeak,
    ],
  },
  {
    number: 31,
    kind: 'fact',
    who: 'Kara, 22 Jan',
    claim: 'User stores rely on the same; they are worse, for CPUs walk tables without any lock.',
    verdict: 'IF',
    because:
      'If the TLB flush waits for running accesses, and the PTE is cleared by an exchange, ' +
      'which does not lose a dirty bit that the MMU sets meanwhile.',
    evidence: [
      {
        scenario: 'cpu-store-vs-mkclean (flush=barrier)',
        expect: 'pass',
        shows: 'a store through an old entry, and a flush that waits for it',
      },
      {
        scenario: 'cpu-store-vs-mkclean (flush=interrupt)',
        expect: 'pass',
        shows: 'a flush by interrupts, as on x86',
      },
      {
        scenario: 'cpu-store-vs-mkclean (flush=no order)',
        expect: 'fail',
        shows: 'without it',
      },
      {
        scenario: 'cpu-store-vs-zap (clear=store)',
        expect: 'fail',
        shows: 'a plain store over the PTE loses the dirty bit',
      },
    ],
  },
];
