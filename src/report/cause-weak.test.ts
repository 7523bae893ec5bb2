import { describe, expect, it } from 'vitest';
import { check, scenario, struct, u32 } from '../index.ts';
import type { CheckResult } from '../index.ts';
import {
  label,
  pointer,
  rcu_assign_pointer,
  rcu_dereference,
  rcu_read_lock,
  rcu_read_unlock,
  READ_ONCE,
  smp_mb,
  smp_rmb,
  smp_wmb,
  WRITE_ONCE,
} from '../memory/index.ts';
import { plainPaint, unicodeGlyphs } from './paint.ts';
import { picture } from './picture.ts';

const style = { paint: plainPaint, glyphs: unicodeGlyphs, width: 100 };

/** The sentence behind "Why" under `weak`. */
function why({ findings }: CheckResult): string {
  const [finding] = findings;
  if (finding === undefined) return 'nothing is wrong';
  const lines = picture(finding, { style })
    .split('\n')
    .map((line) => line.trim());
  const from = lines.findIndex((line) => line.startsWith('Why'));
  const to = lines.findIndex((line, i) => i > from && line.includes('cause-weak.test.ts'));
  const text = lines
    .slice(from, to)
    .join('\n')
    .replace(/^Why\s+/, '');
  return `\n${text}\n`;
}

const pair = struct('pair', { x: u32, y: u32 });
const none = (): void => {};

/** Each stores to one word, passes a barrier or not, and reads the other. */
async function buffering(first: () => void, second: () => void): Promise<string> {
  const one = scenario('store buffering', ({ alloc, thread, never }) => {
    const p = alloc(pair, 'p');
    const a = thread('A', () => {
      label('store x');
      WRITE_ONCE(p.x, 1);
      first();
      label('read y');
      return READ_ONCE(p.y);
    });
    const b = thread('B', () => {
      label('store y');
      WRITE_ONCE(p.y, 1);
      second();
      label('read x');
      return READ_ONCE(p.x);
    });
    never('neither', () => a.result() === 0 && b.result() === 0);
  });
  return why(await check(one, { model: 'weak' }));
}

/** One stores data and then a flag, the other reads the flag and then the data. */
async function passing(stores: () => void, reads: () => void): Promise<string> {
  const one = scenario('message passing', ({ alloc, thread, never }) => {
    const p = alloc(pair, 'p');
    thread('sender', () => {
      label('data');
      WRITE_ONCE(p.x, 1);
      stores();
      label('flag');
      WRITE_ONCE(p.y, 1);
    });
    const receiver = thread('receiver', () => {
      label('flag?');
      if (READ_ONCE(p.y) === 0) return 1;
      reads();
      label('data?');
      return READ_ONCE(p.x);
    });
    never('a flag without data', () => receiver.result() === 0);
  });
  return why(await check(one, { model: 'weak' }));
}

describe('why a read is stale under weak', () => {
  it('is the barrier that is missing on the other side, where the reader has one', async () => {
    expect(await buffering(smp_mb, none)).toMatchInlineSnapshot(`
      "
      No full barrier stands between step 1 and step 2 of B: so step 4 can still read the value
      that step 1 had replaced, although a full barrier stands before it.
      "
    `);
    expect(await buffering(none, smp_mb)).toMatchInlineSnapshot(`
      "
      Step 4 still reads the value that step 1 had replaced: nothing orders it behind step 3.
      "
    `);
  });

  it('is the order of the reads, where the stores are ordered', async () => {
    expect(await passing(smp_wmb, none)).toMatchInlineSnapshot(`
      "
      Step 4 still reads the value that step 1 had replaced: nothing orders it behind step 3,
      which reads what was stored later.
      "
    `);
  });

  it('is the order of the stores, where the reads are ordered', async () => {
    expect(await passing(none, smp_rmb)).toMatchInlineSnapshot(`
      "
      Step 4 still reads the value that step 1 had replaced, although step 3 has read what step
      2 stored: nothing orders these two stores of sender.
      "
    `);
  });

  it('is the order of the stores, where the read goes through a pointer', async () => {
    const item = struct('item', { value: u32 });
    const one = scenario('publishing', ({ alloc, thread, never }) => {
      const [first, head] = [alloc(item), alloc(pointer(item), 'head')];
      thread('sender', () => {
        label('value');
        WRITE_ONCE(first.value, 1);
        label('publish');
        rcu_assign_pointer(head, first);
      });
      const receiver = thread('receiver', () => {
        rcu_read_lock();
        label('published?');
        const found = rcu_dereference(head);
        label('value?');
        const value = found === null ? 1 : READ_ONCE(found.value);
        rcu_read_unlock();
        return value;
      });
      never('a pointer without a value', () => receiver.result() === 0);
    });
    expect(why(await check(one, { model: 'weak' }))).toBe('nothing is wrong');
    const without = ['sender/rcu_assign_pointer'];
    expect(why(await check(one, { model: 'weak', without }))).toMatchInlineSnapshot(`
      "
      Step 4 still reads the value that step 1 had replaced, although step 3 has read what step
      2 stored: nothing orders these two stores of sender.
      "
    `);
  });

  it('is nothing where both sides have what they need', async () => {
    expect(await buffering(smp_mb, smp_mb)).toBe('nothing is wrong');
    expect(await passing(smp_wmb, smp_rmb)).toBe('nothing is wrong');
  });
});
