/** The searches that several rows of discussion 000 rest on. */

import type { Evidence } from './claim.ts';

/** Slow GUP against write-back passes as it is. */
export const slowPasses: Evidence = {
  scenario: 'slow-gup-vs-mkclean',
  expect: 'pass',
  shows: 'the page-table lock alone keeps slow GUP and mkclean apart',
};

/** Without the lock in slow GUP it does not. */
export const slowNeedsLock: Evidence = {
  scenario: 'slow-gup-vs-mkclean',
  without: ['follow_page_pte/spin_lock'],
  expect: 'fail',
  shows: 'without the page-table lock in the pin path it fails',
};

/** GUP-fast against write-back passes as it is. */
export const fastPasses: Evidence = {
  scenario: 'gup-fast-vs-mkclean',
  expect: 'pass',
  shows: 'either the pin test sees the count, or the second look sees the new PTE',
};

/** Without the second look at the PTE it does not. */
export const fastNeedsRecheck: Evidence = {
  scenario: 'gup-fast-vs-mkclean',
  without: ['gup_fast_pte_range/pte unchanged'],
  expect: 'fail',
  shows: 'without the second look at the PTE it fails',
};

/** The pin path under the page lock without a second look. */
export const lockIsNotNotified: Evidence = {
  scenario: 'pin-lockpage-vs-wb (lock=page lock, stable=true)',
  property: 'notified',
  expect: 'fail',
  shows: 'the sleeper wakes on a clean, write-protected page and pins it',
};

/** The same keeps contents stable. */
export const lockIsStable: Evidence = {
  scenario: 'pin-lockpage-vs-wb (lock=page lock, stable=true)',
  property: 'stable',
  expect: 'pass',
  shows: 'but what is written does not change',
};

/** With a second look it is right. */
export const lockWithRecheck: Evidence = {
  scenario: 'pin-lockpage-vs-wb (lock=page lock, pte again, stable=true)',
  expect: 'pass',
  shows: 'with the PTE read again under the page lock all three properties hold',
};

/** In GUP-fast it may not sleep. */
export const lockInFast: Evidence = {
  scenario: 'pin-lockpage-vs-wb-fast (lock=page lock)',
  expect: 'fail',
  shows: 'in GUP-fast the page lock sleeps with interrupts off',
};

/** page_mkwrite on a device that needs stable pages. */
export const mkwriteStable: Evidence = {
  scenario: 'mkwrite-vs-wb (stable=true)',
  expect: 'pass',
  shows: 'the fault waits for the folio lock and for write-back',
};

/** page_mkwrite on another device. */
export const mkwriteUnstable: Evidence = {
  scenario: 'mkwrite-vs-wb (stable=false)',
  property: 'stable',
  expect: 'fail',
  shows: 'on other devices it does not wait: a pin begins in mid-write',
};

/** The second look without any barrier passes on x86. */
export const recheckOnly: Evidence = {
  scenario: 'fast-gup-recheck-only',
  expect: 'pass',
  shows: 'x86 needs neither barrier: both sides change memory by locked instructions',
};

/** Under the kernel's own memory model it does not. */
export const recheckOnlyWeak: Evidence = {
  scenario: 'fast-gup-recheck-only',
  model: 'weak',
  expect: 'fail',
  shows: 'elsewhere the second look without a barrier is not enough',
};

/** The protocol as it is passes under every model. */
export const fastPassesWeak: Evidence = {
  scenario: 'gup-fast-vs-mkclean',
  model: 'weak',
  expect: 'pass',
  shows: 'with full barriers on both sides every CPU keeps it',
};

/** One of the two barriers removed, under the kernel's own memory model. */
export function fastWithoutWeak(barrier: string, shows: string): Evidence {
  return {
    scenario: 'gup-fast-vs-mkclean',
    model: 'weak',
    without: [barrier],
    expect: 'fail',
    shows,
  };
}

/** What the kernel's own memory model says of the PTE and the count alone. */
export function lockOnlyWeak(
  between: 'nothing' | 'smp_rmb' | 'smp_mb',
  expect: 'pass' | 'fail',
): Evidence {
  return {
    scenario: `mkclean-locks-only (clear=exchange, between=${between})`,
    model: 'weak',
    expect,
    shows: `weak: an exchange that promises no order, then ${between}`,
  };
}

/** Only a full barrier orders a plain PTE store before the read of the count. */
export function lockOnly(
  clear: 'exchange' | 'store',
  between: 'nothing' | 'smp_rmb' | 'smp_mb',
  tso: 'pass' | 'fail',
): Evidence {
  return {
    scenario: `mkclean-locks-only (clear=${clear}, between=${between})`,
    model: 'tso',
    expect: tso,
    shows: `PTE cleared by ${clear === 'store' ? 'a plain store' : 'an exchange'}, then ${between}`,
  };
}
