import { describe, expect, it } from 'vitest';
import { endsOf, finalsOf } from '../../test/support/small.ts';
import { READ_ONCE, WRITE_ONCE } from './access.ts';
import * as barriers from './barrier.ts';
import { clear_bit_unlock, test_and_set_bit_lock } from './bitops.ts';
import type { Flags } from './bitops.ts';
import { mutex_lock, mutex_unlock } from './lock.ts';
import { flags, mutex, s32 } from './type.ts';
import type { Field } from './type.ts';

const all = Object.entries(barriers);
/** No defence: hardware is as it is. */
const OF_HARDWARE = 'hardwareOrder';
const FULL = ['smp_mb', OF_HARDWARE];
const BITS = flags('bits', ['one']);

describe.each(all)('%s', (name, barrier) => {
  it('is no step, changes nothing and tells nothing', () => {
    const { finals, result } = endsOf(({ alloc, thread }) => {
      alloc(s32, 'x');
      thread('t', () => barrier());
    });
    expect(finals).toEqual([{ memory: [0], results: [undefined], finished: [true] }]);
    expect([result.states, result.transitions]).toEqual([1, 0]);
  });

  it(name === OF_HARDWARE ? 'is no defence' : 'is met as a defence of its name', () => {
    const { result } = endsOf(({ thread }) => void thread('t', () => barrier()));
    const met = name === OF_HARDWARE ? [] : [{ name: `t/${name}`, kind: 'barrier' }];
    expect(result.defences).toMatchObject(met);
    expect(result.defences).toHaveLength(met.length);
  });

  it(`${FULL.includes(name) ? 'keeps' : 'does not keep'} a read behind a store on x86`, () => {
    const finals = finalsOf(
      ({ alloc, thread }) => {
        const [x, y] = [alloc(s32, 'x'), alloc(s32, 'y')];
        const side = (mine: typeof x, other: typeof x) => (): number => {
          WRITE_ONCE(mine, 1);
          barrier();
          return READ_ONCE(other);
        };
        thread('left', side(x, y));
        thread('right', side(y, x));
      },
      { model: 'tso' },
    );
    expect(finals.includes('1 1 | 0 0')).toBe(!FULL.includes(name));
  });
});

describe('a barrier that belongs to an atomic', () => {
  const { smp_mb__after_atomic, smp_mb__before_atomic } = barriers;
  const reached = (between: (lock: Field<typeof mutex>, bits: Flags<'one'>) => void): boolean => {
    const finals = finalsOf(
      ({ alloc, thread }) => {
        const [x, y] = [alloc(s32, 'x'), alloc(s32, 'y')];
        const [lock, bits] = [alloc(mutex, 'lock'), alloc(BITS, 'bits')];
        thread('left', () => {
          WRITE_ONCE(x, 1);
          between(lock, bits);
          return READ_ONCE(y);
        });
        thread('right', () => {
          WRITE_ONCE(y, 1);
          barriers.smp_mb();
          return READ_ONCE(x);
        });
      },
      { model: 'weak' },
    );
    return finals.some((text) => text.endsWith('| 0 0'));
  };

  it('is a full one beside any bit operation, also one that takes or gives back a lock', () => {
    const taken = (): boolean =>
      reached((_, bits) => {
        smp_mb__before_atomic();
        test_and_set_bit_lock(BITS.bit.one, bits);
        clear_bit_unlock(BITS.bit.one, bits);
      });
    const given = (): boolean =>
      reached((_, bits) => {
        test_and_set_bit_lock(BITS.bit.one, bits);
        clear_bit_unlock(BITS.bit.one, bits);
        smp_mb__after_atomic();
      });
    expect([taken(), given()]).toEqual([false, false]);
  });

  it('is none beside a mutex', () => {
    const before = (): boolean =>
      reached((lock) => {
        smp_mb__before_atomic();
        mutex_lock(lock);
        mutex_unlock(lock);
      });
    const after = (): boolean =>
      reached((lock) => {
        mutex_lock(lock);
        smp_mb__after_atomic();
        mutex_unlock(lock);
        smp_mb__after_atomic();
      });
    expect([before(), after()]).toEqual([true, true]);
  });
});
