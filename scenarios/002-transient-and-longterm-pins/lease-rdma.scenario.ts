/**
 * Discussion 002's proposal for long-term pins: the process takes a layout lease, pins pages under
 * it, and gives both back when the file system asks. Truncation against four kinds of holders, with
 * four kinds of force against those who do not let go.
 *
 * Two things must hold whatever the holder does: truncation ends, and nothing is written to the
 * page when it has ended (on fsdax the page is the block, and belongs to whoever got it next). Only
 * a revocation that stops the device gives both: waiting leaves truncation to user space, killing
 * to whoever else has the descriptors, and dropping the lease leaves the DMA, even of a holder who
 * cooperates, but too late.
 */

import { scenario } from 'holdfast';
import type { Stage } from 'holdfast';
import {
  atomic_dec_and_test,
  atomic_set,
  atomic_t,
  down_read,
  loop,
  READ_ONCE,
  up_read,
} from 'holdfast/linux';
import {
  do_truncate,
  fput,
  ib_dereg_mr,
  ib_reg_user_mr,
  LEASE_REVOCATION,
  locks_remove_lease,
  mrWrite,
  nextSignal,
  system,
  vfs_setlease,
} from 'holdfast/linux/mm';
import type { Inode, LeasedRegion } from 'holdfast/linux/mm';

const NEW = 7;
const UNDER_A_LEASE = { 'writable-file-pins': 'long-term under a lease' };

const HOLDERS = ['cooperates', 'silent', 'dies', 'forked'] as const;
type Holder = (typeof HOLDERS)[number];

/** What a holder does before it lets go, if it wants: read(2), of which XFS takes i_rwsem. */
type Farewell = (inode: Inode) => void;

/** What the holder does when it has its pages; it runs until it has let go or is killed. */
function live(
  holder: Holder,
  { filp, mr }: LeasedRegion,
  exit: () => void,
  farewell: () => void,
): void {
  if (holder === 'dies') return exit();
  let isKilled = false;
  loop(() => {
    isKilled = nextSignal(filp);
    return !isKilled && holder !== 'cooperates';
  });
  if (isKilled) return exit();
  farewell();
  ib_dereg_mr(mr);
  locks_remove_lease(filp);
}

function truncateUnderLease(stage: Stage, holder: Holder, farewell?: Farewell): void {
  const { file, proc, leased } = system(stage);
  const log = file('log');
  const app = proc('app');
  app.mmap(log, { pte: 'rw dirty' });
  const descriptors = holder === 'forked' ? 2 : 1;
  const region = leased('mr', log, descriptors);
  const uverbs = stage.alloc(atomic_t, 'uverbs.f_ref');
  atomic_set(uverbs, descriptors);
  const exit = (): void => {
    fput(region.filp);
    if (atomic_dec_and_test(uverbs)) ib_dereg_mr(region.mr);
  };
  stage.thread('holder', () => {
    if (vfs_setlease(region.filp, region.lease) !== 0) return;
    if (ib_reg_user_mr(region.mr, app.mm, 0, region.filp) === 0) {
      live(holder, region, exit, () => farewell?.(log.inode));
    }
  });
  const device = stage.thread.device('device', (dma) => mrWrite(region.mr, NEW, dma));
  const word = log.folios[0]?.data[0];
  const truncate = stage.thread('truncate', () => {
    do_truncate(log.inode, 0);
    return word === undefined ? 0 : READ_ONCE(word);
  });
  stage.always('nothing is written later', () => {
    return word !== undefined && READ_ONCE(word) === truncate.result();
  });
  stage.sometimes('the device writes', () => device.result() === true);
}

/** Whether both hold: truncation ends, and nothing is written later. */
const HOLDS: Record<(typeof LEASE_REVOCATION)[number], readonly Holder[]> = {
  'drop the lease': [],
  wait: ['cooperates', 'dies'],
  kill: ['cooperates', 'silent', 'dies'],
  'stop the device': HOLDERS,
};

export const reads = scenario(
  'lease-reads-first',
  {
    designs: { ...UNDER_A_LEASE, 'lease-revocation': 'wait' },
    about: 'the holder reads the file before it lets go: who breaks the lease holds no lock of it',
  },
  (stage) =>
    truncateUnderLease(stage, 'cooperates', ({ i_rwsem }) => {
      down_read(i_rwsem);
      up_read(i_rwsem);
    }),
);

export default scenario.each(
  { revocation: LEASE_REVOCATION, holder: HOLDERS },
  'lease-rdma',
  ({ holder, ...stage }) => truncateUnderLease(stage, holder),
  ({ revocation, holder }) => ({
    designs: { ...UNDER_A_LEASE, 'lease-revocation': revocation },
    expect: HOLDS[revocation].includes(holder) ? 'pass' : 'fail',
  }),
);
