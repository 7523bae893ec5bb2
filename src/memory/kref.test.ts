import { describe, expect, it } from 'vitest';
import { finalsOf, wrongWith } from '../../test/support/small.ts';
import { READ_ONCE, WRITE_ONCE } from './access.ts';
import {
  kref,
  kref_get,
  kref_get_unless_zero,
  kref_init,
  kref_put,
  kref_put_lock,
  kref_put_mutex,
  kref_read,
} from './kref.ts';
import type { Kref } from './kref.ts';
import { mutex_unlock, spin_lock, spin_unlock } from './lock.ts';
import { kfree, kmalloc } from './slab.ts';
import { container_of, pointer, struct } from './struct.ts';
import { mutex, s32, spinlock_t } from './type.ts';

const foo = struct('foo', { data: s32, ref: kref });
const foo_release = (ref: Kref): void => kfree(container_of(ref, foo, 'ref'));

describe('kref', () => {
  it('counts, and calls release with the last reference', () => {
    const finals = finalsOf(({ alloc, thread }) => {
      const [one, released] = [alloc(foo, 'one'), alloc(s32, 'released')];
      thread('t', () => {
        kref_init(one.ref);
        kref_get(one.ref);
        const release = (ref: Kref): void =>
          WRITE_ONCE(released, container_of(ref, foo, 'ref') === one ? 1 : 2);
        const first = kref_put(one.ref, release);
        const left = kref_read(one.ref);
        const last = kref_put(one.ref, release);
        return !first && left === 1 && last && !kref_get_unless_zero(one.ref);
      });
    });
    expect(finals).toEqual(['0 0 1 | true']);
  });

  it.each([
    ['with a reference for each', true, []],
    ['with one reference for both', false, ['use after free']],
  ] as const)('keeps an object that two threads use, %s', async (_, gets, expected) => {
    const found = await wrongWith(({ alloc, thread, pool }) => {
      const inbox = alloc(pointer(foo), 'inbox');
      pool(foo, 1);
      thread('giver', () => {
        const one = kmalloc(foo);
        kref_init(one.ref);
        if (gets) kref_get(one.ref);
        WRITE_ONCE(inbox, one);
        kref_put(one.ref, foo_release);
      });
      thread('taker', () => {
        const one = READ_ONCE(inbox);
        if (one === null) return;
        WRITE_ONCE(one.data, 1);
        kref_put(one.ref, foo_release);
      });
    });
    expect(found).toEqual(expected);
  });

  it('is looked up under a lock that the last one takes to remove it', async () => {
    const found = await wrongWith(({ alloc, thread, never }) => {
      const [one, lock] = [alloc(foo, 'one'), alloc(spinlock_t, 'lock')];
      const [listed, dead] = [alloc(s32, 'listed'), alloc(s32, 'dead')];
      kref_init(one.ref);
      WRITE_ONCE(listed, 1);
      const remove = (): void => {
        WRITE_ONCE(listed, 0);
        spin_unlock(lock);
        WRITE_ONCE(dead, 1);
      };
      thread('owner', () => void kref_put_lock(one.ref, remove, lock));
      const user = thread('user', () => {
        spin_lock(lock);
        const isListed = READ_ONCE(listed) === 1;
        if (isListed) kref_get(one.ref);
        spin_unlock(lock);
        const used = isListed && READ_ONCE(dead) === 1;
        if (isListed) kref_put_lock(one.ref, remove, lock);
        return used;
      });
      never('used when dead', () => user.result());
    });
    expect(found).toEqual([]);
  });

  it('kref_put_mutex calls release with the mutex held', () => {
    const finals = finalsOf(({ alloc, thread }) => {
      const [one, lock] = [alloc(foo, 'one'), alloc(mutex, 'lock')];
      kref_init(one.ref);
      thread('t', () => kref_put_mutex(one.ref, () => mutex_unlock(lock), lock));
    });
    expect(finals).toEqual(['0 0 0 | true']);
  });
});
