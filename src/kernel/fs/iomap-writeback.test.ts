/** The steps of write-back in the order of iomap: PG_writeback comes before the block. */
import { describe, expect, it } from 'vitest';
import { stepsOf } from '../../../test/support/one-process.ts';
import type { FileOptions } from '../system.ts';
import { WRITE_ONCE } from '../../memory/index.ts';
import { folio_mark_dirty, WB_SYNC_ALL } from '../mm/page-writeback.ts';
import { tellFs } from './buffer-head.ts';
import { iomap_writepages } from './iomap-writeback.ts';

/** What the flusher does with a dirty page of a file without blocks. */
function overHole(isTold: boolean, how: FileOptions = {}): Promise<string[]> {
  return stepsOf({ always: [], ...how }, ({ log }, page) => {
    const [slot] = log.inode.i_block;
    if (slot !== undefined) WRITE_ONCE(slot, null);
    if (isTold) tellFs(log.mapping, page);
    folio_mark_dirty(page);
    iomap_writepages(log.inode, WB_SYNC_ALL);
  });
}

/** The steps from the file's end on, without those that free the page's reference. */
const fromTheEnd = (steps: readonly string[]): readonly string[] =>
  steps.slice(steps.indexOf('beyond the end?'), steps.indexOf('unlock the folio') + 1);

describe('a page over a hole', () => {
  it('is under write-back when it gets a block, if the file system was told', async () => {
    expect(fromTheEnd(await overHole(true))).toEqual([
      'beyond the end?',
      'set write-back',
      'fs: was it told?',
      'fs: map the new block',
      'fs: expects it clean',
      'unlock the folio',
    ]);
  });

  it('is under write-back for a moment and is dropped, if nobody told it', async () => {
    expect(fromTheEnd(await overHole(false))).toEqual([
      'beyond the end?',
      'set write-back',
      'fs: was it told?',
      'fs: expects it clean',
      'end write-back',
      'unlock the folio',
    ]);
  });
});
