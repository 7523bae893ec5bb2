import { describe, expect, it } from 'vitest';
import { endsOf, finalsOf, textsOf, wrongWith } from '../../test/support/small.ts';
import { complete, complete_all, wait_for_completion } from './completion.ts';
import { rcu_read_lock } from './rcu.ts';
import { completion } from './type.ts';

describe('a completion', () => {
  it('lets one waiter pass for each signal', () => {
    const { finals, deadlocks } = endsOf(({ alloc, thread }) => {
      const done = alloc(completion, 'done');
      thread('waiter', { count: 2 }, () => wait_for_completion(done));
      thread('worker', () => complete(done));
    });
    expect(finals).toEqual([]);
    expect(deadlocks.map(({ memory }) => memory)).toEqual([[0]]);
  });

  it('remembers signals that come before the waiter', () => {
    const finals = finalsOf(({ alloc, thread }) => {
      const done = alloc(completion, 'done');
      thread('t', () => {
        complete(done);
        complete(done);
        wait_for_completion(done);
      });
    });
    expect(finals).toEqual(['1 | ']);
  });

  it('lets everybody pass after complete_all, now and later', () => {
    const { finals, deadlocks } = endsOf(({ alloc, thread }) => {
      const done = alloc(completion, 'done');
      thread('waiter', { count: 3 }, () => {
        wait_for_completion(done);
        wait_for_completion(done);
      });
      thread('worker', () => {
        complete_all(done);
        complete(done);
      });
    });
    expect(deadlocks).toEqual([]);
    expect(textsOf(finals)).toEqual(['-1 |    ']);
  });

  it('is refused inside a read-side section, for a completion', async () => {
    const found = await wrongWith(({ alloc, thread }) => {
      const done = alloc(completion, 'done');
      thread('t', () => {
        rcu_read_lock();
        wait_for_completion(done);
      });
    });
    expect(found).toEqual(['sleeping in atomic context']);
  });
});
