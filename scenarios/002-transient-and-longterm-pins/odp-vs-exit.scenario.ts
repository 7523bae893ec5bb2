/**
 * The process that registered memory with a faulting device ends. Its address space tells the
 * device before anything else; a fault that is under way keeps the address space for so long, and a
 * later one finds that there is none.
 *
 * The fault may then be the last user, with the lock held that the teardown needs: until 6.1 it
 * tore the address space down itself.
 */

import { scenario } from 'holdfast';
import { READ_ONCE } from 'holdfast/linux';
import { mmput, ODP_MMPUT, rdmaWrite, serveMmputAsync, system } from 'holdfast/linux/mm';

const NEW = 7;

export default scenario.each(
  { put: ODP_MMPUT },
  'odp-vs-exit',
  (stage) => {
    const { file, proc } = system(stage);
    const log = file('log');
    const app = proc('app');
    const region = app.odp('mr', app.mmap(log, { pte: 'rw dirty' }));
    const device = stage.thread.device('device', (dma) => rdmaWrite(region, 0, NEW, dma));
    stage.thread('exit', () => mmput(app.mm));
    stage.thread('kworker', () => serveMmputAsync(app.mm));
    stage.always('no translation is left', () => {
      return region.mtt.every((translation) => READ_ONCE(translation) === 0);
    });
    stage.always('nothing is mapped', () => app.mm.pte.every((ptep) => READ_ONCE(ptep) === 0));
    stage.sometimes('the device fails: the process is gone', () => device.result() === false);
  },
  ({ put }) => ({ designs: { 'odp-mmput': put }, expect: put === 'mmput' ? 'fail' : 'pass' }),
);
