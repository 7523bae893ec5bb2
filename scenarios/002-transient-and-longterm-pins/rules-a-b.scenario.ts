/**
 * Rules (a) and (b) against one transient pin: page_mkwrite always waits for write-back, and
 * write-back waits for pins. The device needs no stable pages by itself, so that only (a) makes the
 * fault wait.
 *
 * Each is needed: without (a) a pin begins in the middle of a write, without (b) one is in the
 * middle already, and the page is cleaned under it. As written, (b) says nothing of the flusher.
 */

import { scenario } from 'holdfast';
import type { Stage } from 'holdfast';
import { system, vfs_fsync, wb_writeback } from 'holdfast/linux/mm';
import type { Inode } from 'holdfast/linux/mm';
import { A, B, B_AS_WRITTEN, transientPin } from './rules.ts';

function pinAgainst(stage: Stage, name: string, writeBack: (file: Inode) => void): void {
  const { file, proc } = system(stage);
  const log = file('log', { always: ['stable', 'no loss', 'notified'] });
  const app = proc('app');
  app.mmap(log, { pte: 'rw dirty' });
  const driver = stage.thread('driver', () => transientPin(app.mm, 0));
  stage.thread(name, () => writeBack(log.inode));
  stage.always('the page is pinned, sooner or later', () => driver.result());
}

const RULES = { none: {}, a: A, b: B, 'a and b': { ...A, ...B } };

export const againstFsync = scenario.each(
  { rules: ['none', 'a', 'b', 'a and b'] },
  'transient-pin-vs-fsync',
  (stage) => pinAgainst(stage, 'fsync', vfs_fsync),
  ({ rules }) => ({ designs: RULES[rules], expect: rules === 'a and b' ? 'pass' : 'fail' }),
);

export const againstFlusher = scenario.each(
  { b: ['as written', 'skips without WB_SYNC_ALL'] },
  'transient-pin-vs-flusher',
  (stage) => pinAgainst(stage, 'flusher', wb_writeback),
  ({ b }) => ({
    designs: { ...A, ...(b === 'as written' ? B_AS_WRITTEN : B) },
    expect: b === 'as written' ? 'fail' : 'pass',
  }),
);

export const testedTooEarly = scenario(
  'transient-pin-tested-before-mkclean',
  {
    designs: { ...A, ...B, 'clear-dirty-order': 'pin test, mkclean, clear' },
    expect: 'fail',
    about: 'rule (b) that looks for pins before mkclean has shut the way for new ones',
  },
  (stage) => pinAgainst(stage, 'fsync', vfs_fsync),
);
