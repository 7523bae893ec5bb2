import { describe, expect, it } from 'vitest';
import { finalsOf, onlyFinding, tried, wrongWith } from '../../test/support/small.ts';
import type { Stage } from '../scenario/stage.ts';
import { READ_ONCE, WRITE_ONCE } from './access.ts';
import { assert, loop } from './control.ts';
import { spin_lock, spin_unlock } from './lock.ts';
import {
  local_bh_disable,
  local_bh_enable,
  local_irq_disable,
  local_irq_enable,
  preempt_disable,
  preempt_enable,
  rcu_read_lock,
  rcu_read_unlock,
  synchronize_rcu,
} from './rcu.ts';
import {
  raw_read_seqcount,
  raw_write_seqcount_begin,
  raw_write_seqcount_end,
  read_seqcount_begin,
  read_seqcount_retry,
  write_seqcount_begin,
  write_seqcount_end,
} from './seqcount.ts';
import { s32, seqcount_t, spinlock_t } from './type.ts';
import type { Field } from './type.ts';

/** A writer that changes two words together, and a reader that wants both of one moment. */
function twoWords({ alloc, thread, always, sometimes }: Stage, checked: boolean): void {
  const [seq, x, y] = [alloc(seqcount_t, 'seq'), alloc(s32, 'x'), alloc(s32, 'y')];
  const both = sometimes('the reader sees the new words');
  thread('writer', () => {
    preempt_disable();
    write_seqcount_begin(seq);
    WRITE_ONCE(x, 1);
    WRITE_ONCE(y, 1);
    write_seqcount_end(seq);
    preempt_enable();
  });
  const reader = thread('reader', () => {
    let difference = 0;
    loop(() => {
      const start = read_seqcount_begin(seq);
      const [first, second] = [READ_ONCE(x), READ_ONCE(y)];
      if (checked && read_seqcount_retry(seq, start)) return true;
      if (first === 1 && second === 1) both.mark();
      difference = first - second;
      return false;
    });
    return difference;
  });
  always('both words are of one moment', () => reader.result() === 0);
}

describe('a reader that tries again', () => {
  it.each(['sc', 'tso', 'weak'] as const)('never sees half of a change under %s', async (model) => {
    const { verdict, findings } = await tried((stage) => twoWords(stage, true), { model });
    expect([verdict, findings]).toEqual(['pass', []]);
  });

  it('would, if it did not look at the count again', async () => {
    const found = await wrongWith((stage) => twoWords(stage, false));
    expect(found).toEqual(['both words are of one moment']);
  });
});

it('a writer makes the count odd and even again', () => {
  const finals = finalsOf(({ alloc, thread }) => {
    const seq = alloc(seqcount_t, 'seq');
    thread('t', () => {
      const before = raw_read_seqcount(seq);
      raw_write_seqcount_begin(seq);
      const during = raw_read_seqcount(seq);
      raw_write_seqcount_end(seq);
      return 100 * before + 10 * during + raw_read_seqcount(seq);
    });
  });
  expect(finals).toEqual(['2 | 12']);
});

it('a reader waits for the writer to leave, a raw one does not', async () => {
  const found = await wrongWith(({ alloc, thread }) => {
    const seq = alloc(seqcount_t, 'seq');
    thread('t', () => {
      raw_write_seqcount_begin(seq);
      raw_read_seqcount(seq);
      read_seqcount_begin(seq);
    });
  });
  expect(found).toEqual(['stuck thread']);
});

it('a retry is asked for exactly when the count has changed', () => {
  const finals = finalsOf(({ alloc, thread }) => {
    const seq = alloc(seqcount_t, 'seq');
    thread('t', () => {
      const start = read_seqcount_begin(seq);
      const before = read_seqcount_retry(seq, start);
      raw_write_seqcount_begin(seq);
      const during = read_seqcount_retry(seq, start);
      raw_write_seqcount_end(seq);
      return !before && during && read_seqcount_retry(seq, start);
    });
  });
  expect(finals).toEqual(['2 | true']);
});

it('the row of a reader that looks again says what was asked', async () => {
  const result = await tried(({ alloc, thread }) => {
    const seq = alloc(seqcount_t, 'seq');
    thread('t', () => assert(read_seqcount_retry(seq, read_seqcount_begin(seq)), 'again'));
  });
  const last = onlyFinding(result).trace?.steps.findLast(({ kind }) => kind === 'access');
  expect([last?.label, last?.observed]).toEqual(['sequence unchanged?', 'yes']);
});

describe('a writer that could be preempted', () => {
  const nothing = (): void => {};

  /** What is wrong with a writer between two calls, which may use a spin lock. */
  function found(
    before: (lock: Field<typeof spinlock_t>) => void,
    after: (lock: Field<typeof spinlock_t>) => void,
  ): Promise<string[]> {
    return wrongWith(({ alloc, thread }) => {
      const [seq, lock] = [alloc(seqcount_t, 'seq'), alloc(spinlock_t, 'lock')];
      thread('t', () => {
        before(lock);
        write_seqcount_begin(seq);
        write_seqcount_end(seq);
        after(lock);
      });
    });
  }

  it('is found: a reader on its CPU would wait for ever', async () => {
    expect(await found(nothing, nothing)).toEqual(['preemption is on']);
    expect(await found(rcu_read_lock, rcu_read_unlock)).toEqual(['preemption is on']);
  });

  it.each([
    ['with preemption off', preempt_disable, preempt_enable],
    ['with interrupts off', local_irq_disable, local_irq_enable],
    ['with bottom halves off', local_bh_disable, local_bh_enable],
    ['under a spin lock', spin_lock, spin_unlock],
  ])('is none %s', async (_, before, after) => {
    expect(await found(before, after)).toEqual([]);
  });
});

it('write_seqcount_begin leaves preemption as it was', async () => {
  const found = await wrongWith(({ alloc, thread }) => {
    const seq = alloc(seqcount_t, 'seq');
    thread('t', () => {
      preempt_disable();
      write_seqcount_begin(seq);
      preempt_enable();
      synchronize_rcu();
      raw_write_seqcount_end(seq);
    });
  });
  expect(found).toEqual([]);
});
