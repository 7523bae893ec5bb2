/** Discussion 000, rows 43 to 54: what orders the read of the count behind the write of the PTE. */

import { fastNeedsRecheck, fastPasses } from './000-evidence.ts';
import { lockOnly, lockOnlyWeak, recheckOnly, recheckOnlyWeak } from './000-evidence.ts';
import type { Claim } from './claim.ts';

/** The rows. */
export const barrierRows: readonly Claim[] = [
  {
    number: 43,
    kind: 'question',
    who: 'Kara, 23 Jan',
    claim: 'What keeps the load of the count from being done before the PTE is written?',
    verdict: 'ANSWER',
    because:
      'A full barrier, and nothing less. On x86 the exchange of the PTE is one, on arm64 ' +
      'the TLB flush; the memory model of the kernel promises neither.',
    evidence: [
      lockOnly('exchange', 'nothing', 'pass'),
      lockOnly('store', 'nothing', 'fail'),
      lockOnly('store', 'smp_mb', 'pass'),
      lockOnlyWeak('nothing', 'fail'),
      lockOnlyWeak('smp_mb', 'pass'),
      {
        scenario: 'gup-fast-vs-mkclean',
        model: 'weak',
        without: ['flush_tlb_page/smp_mb'],
        expect: 'pass',
        shows: 'in write-back itself marking the folio dirty, fully ordered, comes between',
      },
    ],
  },
  {
    number: 44,
    kind: 'fact',
    who: 'Kara, 23 Jan',
    claim: 'There is so much in between that there is probably something.',
    verdict: 'WRONG',
    because:
      'As an argument. In the whole walk there is something, by luck: giving i_mmap_rwsem ' +
      'back is a locked instruction on x86, and marking the page dirty is fully ordered.',
    evidence: [
      lockOnly('store', 'nothing', 'fail'),
      {
        scenario: 'mkclean-whole-walk (clear=store, between=nothing)',
        model: 'tso',
        expect: 'pass',
        shows: 'the whole walk: the release of i_mmap_rwsem drains the store buffer',
      },
      {
        scenario: 'mkclean-whole-walk (clear=store, between=nothing)',
        model: 'tso',
        without: ['rmap_walk_file/down_read'],
        expect: 'fail',
        shows: 'without that semaphore nothing is left',
      },
      {
        scenario: 'mkclean-whole-walk (clear=exchange, between=nothing)',
        model: 'weak',
        expect: 'fail',
        shows: 'weak: giving a semaphore back is a release and no more',
      },
    ],
  },
  {
    number: 45,
    kind: 'proposal',
    who: 'Kara, 23 Jan',
    claim: 'Add smp_rmb() after page_mkclean(), for peace of mind.',
    verdict: 'WRONG',
    because: 'It orders loads with loads; what must not pass is a load before a store.',
    evidence: [
      lockOnly('store', 'smp_rmb', 'fail'),
      lockOnly('store', 'smp_mb', 'pass'),
      lockOnlyWeak('smp_rmb', 'fail'),
      lockOnlyWeak('smp_mb', 'pass'),
    ],
  },
  {
    number: 46,
    kind: 'fact',
    who: 'Glisse, 23 Jan',
    claim: 'I had missed the comparison of the PTE.',
    verdict: 'HOLDS',
    because: 'It is there, and needed.',
    evidence: [fastNeedsRecheck],
  },
  {
    number: 47,
    kind: 'fact',
    who: 'Glisse, 23 Jan',
    claim: 'The atomic increment is a barrier.',
    verdict: 'IF',
    because: 'If it gives a value and succeeds (row 40).',
    evidence: [recheckOnly, recheckOnlyWeak],
  },
  {
    number: 48,
    kind: 'fact',
    who: 'Glisse, 23 Jan',
    claim: 'No barrier is needed: mkclean takes and drops locks.',
    verdict: 'WRONG',
    because:
      'Dropping a spin lock is a release: a store before it and a load after it may change ' +
      'places, on x86 too. That the whole walk drops a semaphore as well saves x86, by ' +
      'luck.',
    evidence: [
      lockOnly('store', 'nothing', 'fail'),
      {
        scenario: 'mkclean-whole-walk (clear=store, between=nothing)',
        model: 'tso',
        expect: 'pass',
        shows: 'with the semaphore of the whole walk x86 is safe',
      },
      {
        scenario: 'mkclean-whole-walk (clear=exchange, between=nothing)',
        model: 'weak',
        expect: 'fail',
        shows: 'under the memory model of the kernel no lock helps',
      },
    ],
  },
  {
    number: 49,
    kind: 'fact',
    who: 'Hubbard',
    claim: 'The documentation says how the reference count synchronises these.',
    verdict: 'OUT',
    because: 'It speaks of lookup against a count frozen at zero, not of write-protecting.',
    evidence: [],
  },
  {
    number: 50,
    kind: 'fact',
    who: 'Hubbard',
    claim: 'GUP-fast takes the reference, then checks that the PTE has not changed.',
    verdict: 'HOLDS',
    because: 'In this order, and it must be this order.',
    evidence: [fastPasses, fastNeedsRecheck],
  },
  {
    number: 51,
    kind: 'fact',
    who: 'Hubbard',
    claim: 'mkclean may write-protect the PTE whatever the reference count is.',
    verdict: 'HOLDS',
    because: 'The state is reached: a pinned page is write-protected.',
    evidence: [
      {
        scenario: 'gup-fast-vs-mkclean',
        property: 'mkclean write-protects a pinned page',
        expect: 'pass',
        shows: 'write-protected while pinned, and copied',
      },
    ],
  },
  {
    number: 52,
    kind: 'question',
    who: 'Hubbard',
    claim: 'So how does the reference count come into play?',
    verdict: 'ANSWER',
    because:
      'It does not stop mkclean: it is read after it. Count then look at the PTE, against ' +
      'change the PTE then look at the count: one of the two sees the other.',
    evidence: [
      fastPasses,
      fastNeedsRecheck,
      {
        scenario: 'gup-fast-vs-mkclean',
        without: ['folio_clear_dirty_for_io/pinned'],
        expect: 'fail',
        shows: 'without reading the count after mkclean it fails',
      },
    ],
  },
  {
    number: 53,
    kind: 'fact',
    who: 'all, implicitly',
    claim: 'A count of at least the bias means pinned.',
    verdict: 'IF',
    because:
      'If a mistake in one direction is tolerable: 1024 plain references cost a needless copy.',
    evidence: [
      {
        scenario: 'pin-false-positive',
        expect: 'pass',
        shows: 'a needless copy is reached, and nothing is lost',
      },
      fastPasses,
    ],
  },
  {
    number: 54,
    kind: 'fact',
    who: 'Hubbard',
    claim: 'It runs locally.',
    verdict: 'OUT',
    because: 'Not something that a model can decide.',
    evidence: [],
  },
];
