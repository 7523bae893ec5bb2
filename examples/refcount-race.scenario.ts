/** A reference taken after looking at the count, instead of together with it: use after free. */

import { scenario, struct } from 'holdfast';
import {
  atomic_dec_and_test,
  atomic_inc,
  atomic_inc_not_zero,
  atomic_read,
  atomic_set,
  atomic_t,
} from 'holdfast/linux';

const object = struct('object', { refs: atomic_t, freed: atomic_t });

export default scenario.each(
  { lookup: ['inc_not_zero', 'read, then inc'] },
  'refcount-race',
  ({ lookup, alloc, thread, never }) => {
    const o = alloc(object);
    atomic_set(o.refs, 1);
    const user = thread('lookup', () => {
      if (lookup === 'inc_not_zero') return atomic_inc_not_zero(o.refs);
      if (atomic_read(o.refs) === 0) return false;
      atomic_inc(o.refs);
      return true;
    });
    thread('owner', () => {
      if (atomic_dec_and_test(o.refs)) atomic_set(o.freed, 1);
    });
    never('in use and freed', () => user.result() && atomic_read(o.freed) === 1);
  },
  ({ lookup }) => ({ expect: lookup === 'inc_not_zero' ? 'pass' : 'fail' }),
);
