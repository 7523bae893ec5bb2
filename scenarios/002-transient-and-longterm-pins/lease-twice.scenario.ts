/**
 * A layout lease is given once at a time: two processes that want it, one that gives it back while
 * its time is over and another takes it, and one that comes while a break waits.
 */

import { scenario } from 'holdfast';
import type { Stage } from 'holdfast';
import { READ_ONCE, WRITE_ONCE } from 'holdfast/linux';
import {
  do_truncate,
  FALLOC_FL_PUNCH_HOLE,
  locks_remove_lease,
  system,
  time_out_leases,
  userLoad,
  vfs_fallocate,
  vfs_setlease,
} from 'holdfast/linux/mm';
import type { File, FileLockContext, LeasedRegion } from 'holdfast/linux/mm';

/** The file has been leased before the threads begin. */
function giveLease({ inode }: File, { lease }: LeasedRegion): FileLockContext {
  const ctx = READ_ONCE(inode.i_flctx);
  if (ctx === null) throw new Error('a file that is leased has a context');
  WRITE_ONCE(ctx.flc_lease, lease);
  return ctx;
}

/** Two processes have a file open, and the first has the lease. */
function firstHasIt(stage: Stage) {
  const { file, leased } = system(stage);
  const log = file('log');
  const [first, next] = [leased('first', log), leased('next', log)];
  return { log, first, next, ctx: giveLease(log, first) };
}

export const byTwo = scenario('lease-taken-by-two', (stage) => {
  const { file, leased } = system(stage);
  const log = file('log');
  const regions = [leased('one', log), leased('other', log)];
  const takers = regions.map(({ filp, lease }, i) =>
    stage.thread(i === 0 ? 'one' : 'other', () => vfs_setlease(filp, lease) === 0),
  );
  stage.always('one of them has it', () => {
    return takers.filter((taker) => taker.result()).length === 1;
  });
});

export const takenAfter = scenario(
  'lease-given-back-late',
  { about: 'a lease that is taken away and given to another does not go with the first' },
  (stage) => {
    const { ctx, first, next } = firstHasIt(stage);
    stage.thread('holder', () => locks_remove_lease(first.filp));
    stage.thread('break', () => time_out_leases(ctx, first.lease));
    const taker = stage.thread('next', () => vfs_setlease(next.filp, next.lease) === 0);
    stage.always('who takes it has it', () => {
      return taker.result() === (READ_ONCE(ctx.flc_lease) === next.lease);
    });
    stage.sometimes('taken', () => taker.result());
  },
);

export const takenMeanwhile = scenario(
  'lease-taken-after-break',
  {
    designs: { 'lease-revocation': 'wait' },
    about: 'when truncation has ended nobody had a lease while it removed the pages',
  },
  (stage) => {
    const { log, first, next } = firstHasIt(stage);
    stage.thread('holder', () => locks_remove_lease(first.filp));
    const taker = stage.thread('next', () => {
      if (vfs_setlease(next.filp, next.lease) !== 0) return false;
      const before = READ_ONCE(log.inode.i_size);
      const after = READ_ONCE(log.inode.i_size);
      locks_remove_lease(next.filp);
      return before !== after;
    });
    stage.thread('truncate', () => do_truncate(log.inode, 0));
    stage.never('the file changes under a lease', () => taker.result());
  },
);

export const faultMeanwhile = scenario(
  'lease-broken-vs-fault',
  {
    designs: { 'lease-revocation': 'wait' },
    about: 'a hole waits for a lease with the invalidate lock dropped, and takes it again',
  },
  (stage) => {
    const { file, leased, proc } = system(stage, { freePages: 2 });
    const log = file('log', { data: 3, cached: false, always: ['no loss'] });
    const holder = leased('holder', log);
    giveLease(log, holder);
    const app = proc('app');
    app.mmap(log);
    stage.thread('holder', () => locks_remove_lease(holder.filp));
    stage.thread('load', () => void userLoad(app.mm, 0));
    stage.thread('punch', () => vfs_fallocate(log.inode, FALLOC_FL_PUNCH_HOLE, 0));
  },
);
