/** What a trace tells of a function that gives its caller an error. */
import { describe, expect, it } from 'vitest';
import { linesOf, onlyFinding, traceOf, tried } from '../../../test/support/small.ts';
import { kernelFunction, READ_ONCE, u32, WRITE_ONCE } from '../../memory/index.ts';
import type { Field } from '../../memory/index.ts';
import { picture } from '../../report/picture.ts';
import type { Stage } from '../../scenario/stage.ts';

type Word = Field<typeof u32>;

const take = kernelFunction('mm/take.c', '6.18', function take(x: Word): number {
  return READ_ONCE(x) === 0 ? -14 : 1;
});
const outer = kernelFunction('mm/outer.c', '6.18', function outer(x: Word): number {
  return take(x) < 0 ? -22 : 0;
});
const recovers = kernelFunction('mm/outer.c', '6.18', function recovers(x: Word): number {
  return take(x) < 0 ? 0 : 1;
});

/** Something that one thread does before another writes, and that is never right. */
function once(body: (x: Word) => number): (stage: Stage) => void {
  return ({ alloc, thread, never }) => {
    const [x, y] = [alloc(u32, 'x'), alloc(u32, 'y')];
    thread('t', () => {
      const got = body(x);
      WRITE_ONCE(y, 1);
      return got;
    });
    thread('u', () => WRITE_ONCE(x, 1));
    never('done', () => READ_ONCE(y) === 1 && READ_ONCE(x) === 1);
  };
}

describe('an error that a call gives', () => {
  it('is a step of the thread that gets it, of the function that it called', async () => {
    const lines = linesOf(traceOf(await tried(once((x) => outer(x)))));
    expect(lines).toContain('t return outer -> -22');
    expect(lines.filter((line) => line.includes(' return '))).toHaveLength(1);
  });

  it('is none where the function does not hand it on', async () => {
    expect(linesOf(traceOf(await tried(once((x) => recovers(x))))).join()).not.toContain('return');
  });

  it('has a row of its own, with its name', async () => {
    const text = picture(onlyFinding(await tried(once((x) => take(x)))));
    expect(text.split('\n').slice(2, 10).join('\n')).toMatchInlineSnapshot(`
      "        t                        u                   x     y
              ---------------------    ----------------    ----  ----
        init                                               0     0
         1    take: READ_ONCE(x)  0
         2    take returns  -EFAULT
         3    WRITE_ONCE(y, 1)                                   1
         4                             WRITE_ONCE(x, 1)    1
              ---------------------    ----------------    ----  ----"
    `);
  });
});
