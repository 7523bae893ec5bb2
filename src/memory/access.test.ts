import { describe, expect, it } from 'vitest';
import { expectCases } from '../../test/support/solo.ts';
import * as access from './access.ts';
import { pointer, struct } from './struct.ts';
import { bool, flags, s32, u32 } from './type.ts';
import type { Field } from './type.ts';

const VALUES = [0, 1, -1, 0x7fffffff, -0x80000000];
const node = struct('node', { value: u32 });
const toNode = pointer(node);
const { READ_ONCE, load, data_race, smp_load_acquire, rcu_dereference } = access;
const { WRITE_ONCE, store, smp_store_release, smp_store_mb, rcu_assign_pointer } = access;
const { rcu_access_pointer, RCU_INIT_POINTER, readEquals, readAnyBit } = access;

const reads = { READ_ONCE, load, data_race, smp_load_acquire };
const writes = { WRITE_ONCE, store, smp_store_release, smp_store_mb };

it.each(Object.entries(reads))('%s tells the word and leaves it alone', (_, call) => {
  const cases = VALUES.map((old) => ({ old, told: old, left: old }));
  expectCases(s32, cases, (field) => call(field));
});

it.each(Object.entries(writes))('%s writes the word and tells nothing', (_, call) => {
  const cases = VALUES.map((left) => ({ old: 5, told: undefined, left }));
  expectCases(s32, cases, (field, i) => call(field, cases[i]?.left ?? 0));
});

it('rcu_dereference gives a pointer, rcu_assign_pointer publishes one', () => {
  const read = [0, 9].map((old) => ({ old, told: old === 9, left: old }));
  expectCases(toNode, read, (field) => rcu_dereference(field) === node.at(9));
  const written = [0, 9].map((left) => ({ old: 4, told: undefined, left }));
  expectCases(toNode, written, (field, i) =>
    rcu_assign_pointer(field, written[i]?.left === 9 ? node.at(9) : null),
  );
});

it('rcu_access_pointer gives a pointer, RCU_INIT_POINTER writes one, both without order', () => {
  const read = [0, 9].map((old) => ({ old, told: old === 9, left: old }));
  expectCases(toNode, read, (field) => rcu_access_pointer(field) === node.at(9));
  const written = [0, 9].map((left) => ({ old: 4, told: undefined, left }));
  expectCases(toNode, written, (field, i) =>
    RCU_INIT_POINTER(field, written[i]?.left === 9 ? node.at(9) : null),
  );
});

it('readEquals tells only whether the word has the value', () => {
  const cases = VALUES.map((old) => ({ old, told: old === -1, left: old }));
  expectCases(s32, cases, (field) => readEquals(field, -1));
  expectCases(u32, cases, (field) => readEquals(field, 0xffffffff));
  const truths = [0, 1].map((old) => ({ old, told: old === 1, left: old }));
  expectCases(bool, truths, (field) => readEquals(field, true));
});

it('readAnyBit tells only whether one of the bits is set', () => {
  const cases = [0, 1, 2, 5, -1].map((old) => ({ old, told: (old & 6) !== 0, left: old }));
  expectCases(flags('bits', ['a', 'b', 'c']), cases, (field) => readAnyBit(field, 6));
  expectCases(s32, cases, (field) => readAnyBit(field, 6));
});

describe('the compiler', () => {
  it('lets only pointers be dereferenced and published', () => {
    const neverCalled = (number: Field<typeof u32>, to: Field<typeof toNode>): void => {
      // @ts-expect-error a number is not a pointer
      rcu_dereference(number);
      // @ts-expect-error a number is not a pointer
      rcu_assign_pointer(number, null);
      // @ts-expect-error a pointer has no bits to test
      readAnyBit(to, 1);
      // @ts-expect-error a truth value would never equal a number
      readEquals(number, true);
      rcu_dereference(to);
    };
    expect(neverCalled).toBeTypeOf('function');
  });
});

it('every exported access is called above', () => {
  const rcu = ['rcu_dereference', 'rcu_assign_pointer', 'rcu_access_pointer', 'RCU_INIT_POINTER'];
  const others = [...rcu, 'readEquals', 'readAnyBit'];
  const called = [...Object.keys(reads), ...Object.keys(writes), ...others];
  expect(called.toSorted()).toEqual(Object.keys(access).toSorted());
});
