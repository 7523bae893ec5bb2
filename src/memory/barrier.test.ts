import { describe, expect, it } from 'vitest';
import { endsOf, finalsOf } from '../../test/support/small.ts';
import { READ_ONCE, WRITE_ONCE } from './access.ts';
import * as barriers from './barrier.ts';
import { s32 } from './type.ts';

const all = Object.entries(barriers);
/** No defence: hardware is as it is. */
const OF_HARDWARE = 'hardwareOrder';
const FULL = ['smp_mb', OF_HARDWARE];

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
