import { describe, expect, it } from 'vitest';
import { expectCases } from '../../test/support/solo.ts';
import * as exchange from './exchange.ts';
import type { CompareExchange, Exchange, TryCompareExchange } from './exchange.ts';
import { pointer, struct } from './struct.ts';
import { s32, spinlock_t, u32 } from './type.ts';
import type { Field } from './type.ts';

const VALUES = [0, 1, -1, 0x7fffffff, -0x80000000];
const pairs = VALUES.flatMap((old) => VALUES.map((expected) => ({ old, expected })));
const { xchg, xchg_acquire, xchg_release, xchg_relaxed } = exchange;
const { cmpxchg, cmpxchg_acquire, cmpxchg_release, cmpxchg_relaxed } = exchange;
const { try_cmpxchg, try_cmpxchg_acquire, try_cmpxchg_release, try_cmpxchg_relaxed } = exchange;

const exchanges: Record<string, Exchange> = { xchg, xchg_acquire, xchg_release, xchg_relaxed };
const compares: Record<string, CompareExchange> = {
  cmpxchg,
  cmpxchg_acquire,
  cmpxchg_release,
  cmpxchg_relaxed,
};
const tries: Record<string, TryCompareExchange> = {
  try_cmpxchg,
  try_cmpxchg_acquire,
  try_cmpxchg_release,
  try_cmpxchg_relaxed,
};

it.each(Object.entries(exchanges))('%s writes and tells the old value', (_, call) => {
  const cases = VALUES.map((old) => ({ old, told: old, left: 7 }));
  expectCases(s32, cases, (field) => call(field, 7));
});

it.each(Object.entries(compares))('%s writes only over the expected value', (_, call) => {
  const cases = pairs.map(({ old, expected }) => ({
    old,
    expected,
    told: old,
    left: old === expected ? 7 : old,
  }));
  expectCases(s32, cases, (field, i) => call(field, cases[i]?.expected ?? 0, 7));
});

it.each(Object.entries(tries))('%s tells whether it wrote', (_, call) => {
  const cases = pairs.map(({ old, expected }) => ({
    old,
    expected,
    told: old === expected,
    left: old === expected ? 7 : old,
  }));
  expectCases(s32, cases, (field, i) => call(field, cases[i]?.expected ?? 0, 7));
});

it('unsigned words compare by their bits', () => {
  const cases = [{ old: -1, told: 0xffffffff, left: 7 }];
  expectCases(u32, cases, (field) => cmpxchg(field, 0xffffffff, 7));
});

describe('a pointer', () => {
  const node = struct('node', { value: u32 });

  it('is exchanged as a view, NULL as null', () => {
    const cases = [
      { old: 0, told: true, left: 5 },
      { old: 5, told: false, left: 5 },
    ];
    expectCases(pointer(node), cases, (field) => cmpxchg(field, null, node.at(5)) === null);
  });

  it('cannot be exchanged with another type, nor can a lock', () => {
    const neverCalled = (at: Field<typeof spinlock_t>, number: Field<typeof u32>): void => {
      // @ts-expect-error a lock is not exchanged
      xchg(at, 1);
      // @ts-expect-error a number is not exchanged with NULL
      xchg(number, null);
      xchg(number, 1);
    };
    expect(neverCalled).toBeTypeOf('function');
  });
});

it('every exported primitive is called above', () => {
  const called = [exchanges, compares, tries].flatMap((one) => Object.keys(one));
  expect(called.toSorted()).toEqual(Object.keys(exchange).toSorted());
});
