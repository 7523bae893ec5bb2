import { describe, expect, it } from 'vitest';
import { finalsOf, onlyFinding, tried, wrongWith } from '../../test/support/small.ts';
import type { Stage } from '../scenario/stage.ts';
import { READ_ONCE, WRITE_ONCE } from './access.ts';
import { loop } from './control.ts';
import { spin_lock } from './lock.ts';
import { s32, spinlock_t } from './type.ts';
import { waitForWork, waitUntilEquals } from './wait-value.ts';

it('waitUntilEquals waits for one value', async () => {
  const { verdict } = await tried(({ alloc, thread, always }) => {
    const x = alloc(s32, 'x');
    const waiter = thread('waiter', () => {
      waitUntilEquals(x, 2);
      return READ_ONCE(x);
    });
    thread('other', () => {
      WRITE_ONCE(x, 1);
      WRITE_ONCE(x, 2);
    });
    always('it went on with 2', () => waiter.result() === 2);
  });
  expect(verdict).toBe('pass');
});

describe('waitForWork', () => {
  /** A server that adds what it is given to a sum; work of 0 is none. */
  const server = (stage: Stage, first: number): void => {
    const work = stage.alloc(s32, 'work');
    const sum = stage.alloc(s32, 'sum');
    stage.thread('server', () => {
      loop(() => {
        const given = waitForWork(work);
        WRITE_ONCE(work, 0);
        WRITE_ONCE(sum, READ_ONCE(sum) + given);
        return true;
      });
    });
    stage.thread('client', () => {
      if (first !== 0) WRITE_ONCE(work, first);
      waitUntilEquals(work, 0);
    });
  };

  it.each(['sc', 'tso'] as const)('lets an execution end without work under %s', (model) => {
    expect(finalsOf((stage) => server(stage, 0), { model })).toEqual(['0 0 |  ']);
    expect(finalsOf((stage) => server(stage, 5), { model })).toEqual(['0 5 |  ']);
  });

  it('is the only place where a thread may wait for ever', async () => {
    const found = await tried(({ alloc, thread }) => {
      const [work, lock] = [alloc(s32, 'work'), alloc(spinlock_t, 'lock')];
      thread('idle', () => void waitForWork(work));
      thread('stuck', () => {
        spin_lock(lock);
        spin_lock(lock);
      });
    });
    expect(onlyFinding(found).message).toBe(
      'No thread can take a step: stuck waits in spin_lock(lock).',
    );
  });

  it('makes no livelock of a server', async () => {
    expect(await wrongWith((stage) => server(stage, 5))).toEqual([]);
  });
});
