/**
 * Discussion 002: transient and long-term pins (linux-mm, December 2018).
 *
 * Rows 1 to 21 are about direct I/O and Dave Chinner's three rules, rows 22 to 37 about pins whose
 * end user space controls.
 */

import { longtermRows } from './002-longterm.ts';
import { transientRows } from './002-transient.ts';
import type { Discussion } from './claim.ts';

/** The discussion, with all its rows. */
export const discussion002: Discussion = {
  id: '002',
  title: 'Transient and long-term pins',
  participants: 'Dave Chinner, Jason Gunthorpe, Jan Kara, Jerome Glisse; 18 to 20 December 2018',
  claims: [...transientRows, ...longtermRows],
};
