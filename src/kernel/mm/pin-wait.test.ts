/** What the designs of discussion 002 do with a pinned page, one call after the other. */
import { describe, expect, it } from 'vitest';
import { wrongWith } from '../../../test/support/small.ts';
import { assert, READ_ONCE } from '../../memory/index.ts';
import { EBUSY, EFAULT } from '../errno.ts';
import { wb_writeback } from '../fs/sync.ts';
import { do_truncate } from '../fs/truncate.ts';
import { i_size_read } from '../fs/inode.ts';
import { system } from '../system.ts';
import type { File, Process } from '../system.ts';
import { pin_user_pages, pin_user_pages_fast, unpinUserPages } from './gup.ts';
import { folio_test_dirty } from './page-flags.ts';
import { FOLL_LONGTERM, FOLL_WRITE } from './pin-count.ts';
import { userStore } from './user-access.ts';

const NEW = 5;

/** What one thread sees under these designs: anything that does not hold is a finding. */
async function alone(
  designs: Record<string, string>,
  body: (log: File, app: Process) => void,
  atEnd: (log: File) => boolean = () => true,
): Promise<string[]> {
  const run = (stage: Parameters<Parameters<typeof wrongWith>[0]>[0]): void => {
    const { file, proc } = system(stage);
    const log = file('log');
    const app = proc('app');
    app.mmap(log);
    stage.thread('app', () => body(log, app));
    stage.always('at the end', () => atEnd(log));
  };
  return wrongWith(run, { designs });
}

const isWritten = ({ blocks: [block] }: File): boolean =>
  block?.data.every((word) => READ_ONCE(word) === NEW) ?? false;

describe('the flusher, with a page that was stored to and is pinned,', () => {
  it.each([
    ['linux', { dirty: false, written: true }],
    ['bounce', { dirty: true, written: true }],
    ['skip', { dirty: true, written: false }],
    ['wait for WB_SYNC_ALL', { dirty: false, written: true }],
    ['wait or skip', { dirty: true, written: false }],
  ] as const)('%s: leaves it so: %o', async (pinned, { dirty, written }) => {
    const body = ({ inode, folios: [page] }: File, { mm }: Process): void => {
      userStore(mm, 0, NEW);
      const pages = pin_user_pages(mm, 0, 1, FOLL_WRITE);
      wb_writeback(inode);
      assert(page !== undefined && folio_test_dirty(page) === dirty, 'dirty');
      unpinUserPages(pages, false);
    };
    const found = await alone(
      { 'pinned-folio': pinned },
      body,
      (log) => isWritten(log) === written,
    );
    expect(found).toEqual([]);
  });
});

describe('truncation that fails with EBUSY', () => {
  it('leaves a file with a pinned page as long as it was', async () => {
    const found = await alone({ 'truncate-pinned': 'EBUSY' }, (log, app) => {
      const pages = pin_user_pages(app.mm, 0, 1, FOLL_WRITE);
      assert(do_truncate(log.inode, 0) === -EBUSY, 'EBUSY');
      assert(i_size_read(log.inode) === 1, 'the size is what it was');
      unpinUserPages(pages, false);
      assert(do_truncate(log.inode, 0) === 0, 'and succeeds when the pin is gone');
    });
    expect(found).toEqual([]);
  });
});

describe('a pin for writing of a file page', () => {
  const short = FOLL_WRITE;
  const long = FOLL_WRITE | FOLL_LONGTERM;
  it.each([
    ['long-term refused', short, true],
    ['long-term refused', long, false],
    ['long-term refused', FOLL_LONGTERM, true],
    ['allowed', long, true],
    ['refused', short, false],
    ['refused', 0, true],
  ] as const)('%s, flags %i: given: %s', async (design, flags, given) => {
    const found = await alone({ 'writable-file-pins': design }, (_log, app) => {
      userStore(app.mm, 0, NEW);
      for (const pin of [pin_user_pages, pin_user_pages_fast]) {
        const pages = pin(app.mm, 0, 1, flags);
        assert(given ? typeof pages !== 'number' : pages === -EFAULT, 'as it says');
        unpinUserPages(pages, false);
      }
    });
    expect(found).toEqual([]);
  });
});
