import { describe, expect, it } from 'vitest';
import { ORDERING } from './ordering.ts';
import type { PrimitiveName } from './ordering.ts';
import { orderedPrimitives, relaxedForm } from './relaxed-form.ts';

describe('the relaxed form of an access', () => {
  it.each([
    ['smp_load_acquire', 'READ_ONCE'],
    ['smp_store_release', 'WRITE_ONCE'],
    ['rcu_assign_pointer', 'WRITE_ONCE'],
    ['clear_bit_unlock', 'clear_bit'],
    ['test_bit_acquire', 'test_bit'],
    ['atomic_read_acquire', 'atomic_read'],
    ['atomic_set_release', 'atomic_set'],
    ['atomic_fetch_add_release', 'atomic_fetch_add_relaxed'],
    ['cmpxchg_acquire', 'cmpxchg_relaxed'],
    ['smp_cond_load_acquire', 'smp_cond_load_relaxed'],
    ['refcount_inc_not_zero_acquire', 'refcount_inc_not_zero'],
  ])('of %s is %s', (primitive, form) => {
    expect(relaxedForm(primitive)).toBe(form);
  });

  it.each(['READ_ONCE', 'smp_mb', 'spin_lock', 'atomic_add_return', 'refcount_dec_and_test', ''])(
    'there is none of %s',
    (primitive) => expect(relaxedForm(primitive)).toBeNull(),
  );

  it('exists for every name that ends like one', () => {
    const names = Object.keys(ORDERING).filter((name) => /_(acquire|release)$/.test(name));
    expect(names.filter((name) => relaxedForm(name) === null)).toEqual([]);
    expect(names.length).toBeGreaterThan(30);
  });

  it('promises nothing, and is the same on x86', () => {
    const all = orderedPrimitives().map((name) => [name, relaxedForm(name)] as const);
    for (const [name, form] of all) {
      const [ordered, relaxed] = [ORDERING[name], ORDERING[form as PrimitiveName]];
      expect([name, ordered.lkmm]).toEqual([name, expect.stringMatching(/^(acquire|release)$/)]);
      const { lkmm, failed, tso, tsoFailed, plain } = relaxed;
      expect({ name, lkmm, failed, tso, tsoFailed, plain }).toEqual({
        name,
        lkmm: 'relaxed',
        failed: 'relaxed',
        tso: ordered.tso,
        tsoFailed: ordered.tsoFailed,
        plain: false,
      });
    }
  });
});
