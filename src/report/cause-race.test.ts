/** Why two accesses race under weak: which they are, and what is missing between them. */

import { describe, expect, it } from 'vitest';
import { onlyFinding, tried } from '../../test/support/small.ts';
import {
  load,
  READ_ONCE,
  smp_load_acquire,
  smp_rmb,
  smp_store_release,
  smp_wmb,
  store,
  u32,
  WRITE_ONCE,
} from '../memory/index.ts';
import type { Field } from '../memory/index.ts';
import { causeOf } from './cause.ts';
import { layoutOf } from './layout.ts';
import { patchText } from './patch.ts';

type Word = Field<typeof u32>;
type Act = (data: Word, ready: Word) => unknown;

/** The Why of the race of a writer and a reader, how many places it names, and the patch. */
async function told(writer: Act, reader: Act): Promise<{ why: string; at: number; patch: string }> {
  const result = await tried(
    ({ alloc, thread }) => {
      const [data, ready] = [alloc(u32, 'data'), alloc(u32, 'ready')];
      thread('writer', () => void writer(data, ready));
      thread('reader', () => void reader(data, ready));
    },
    { model: 'weak' },
  );
  const found = onlyFinding(result);
  if (found.trace === null) throw new Error('the finding has no trace');
  const { text, positions } = causeOf(found.trace, layoutOf(found.trace), found.property);
  const patch = patchText(found).replaceAll(/\s+/g, ' ');
  return { why: text, at: positions.length, patch };
}

const plainStore: Act = (data, ready) => {
  store(data, 1);
  WRITE_ONCE(ready, 1);
};
const released: Act = (data, ready) => {
  store(data, 1);
  smp_store_release(ready, 1);
};
const plainLoad: Act = (data, ready) => READ_ONCE(ready) === 1 && load(data);
const acquired: Act = (data, ready) => smp_load_acquire(ready) === 1 && load(data);

const WHO = 'Step 1 of writer (a plain store) and step 4 of reader (a plain load) go to data, and';
const HOW = `${WHO} nothing orders the two. Step 3 reads what step 2 stores:`;

describe('a race that the execution could have ordered', () => {
  it('lacks an acquire, a release, or both', async () => {
    expect(await told(released, plainLoad)).toMatchObject({
      why: `${HOW} an acquire in step 3 would order them.`,
      at: 2,
    });
    const one = await told(plainStore, acquired);
    expect(one.why).toBe(`${HOW} a release in step 2 would order them.`);
    const both = await told(plainStore, plainLoad);
    expect(both.why).toBe(`${HOW} a release in step 2 and an acquire in step 3 would order them.`);
  });

  it('has the same remedy in a commit message', async () => {
    const { patch } = await told(released, plainLoad);
    expect(patch).toContain('Step 3 reads what step 2 stores: an acquire in step 3 would order');
  });

  it('does not miss the half that a barrier does already', async () => {
    const behindWmb: Act = (data, ready) => {
      store(data, 1);
      smp_wmb();
      WRITE_ONCE(ready, 1);
    };
    const behindRmb: Act = (data, ready) => {
      if (READ_ONCE(ready) === 0) return;
      smp_rmb();
      load(data);
    };
    expect((await told(behindWmb, plainLoad)).why).toContain(': an acquire in step 3 would order');
    expect((await told(plainStore, behindRmb)).why).toContain(': a release in step 2 would order');
  });

  it('names a marked access, and asks no order of a read before a store', async () => {
    const marked: Act = (data, ready) => {
      WRITE_ONCE(data, 1);
      WRITE_ONCE(ready, 1);
    };
    const overwrite: Act = (data, ready) => READ_ONCE(ready) === 1 && store(data, 2);
    expect((await told(marked, overwrite)).why).toBe(
      'Step 1 of writer (WRITE_ONCE) and step 4 of reader (a plain store) go to data, and ' +
        'nothing orders the two. Step 3 reads what step 2 stores: a release in step 2 would ' +
        'order them.',
    );
  });
});
