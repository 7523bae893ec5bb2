/**
 * O_DIRECT reads a file into memory that is a mapping of another file, while that one is written
 * back. "O_DIRECT is not the problem" (Chinner); "it is" (Kara).
 *
 * Linux marks the page dirty before the read and once more at its end if write-back has cleaned it
 * meanwhile: nothing is lost. But the page that write-back cleaned changes without the file system
 * having been told, and it changes while it is written.
 */

import { scenario } from 'holdfast';
import type { Stage } from 'holdfast';
import { xfs_file_dio_read, system, wb_writeback } from 'holdfast/linux/mm';

/** What the source contains; the buffer holds 0 before. */
const NEW = 7;

const READ_OK = 1;

function readIntoMapping(stage: Stage): void {
  const { file, proc, disk } = system(stage);
  const other = disk('other disk', { directIo: true });
  const source = file('source', { data: NEW, cached: false, disk: other });
  const buffer = file('buffer', { stable: true });
  const app = proc('app');
  app.mmap(buffer, { pte: 'rw dirty' });
  const reader = stage.thread('reader', () => xfs_file_dio_read(source.inode, 0, app.mm, 0));
  stage.thread('flusher', () => wb_writeback(buffer.inode));
  stage.always('the read succeeds', () => reader.result() === READ_OK);
}

export const readIntoMmap = scenario.fails(
  'dio-read-into-mmap-vs-wb',
  { about: 'Linux 6.18: the page changes while it is written, and without page_mkwrite' },
  readIntoMapping,
);

export const bounced = scenario(
  'dio-read-into-mmap-vs-bounce',
  {
    designs: { 'pinned-folio': 'bounce' },
    about: 'the same with the pin test of discussion 000',
  },
  readIntoMapping,
);
