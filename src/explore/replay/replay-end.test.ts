import { describe, expect, it } from 'vitest';
import { linesOf, mistakeIn, onlyFinding, tried, traceOf } from '../../../test/support/small.ts';
import {
  defence,
  kernelFunction,
  pointer,
  READ_ONCE,
  s32,
  spin_lock,
  spin_unlock,
  spinlock_t,
  struct,
  WRITE_ONCE,
} from '../../memory/index.ts';
import type { Field } from '../../memory/type.ts';
import { picture } from '../../report/picture.ts';
import type { Stage } from '../../scenario/stage.ts';
import { nullFollowed } from './replay-end.ts';

const page = struct('page', { flags: s32 });
const mapping = struct('mapping', { page: pointer(page) });

type Page = ReturnType<typeof page.at>;
type Mapping = ReturnType<typeof mapping.at>;

/** A reader that follows a pointer while a writer clears it. */
function cleared(read: (m: Mapping) => unknown) {
  return ({ alloc, thread }: Stage): void => {
    const [m, p] = [alloc(mapping), alloc(page)];
    WRITE_ONCE(m.page, p);
    thread('truncate', () => WRITE_ONCE(m.page, null));
    thread('reader', () => void read(m));
  };
}

describe('a NULL pointer that is followed', () => {
  it('on one path is a finding with that path', async () => {
    const result = await tried(
      cleared((m) => {
        const found = READ_ONCE(m.page);
        READ_ONCE((found as Page).flags);
      }),
    );
    expect(result.problems).toEqual([]);
    const finding = onlyFinding(result);
    expect(finding).toMatchObject({
      property: { kind: 'automatic', name: 'NULL dereference' },
      message: 'reader dereferences NULL->flags.',
    });
    expect(finding.position?.file).toMatch(/replay-end\.test\.ts$/);
    expect(linesOf(traceOf(result))).toEqual([
      'truncate WRITE_ONCE mapping.page := NULL',
      'reader READ_ONCE mapping.page -> NULL',
      'reader failure NULL->flags',
    ]);
    expect(`\n${picture(finding, { states: 1 }).replace(/\w{5}$/, '<id>')}`).toMatchInlineSnapshot(`
      "
        FAIL  small   NULL dereference   sc   found after 1 state

              truncate                  reader                   page
              ----------------------    ---------------------    -----
        init                                                     &page
         1    WRITE_ONCE(page, NULL)                             NULL
         2                              READ_ONCE(page)  NULL
         3                              NULL->flags
              ----------------------    ---------------------    -----
        end   reader dereferences NULL->flags.                   NULL   x

        Why     These steps in this order do it; no read is stale.
        Where   replay-end.test.ts:41:35
        Again   holdfast replay small:<id>"
    `);
  });

  it('is found under tso and without reduction alike', async () => {
    const body = cleared((m) => READ_ONCE((READ_ONCE(m.page) as Page).flags));
    for (const model of ['sc', 'tso'] as const) {
      for (const reduction of [true, false]) {
        const { property } = onlyFinding(await tried(body, { model, reduction }));
        expect(property.name).toBe('NULL dereference');
      }
    }
  });

  it('is what breaks when the test before it is removed', async () => {
    const body = cleared((m) => {
      const found = READ_ONCE(m.page);
      if (defence('page there?', () => found === null)) return;
      READ_ONCE((found as Page).flags);
    });
    expect((await tried(body)).verdict).toBe('pass');
    const removed = await tried(body, { without: ['reader/page there?'] });
    expect(onlyFinding(removed).property.name).toBe('NULL dereference');
  });

  it('names the twin that follows it', async () => {
    const result = await tried(({ alloc, thread }) => {
      const [m, p] = [alloc(mapping), alloc(page)];
      WRITE_ONCE(m.page, p);
      thread('reader', { count: 2 }, () => {
        WRITE_ONCE((READ_ONCE(m.page) as Page).flags, 1);
        WRITE_ONCE(m.page, null);
      });
    });
    expect(onlyFinding(result).message).toMatch(/^reader#[12] dereferences NULL->flags\.$/);
  });

  it('inside of a kernel function is found too, and after a call that is over', async () => {
    const find = kernelFunction('mm/x.c', '6.18', function find(m: Mapping) {
      return READ_ONCE(m.page);
    });
    const flagsOf = kernelFunction('mm/x.c', '6.18', function flagsOf(m: Mapping) {
      return READ_ONCE((find(m) as Page).flags);
    });
    const inside = onlyFinding(await tried(cleared(flagsOf)));
    const after = onlyFinding(await tried(cleared((m) => READ_ONCE((find(m) as Page).flags))));
    expect([inside, after].map(({ property }) => property.name)).toEqual([
      'NULL dereference',
      'NULL dereference',
    ]);
  });

  it('may be handed to a primitive', async () => {
    const locked = struct('locked', { lock: spinlock_t });
    const result = await tried(({ alloc, thread }) => {
      const x = alloc(s32, 'x');
      const lock = alloc(spinlock_t, 'lock');
      thread('t', () => {
        spin_lock(READ_ONCE(x) === 0 ? locked.at(0).lock : lock);
        spin_unlock(lock);
      });
    });
    const finding = onlyFinding(result);
    expect(finding.message).toBe('t dereferences NULL in spin_lock.');
    expect(finding.position?.file).toMatch(/replay-end\.test\.ts$/);
  });

  it('is told in the words of every engine, and nothing else is', () => {
    const wordings: [string, string | null][] = [
      ["Cannot read properties of null (reading 'flags')", 'NULL->flags'],
      ["Cannot set properties of null (setting 'flags')", 'NULL->flags'],
      ["Cannot destructure property 'flags' of 'f(...)' as it is null.", 'NULL->flags'],
      ['can\'t access property "flags", found is null', 'NULL->flags'],
      ["null is not an object (evaluating 'found.flags')", 'a NULL pointer'],
      ["Cannot read properties of undefined (reading 'flags')", null],
      ['found.nullify is not a function', null],
    ];
    for (const [text, told] of wordings) expect(nullFollowed(new TypeError(text))).toBe(told);
    expect(nullFollowed(new Error('x is null'))).toBe(null);
  });
});

/** A thread that throws when it has read 2. */
function throwing(what: unknown) {
  return ({ alloc, thread }: Stage): void => {
    const x = alloc(s32, 'x');
    thread('t', () => {
      // oxlint-disable-next-line typescript/only-throw-error
      if (READ_ONCE(x) === 2) throw what;
    });
    thread('writer', () => WRITE_ONCE(x, 2));
  };
}

describe('what thread code throws', () => {
  it('on one path is a finding with its message and place', async () => {
    const finding = onlyFinding(await tried(throwing(new Error('two is too much'))));
    expect(finding).toMatchObject({
      property: { kind: 'automatic', name: 'exception' },
      message: 't threw: two is too much',
    });
    expect(finding.position?.file).toMatch(/replay-end\.test\.ts$/);
    expect(finding.trace?.choices).toHaveLength(2);
  });

  it('may be of any kind', async () => {
    const ranged = onlyFinding(await tried(throwing(new RangeError('no'))));
    expect(ranged.message).toBe('t threw: RangeError: no');
    expect(onlyFinding(await tried(throwing('text'))).message).toBe('t threw: text');
    const missing = onlyFinding(
      await tried(({ alloc, thread }) => {
        const x = alloc(s32, 'x');
        const table: (() => void)[] = [];
        thread('t', () => (table[READ_ONCE(x)] as () => void)());
      }),
    );
    expect(missing.message).toMatch(/^t threw: TypeError: table.* is not a function$/);
  });

  it('before the first access is a mistake: there is no path', async () => {
    const found = await mistakeIn(({ thread }) => {
      thread('t', () => {
        throw new Error('at once');
      });
    });
    expect(found).toMatchObject({ code: 'HF024', what: 'A thread throws: at once' });
    expect(found.position?.file).toMatch(/replay-end\.test\.ts$/);
  });

  it('is a mistake when it is a name that does not exist', async () => {
    const found = await mistakeIn(({ alloc, thread }) => {
      const x = alloc(s32, 'x');
      thread('t', () => {
        // @ts-expect-error there is no such name
        if (READ_ONCE(x) === 0) READ_ONC(x);
      });
    });
    expect(found).toMatchObject({ code: 'HF024' });
    expect(found.what).toContain('READ_ONC is not defined');
  });

  it('is none of it when it depends on more than what the thread read', async () => {
    let runs = 0;
    const found = await mistakeIn(({ alloc, thread }) => {
      const x = alloc(s32, 'x');
      thread('t', () => {
        runs++;
        READ_ONCE(x);
        throw new Error(`run ${runs}`);
      });
    });
    expect(found.code).toBe('HF021');
  });
});

describe('a result that is not there yet', () => {
  async function codeOf(body: unknown): Promise<string> {
    const found = await mistakeIn(({ alloc, thread }) => {
      const x = alloc(s32, 'x');
      thread('t', () => (body as (x: unknown) => never)(x));
    });
    return `${found.code} ${found.what}`;
  }

  it('is a promise, when a thread is an async function', async () => {
    expect(await codeOf(async () => {})).toBe('HF033 The thread t returned a promise.');
  });

  it('is a promise also where the thread has accessed memory before it waits', async () => {
    const early = async (x: Field<typeof s32>): Promise<void> => {
      READ_ONCE(x);
      await Promise.resolve();
      WRITE_ONCE(x, 1);
    };
    expect(await codeOf(early)).toBe('HF033 The thread t returned a promise.');
  });

  it('is a promise of a kernel function', async () => {
    const wait = kernelFunction('mm/x.c', '6.18', async function wait(x: Field<typeof s32>) {
      return READ_ONCE(x);
    });
    const told = 'HF033 The kernel function wait returned a promise.';
    expect(await codeOf((x: Field<typeof s32>) => void wait(x))).toBe(told);
    const idle = kernelFunction('mm/x.c', '6.18', async function idle() {});
    const idleTold = 'HF033 The kernel function idle returned a promise.';
    expect(await codeOf(() => void idle())).toBe(idleTold);
  });

  it('is a generator, whose body has not run', async () => {
    const stepwise = function* (x: Field<typeof s32>): Generator<number> {
      yield READ_ONCE(x);
    };
    expect(await codeOf(stepwise)).toBe('HF033 The thread t is a generator: its body has not run.');
  });

  it('leaves no rejected promise behind', async () => {
    const late: unknown[] = [];
    const note = (error: unknown): void => void late.push(error);
    process.on('unhandledRejection', note);
    await codeOf(async (x: Field<typeof s32>) => READ_ONCE(x));
    await new Promise((resolve) => setTimeout(resolve, 5));
    process.off('unhandledRejection', note);
    expect(late).toEqual([]);
  });
});
