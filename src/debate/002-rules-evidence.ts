/** The searches about transient pins and rules (a), (b) and (c) of discussion 002. */

import type { Evidence } from './claim.ts';

/** By a short name. */
export const rules = {
  ab: {
    scenario: 'transient-pin-vs-fsync (rules=a and b)',
    expect: 'pass',
    shows: 'both rules, one pin and fsync: nothing goes wrong',
  },
  aOnly: {
    scenario: 'transient-pin-vs-fsync (rules=a)',
    property: 'log: stable',
    expect: 'fail',
    shows: 'without (b) a pin from before writes on while the page is written',
  },
  aOnlyNotified: {
    scenario: 'transient-pin-vs-fsync (rules=a)',
    property: 'log: notified',
    expect: 'fail',
    shows: 'and dirties it after it was cleaned',
  },
  bOnly: {
    scenario: 'transient-pin-vs-fsync (rules=b)',
    property: 'log: stable',
    expect: 'fail',
    shows: 'without (a) a new pin changes the page while it is written',
  },
  abc: {
    scenario: 'rules-a-b-c',
    expect: 'pass',
    shows: 'all three rules against one pin, fsync and truncation',
  },
  flusherWritten: {
    scenario: 'transient-pin-vs-flusher (b=as written)',
    property: 'log: notified',
    expect: 'fail',
    shows: 'the flusher cleans the page under the pin',
  },
  flusherSkips: {
    scenario: 'transient-pin-vs-flusher (b=skips without WB_SYNC_ALL)',
    expect: 'pass',
    shows: 'a flusher that leaves pinned pages dirty',
  },
  early: {
    scenario: 'transient-pin-tested-before-mkclean',
    expect: 'fail',
    shows: 'a pin test before mkclean misses the pin that comes in between',
  },
  bMap: {
    scenario: 'rule-b-map-count',
    expect: 'fail',
    shows: 'fsync of a mapped file that nobody has pinned never returns',
  },
  cMapAfter: {
    scenario: 'rule-c-map-count (waits=invalidate lock held)',
    property: 'a pinned page has left its file',
    expect: 'fail',
    shows: 'after unmapping the map count is 0: nobody waits, and the page leaves under the pin',
  },
  cMapBefore: {
    scenario: 'rule-c-map-count (waits=before unmapping)',
    expect: 'fail',
    shows: 'before unmapping every mapping makes truncation wait for ever',
  },
  dirtyOk: {
    scenario: 'rule-b-vs-set-dirty (holds=nothing)',
    expect: 'pass',
    shows: 'waiting without the folio lock, against a direct read that marks its page dirty',
  },
  dirtyLock: {
    scenario: 'rule-b-vs-set-dirty (holds=the folio lock)',
    expect: 'fail',
    shows: 'with the folio lock held: a deadlock with that direct read',
  },
  pageOk: {
    scenario: 'rule-b-vs-second-page (holds=nothing)',
    expect: 'pass',
    shows: 'the bio is submitted before the wait',
  },
  pageBio: {
    scenario: 'rule-b-vs-second-page (holds=a bio)',
    expect: 'fail',
    shows: 'the bio is not submitted: the holder waits for it in rule (a)',
  },
  twiceLock: {
    scenario: 'rule-b-vs-same-page-twice (holds=the folio lock)',
    expect: 'fail',
    shows: 'an I/O that pins one page twice waits for the folio lock for ever',
  },
  twiceOk: {
    scenario: 'rule-b-vs-same-page-twice (holds=nothing)',
    expect: 'pass',
    shows: 'without the folio lock it does not',
  },
  cIgnore: {
    scenario: 'transient-pin-vs-truncate (how=truncated, pinned=ignore)',
    property: 'a pinned page has left its file',
    expect: 'fail',
    shows: 'Linux: the page leaves its file while the device writes it',
  },
  cWait: {
    scenario: 'transient-pin-vs-truncate (how=truncated, pinned=wait)',
    expect: 'pass',
    shows: 'truncation that waits',
  },
  cPunch: {
    scenario: 'transient-pin-vs-truncate (how=punched, pinned=wait)',
    expect: 'pass',
    shows: 'hole punching that waits',
  },
  cBefore: {
    scenario: 'transient-pin-vs-truncate-before-unmapping',
    expect: 'fail',
    shows: 'waiting before the page is unmapped: a new pin begins',
  },
  cDax: {
    scenario: 'faulting-pin-vs-truncate (folio=not locked, pinned=wait)',
    expect: 'fail',
    shows: 'looking without the folio lock, as for DAX: a fault behind page_mkwrite writes its PTE',
  },
  cLocked: {
    scenario: 'faulting-pin-vs-truncate (folio=locked, pinned=wait)',
    expect: 'pass',
    shows: 'looking under the folio lock',
  },
  cSecond: {
    scenario: 'rule-c-vs-second-page (holds=the invalidate lock)',
    expect: 'fail',
    shows: 'waiting with the invalidate lock held, while the holder faults a second page',
  },
  cSecondOk: {
    scenario: 'rule-c-vs-second-page (holds=nothing)',
    expect: 'pass',
    shows: 'with that lock dropped while waiting',
  },
  cOwn: {
    scenario: 'rule-c-vs-own-pin',
    expect: 'fail',
    shows: 'a caller with a pin of its own waits for itself',
  },
  over: {
    scenario: 'overlapping-pins (holds=nothing)',
    expect: 'fail',
    shows: 'a pin that is asked for later overtakes the waiting fsync, and so can the next',
  },
  overLock: {
    scenario: 'overlapping-pins (holds=the folio lock)',
    expect: 'pass',
    shows: 'the folio lock holds new pins back',
  },
  endless: {
    scenario: 'pins-without-end (writeBack=rule b)',
    expect: 'fail',
    shows: 'a program that always has one direct read in flight: fsync never returns',
  },
  endlessCopy: {
    scenario: 'pins-without-end (writeBack=a copy)',
    expect: 'pass',
    shows: 'write-back that writes a copy returns',
  },
  stableGup: {
    scenario: 'stable-pages-while-pinned',
    property: 'log: stable',
    expect: 'fail',
    shows: 'a pin from before mkclean writes while the page is written',
  },
  stableGupN: {
    scenario: 'stable-pages-while-pinned',
    property: 'log: notified',
    expect: 'fail',
    shows: 'and dirties the cleaned page',
  },
  refusedSafe: {
    scenario: 'writable-file-pins-refused (asks=safe)',
    expect: 'pass',
    shows: 'no pin, no harm',
  },
  refusedUse: {
    scenario: 'writable-file-pins-refused (asks=usable)',
    expect: 'fail',
    shows: 'no direct read into a file mapping ever succeeds',
  },
  dio: {
    scenario: 'dio-read-into-mmap-vs-wb',
    property: 'buffer: stable',
    expect: 'fail',
    shows: 'Linux 6.18: the page changes while it is written',
  },
  dioN: {
    scenario: 'dio-read-into-mmap-vs-wb',
    property: 'buffer: notified',
    expect: 'fail',
    shows: 'Linux 6.18: it is dirtied without the file system being told',
  },
  dioB: {
    scenario: 'dio-read-into-mmap-vs-bounce',
    expect: 'pass',
    shows: 'with a copy of pinned pages none of that happens',
  },
  bug518: {
    scenario: 'bufferless-folio-before-5.18',
    expect: 'fail',
    shows: 'before 5.18: the machine stops',
  },
  bug64: {
    scenario: 'bufferless-folio-before-6.4',
    expect: 'fail',
    shows: 'before 6.4: what was written is dropped with a warning',
  },
  bugNow: {
    scenario: 'bufferless-folio',
    expect: 'pass',
    shows: 'today nothing is lost',
  },
  unpinTell: {
    scenario: 'page-mkwrite-at-unpin',
    property: 'log: stable',
    expect: 'fail',
    shows: 'page_mkwrite when the pin goes: too late for what is in flight',
  },
} as const satisfies Record<string, Evidence>;
