import { describe, expect, it } from 'vitest';
import { tried, wrongWith } from '../../test/support/small.ts';
import { READ_ONCE, smp_store_release, WRITE_ONCE } from './access.ts';
import { atomic_inc } from './atomic.ts';
import {
  atomic_cond_read_acquire,
  atomic_cond_read_relaxed,
  smp_cond_load_acquire,
  smp_cond_load_relaxed,
} from './cond-load.ts';
import { preempt_disable, preempt_enable } from './rcu.ts';
import { atomic_t, s32 } from './type.ts';

const SPINS = [
  ['smp_cond_load_acquire', smp_cond_load_acquire],
  ['smp_cond_load_relaxed', smp_cond_load_relaxed],
] as const;

describe.each(SPINS)('%s', (name, spin) => {
  it.each(['sc', 'tso', 'weak'] as const)('waits until the condition holds, %s', async (model) => {
    const { verdict } = await tried(
      ({ alloc, thread, always }) => {
        const [x, data] = [alloc(s32, 'x'), alloc(s32, 'data')];
        thread('writer', () => {
          WRITE_ONCE(x, 1);
          WRITE_ONCE(data, 5);
          smp_store_release(x, 3);
        });
        const spinner = thread('spinner', () => {
          const seen = spin(x, (VAL) => VAL >= 2);
          return 10 * seen + READ_ONCE(data);
        });
        always('it saw 3, and the data', () => spinner.result() === 35);
      },
      { model },
    );
    const mayBeEarly = model === 'weak' && name === 'smp_cond_load_relaxed';
    expect(verdict).toBe(mayBeEarly ? 'fail' : 'pass');
  });

  it('does not sleep, and is found spinning for ever', async () => {
    const found = await wrongWith(({ alloc, thread }) => {
      const x = alloc(s32, 'x');
      thread('spinner', () => {
        preempt_disable();
        spin(x, (VAL) => VAL === 1);
        preempt_enable();
      });
    });
    expect(found).toEqual(['livelock']);
  });
});

it.each([atomic_cond_read_acquire, atomic_cond_read_relaxed])(
  '%s waits for a counter',
  async (spin) => {
    const { verdict } = await tried(({ alloc, thread, always }) => {
      const v = alloc(atomic_t, 'v');
      thread('counter', { count: 2 }, () => atomic_inc(v));
      const spinner = thread('spinner', () => spin(v, (VAL) => VAL > 0));
      always('it saw 1 or 2', () => [1, 2].includes(spinner.result()));
    });
    expect(verdict).toBe('pass');
  },
);
