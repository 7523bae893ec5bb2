import { describe, expect, it } from 'vitest';
import { choose, READ_ONCE, s32, waitUntilEquals, WRITE_ONCE } from '../memory/index.ts';
import { reachableFinals } from './finals.ts';
import { scenario } from './scenario.ts';

const one = scenario('one', ({ alloc, thread, never }) => {
  const [x, y] = [alloc(s32, 'x'), alloc(s32, 'y')];
  thread('writer', () => {
    const value = choose(3);
    WRITE_ONCE(x, value);
    return value;
  });
  thread('waiter', () => {
    waitUntilEquals(x, 2);
    WRITE_ONCE(y, 1);
  });
  never('is violated', () => READ_ONCE(x) === 2);
});

describe('the states in which executions end', () => {
  const { finals, deadlocks, result } = reachableFinals(one);

  it('are the finished ones, with memory and results', () => {
    expect(finals).toEqual([{ memory: [2, 1], results: [2, undefined], finished: [true, true] }]);
  });

  it('and the stuck ones, with who has finished', () => {
    expect(deadlocks.map(({ memory, finished }) => ({ memory, finished }))).toEqual([
      { memory: [0, 0], finished: [true, false] },
      { memory: [1, 0], finished: [true, false] },
    ]);
  });

  it('are all looked at, whatever is found on the way', () => {
    expect(result.findings.map(({ property }) => property.name).toSorted()).toEqual([
      'is violated',
      'stuck thread',
    ]);
    expect(result.complete).toBe(true);
  });
});
