/** Discussion 002, rows 22 to 37: long-term pins, leases and hardware that faults. */

import { longterm } from './002-longterm-evidence.ts';
import { rules } from './002-rules-evidence.ts';
import type { Claim } from './claim.ts';

/** The rows. */
export const longtermRows: readonly Claim[] = [
  {
    number: 22,
    kind: 'fact',
    who: 'Chinner, 19 Dec',
    claim: 'Waiting does not work for long-term pins, whose life user space controls.',
    verdict: 'HOLDS',
    because:
      'fsync, msync, truncation, hole punching, reflink and direct I/O on the file never return: ' +
      'found as stuck threads. Buffered writes, the flusher, reclaim, munmap and exit do.',
    evidence: [
      longterm.longFsync,
      longterm.longTrunc,
      longterm.longPunch,
      longterm.longReflink,
      longterm.longDio,
      longterm.longMunmap,
    ],
  },
  {
    number: 23,
    kind: 'fact',
    who: 'Chinner, 19 Dec',
    claim: 'Users of iov_iter_get_pages are transient.',
    verdict: 'WRONG',
    because:
      'vmsplice leaves pages in a pipe for as long as nobody reads it; direct I/O on FUSE ' +
      'ends when a process answers. Since vmsplice takes plain references, a test for pins ' +
      'does not see it.',
    evidence: [longterm.pipePins, longterm.pipeRefs, longterm.fuseSync],
  },
  {
    number: 24,
    kind: 'fact',
    who: 'Chinner, 19 Dec',
    claim: 'Control by user space is the core of the problem.',
    verdict: 'HOLDS',
    because: 'The same rules, the same calls: safe with one kind of pin, stuck with the other.',
    evidence: [rules.abc, longterm.longFsync, longterm.longTrunc],
  },
  {
    number: 25,
    kind: 'fact',
    who: 'Chinner, 19 Dec',
    claim: 'Treated like transient pins they block for long, or something fails with EBUSY.',
    verdict: 'HOLDS',
    because:
      'Either. An fsync that leaves the page out instead breaks its promise; one that writes ' +
      'a copy does neither.',
    evidence: [
      longterm.longFsync,
      longterm.longTrunc,
      longterm.longBusy,
      longterm.longSkip,
      longterm.longBounce,
    ],
  },
  {
    number: 26,
    kind: 'proposal',
    who: 'Chinner, 19 Dec',
    claim: 'Revocable file layout leases solve this.',
    verdict: 'IF',
    because:
      'If the revocation stops the device and unpins: dropping the lease leaves the DMA, killing ' +
      'the holder does not help once another process has the descriptors. And if the lease is ' +
      'taken under i_rwsem and the region keeps the leased file open. Never merged for user space.',
    evidence: [
      longterm.leaseStop,
      longterm.leaseDrop,
      longterm.leaseLate,
      longterm.leaseKill,
      longterm.leaseFork,
      longterm.leaseRwsem,
      longterm.leaseOpen,
    ],
  },
  {
    number: 27,
    kind: 'fact',
    who: 'Chinner, 19 Dec',
    claim: 'The NFS server already uses them to revoke delegations.',
    verdict: 'OUT',
    because:
      'Loosely. Delegations and pNFS layouts are leases of other kinds, with time-outs of ' +
      'their own; outside the model.',
    evidence: [],
  },
  {
    number: 28,
    kind: 'fact',
    who: 'Chinner, 19 Dec',
    claim: 'A long-term pin is a delegation that the file system must be able to revoke.',
    verdict: 'IF',
    because:
      'What the file system does ends whatever the holder does, if it need not wait for the ' +
      'holder: with a revocation that stops the device. One that waits can be stuck.',
    evidence: [longterm.leaseStop, longterm.leaseStopFork, longterm.leaseWait],
  },
  {
    number: 29,
    kind: 'proposal',
    who: 'Chinner, 19 Dec',
    claim: 'With hardware that faults, pages may be cleaned under long-term mappings.',
    verdict: 'IF',
    because: 'If mkclean takes the device its right to write, and no page is pinned.',
    evidence: [longterm.odpW, longterm.odpWn, longterm.odpU],
  },
  {
    number: 30,
    kind: 'fact',
    who: 'Chinner, 19 Dec',
    claim: 'The device faults before it writes, so fsync need not break a lease.',
    verdict: 'IF',
    because: 'If the invalidation waits for DMA that was translated before.',
    evidence: [longterm.odpF, longterm.odpFd],
  },
  {
    number: 31,
    kind: 'fact',
    who: 'Chinner, 19 Dec',
    claim: 'Truncation and hole punching still need leases to be revoked.',
    verdict: 'WRONG',
    because:
      'Not for hardware that faults; for hardware that does not, truncation waits for user ' +
      'space.',
    evidence: [longterm.odpT, longterm.odpP, longterm.longTrunc],
  },
  {
    number: 32,
    kind: 'fact',
    who: 'Chinner, 19 Dec',
    claim: 'With DAX no reference may be left when blocks are freed.',
    verdict: 'HOLDS',
    because:
      'As an invariant: nothing is written to the page after truncation. Faulting devices ' +
      'keep it without waiting for user space, pins do not.',
    evidence: [longterm.odpT, longterm.odpP, rules.cIgnore, longterm.dax],
    later: 'Faults and the removal of DAX devices: discussion 004.',
  },
  {
    number: 33,
    kind: 'fact',
    who: 'Glisse, 20 Dec',
    claim: 'No revocation: the MMU notifier of truncation invalidates the device page table.',
    verdict: 'HOLDS',
    because:
      'By four things, each needed: the notifier, the drain of DMA, the retry, and a fault ' +
      'that waits.',
    evidence: [longterm.odpT, longterm.odpTn, longterm.odpTd, longterm.odpTr, longterm.odpPw],
  },
  {
    number: 34,
    kind: 'fact',
    who: 'Glisse, 20 Dec',
    claim: 'The next access of the device faults like one of the CPU.',
    verdict: 'HOLDS',
    because: 'Behind the end of the file it fails.',
    evidence: [longterm.odpT, longterm.odpSig],
  },
  {
    number: 35,
    kind: 'fact',
    who: 'Glisse, 20 Dec',
    claim: 'So truncation, reflink and all that file systems expect hold.',
    verdict: 'IF',
    because:
      'If a write fault of the device is one of the process, through page_mkwrite, and ' +
      'mkclean tells.',
    evidence: [longterm.odpP, longterm.odpW, longterm.odpU, longterm.cloneCpu, longterm.clonePin],
  },
  {
    number: 36,
    kind: 'fact',
    who: 'Glisse, 20 Dec',
    claim: 'It is exactly like the page table of the CPU: right there, right here.',
    verdict: 'IF',
    because:
      'If everything that takes a right away from a PTE tells first, and the TLB of the device ' +
      'is flushed as that of a CPU is; one omission is enough.',
    evidence: [
      longterm.odpT,
      longterm.odpTn,
      longterm.odpW,
      longterm.odpWn,
      longterm.odpC,
      longterm.odpTlbOk,
      longterm.odpTlb,
    ],
  },
  {
    number: 37,
    kind: 'fact',
    who: 'Glisse, 20 Dec',
    claim: 'It obeys munmap and does not outlive the mapping.',
    verdict: 'HOLDS',
    because: 'By the notifiers of unmapping and of the end of the process.',
    evidence: [longterm.odpM, longterm.odpX],
  },
];
