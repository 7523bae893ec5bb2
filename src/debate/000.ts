/**
 * Discussion 000: GUP-fast and page write-back (linux-mm, January 2019), depth 9 to 0 of the
 * quoting.
 *
 * Rows 1 to 31 are about slow GUP and write-back, rows 32 to 54 about GUP-fast.
 */

import { barrierRows } from './000-barriers.ts';
import { gupFastRows } from './000-gup-fast.ts';
import { slowGupRows } from './000-slow-gup.ts';
import { writeBackRows } from './000-write-back.ts';
import type { Discussion } from './claim.ts';

/** The discussion, with all its rows. */
export const discussion000: Discussion = {
  id: '000',
  title: 'GUP-fast and page write-back',
  participants: 'Jan Kara, Jerome Glisse, John Hubbard; 15 to 23 January 2019',
  claims: [...writeBackRows, ...slowGupRows, ...gupFastRows, ...barrierRows],
};
