import { describe, expect, it } from 'vitest';
import { expectCases } from '../../test/support/solo.ts';
import * as bitops from './bitops.ts';
import type { Flags } from './bitops.ts';
import { flags } from './type.ts';
import type { Bit } from './type.ts';

const PF = flags('page-flags', ['PG_locked', 'PG_dirty', 'PG_writeback']);
type Name = 'PG_locked' | 'PG_dirty' | 'PG_writeback';
type Call = (nr: Bit<Name>, addr: Flags<Name>) => unknown;

/** Every flags word, with each bit. */
const cases = Object.values(PF.bit).flatMap((bit) =>
  [0, 1, 2, 3, 4, 5, 6, 7].map((old) => {
    const mask = 1 << bit;
    const wasSet = (old & mask) !== 0;
    return { bit, old, wasSet, set: old | mask, clear: old & ~mask, other: old ^ mask };
  }),
);
type Known = (typeof cases)[number];
const called = new Set<string>();
const all = bitops as unknown as Record<string, Call>;

/** Expects of every word and bit what `then` and `told` say. */
function expectBits(
  name: string,
  left: (one: Known) => number,
  told: (one: Known) => boolean | undefined,
  which: (one: Known) => boolean = () => true,
): void {
  called.add(name);
  const call = all[name];
  if (call === undefined) throw new Error(`there is no ${name}`);
  const chosen = cases.filter(which);
  const wanted = chosen.map((one) => ({ old: one.old, left: left(one), told: told(one) }));
  expectCases(PF, wanted, (field, i) => call(chosen[i]?.bit ?? PF.bit.PG_locked, field));
}

const nothing = (): undefined => undefined;

describe('a test', () => {
  it.each(['test_bit', 'test_bit_acquire'])('%s tells one bit and changes none', (name) => {
    expectBits(
      name,
      (one) => one.old,
      (one) => one.wasSet,
    );
  });
});

describe('a change', () => {
  it('set_bit sets one bit', () => expectBits('set_bit', (one) => one.set, nothing));
  it('clear_bit clears one bit', () => expectBits('clear_bit', (one) => one.clear, nothing));
  it('change_bit inverts one bit', () => expectBits('change_bit', (one) => one.other, nothing));
});

describe('a test with a change tells the old bit', () => {
  const old = (one: Known): boolean => one.wasSet;
  it('test_and_set_bit', () => expectBits('test_and_set_bit', (one) => one.set, old));
  it('test_and_clear_bit', () => expectBits('test_and_clear_bit', (one) => one.clear, old));
  it('test_and_change_bit', () => expectBits('test_and_change_bit', (one) => one.other, old));
  it('test_and_set_bit_lock', () => expectBits('test_and_set_bit_lock', (one) => one.set, old));
});

describe('a lock that is one bit', () => {
  it('clear_bit_unlock may release what another thread took', () => {
    expectBits('clear_bit_unlock', (one) => one.clear, nothing);
  });

  it('xor_unlock_is_negative_byte inverts the bits of its mask and tells bit 7', () => {
    called.add('xor_unlock_is_negative_byte');
    const words = [0, 1, 0x80, 0x83, 0xff];
    const wanted = words.map((old) => ({ old, left: old ^ 3, told: (old & 0x80) !== 0 }));
    expectCases(PF, wanted, (field) => bitops.xor_unlock_is_negative_byte(3, field));
  });

  it('testAnyAndSetBit sets one bit and tells of several', () => {
    called.add('testAnyAndSetBit');
    const wanted = [
      { old: 0, told: false, left: 1 },
      { old: 1, told: true, left: 1 },
      { old: 2, told: true, left: 3 },
      { old: 4, told: false, left: 5 },
    ];
    expectCases(PF, wanted, (field) => bitops.testAnyAndSetBit(3, PF.bit.PG_locked, field));
  });

  it('xorUnlock does the same and tells nothing', () => {
    called.add('xorUnlock');
    const wanted = [0, 1, 0x80, 0x83].map((old) => ({ old, left: old ^ 3, told: undefined }));
    expectCases(PF, wanted, (field) => bitops.xorUnlock(3, field));
  });

  it('wait_on_bit passes when the bit is clear', () => {
    expectBits(
      'wait_on_bit',
      (one) => one.old,
      nothing,
      (one) => !one.wasSet,
    );
  });

  it('wait_on_bit_lock sets a clear bit', () => {
    expectBits(
      'wait_on_bit_lock',
      (one) => one.set,
      nothing,
      (one) => !one.wasSet,
    );
  });

  it('bit_spin_trylock tells whether it took the bit, and bit_spin_unlock gives it back', () => {
    called.add('bit_spin_unlock').add('bit_spin_trylock');
    const wanted = cases.map(({ old, wasSet }) => ({ old, told: !wasSet, left: old }));
    expectCases(PF, wanted, (field, i) => {
      const bit = cases[i]?.bit ?? PF.bit.PG_locked;
      const taken = bitops.bit_spin_trylock(bit, field);
      if (taken) bitops.bit_spin_unlock(bit, field);
      return taken;
    });
  });

  it('bit_spin_lock holds the bit until bit_spin_unlock', () => {
    called.add('bit_spin_lock');
    const free = cases.filter(({ wasSet }) => !wasSet);
    const wanted = free.map(({ old }) => ({ old, told: true, left: old }));
    expectCases(PF, wanted, (field, i) => {
      const bit = free[i]?.bit ?? PF.bit.PG_locked;
      bitops.bit_spin_lock(bit, field);
      const held = bitops.test_bit(bit, field);
      bitops.bit_spin_unlock(bit, field);
      return held;
    });
  });
});

it('every exported primitive is called above', () => {
  expect([...called].toSorted()).toEqual(Object.keys(bitops).toSorted());
});
