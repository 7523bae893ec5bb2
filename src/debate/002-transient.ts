/** Discussion 002, rows 1 to 21: direct I/O, transient pins and rules (a), (b) and (c). */

import { longterm } from './002-longterm-evidence.ts';
import { rules } from './002-rules-evidence.ts';
import type { Claim } from './claim.ts';

/** The rows. */
export const transientRows: readonly Claim[] = [
  {
    number: 1,
    kind: 'policy',
    who: 'Chinner, 19 Dec',
    claim: 'The question is how to handle broken hardware, which cannot fault.',
    verdict: 'OUT',
    because: 'A framing. Row 6 contradicts it: direct I/O needs no such hardware.',
    evidence: [],
  },
  {
    number: 2,
    kind: 'policy',
    who: 'Chinner, 19 Dec',
    claim: 'Taint the kernel and discourage such hardware.',
    verdict: 'OUT',
    because: 'Policy.',
    evidence: [],
  },
  {
    number: 3,
    kind: 'proposal',
    who: 'Chinner, 19 Dec',
    claim: 'Make wait_for_stable_page wait whenever there are GUP pins.',
    verdict: 'WRONG',
    because: 'Only a fault asks; a pin that is there already writes without one.',
    evidence: [rules.stableGup, rules.stableGupN],
  },
  {
    number: 4,
    kind: 'proposal',
    who: 'Gunthorpe, 18 Dec',
    claim: 'Then ban O_DIRECT from writing to file pages.',
    verdict: 'IF',
    because:
      'It is safe, if one gives up direct reads into file mappings, which programs use. Linux ' +
      'refuses long-term pins only (6.5).',
    evidence: [rules.refusedSafe, rules.refusedUse, longterm.longRefused],
  },
  {
    number: 5,
    kind: 'policy',
    who: 'Chinner, 19 Dec',
    claim: 'Direct I/O is not the problem.',
    verdict: 'WRONG',
    because: 'A direct read into a mapped file breaks stable pages and page_mkwrite, in 6.18 too.',
    evidence: [rules.dio, rules.dioN],
  },
  {
    number: 6,
    kind: 'fact',
    who: 'Kara, 19 Dec',
    claim: 'Direct I/O is a problem.',
    verdict: 'HOLDS',
    because: 'See row 5.',
    evidence: [rules.dio, rules.dioN],
  },
  {
    number: 7,
    kind: 'fact',
    who: 'Kara, 19 Dec',
    claim: 'It is easier than RDMA in some ways.',
    verdict: 'HOLDS',
    because: 'One can wait for a pin that the kernel ends, and not for one that user space ends.',
    evidence: [rules.ab, longterm.longFsync],
  },
  {
    number: 8,
    kind: 'fact',
    who: 'Kara, 19 Dec',
    claim: 'Direct I/O can crash the machine or corrupt data as RDMA can.',
    verdict: 'HOLDS',
    because:
      'It could. The crash is gone since 5.18, the loss since 6.4; a page that changes while ' +
      'it is written is left.',
    evidence: [rules.bug518, rules.bug64, rules.bugNow, rules.dio],
  },
  {
    number: 9,
    kind: 'fact',
    who: 'Chinner, 19 Dec',
    claim: 'The right notion is a transient page pin.',
    verdict: 'IF',
    because:
      'If only the kernel decides when it ends. The interface that took it does not tell (row ' +
      '23).',
    evidence: [longterm.fuseOk, longterm.fuseSync],
  },
  {
    number: 10,
    kind: 'proposal',
    who: 'Chinner, 19 Dec',
    claim: '(a) page_mkwrite always waits for write-back: no pin changes a page under write-back.',
    verdict: 'IF',
    because:
      'For pins that begin after mkclean. Older ones are what (b) is for; a file system ' +
      'without page_mkwrite has no write-back either.',
    evidence: [rules.ab, rules.bOnly, rules.aOnly],
  },
  {
    number: 11,
    kind: 'proposal',
    who: 'Chinner, 19 Dec',
    claim: '(b) to the letter: write_cache_pages waits on an elevated map count.',
    verdict: 'WRONG',
    because:
      'Pins do not raise the map count, and every mapping does. He means the page count (row ' +
      '22).',
    evidence: [rules.bMap],
  },
  {
    number: 12,
    kind: 'proposal',
    who: 'Chinner, 19 Dec',
    claim: '(b) for WB_SYNC_ALL: no page is cleaned under a pin.',
    verdict: 'IF',
    because:
      'If write-back without WB_SYNC_ALL leaves pinned pages alone too, and pins are looked ' +
      'for after mkclean.',
    evidence: [rules.ab, rules.flusherWritten, rules.flusherSkips, rules.early],
  },
  {
    number: 13,
    kind: 'fact',
    who: 'Chinner, 19 Dec',
    claim: '(implied) Write-back can wait there.',
    verdict: 'IF',
    because:
      'If it holds neither the folio lock nor a bio that is not submitted. Three deadlocks ' +
      'otherwise, one of which needs two pages, and one the same page twice.',
    evidence: [
      rules.dirtyOk,
      rules.dirtyLock,
      rules.twiceOk,
      rules.twiceLock,
      rules.pageOk,
      rules.pageBio,
    ],
  },
  {
    number: 14,
    kind: 'proposal',
    who: 'Chinner, 19 Dec',
    claim: '(c) to the letter: truncate_pagecache waits on an elevated map count.',
    verdict: 'WRONG',
    because: 'After unmapping it is 0 and protects nothing; before, it never becomes 0.',
    evidence: [rules.cMapAfter, rules.cMapBefore],
  },
  {
    number: 15,
    kind: 'proposal',
    who: 'Chinner, 19 Dec',
    claim: '(c) truncation and hole punching wait: no page is pulled away under a pin.',
    verdict: 'IF',
    because:
      'If the page is unmapped first, looked at under its folio lock, and the invalidate lock ' +
      'is dropped while waiting.',
    evidence: [
      rules.cIgnore,
      rules.cWait,
      rules.cPunch,
      rules.cBefore,
      rules.cDax,
      rules.cLocked,
      rules.cSecond,
      rules.cSecondOk,
    ],
  },
  {
    number: 16,
    kind: 'fact',
    who: 'Chinner, 19 Dec',
    claim: 'The three rules prevent the three things listed.',
    verdict: 'IF',
    because: 'Completed as rows 12, 13 and 15 say. None can be left out.',
    evidence: [rules.abc, rules.bOnly, rules.aOnlyNotified, rules.cIgnore],
  },
  {
    number: 17,
    kind: 'fact',
    who: 'Chinner, 19 Dec',
    claim: 'They are adequate for short-term, transient pins.',
    verdict: 'IF',
    because: 'As row 16, and if the I/O is not served by user space.',
    evidence: [rules.abc, longterm.fuseSync],
  },
  {
    number: 18,
    kind: 'fact',
    who: 'Chinner, 19 Dec',
    claim: 'They do not break fsync.',
    verdict: 'IF',
    because:
      'If pins do not overlap without end: every new one overtakes the waiting fsync, which ' +
      'then never returns. The folio lock would hold new ones back, and stops an I/O that pins ' +
      'a page twice. A copy needs no waiting.',
    evidence: [
      rules.ab,
      rules.over,
      rules.endless,
      rules.overLock,
      rules.twiceLock,
      rules.endlessCopy,
      longterm.longBounce,
    ],
  },
  {
    number: 19,
    kind: 'fact',
    who: 'Chinner, 19 Dec',
    claim: 'They do not change how truncation works.',
    verdict: 'IF',
    because: 'The result is the same; but it can wait now, and for its own caller.',
    evidence: [rules.cWait, rules.cPunch, rules.cOwn],
  },
  {
    number: 20,
    kind: 'fact',
    who: 'Chinner, 19 Dec',
    claim: 'They fix truncation of a mapped file that is the buffer of direct I/O.',
    verdict: 'HOLDS',
    because: 'By (c). Linux does not wait: what was read goes to a page of no file.',
    evidence: [rules.cIgnore, rules.cWait, rules.cPunch],
  },
  {
    number: 21,
    kind: 'policy',
    who: 'Chinner, 19 Dec',
    claim: 'So transient pins are not the problem.',
    verdict: 'IF',
    because: 'As row 17.',
    evidence: [rules.abc, longterm.fuseSync],
  },
];
