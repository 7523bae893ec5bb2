/** Discussion 000, rows 32 to 42: GUP-fast and its second look at the PTE. */

import {
  fastNeedsRecheck,
  fastPasses,
  fastPassesWeak,
  fastWithoutWeak,
  lockInFast,
  lockOnly,
  slowNeedsLock,
  slowPasses,
  recheckOnly,
  recheckOnlyWeak,
} from './000-evidence.ts';
import type { Claim } from './claim.ts';

/** The rows. */
export const gupFastRows: readonly Claim[] = [
  {
    number: 32,
    kind: 'fact',
    who: 'Glisse, 22 Jan',
    claim: 'Right for slow GUP; GUP-fast has no page-table lock, so it is different there.',
    verdict: 'HOLDS',
    because: 'Slow GUP stands by its lock, GUP-fast falls without its second look.',
    evidence: [slowPasses, slowNeedsLock, fastNeedsRecheck],
  },
  {
    number: 33,
    kind: 'proposal',
    who: 'Glisse, 22 Jan',
    claim: 'GUP-fast needs the page lock, or a barrier and a test for write-back.',
    verdict: 'WRONG',
    because:
      'The lock sleeps; write-back may begin after the test. Barrier and second look at the ' +
      'PTE suffice.',
    evidence: [
      {
        scenario: 'fast-gup-wb-test (barrier=true, path=fast)',
        expect: 'fail',
        shows: 'a test for write-back after the count, with a full barrier',
      },
      {
        scenario: 'fast-gup-wb-test (barrier=false, path=fast)',
        expect: 'fail',
        shows: 'the same without the barrier',
      },
      lockInFast,
      fastPasses,
    ],
  },
  {
    number: 34,
    kind: 'proposal',
    who: 'Glisse, 22 Jan',
    claim: 'Let GUP-fast try the page-table lock and fall back to slow GUP.',
    verdict: 'HOLDS',
    because: 'If the PTE is read under the lock. What it costs is outside the model.',
    evidence: [
      { scenario: 'fast-gup-ptl', expect: 'pass', shows: 'one attempt' },
      { scenario: 'fast-gup-ptl-fallback', expect: 'pass', shows: 'with a second attempt' },
    ],
  },
  {
    number: 35,
    kind: 'fact',
    who: 'Kara, 23 Jan',
    claim: 'I was looking at the wrong function.',
    verdict: 'OUT',
    because: 'A concession.',
    evidence: [],
  },
  {
    number: 36,
    kind: 'fact',
    who: 'Kara, 23 Jan',
    claim: 'GUP-fast needs neither page lock nor a new barrier.',
    verdict: 'IF',
    because:
      'On x86, and where the count is one ordered read-modify-write. Linux counts in two ' +
      'steps, the second of which orders nothing, and so has a barrier.',
    evidence: [
      fastPasses,
      recheckOnly,
      {
        scenario: 'gup-fast-vs-mkclean-one-step',
        expect: 'pass',
        shows: 'the whole bias in one ordered add',
      },
      {
        scenario: 'gup-fast-vs-mkclean-one-step',
        model: 'weak',
        expect: 'pass',
        shows: 'the ordered add is enough on every CPU',
      },
      fastWithoutWeak(
        'try_grab_folio_fast/smp_mb__after_atomic',
        'elsewhere the two steps of Linux need their barrier',
      ),
    ],
  },
  {
    number: 37,
    kind: 'fact',
    who: 'Kara, 23 Jan',
    claim: 'GUP-fast cannot race with unmapping and write-protecting; others in mm rely on that.',
    verdict: 'IF',
    because:
      'If the other side changes the PTE before it reads the count. Fork read first (fixed ' +
      'in 5.11), collapse replaces the whole table (6.0, 6.1).',
    evidence: [
      { scenario: 'fast-gup-vs-free', expect: 'pass', shows: 'against unmapping' },
      { scenario: 'pin-vs-share', expect: 'pass', shows: 'against clearing the exclusive mark' },
      {
        scenario: 'bounce-order (order=pin test, mkclean, clear)',
        expect: 'fail',
        shows: 'whoever reads the count first is not protected',
      },
    ],
    later: 'Fork and collapse: the rounds of discussion 003.',
  },
  {
    number: 38,
    kind: 'fact',
    who: 'Kara, 23 Jan',
    claim: 'If the reference fails or the PTE differs, GUP-fast backs off.',
    verdict: 'HOLDS',
    because: 'Both are needed.',
    evidence: [
      { scenario: 'fast-gup-vs-free', expect: 'pass', shows: 'against unmapping and reuse' },
      {
        scenario: 'fast-gup-vs-free',
        without: ['folio_ref_try_add/unless zero'],
        expect: 'fail',
        shows: 'a reference on a free page: it is freed twice',
      },
      {
        scenario: 'fast-gup-vs-free',
        without: ['gup_fast_pte_range/pte unchanged'],
        expect: 'fail',
        shows: 'a pin on the page of somebody else',
      },
      fastNeedsRecheck,
    ],
  },
  {
    number: 39,
    kind: 'proposal',
    who: 'Kara, 23 Jan',
    claim: 'The speculative reference becomes a speculative pin: the bias instead of 1.',
    verdict: 'HOLDS',
    because: 'In one step or in two: between +1 and +1023 the page looks unpinned, harmlessly.',
    evidence: [
      { scenario: 'gup-fast-vs-mkclean-one-step', expect: 'pass', shows: 'one step' },
      { scenario: 'gup-fast-vs-mkclean', expect: 'pass', shows: 'two steps, as in Linux' },
    ],
  },
  {
    number: 40,
    kind: 'fact',
    who: 'Kara, 23 Jan',
    claim: 'It is atomic, so it is not reordered with the second look.',
    verdict: 'IF',
    because:
      'If it gives a value and succeeds; then it is fully ordered. Atomic alone orders nothing.',
    evidence: [recheckOnly, recheckOnlyWeak],
  },
  {
    number: 41,
    kind: 'fact',
    who: 'Kara, 23 Jan',
    claim: 'After write-protecting no new fast pin, and every pin is visible after mkclean.',
    verdict: 'HOLDS',
    because:
      'Of pins that are kept. Counts of pins that back off do appear, for a moment; and a ' +
      'PTE that a fault made writable again is a pin that was announced.',
    evidence: [
      fastPasses,
      {
        scenario: 'fast-gup-vs-refault',
        expect: 'pass',
        shows: 'the PTE becomes writable again, equal to the old one, before the second look',
      },
      lockOnly('exchange', 'nothing', 'pass'),
      fastPassesWeak,
    ],
  },
  {
    number: 42,
    kind: 'fact',
    who: 'Kara, 23 Jan',
    claim: 'That is nothing new: DAX relies on it.',
    verdict: 'HOLDS',
    because:
      'Whoever frees a block of fsdax unmaps the page, then asks whether it is in use: the same ' +
      'two halves. What else DAX has to keep apart is for discussion 004.',
    evidence: [
      {
        scenario: 'dax-busy-vs-fast-gup',
        expect: 'pass',
        shows: 'the device never writes into the block of the next owner',
      },
      {
        scenario: 'dax-busy-vs-fast-gup',
        model: 'weak',
        expect: 'pass',
        shows: 'nor on other CPUs',
      },
      {
        scenario: 'dax-busy-vs-fast-gup',
        without: ['gup_fast_pte_range/pte unchanged'],
        expect: 'fail',
        shows: 'without the second look at the PTE it does',
      },
      {
        scenario: 'dax-busy-vs-fast-gup',
        without: ['dax_layout_busy_page/unmap first'],
        expect: 'fail',
        shows: 'and if the count is read before the page is unmapped',
      },
    ],
  },
];
