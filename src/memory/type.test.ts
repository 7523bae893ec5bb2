import { describe, expect, expectTypeOf, it } from 'vitest';
import { mistakeIn, tried } from '../../test/support/small.ts';
import { kmalloc, READ_ONCE, set_bit, test_bit, waitUntilEquals, WRITE_ONCE } from './index.ts';
import { pointer, struct } from './struct.ts';
import * as types from './type.ts';
import { atomic_t, bool, constant, flags, s32, spinlock_t, u32, word } from './type.ts';
import type { Bit, Field, Type, ValueOf } from './type.ts';

const PF = flags('page-flags', ['PG_locked', 'PG_dirty', 'PG_writeback']);

describe('a number', () => {
  it('is stored as a 32-bit word and read back', () => {
    for (const value of [0, 1, -1, 0x7fffffff, -0x80000000]) {
      expect(s32.decode(s32.encode(value))).toBe(value);
      expect(s32.format(value)).toBe(String(value));
    }
  });

  it('without a sign is read as it was written', () => {
    for (const value of [0, 1, 0x7fffffff, 0x80000000, 0xffffffff]) {
      expect(u32.decode(u32.encode(value))).toBe(value);
      expect(u32.encode(value)).toBe(value | 0);
      expect(u32.format(u32.encode(value))).toBe(String(value));
    }
  });

  it('of one’s own prints as its author says', () => {
    const pte = word('pte_t', (value) => (value === 0 ? 'none' : `present ${value}`));
    expect(pte).toMatchObject({ kind: 'word', name: 'pte_t' });
    expect([pte.format(0), pte.format(3)]).toEqual(['none', 'present 3']);
    expect(word('plain').format(12)).toBe('12');
  });
});

describe('a truth value', () => {
  it('is stored as 0 or 1', () => {
    expect([bool.encode(false), bool.encode(true)]).toEqual([0, 1]);
    expect([bool.decode(0), bool.decode(1), bool.decode(2)]).toEqual([false, true, true]);
    expect([bool.format(0), bool.format(1)]).toEqual(['false', 'true']);
  });
});

describe('a flags word', () => {
  it('numbers its bits from the lowest', () => {
    expect(PF.bit).toEqual({ PG_locked: 0, PG_dirty: 1, PG_writeback: 2 });
  });

  it('prints the names of the bits that are set', () => {
    expect(PF.format(0)).toBe('-');
    expect(PF.format(0b110)).toBe('dirty writeback');
    expect(PF.format(0b1000)).toBe('-');
  });
});

describe('a lock', () => {
  it('prints who has it', () => {
    const { rwlock_t, rw_semaphore, mutex, seqcount_t } = types;
    expect([spinlock_t.format(0), spinlock_t.format(1)]).toEqual(['free', 'held']);
    expect([mutex.format(0), mutex.format(1)]).toEqual(['free', 'held']);
    for (const type of [rwlock_t, rw_semaphore]) {
      expect([0, 2, -1].map((value) => type.format(value))).toEqual([
        'free',
        'readers 2',
        'writer',
      ]);
    }
    expect(seqcount_t.format(3)).toBe('3');
  });

  it('has a kind of its own, under the kernel’s name', () => {
    const opaque = ['atomic_t', 'spinlock_t', 'rwlock_t', 'rw_semaphore', 'mutex', 'seqcount_t'];
    const all = types as unknown as Record<string, Type>;
    for (const name of [...opaque, 'wait_queue_head_t', 'completion']) {
      expect(all[name]).toMatchObject({ kind: name, name });
    }
  });
});

describe('the compiler', () => {
  const node = struct('node', { value: u32, count: atomic_t, flags: PF, lock: spinlock_t });
  const list = struct('list', { first: pointer(node), full: bool });
  const OTHER = flags('other-flags', ['OTHER_bit']);

  it('knows what a read gives', () => {
    expectTypeOf<ValueOf<typeof u32>>().toEqualTypeOf<number>();
    expectTypeOf<ValueOf<typeof bool>>().toEqualTypeOf<boolean>();
    type First = ReturnType<typeof node.at> | null;
    const first = (): First => READ_ONCE(list.at(1).first);
    expectTypeOf(first).returns.toEqualTypeOf<First>();
    expectTypeOf(() => kmalloc(list)).returns.toHaveProperty('first');
    type Any = 'PG_locked' | 'PG_dirty' | 'PG_writeback';
    expectTypeOf(PF.bit.PG_dirty).toEqualTypeOf<Bit<Any>>();
    expectTypeOf(node.at(1).value).toEqualTypeOf<Field<typeof u32>>();
  });

  it('refuses what C would let pass', () => {
    const neverCalled = (): void => {
      const n = node.at(1);
      const l = list.at(1);
      // @ts-expect-error a counter is read with atomic_read
      READ_ONCE(n.count);
      // @ts-expect-error a lock is not read at all
      READ_ONCE(n.lock);
      // @ts-expect-error a lock is not written
      WRITE_ONCE(n.lock, 0);
      // @ts-expect-error a truth value is not a number
      WRITE_ONCE(l.full, 1);
      // @ts-expect-error a pointer to another struct
      WRITE_ONCE(l.first, l);
      // @ts-expect-error an address is not a pointer
      WRITE_ONCE(l.first, 4);
      // @ts-expect-error a bit of another word
      set_bit(OTHER.bit.OTHER_bit, n.flags);
      // @ts-expect-error a number that is no bit
      test_bit(1, n.flags);
      // @ts-expect-error a word without bits
      set_bit(PF.bit.PG_dirty, n.value);
      // @ts-expect-error there is no such bit
      set_bit(PF.bit.PG_nothing, n.flags);
      // @ts-expect-error there is no such field
      READ_ONCE(n.nothing);
      set_bit(PF.bit.PG_dirty, n.flags);
      WRITE_ONCE(l.first, n);
      WRITE_ONCE(l.first, null);
    };
    expect(neverCalled).toBeTypeOf('function');
  });
});

describe('a constant', () => {
  it('is read by a thread without a step', async () => {
    const { states } = await tried(({ alloc, thread, always }) => {
      const [limit, sum] = [alloc(constant(s32), 'limit'), alloc(s32, 'sum')];
      WRITE_ONCE(limit, 3);
      thread('adder', () => WRITE_ONCE(sum, READ_ONCE(limit) + READ_ONCE(limit)));
      always('6', () => READ_ONCE(sum) === 6);
    });
    expect(states).toBe(2);
  });

  it('of another value may be waited for, in vain', async () => {
    const { findings } = await tried(({ alloc, thread }) => {
      const limit = alloc(constant(s32), 'limit');
      thread('waiter', () => waitUntilEquals(limit, 4));
    });
    expect(findings.map(({ property }) => property.name)).toEqual(['stuck thread']);
    const { verdict } = await tried(({ alloc, thread }) => {
      const limit = alloc(constant(s32), 'limit');
      WRITE_ONCE(limit, 4);
      thread('waiter', () => waitUntilEquals(limit, 4));
    });
    expect(verdict).toBe('pass');
  });

  it('is written by no thread', async () => {
    const { code, what } = await mistakeIn(({ alloc, thread }) => {
      const limit = alloc(constant(s32), 'limit');
      thread('adder', () => WRITE_ONCE(limit, 3));
    });
    expect([code, what]).toEqual(['HF035', 'WRITE_ONCE writes limit, a constant.']);
  });
});
