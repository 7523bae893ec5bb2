import { describe, expect, it } from 'vitest';
import { scenario } from '../../scenario/scenario.ts';
import { check } from '../../scenario/check.ts';
import type { ThreadResult } from '../../scenario/stage.ts';
import { READ_ONCE, WRITE_ONCE } from '../../memory/access.ts';
import { u32 } from '../../memory/type.ts';
import { withoutHiddenInputs } from './hidden-inputs.ts';

/** What is told of a thread with this body, beside one that reads. */
async function told(body: (write: () => void) => ThreadResult): Promise<string> {
  const found = scenario('hidden', ({ alloc, thread }) => {
    const word = alloc(u32, 'word');
    thread('asks', () => body(() => WRITE_ONCE(word, 1)));
    thread('reads', () => READ_ONCE(word));
  });
  const { verdict, problems } = await check(found);
  const [problem] = problems;
  return `${verdict} ${problem?.code} ${problem?.what} ${problem?.next}`;
}

describe('what differs from run to run is refused in a thread', () => {
  it('chance, and what to write instead', async () => {
    expect(await told((write) => (Math.random() < 2 ? write() : undefined))).toBe(
      'open HF021 The thread asks calls Math.random, which differs from run to run. ' +
        'Write choose(n): the search then takes every outcome from 0 to n - 1.',
    );
    expect(await told(() => crypto.getRandomValues(new Uint32Array(1))[0])).toMatch(/^open HF021/);
  });

  it('time, by whatever name', async () => {
    const wants = /^open HF021 .* There is no time in a search/;
    expect(await told(() => Date.now() & 1)).toMatch(wants);
    expect(await told(() => new Date().getDay())).toMatch(wants);
    expect(await told(() => performance.now() | 0)).toMatch(wants);
  });
});

describe('what runs later is part of no execution, and is refused', () => {
  it('a timer', async () => {
    expect(await told((write) => void setTimeout(write, 0))).toMatch(
      /^open HF033 The thread asks calls setTimeout, and what that starts runs outside/,
    );
  });

  it('a promise', async () => {
    expect(await told((write) => void Promise.resolve().then(write))).toMatch(/^open HF033/);
    expect(await told((write) => queueMicrotask(write))).toMatch(/^open HF033/);
  });

  it('in the body of a scenario too', async () => {
    const late = scenario('late', ({ thread }) => {
      thread('one', () => {});
      setTimeout(() => {}, 0);
    });
    const { problems } = await check(late);
    expect(problems[0]?.what).toMatch(/^The body of 'late' calls setTimeout/);
  });
});

describe('afterwards everything is as it was', () => {
  it('also after a throw, and one inside of another', () => {
    const { random } = Math;
    const { now } = Date;
    const refuse = (): never => {
      throw new Error('refused');
    };
    const inner = (): unknown => withoutHiddenInputs(refuse, () => 1);
    expect(withoutHiddenInputs(refuse, inner)).toBe(1);
    expect(() => withoutHiddenInputs(refuse, () => Math.random())).toThrow('refused');
    expect([Math.random, Date.now]).toEqual([random, now]);
    expect(Object.hasOwn(performance, 'now')).toBe(false);
  });
});
