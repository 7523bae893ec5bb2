import { describe, expect, it } from 'vitest';
import { mistakeIn } from '../../test/support/small.ts';
import { choose, pointer, READ_ONCE, s32, struct, waitUntilEquals } from '../memory/index.ts';
import type { Stage } from '../scenario/stage.ts';

const page = struct('page', { flags: s32 });
const mapping = struct('mapping', { page: pointer(page) });
type Page = ReturnType<typeof page.at>;

describe('a property that follows a NULL pointer', () => {
  it('is told by its kind and name, with what is NULL and where', async () => {
    const found = await mistakeIn(({ alloc, thread, never }) => {
      const m = alloc(mapping);
      thread('t', () => choose(2));
      never('dirty', () => READ_ONCE((READ_ONCE(m.page) as Page).flags) === 1);
    });
    expect(found).toMatchObject({
      code: 'HF027',
      what: "The property never 'dirty' dereferences NULL->flags.",
      details: ['NULL in the state it looks at: mapping.page.'],
    });
    expect(found.position?.file).toMatch(/property-mistake\.test\.ts$/);
  });

  it('may have it from the result of a thread', async () => {
    const found = await mistakeIn(({ thread, sometimes }) => {
      const t = thread('t', (): number | null => null);
      sometimes('found', () => (t.result() as unknown as Page).flags !== undefined);
    });
    expect(found.details).toEqual(['NULL in the state it looks at: the result of t.']);
  });
});

describe('a property that gives neither true nor false', () => {
  it.each([
    ['nothing', undefined],
    ['1', 1],
    ['a function', (): boolean => true],
    ['an object', {}],
  ])('is refused: %s', async (given, value) => {
    for (const kind of ['always', 'never', 'sometimes'] as const) {
      const found = await mistakeIn((stage) => {
        stage.thread('t', () => choose(2));
        stage[kind]('odd', () => value as boolean);
      });
      expect(found).toMatchObject({
        code: 'HF027',
        what: `The property ${kind} 'odd' gives ${given}, not true or false.`,
      });
      expect(found.position?.file).toMatch(/property-mistake\.test\.ts$/);
    }
  });
});

describe('a property of every state', () => {
  it('that throws is a mistake although no execution ends', async () => {
    const body = ({ alloc, thread, always }: Stage): void => {
      const x = alloc(s32, 'x');
      thread('t', () => waitUntilEquals(x, 1));
      const throws = (): boolean => {
        throw new Error('oops');
      };
      always('throws', throws, { at: 'every state' });
    };
    expect((await mistakeIn(body)).what).toBe("The property always 'throws' throws: oops");
  });
});
