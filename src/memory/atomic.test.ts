import { describe, expect, it } from 'vitest';
import { expectCases } from '../../test/support/solo.ts';
import * as memory from './index.ts';
import type { Atomic } from './atomic.ts';
import { atomic_t, u32 } from './type.ts';
import type { Field } from './type.ts';

const MAX = 0x7fffffff;
const MIN = -0x80000000;
/** Old values and operands: around 0, around the sign, a pin count's bias. */
const OLD = [0, 1, -1, 1024, MIN];
const OPERANDS = [0, 1, -1, 1024, MAX, MIN];

const word = (value: bigint): number => Number(BigInt.asIntN(32, value));
type Change = (old: bigint, operand: bigint) => bigint;

const changes: Record<string, Change> = {
  add: (old, operand) => old + operand,
  sub: (old, operand) => old - operand,
  and: (old, operand) => old & operand,
  or: (old, operand) => old | operand,
  xor: (old, operand) => old ^ operand,
  andnot: (old, operand) => old & ~operand,
  inc: (old) => old + 1n,
  dec: (old) => old - 1n,
};
const withOperand = ['add', 'sub', 'and', 'or', 'xor', 'andnot'];
const FORMS = ['', '_acquire', '_release', '_relaxed'];

const all = memory as unknown as Record<string, (...args: unknown[]) => unknown>;
/** The primitives that some test below called. */
const called = new Set<string>();

function primitive(name: string): (...args: unknown[]) => unknown {
  called.add(name);
  const found = all[name];
  if (found === undefined) throw new Error(`there is no ${name}`);
  return found;
}

const pairs = OLD.flatMap((old) => OPERANDS.map((operand) => ({ old, operand })));

function expectChange(name: string, tells: 'nothing' | 'old' | 'new'): void {
  const [kind = ''] = /add|sub|andnot|and|xor|or|inc|dec/.exec(name) ?? [];
  const hasOperand = withOperand.includes(kind);
  const cases = (hasOperand ? pairs : OLD.map((old) => ({ old, operand: 0 }))).map((one) => {
    const left = word(changes[kind]?.(BigInt(one.old), BigInt(one.operand)) ?? 0n);
    const told = { nothing: undefined, old: one.old, new: left }[tells];
    return { ...one, left, told };
  });
  const call = primitive(name);
  expectCases(atomic_t, cases, (v, i) => {
    return hasOperand ? call(cases[i]?.operand, v) : call(v);
  });
}

describe('a call that tells nothing changes the counter', () => {
  it.each(Object.keys(changes))('atomic_%s', (kind) => expectChange(`atomic_${kind}`, 'nothing'));
});

describe('a call that ends in _return tells the new value', () => {
  const kinds = ['add', 'sub', 'inc', 'dec'];
  const names = kinds.flatMap((kind) => FORMS.map((form) => `atomic_${kind}_return${form}`));
  it.each(names)('%s', (name) => expectChange(name, 'new'));
});

describe('a call that fetches tells the old value', () => {
  const kinds = Object.keys(changes);
  const names = kinds.flatMap((kind) => FORMS.map((form) => `atomic_fetch_${kind}${form}`));
  it.each(names)('%s', (name) => expectChange(name, 'old'));
});

describe('an exchange', () => {
  it.each(FORMS.map((form) => `atomic_xchg${form}`))('%s writes and tells the old', (name) => {
    const cases = pairs.map(({ old, operand }) => ({ old, told: old, left: operand }));
    const call = primitive(name);
    expectCases(atomic_t, cases, (v, i) => call(v, cases[i]?.left));
  });

  it.each(FORMS.map((form) => `atomic_cmpxchg${form}`))(
    '%s writes if the old value is the expected one, and tells the old value',
    (name) => {
      const cases = pairs.map(({ old, operand }) => ({
        old,
        operand,
        told: old,
        left: old === operand ? 9 : old,
      }));
      const call = primitive(name);
      expectCases(atomic_t, cases, (v, i) => call(v, cases[i]?.operand, 9));
    },
  );

  it.each(FORMS.map((form) => `atomic_try_cmpxchg${form}`))(
    '%s writes if the old value is the expected one, and tells whether it did',
    (name) => {
      const cases = pairs.map(({ old, operand }) => ({
        old,
        operand,
        told: old === operand,
        left: old === operand ? 9 : old,
      }));
      const call = primitive(name);
      expectCases(atomic_t, cases, (v, i) => call(v, cases[i]?.operand, 9));
    },
  );
});

describe('a conditional call', () => {
  const adds = pairs.map(({ old, operand }) => ({
    old,
    operand,
    left: old === operand ? old : word(BigInt(old) + 3n),
  }));

  it('atomic_add_unless adds unless the counter has the value, and tells whether it did', () => {
    const cases = adds.map((one) => ({ ...one, told: one.old !== one.operand }));
    const call = primitive('atomic_add_unless');
    expectCases(atomic_t, cases, (v, i) => call(v, 3, cases[i]?.operand));
  });

  it('atomic_fetch_add_unless does the same and tells the old value', () => {
    const cases = adds.map((one) => ({ ...one, told: one.old }));
    const call = primitive('atomic_fetch_add_unless');
    expectCases(atomic_t, cases, (v, i) => call(v, 3, cases[i]?.operand));
  });

  it('atomic_inc_not_zero adds one unless the counter is zero', () => {
    const cases = OLD.map((old) => ({
      old,
      told: old !== 0,
      left: old === 0 ? 0 : word(BigInt(old) + 1n),
    }));
    expectCases(atomic_t, cases, (v) => primitive('atomic_inc_not_zero')(v));
  });

  it('atomic_dec_if_positive takes one away if the result is not negative', () => {
    const cases = OLD.map((old) => ({
      old,
      told: word(BigInt(old) - 1n),
      left: old > 0 ? old - 1 : old,
    }));
    expectCases(atomic_t, cases, (v) => primitive('atomic_dec_if_positive')(v));
  });
});

describe('a call with _and_test tells whether the counter is zero now', () => {
  const steps: [string, bigint][] = [
    ['atomic_dec_and_test', -1n],
    ['atomic_inc_and_test', 1n],
  ];

  it.each(steps)('%s', (name, by) => {
    const cases = OLD.map((old) => {
      const left = word(BigInt(old) + by);
      return { old, left, told: left === 0 };
    });
    expectCases(atomic_t, cases, (v) => primitive(name)(v));
  });

  it('atomic_sub_and_test', () => {
    const cases = pairs.map(({ old, operand }) => {
      const left = word(BigInt(old) - BigInt(operand));
      return { old, operand, left, told: left === 0 };
    });
    const call = primitive('atomic_sub_and_test');
    expectCases(atomic_t, cases, (v, i) => call(cases[i]?.operand, v));
  });

  it('atomic_add_negative tells whether it is negative now', () => {
    const cases = pairs.map(({ old, operand }) => {
      const left = word(BigInt(old) + BigInt(operand));
      return { old, operand, left, told: left < 0 };
    });
    const call = primitive('atomic_add_negative');
    expectCases(atomic_t, cases, (v, i) => call(cases[i]?.operand, v));
  });
});

describe('reading and setting', () => {
  it.each(['atomic_read', 'atomic_read_acquire'])('%s tells the counter', (name) => {
    const cases = OLD.map((old) => ({ old, told: old, left: old }));
    expectCases(atomic_t, cases, (v) => primitive(name)(v));
  });

  it.each(['atomic_set', 'atomic_set_release'])('%s sets the counter', (name) => {
    const cases = pairs.map(({ old, operand }) => ({ old, told: undefined, left: operand }));
    const call = primitive(name);
    expectCases(atomic_t, cases, (v, i) => call(v, cases[i]?.left));
  });

  it('atomicAtLeast compares as unsigned numbers', () => {
    const cases = pairs.map(({ old, operand }) => ({
      old,
      operand,
      left: old,
      told: BigInt.asUintN(32, BigInt(old)) >= BigInt.asUintN(32, BigInt(operand)),
    }));
    const call = primitive('atomicAtLeast');
    expectCases(atomic_t, cases, (v, i) => call(v, cases[i]?.operand));
  });
});

it('every exported primitive is called above', () => {
  const isCall = (name: string): boolean => typeof all[name] === 'function';
  const exported = Object.keys(memory).filter(
    (name) => name.startsWith('atomic') && !name.startsWith('atomic_cond_read') && isCall(name),
  );
  expect([...called].toSorted()).toEqual(exported.toSorted());
});

it('operands beyond 32 bits wrap as in C', () => {
  const cases = [{ old: 1, told: undefined, left: 0 }];
  expectCases(atomic_t, cases, (v) => memory.atomic_add(0xffffffff, v));
  expectCases(atomic_t, [{ old: 1, told: undefined, left: -1 }], (v) =>
    memory.atomic_set(v, 2 ** 32 - 1),
  );
});

it('a counter is not a word, nor a word a counter', () => {
  const neverCalled = (v: Atomic, plain: Field<typeof u32>): void => {
    // @ts-expect-error a plain word is not atomic_t
    memory.atomic_inc(plain);
    // @ts-expect-error the operand comes first, as in the kernel
    memory.atomic_add(v, 1);
    memory.atomic_add(1, v);
  };
  expect(neverCalled).toBeTypeOf('function');
});
