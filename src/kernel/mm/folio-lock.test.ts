/** The folio lock, and where waiting for write-back may be done. */
import { describe, expect, it } from 'vitest';
import { tried, wrongWith } from '../../../test/support/small.ts';
import {
  preempt_disable,
  preempt_enable,
  READ_ONCE,
  set_bit,
  WRITE_ONCE,
} from '../../memory/index.ts';
import { filePage } from '../setup.ts';
import { folio_lock, folio_trylock, folio_unlock, folio_wait_writeback } from './folio-lock.ts';
import { page_flags } from './mm_types.ts';
import { folio_end_writeback, folio_start_writeback } from './page-writeback.ts';
import { folio_test_locked, folio_test_writeback } from './page-flags.ts';

const { PG_writeback } = page_flags.bit;

describe('the folio lock', () => {
  it.each(['sc', 'tso', 'weak'] as const)(
    'lets one thread in at a time under %s',
    async (model) => {
      const { verdict, findings } = await tried(
        ({ alloc, thread, always }) => {
          const { folio } = filePage(alloc);
          thread('t', { count: 2 }, () => {
            folio_lock(folio);
            WRITE_ONCE(folio.private, READ_ONCE(folio.private) + 1);
            folio_unlock(folio);
          });
          always('no round is lost', () => READ_ONCE(folio.private) === 3);
          always('free at the end', () => !folio_test_locked(folio));
        },
        { model },
      );
      expect([verdict, findings]).toEqual(['pass', []]);
    },
  );

  it('is not taken by an attempt while another has it', async () => {
    const found = await wrongWith(({ alloc, thread, never }) => {
      const { folio } = filePage(alloc);
      const [first, second] = [thread('a', attempt), thread('b', attempt)];
      function attempt(): boolean {
        return folio_trylock(folio);
      }
      never('both', () => first.result() && second.result());
      never('neither', () => !first.result() && !second.result());
    });
    expect(found).toEqual([]);
  });

  it('is for places where sleeping is allowed, also when it is free', async () => {
    const found = await wrongWith(({ alloc, thread }) => {
      const { folio } = filePage(alloc);
      thread('t', () => {
        preempt_disable();
        folio_lock(folio);
        folio_unlock(folio);
        preempt_enable();
      });
    });
    expect(found).toEqual(['sleeping in atomic context']);
  });
});

describe('waiting for write-back', () => {
  const waitInAtomicContext = (isWritten: boolean): Promise<string[]> =>
    wrongWith(({ alloc, thread }) => {
      const { folio } = filePage(alloc);
      if (isWritten) set_bit(PG_writeback, folio.flags);
      thread('t', () => {
        preempt_disable();
        folio_wait_writeback(folio);
        preempt_enable();
      });
    });

  it('sleeps only if the folio is under write-back', async () => {
    expect(await waitInAtomicContext(true)).toEqual(['sleeping in atomic context']);
    expect(await waitInAtomicContext(false)).toEqual([]);
  });

  it.each(['sc', 'tso', 'weak'] as const)('ends when write-back does, under %s', async (model) => {
    const { verdict, findings } = await tried(
      ({ alloc, thread, always }) => {
        const { folio } = filePage(alloc);
        thread('writer', () => {
          folio_lock(folio);
          folio_start_writeback(folio);
          folio_unlock(folio);
          folio_end_writeback(folio);
        });
        const waiter = thread('waiter', () => {
          folio_lock(folio);
          folio_wait_writeback(folio);
          const quiet = !folio_test_writeback(folio);
          folio_unlock(folio);
          return quiet;
        });
        always('no write-back under the lock afterwards', () => waiter.result());
      },
      { model },
    );
    expect([verdict, findings]).toEqual(['pass', []]);
  });
});
