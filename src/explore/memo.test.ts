import { describe, expect, it } from 'vitest';
import { Memo } from './memo.ts';

describe('remembered results', () => {
  it('are there until they are too many, and then all forgotten', () => {
    const memo = new Memo(2);
    memo.set(1, 10);
    memo.set(2 ** 40, 20);
    expect([memo.get(1), memo.get(2 ** 40), memo.get(3)]).toEqual([10, 20, undefined]);
    memo.set(3, 30);
    expect([memo.get(1), memo.get(2 ** 40), memo.get(3)]).toEqual([undefined, undefined, 30]);
  });

  it('take memory until they are forgotten', () => {
    const memo = new Memo();
    memo.set(1, 10);
    expect(memo.bytes()).toBeGreaterThan(0);
    memo.clear();
    expect(memo.bytes()).toBe(0);
  });
});
