import { describe, expect, it } from 'vitest';
import { READ_ONCE, WRITE_ONCE } from '../../memory/access.ts';
import { container_of, struct } from '../../memory/struct.ts';
import type { Field, Type } from '../../memory/type.ts';
import { u32 } from '../../memory/type.ts';
import { check } from '../../scenario/check.ts';
import { scenario } from '../../scenario/scenario.ts';
import type { Stage } from '../../scenario/stage.ts';

const box = struct('box', { data: u32, ready: u32 });
type Word = Field<Type<'word', number>>;

type Members = { readonly data: () => Word; readonly ready: () => Word };

/** The warnings on a scenario where one thread writes both members, and what is declared beside. */
async function warnings(declare: (stage: Stage, box: Members) => void): Promise<string[]> {
  const found = scenario('named', (stage) => {
    const b = stage.alloc(box);
    stage.thread('writer', () => {
      WRITE_ONCE(b.data, 1);
      WRITE_ONCE(b.ready, 1);
    });
    declare(stage, { data: () => b.data, ready: () => b.ready });
  });
  const { verdict, warnings: told } = await check(found);
  expect(verdict).toBe('pass');
  return [...told];
}

/** The warnings on a reader with this body. */
function warned(body: (data: () => Word, ready: () => Word) => void): Promise<string[]> {
  return warnings(({ thread }, { data, ready }) => {
    thread('reader', () => body(data, ready));
  });
}

describe('a member that a thread names', () => {
  it('and never hands on is warned about, with its place, though others read it', async () => {
    const [warning, ...rest] = await warned((data, ready) => {
      if (ready() as unknown as boolean) READ_ONCE(data());
    });
    expect(rest).toEqual([]);
    expect(warning).toMatch(
      /^HF036: reader names box\.ready \(named-fields\.test\.ts:\d+\) and neither reads nor writes/,
    );
    // The text has no comparison of it, so nothing is said of one.
    expect(warning).toContain('a test of it always holds and === never does; READ_ONCE');
  });

  it('and never hands on is warned about beside a finding, which it may explain', async () => {
    const found = scenario('found', ({ alloc, thread, always }) => {
      const b = alloc(box, 'box');
      const seen = thread('looks', () => b.ready as unknown as boolean);
      always('not ready', () => seen.result() !== true && !(b.ready as unknown as boolean));
    });
    const { verdict, warnings } = await check(found);
    expect(verdict).toBe('fail');
    expect(warnings.map((warning) => warning.split(' names')[0])).toEqual([
      'HF036: looks',
      "HF036: 'not ready'",
    ]);
  });

  it('and reads on one way of several is none', async () => {
    const found = await warned((data, ready) => {
      const place = ready();
      if (READ_ONCE(data()) === 1) READ_ONCE(place);
    });
    expect(found).toEqual([]);
  });

  it('and computes the struct of is none', async () => {
    const found = await warned((data, ready) => {
      READ_ONCE(data());
      READ_ONCE(container_of(ready(), box, 'ready').data);
    });
    expect(found).toEqual([]);
  });
});

describe('a negative number for an unsigned word', () => {
  it('is warned about where it is given first, in a thread and in the body', async () => {
    const found = scenario('minus', ({ alloc, thread }) => {
      const b = alloc(box);
      WRITE_ONCE(b.ready, -2);
      thread('writer', () => {
        WRITE_ONCE(b.data, -1);
        WRITE_ONCE(b.data, -1);
      });
    });
    const { warnings } = await check(found);
    expect(warnings.map((text) => text.replace(/:\d+\)/, ':N)'))).toEqual([
      'The body gives -2 for a u32 (named-fields.test.ts:N), which is read as 4294967294: ' +
        'in C the two are equal, but === -2 does not hold; s32 is signed',
      'writer gives -1 for a u32 (named-fields.test.ts:N), which is read as 4294967295: ' +
        'in C the two are equal, but === -1 does not hold; s32 is signed',
    ]);
  });
});

describe('the result of a thread that a property names', () => {
  async function judged(body: (result: () => unknown) => boolean): Promise<string[]> {
    const found = scenario('results', ({ alloc, thread, never }) => {
      const b = alloc(box);
      const reader = thread('reader', () => READ_ONCE(b.data));
      const untyped: { readonly result: unknown } = reader;
      never('wrong', () => body(() => untyped.result));
    });
    return [...(await check(found)).warnings];
  }

  it('and does not call is warned about: no result is a function', async () => {
    const [warning, ...rest] = await judged((result) => result() === 1);
    expect(rest).toEqual([]);
    expect(warning).toMatch(
      /^HF036: 'wrong' names reader\.result \(named-fields\.test\.ts:\d+\) and does not call it/,
    );
  });

  it('and calls is none', async () => {
    expect(await judged((result) => (result() as () => unknown)() === 1)).toEqual([]);
  });
});

describe('a member that a property names', () => {
  function judged(body: (data: () => Word, ready: () => Word) => boolean): Promise<string[]> {
    return warnings(({ never }, { data, ready }) => {
      never('wrong', () => body(data, ready));
    });
  }

  it('and never reads is warned about: no execution would show it', async () => {
    const [warning] = await judged((data) => (data() as unknown) === 5);
    expect(warning).toContain("HF036: 'wrong' names box.data");
  });

  it('and reads in some state only is not warned about', async () => {
    const quiet = (data: Word, ready: Word): boolean =>
      READ_ONCE(ready) === 1 && READ_ONCE(data) === 4;
    expect(await judged((data, ready) => quiet(data(), ready()))).toEqual([]);
  });
});
