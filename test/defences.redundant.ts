/**
 * The named defences whose removal alone shows nothing in any scenario, each with the reason.
 * test/defences.test.ts checks what of a reason can be run.
 */
import type { Redundant } from './support/defences.ts';

/** A design that does not work with the barrier either. */
const WB_TEST = 'fast-gup-wb-test shows that this design fails with the barrier, too';

const EMPTIED =
  'an empty slot leads to nothing: who finds it empty brings the page in under the xarray lock, ' +
  'which orders as much';

const XA_LOCK_IRQ =
  'the interrupt in which write-back ends, and which takes the xarray lock, comes on a CPU of ' +
  'its own; wb-order, where it does not, shows what folio_start_writeback/local_irq_save is for';

export const REDUNDANT: readonly Redundant[] = [
  {
    defence: 'flush_tlb_page/smp_mb',
    because: 'what takes a right away has a full barrier of its own before it looks at the count',
    beside: {
      defences: ['folio_try_share_anon_rmap_pte/smp_mb'],
      scenario: 'pin-vs-share',
      model: 'weak',
    },
  },
  {
    defence: 'gup_fast/local_irq_save',
    because:
      'it keeps page tables from being freed under the walk, and they are never freed here; ' +
      'that a flush by interrupt waits for the walk nobody may rely on (docs/debate.md)',
  },
  {
    defence: 'filemap_fault/smp_rmb',
    because: 'the folio is locked before its contents are used, which orders as much',
  },
  {
    defence: '__break_lease/spin_lock',
    because:
      'it keeps the lease from being freed while its holder is told; leases are not freed here, ' +
      'and who has the lease by the second call is told then',
  },
  {
    defence: 'xfs_break_leased_layouts/smp_mb',
    because:
      'it orders the references of an open file before the look, for leases that open(2) breaks; ' +
      'layout leases begin and are looked for under i_rwsem',
  },
  {
    defence: 'mmu_interval_read_begin/spin_lock',
    because:
      'whatever it reads is compared again under the lock of the copy ' +
      '(ib_umem_odp_map_dma_and_lock/retry)',
  },
  {
    defence: 'exit_mmap/down_write#1',
    because:
      'mm_users is 0, so nobody else looks; Linux takes it against the OOM reaper, which is not ' +
      'modelled',
  },
  {
    defence: 'filemap_read/down_read#1',
    because: 'XFS holds i_rwsem to read, so nobody removes pages; ext4 needs the invalidate lock',
    beside: {
      defences: ['filemap_read/down_read#2'],
      scenario: 'page-brought-in-vs-punch (by=a read)',
      model: 'sc',
    },
  },
  {
    defence: 'filemap_read/down_read#2',
    because: 'the invalidate lock keeps pages from being removed while one is read from disk',
    beside: {
      defences: ['filemap_read/down_read#1'],
      scenario: 'page-brought-in-vs-punch (by=a read)',
      model: 'sc',
    },
  },
  {
    defence: 'truncate_inode_folio/truncated',
    because:
      'whoever else takes pages out of a file holds i_rwsem (direct writes), stops at the ' +
      'reference of the truncation (reclaim, migration) or is another truncation, which i_rwsem ' +
      'keeps out',
  },
  {
    defence: 'filemap_fault/truncated again',
    because:
      'the invalidate lock keeps truncation out; a direct write takes pages out without it, but ' +
      'then a third must have brought the page in since it was looked for first',
  },
  {
    defence: 'filemap_read/truncated again',
    because: 'the same, and i_rwsem is held to read',
  },
  {
    defence: '__folio_migrate_mapping/spin_lock',
    because:
      'whoever could change the marks has a reference, and the count that is frozen under the ' +
      'lock stops the move (folio_ref_freeze/expected count); Linux changes nodes of the tree',
  },
  {
    defence: '__folio_migrate_mapping/smp_wmb',
    because: 'freezing the count is fully ordered, and stands between the copy and its slot',
  },
  {
    defence: '__folio_migrate_mapping/rcu_assign_pointer',
    because:
      'freezing the count is fully ordered, and stands between the copy and its slot; what is ' +
      'stored in between is looked at under the lock of the copy, which the move holds',
  },
  {
    defence: '__remove_mapping/rcu_assign_pointer',
    because: EMPTIED,
  },
  {
    defence: 'filemap_remove_folio/rcu_assign_pointer',
    because: EMPTIED,
  },
  {
    defence: 'folio_unmap_invalidate/rcu_assign_pointer',
    because: EMPTIED,
  },
  {
    defence: '__remove_mapping/atomic_set_release',
    because: 'the folio stays: nothing was changed while its count was frozen',
  },
  {
    defence: 'first/smp_store_release',
    because:
      'the pin takes the page-table lock behind the fault that gave it back, which orders what ' +
      'the fault stored before what is stored later',
  },
  {
    defence: 'left/smp_load_acquire#2',
    because: 'each of the two goes in once: who gives the turn away has not been inside before',
  },
  {
    defence: 'right/smp_load_acquire#2',
    because: 'the same for the other',
  },
  {
    defence: 'migrate_pages/test_and_set_bit_lock',
    because: 'the copy is complete when it comes into the page cache; nothing is done to it later',
  },
  {
    defence: 'kiocb_invalidate_pages/write and wait',
    because:
      'a page that is dirty cannot be invalidated, and the direct write becomes a buffered one: ' +
      'slower, not wrong',
  },
  {
    defence: 'judgePinned/smp_rmb',
    because: 'it is one of the answers that mkclean-whole-walk shows not to be enough under weak',
  },
  {
    defence: 'mkclean/folio_lock',
    because: 'nobody else in mkclean-whole-walk takes the folio lock; folio_mkclean wants it held',
  },
  {
    defence: 'walker/folio_lock',
    because: 'nobody else in unmapped-vs-walk takes the folio lock; folio_mkclean wants it held',
  },
  {
    defence: 'reader/folio_lock',
    because: 'the scenario takes it to show that others wait for it',
  },
  {
    defence: 'app/mutex_lock#1',
    because:
      'one thread alone uses the ring there; request/mutex_lock#1 shows what the lock is for',
  },
  {
    defence: 'app/mutex_lock#2',
    because:
      'one thread alone uses the ring there; request/mutex_lock#2 shows what the lock is for',
  },
  {
    defence: 'holder/down_read',
    because: 'lease-reads-first takes it to show that who breaks a lease must not hold it',
  },
  {
    defence: 'follow_page_pte/smp_mb',
    because: WB_TEST,
  },
  {
    defence: 'gup_fast_pte_range/smp_mb',
    because: WB_TEST,
  },
  {
    defence: 'gup_fast_pte_range/wait for write-back',
    because: 'GUP-fast with the page lock cannot wait at all: pin-lockpage-vs-wb-fast',
    unmet: true,
  },
  {
    defence: 'filemap_add_folio/spin_lock_irq',
    because: XA_LOCK_IRQ,
  },
  {
    defence: 'filemap_remove_folio/spin_lock_irq',
    because: XA_LOCK_IRQ,
  },
  {
    defence: '__folio_mark_dirty/spin_lock_irq',
    because: XA_LOCK_IRQ,
  },
  {
    defence: '__folio_migrate_mapping/spin_lock_irq',
    because: XA_LOCK_IRQ,
  },
  {
    defence: '__remove_mapping/spin_lock_irq',
    because: XA_LOCK_IRQ,
  },
  {
    defence: 'folio_unmap_invalidate/spin_lock_irq',
    because: XA_LOCK_IRQ,
  },
  {
    defence: '__folio_end_writeback/spin_lock_irqsave',
    because: XA_LOCK_IRQ,
  },
  {
    defence: 'folio_clear_dirty_for_io/smp_mb',
    because:
      'design after-mkclean asks whether a barrier is wanted there; marking the folio dirty has ' +
      'been a full barrier before',
    unmet: true,
  },
  {
    defence: 'folio_clear_dirty_for_io/smp_rmb',
    because: 'the same with a weaker barrier',
    unmet: true,
  },
  {
    defence: 'bio_set_pages_dirty/wait for write-back',
    because:
      'only with design unpin-page-mkwrite, which page-mkwrite-at-unpin shows to be too late',
    unmet: true,
  },
  {
    defence: 'unpin_user_pages_dirty_lock/wait for write-back',
    because: 'the same',
    unmet: true,
  },
  {
    defence: 'do_wp_page/test_and_set_bit_lock',
    because:
      'a page with one reference is its PTE alone; the lock is against KSM, migration and swap, ' +
      'which are not in one scenario with an anonymous write fault',
    unmet: true,
  },
  {
    defence: 'wp_page_shared/folio_lock',
    because:
      'only for files without page_mkwrite (shmem): the page is in its file while a process maps ' +
      'it, and nothing is written back',
    unmet: true,
  },
  {
    defence: 'mmu_interval_notifier_insert/spin_lock',
    because: 'only set-ups call it, before the threads begin; one subscriber for each mm',
    unmet: true,
  },
];
