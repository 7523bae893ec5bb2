import { describe, expect, it } from 'vitest';
import { onlyFinding, tried } from '../../test/support/small.ts';
import { atomic_dec, atomic_read, atomic_set, atomic_t, kernelFunction } from '../memory/index.ts';
import { READ_ONCE, struct, u32, waitUntilEquals, WRITE_ONCE } from '../memory/index.ts';
import type { Field } from '../memory/index.ts';
import { picture } from './picture.ts';

const put = kernelFunction('mm/put.c', '6.18', function put(count: Field<typeof atomic_t>): void {
  atomic_dec(count);
});

/** The picture of an object whose count one thread gives back twice, beside a busy one. */
async function pictureOf(name: string, count = 1): Promise<string> {
  const object = struct('object', { [name]: atomic_t, data: u32 });
  const result = await tried(({ alloc, thread, always }) => {
    const o = alloc(object, 'o');
    const data = o.data as Field<typeof u32>;
    const counter = (): Field<typeof atomic_t> => (o as Record<string, unknown>)[name] as never;
    atomic_set(counter(), count);
    thread('user', () => {
      put(counter());
      put(counter());
      WRITE_ONCE(data, 9);
    });
    thread('other', () => {
      waitUntilEquals(data, 9);
      for (let value = 1; value <= 3; value++) WRITE_ONCE(data, value);
    });
    always('good', () => READ_ONCE(data) !== 3 || atomic_read(counter()) === 1);
  });
  return picture(onlyFinding(result)).replace(/\S*\.test\.[jt]s\S*/g, 'here');
}

describe('a count of references that goes below zero', () => {
  it('is where the picture ends, though the property is judged later', async () => {
    expect(await pictureOf('refs')).toMatchInlineSnapshot(`
      "  FAIL  small   always "good"   sc

              user                   other               refs  data
              -------------------    ----------------    ----  ----
        init                                             1     0
         1    put: atomic_dec(refs)                      0
         2    put: atomic_dec(refs)                      -1
         3    WRITE_ONCE(data, 9)                              9
                                     ... 4-7: 4 steps
              -------------------    ----------------    ----  ----
        end   'good' does not hold.                      -1    3     x

        Why     Step 2 of user (put) takes refs from 0 to -1: more is given back than was taken.
                here  here
        Where   here
        ...     steps of one thread without news; -v shows them
        Again   holdfast replay small:1apmn"
    `);
  });

  it('is none where it begins below zero, or counts something else', async () => {
    expect(await pictureOf('refs', -1)).not.toContain('given back');
    expect(await pictureOf('_mapcount')).not.toContain('given back');
  });
});
