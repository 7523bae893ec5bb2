/**
 * Rule (c): truncation and hole punching wait until the page is not pinned, or fail with EBUSY.
 *
 * Linux does neither: the page leaves its file while the device writes it. To wait helps only
 * after the page was unmapped (no new pin), under its folio lock (a fault that has been through
 * page_mkwrite holds it until the PTE is there), and only with the invalidate lock dropped
 * meanwhile (rule-c-vs-second-page).
 */

import { scenario } from 'holdfast';
import type { Stage } from 'holdfast';
import {
  do_truncate,
  EBUSY,
  FALLOC_FL_PUNCH_HOLE,
  FOLL_WRITE,
  pin_user_pages_fast,
  system,
  vfs_fallocate,
} from 'holdfast/linux/mm';
import { A, C, IN_ITS_FILE, LEFT_ITS_FILE, writeThrough } from './rules.ts';

const SHORTEN = {
  truncated: (file: Parameters<typeof do_truncate>[0]) => do_truncate(file, 0),
  punched: (file: Parameters<typeof do_truncate>[0]) =>
    vfs_fallocate(file, FALLOC_FL_PUNCH_HOLE, 0),
};

interface Case {
  readonly how: 'truncated' | 'punched';
  readonly pinned: string;
  /** Whether the pin has to fault first. */
  readonly faults?: boolean;
}

function pinAgainstTruncate(stage: Stage, { how, pinned, faults = false }: Case): void {
  const { file, proc } = system(stage, { freePages: 1 });
  const log = file('log', { always: ['no loss'] });
  const app = proc('app');
  app.mmap(log, faults ? {} : { pte: 'rw dirty' });
  const driver = stage.thread('driver', () => {
    return writeThrough(pin_user_pages_fast(app.mm, 0, 1, FOLL_WRITE));
  });
  const truncate = stage.thread('truncate', () => SHORTEN[how](log.inode));
  stage.never('a pinned page has left its file', () => driver.result() === LEFT_ITS_FILE);
  stage.sometimes('the pin is given', () => driver.result() === IN_ITS_FILE);
  if (pinned === 'EBUSY') stage.sometimes('EBUSY', () => truncate.result() === -EBUSY);
  else stage.always('it succeeds', () => truncate.result() === 0);
}

export const rule = scenario.each(
  { how: ['truncated', 'punched'], pinned: ['ignore', 'wait', 'EBUSY'] },
  'transient-pin-vs-truncate',
  ({ how, pinned, ...stage }) => pinAgainstTruncate(stage, { how, pinned }),
  ({ pinned }) => ({
    designs: { ...A, 'truncate-pinned': pinned },
    expect: pinned === 'ignore' ? 'fail' : 'pass',
  }),
);

export const tooEarly = scenario(
  'transient-pin-vs-truncate-before-unmapping',
  {
    designs: { ...A, ...C, 'truncate-waits': 'before unmapping' },
    expect: 'fail',
    about: 'rule (c) that waits before the page is unmapped: a new pin begins behind its back',
  },
  (stage) => pinAgainstTruncate(stage, { how: 'truncated', pinned: 'wait' }),
);

export const againstFault = scenario.each(
  { folio: ['locked', 'not locked'], pinned: ['wait', 'EBUSY'] },
  'faulting-pin-vs-truncate',
  ({ pinned, ...stage }) => pinAgainstTruncate(stage, { how: 'truncated', pinned, faults: true }),
  ({ folio, pinned }) => ({
    designs: {
      ...A,
      'truncate-pinned': pinned,
      ...(folio === 'locked' ? {} : { 'truncate-waits': 'folio not locked, as DAX' }),
    },
    expect: folio === 'locked' ? 'pass' : 'fail',
  }),
);
