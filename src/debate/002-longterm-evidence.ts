/** The searches about long-term pins, leases and faulting devices of discussion 002. */

import type { Evidence } from './claim.ts';

/** By a short name. */
export const longterm = {
  fuseSync: {
    scenario: 'fuse-served-direct-read (server=syncs the buffer first)',
    expect: 'fail',
    shows:
      'the FUSE server syncs the buffer before it answers: fsync, read and server wait in a ' +
      'circle',
  },
  fuseOk: {
    scenario: 'fuse-served-direct-read (server=answers)',
    expect: 'pass',
    shows: 'a server that answers',
  },
  pipePins: {
    scenario: 'vmsplice-then-fsync (takes=pins)',
    expect: 'fail',
    shows: 'pages in a pipe, as pins: fsync waits for whoever reads the pipe',
  },
  pipeRefs: {
    scenario: 'vmsplice-then-fsync (takes=references)',
    expect: 'pass',
    shows: 'as plain references, as in 6.18, they are not seen, and nobody writes through them',
  },
  longFsync: {
    scenario: 'longterm-pin-vs-call (call=fsync, pins=as transient)',
    expect: 'fail',
    shows: 'fsync is stuck as long as the memory is registered',
  },
  longTrunc: {
    scenario: 'longterm-pin-vs-call (call=truncate, pins=as transient)',
    expect: 'fail',
    shows: 'truncation is stuck as long as the memory is registered',
  },
  longPunch: {
    scenario: 'longterm-pin-then-call (call=punch a hole)',
    expect: 'fail',
    shows: 'hole punching is stuck',
  },
  longReflink: {
    scenario: 'longterm-pin-then-call (call=reflink)',
    expect: 'fail',
    shows: 'a reflink is stuck, with both files locked',
  },
  longDio: {
    scenario: 'longterm-pin-then-call (call=direct write to the file)',
    expect: 'fail',
    shows: 'direct I/O on the file is stuck: it writes the page cache first',
  },
  longMunmap: {
    scenario: 'longterm-pin-then-call (call=munmap)',
    expect: 'pass',
    shows: 'munmap does not ask for pins',
  },
  longRefused: {
    scenario: 'longterm-pin-vs-call (call=fsync, pins=refused)',
    expect: 'pass',
    shows: 'Linux since 6.5: the long-term pin is refused with EFAULT',
  },
  longBusy: {
    scenario: 'longterm-pin-vs-call (call=truncate, pins=as transient, EBUSY)',
    property: 'EBUSY',
    expect: 'pass',
    shows: 'truncation fails with EBUSY',
  },
  longSkip: {
    scenario: 'longterm-pin-then-fsync (pinned=skip)',
    expect: 'fail',
    shows: 'fsync that leaves a pinned page out: what was stored before is not on disk',
  },
  longBounce: {
    scenario: 'longterm-pin-then-fsync (pinned=bounce)',
    expect: 'pass',
    shows: 'fsync that writes a copy neither waits nor lies',
  },
  leaseStop: {
    scenario: 'lease-rdma (revocation=stop the device, holder=silent)',
    expect: 'pass',
    shows: 'the device is stopped and the page unpinned: truncation ends, nothing is written later',
  },
  leaseStopFork: {
    scenario: 'lease-rdma (revocation=stop the device, holder=forked)',
    expect: 'pass',
    shows: 'the same where another process has the descriptors',
  },
  leaseDrop: {
    scenario: 'lease-rdma (revocation=drop the lease, holder=silent)',
    expect: 'fail',
    shows: 'the lease alone is dropped: the device writes after truncation',
  },
  leaseLate: {
    scenario: 'lease-rdma (revocation=drop the lease, holder=cooperates)',
    expect: 'fail',
    shows: 'a holder who cooperates, but after the grace time',
  },
  leaseKill: {
    scenario: 'lease-rdma (revocation=kill, holder=silent)',
    expect: 'pass',
    shows: 'a holder who is killed lets go of everything',
  },
  leaseFork: {
    scenario: 'lease-rdma (revocation=kill, holder=forked)',
    expect: 'fail',
    shows: 'unless another process has the descriptors: truncation is stuck',
  },
  leaseWait: {
    scenario: 'lease-rdma (revocation=wait, holder=silent)',
    expect: 'fail',
    shows: 'no force at all: truncation is stuck',
  },
  leaseRwsem: {
    scenario: 'lease-rdma (revocation=wait, holder=cooperates)',
    without: ['vfs_setlease/down_read'],
    expect: 'fail',
    shows: 'a lease that is taken while truncation is under way',
  },
  leaseOpen: {
    scenario: 'lease-rdma (revocation=wait, holder=dies)',
    without: ['ib_reg_user_mr/keep the leased file open'],
    expect: 'fail',
    shows: 'a process that ends closes the file before the region',
  },
  odpT: {
    scenario: 'odp-vs-truncate',
    expect: 'pass',
    shows: 'a faulting device against truncation: nobody is asked to let go',
  },
  odpTr: {
    scenario: 'odp-vs-truncate',
    without: ['ib_umem_odp_map_dma_and_lock/retry'],
    expect: 'fail',
    shows: 'without the retry of a fault that an invalidation overtook',
  },
  odpTd: {
    scenario: 'odp-vs-truncate',
    without: ['mlx5_ib_invalidate_range/drain'],
    expect: 'fail',
    shows: 'without the wait for DMA that was translated before',
  },
  odpPw: {
    scenario: 'odp-vs-punch',
    without: ['mmu_interval_read_begin/wait for the invalidation'],
    expect: 'fail',
    shows: 'without the wait of a fault for the invalidation that is under way',
  },
  cloneCpu: {
    scenario: 'reflink-vs-write (writer=cpu)',
    expect: 'pass',
    shows: 'after a reflink a write fault gives the page a block of its own',
  },
  clonePin: {
    scenario: 'reflink-vs-write (writer=device)',
    expect: 'fail',
    shows: 'a pin has no fault: write-back writes over the block that the clone has too',
  },
  odpTlb: {
    scenario: 'odp-vs-munmap-device-tlb',
    without: ['mlx5_ib_invalidate_range/flush the device TLB'],
    expect: 'fail',
    shows: 'a device with a TLB of its own that is not flushed',
  },
  odpTlbOk: {
    scenario: 'odp-vs-munmap-device-tlb',
    expect: 'pass',
    shows: 'a device with a TLB of its own',
  },
  dax: {
    scenario: 'dax-busy-vs-fast-gup',
    expect: 'pass',
    shows: 'a pin against fsdax: the block is given away when its page is idle',
  },
  odpTn: {
    scenario: 'odp-vs-truncate',
    without: ['unmap_mapping_pages/notifier'],
    expect: 'fail',
    shows: 'without the notifier of unmapping',
  },
  odpSig: {
    scenario: 'odp-vs-truncate',
    property: 'the device fails: SIGBUS',
    expect: 'pass',
    shows: 'behind the end of the file the device fails',
  },
  odpP: {
    scenario: 'odp-vs-punch',
    expect: 'pass',
    shows: 'against hole punching',
  },
  odpW: {
    scenario: 'odp-vs-wb',
    expect: 'pass',
    shows: 'against write-back: the device faults before it writes a clean page',
  },
  odpWn: {
    scenario: 'odp-vs-wb',
    without: ['page_vma_mkclean_one/notifier'],
    expect: 'fail',
    shows: 'without the notifier of mkclean',
  },
  odpU: {
    scenario: 'odp-vs-wb-unasked',
    expect: 'fail',
    shows: 'a device that keeps its right to write',
  },
  odpF: {
    scenario: 'odp-vs-fsync',
    expect: 'pass',
    shows: 'what the device had written before fsync is on disk',
  },
  odpFd: {
    scenario: 'odp-vs-fsync',
    without: ['mlx5_ib_invalidate_range/drain'],
    expect: 'fail',
    shows: 'without the wait for DMA that was translated before',
  },
  odpM: {
    scenario: 'odp-vs-munmap',
    expect: 'pass',
    shows: 'against munmap',
  },
  odpX: {
    scenario: 'odp-vs-exit (put=mmput_async)',
    expect: 'pass',
    shows: 'against the end of the process',
  },
  odpC: {
    scenario: 'odp-vs-cow',
    expect: 'pass',
    shows: 'against a copy on write',
  },
} as const satisfies Record<string, Evidence>;
