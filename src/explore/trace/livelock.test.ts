import { describe, expect, it } from 'vitest';
import { findingsOf, onlyFinding, tried } from '../../../test/support/small.ts';
import {
  atomic_inc_return,
  atomic_t,
  choose,
  loop,
  READ_ONCE,
  s32,
  spin_trylock,
  spin_unlock,
  spinlock_t,
  waitUntilEquals,
  WRITE_ONCE,
  xchg,
} from '../../memory/index.ts';
import { inputFor } from '../../scenario/check.ts';
import { scenario } from '../../scenario/scenario.ts';
import type { Stage } from '../../scenario/stage.ts';
import { findLivelock } from './livelock.ts';

describe('livelock', () => {
  it.each(['sc', 'tso', 'weak'] as const)(
    'is found where threads step for ever under %s',
    async (model) => {
      const result = await tried(
        ({ alloc, thread }) => {
          const [x, y] = [alloc(s32, 'x'), alloc(s32, 'y')];
          const wait = (mine: typeof x, other: typeof x) => (): void => {
            WRITE_ONCE(mine, 1);
            loop(() => READ_ONCE(other) === 1);
            WRITE_ONCE(mine, 0);
          };
          thread('left', wait(x, y));
          thread('right', wait(y, x));
        },
        { model },
      );
      const { property, message, trace } = onlyFinding(result);
      expect(property).toEqual({ kind: 'automatic', name: 'livelock' });
      expect(message).toContain('no execution can finish');
      expect(trace?.choices).toHaveLength(model === 'tso' ? 4 : 2);
    },
  );

  it.each(['sc', 'weak'] as const)(
    'is not found where some schedule gets out under %s',
    async (model) => {
      const { verdict } = await tried(
        ({ alloc, thread }) => {
          const lock = alloc(spinlock_t, 'lock');
          thread('t', { count: 2 }, () => {
            loop(() => !spin_trylock(lock));
            spin_unlock(lock);
          });
        },
        { model },
      );
      expect(verdict).toBe('pass');
    },
  );

  it('is found behind a rare choice, with and without reduction', async () => {
    const body = ({ alloc, thread }: Stage): void => {
      const x = alloc(s32, 'x');
      thread('t', () => {
        if (choose(20) === 13) loop(() => READ_ONCE(x) === 0);
      });
      thread('u', () => choose(2));
    };
    for (const reduction of [true, false]) {
      const result = await tried(body, { reduction });
      expect(findingsOf(result)).toEqual(['livelock']);
      expect(onlyFinding(result).trace?.choices).toHaveLength(1);
    }
  });

  it.each([true, false])('does not depend on the reduction under weak (%s)', async (reduction) => {
    const result = await tried(
      ({ alloc, thread }) => {
        const [x, y] = [alloc(s32, 'x'), alloc(s32, 'y')];
        thread('left', () => {
          WRITE_ONCE(x, 1);
          loop(() => READ_ONCE(y) === 1);
        });
        thread('right', () => {
          WRITE_ONCE(y, 1);
          loop(() => READ_ONCE(x) === 1);
        });
      },
      { model: 'weak', reduction },
    );
    expect(findingsOf(result)).toEqual(['livelock']);
  });

  it('under weak is found although a loop that stores makes messages without end', async () => {
    const body = ({ alloc, thread }: Stage): void => {
      const [x, y] = [alloc(s32, 'x'), alloc(s32, 'y')];
      thread('stores', () => loop(() => xchg(y, 1 - READ_ONCE(y)) < 2));
      thread('looks', () => waitUntilEquals(x, READ_ONCE(y) + READ_ONCE(y) + READ_ONCE(y)));
    };
    const result = await tried(body, { model: 'weak' });
    expect(findingsOf(result)).toEqual(['livelock']);
    expect(result).toMatchObject({ verdict: 'fail', complete: false });
  });

  it('of interchangeable threads is found with a trace', async () => {
    const result = await tried(({ alloc, thread }) => {
      const v = alloc(atomic_t, 'v');
      const x = alloc(s32, 'x');
      thread('t', { count: 3 }, () => {
        if (choose(2) === 1 && atomic_inc_return(v) === 3) loop(() => READ_ONCE(x) === 0);
      });
    });
    expect(onlyFinding(result).trace?.choices).toHaveLength(3);
  });

  it('is not looked for when a deadlock was found already', async () => {
    const found = findingsOf(
      await tried(({ alloc, thread }) => {
        const [x, y] = [alloc(s32, 'x'), alloc(s32, 'y')];
        thread('stuck', () => waitUntilEquals(x, 1));
        thread('goes', () => loop(() => READ_ONCE(y) === 0 && choose(2) === 0));
      }),
    );
    expect(found).toEqual(['stuck thread']);
  });

  it('is looked for only as long as was asked', () => {
    const body = ({ alloc, thread }: Stage): void => {
      const x = alloc(s32, 'x');
      thread('t', () => loop(() => READ_ONCE(x) === 0));
    };
    const input = inputFor(scenario('endless', body), {});
    if ('code' in input) throw new Error(input.what);
    const late = { ...input.options, since: 0, seconds: 1, now: (): number => 1.1 };
    expect(findLivelock(input, true)).toMatchObject({ kind: 'found' });
    expect(findLivelock({ ...input, options: late }, true)).toEqual({
      kind: 'open',
      open: { limit: 'time', seconds: 1 },
    });
  });
});
