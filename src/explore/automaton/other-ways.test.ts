import { describe, expect, it } from 'vitest';
import { mistakeIn, tried } from '../../../test/support/small.ts';
import {
  assert,
  atomic_inc_return,
  atomic_t,
  choose,
  kernelFunction,
  loop,
  READ_ONCE,
  s32,
  WRITE_ONCE,
} from '../../memory/index.ts';
import type { Field } from '../../memory/type.ts';
import type { Stage } from '../../scenario/stage.ts';

type Word = Field<typeof s32>;

/** What is said of a scenario that would pass if nobody looked again. */
async function told(body: (stage: Stage) => void): Promise<string> {
  const found = await mistakeIn(body);
  // A scenario as such is declared by the helper that checks it.
  expect(found.position?.file).toMatch(/(other-ways\.test|support\/small)\.ts$/);
  return [found.code, found.what, ...found.details].join(' | ');
}

describe('what a function remembers of the way to a state', () => {
  /** A call that observes one of `n` numbers, gives nothing back and notes the number outside. */
  const remembering =
    (n: number, then: (x: Word, seen: number) => void) =>
    ({ alloc, thread }: Stage): void => {
      const x = alloc(s32, 'x');
      thread('t', () => {
        let seen = -1;
        const look = kernelFunction('mm/x.c', '6.18', function look(): void {
          seen = choose(n);
        });
        look();
        then(x, seen);
      });
    };

  it.each([2, 5, 9, 33])('is found whichever of %d ways it is', async (n) => {
    for (const wanted of [0, n - 1, n >> 1]) {
      const body = remembering(n, (x, seen) => {
        READ_ONCE(x);
        if (seen === wanted) WRITE_ONCE(x, 1);
      });
      expect(await told(body)).toMatch(/^HF021 .* became /);
    }
  });

  it('is found when it shows many steps later', async () => {
    const body = remembering(9, (x, seen) => {
      for (let i = 0; i < 6; i++) READ_ONCE(x);
      const late = choose(3);
      for (let i = 0; i < 6; i++) READ_ONCE(x);
      assert(late !== 2 || seen !== 7, 'never both');
    });
    expect(await told(body)).toContain('never both');
  });

  it('is found when only a mark depends on it', async () => {
    const body = (stage: Stage): void => {
      const seven = stage.sometimes('seven');
      remembering(9, (x, seen) => {
        READ_ONCE(x);
        if (seen === 7) seven.mark();
        READ_ONCE(x);
      })(stage);
    };
    expect(await told(body)).toContain("with mark() of 'seven'");
  });

  it('may be anything that it forgets again', async () => {
    const body = remembering(9, (x, seen) => {
      WRITE_ONCE(x, Math.min(seen, 0));
    });
    expect((await tried(body)).problems).toEqual([]);
  });

  it('is nothing in a loop that goes by what it reads', async () => {
    const { problems, verdict } = await tried(({ alloc, thread }) => {
      const v = alloc(atomic_t, 'v');
      thread('t', { count: 2 }, () => {
        let last = 0;
        loop(() => {
          last = atomic_inc_return(v);
          return last < 3;
        });
        return last;
      });
    });
    expect([problems, verdict]).toEqual([[], 'pass']);
  });
});

describe('a variable of the scenario', () => {
  it('that one thread assigns and another looks at is found', async () => {
    const sharing = (inOrder: boolean) => (stage: Stage) => {
      const [x, y] = [stage.alloc(s32, 'x'), stage.alloc(s32, 'y')];
      let flag = false;
      const writer = (): void =>
        void stage.thread('writer', () => {
          READ_ONCE(x);
          flag = true;
          WRITE_ONCE(x, 1);
        });
      const reader = (): void =>
        void stage.thread('reader', () => {
          READ_ONCE(y);
          assert(!flag || READ_ONCE(y) === 0, 'flag');
        });
      for (const declare of inOrder ? [writer, reader] : [reader, writer]) declare();
    };
    expect(await told(sharing(true))).toMatch(/^HF021 /);
    expect(await told(sharing(false))).toMatch(/^HF021 /);
  });

  it('that a thread without any access looks at is found', async () => {
    const body = ({ alloc, thread }: Stage): void => {
      const x = alloc(s32, 'x');
      let flag = false;
      thread('looker', () => assert(!flag, 'flag'));
      thread('writer', () => {
        READ_ONCE(x);
        flag = true;
        WRITE_ONCE(x, 1);
      });
    };
    expect(await told(body)).toMatch(/^HF021 /);
  });

  it('that is assigned before the first access is found too', async () => {
    const body = ({ alloc, thread }: Stage): void => {
      const x = alloc(s32, 'x');
      let owner = '';
      thread('a', () => {
        owner = 'a';
        WRITE_ONCE(x, 1);
      });
      thread('b', () => {
        READ_ONCE(x);
        if (owner === 'a') READ_ONCE(x);
      });
    };
    expect(await told(body)).toContain('thread b: ');
  });

  it('that is a lock of JavaScript is found: it is free whenever a thread begins', async () => {
    const body = ({ alloc, thread, never }: Stage): void => {
      const x = alloc(s32, 'x');
      let busy = false;
      thread('a', () => {
        busy = true;
        WRITE_ONCE(x, 1);
        WRITE_ONCE(x, 2);
        busy = false;
      });
      thread('b', () => {
        READ_ONCE(x);
        if (!busy) WRITE_ONCE(x, 3);
      });
      never('impossible', () => false);
    };
    expect(await told(body)).toMatch(/^HF021 /);
  });

  it('that a thread assigns and a property looks at is found', async () => {
    const body = ({ alloc, thread, never }: Stage): void => {
      const x = alloc(s32, 'x');
      let seen = 0;
      thread('writer', () => {
        for (let i = 1; i <= 4; i++) WRITE_ONCE(x, i);
      });
      thread('reader', () => {
        seen = READ_ONCE(x);
      });
      never('two is seen', () => seen === 2);
    };
    const text = await told(body);
    expect(text).toContain("The property never 'two is seen' gives another answer");
    expect(text).toContain('let the thread return the value');
  });

  it('that a thread assigns and a property of every state looks at is found', async () => {
    const body = ({ alloc, thread, always }: Stage): void => {
      const x = alloc(s32, 'x');
      let wrong = false;
      thread('t', () => {
        if (READ_ONCE(x) === 0) WRITE_ONCE(x, 1);
        wrong = READ_ONCE(x) === 1;
      });
      always('right', () => !wrong, { at: 'every state' });
    };
    const { problems, verdict } = await tried(body);
    expect([problems.map(({ code }) => code), verdict]).not.toEqual([[], 'pass']);
  });

  it('that nobody assigns, and one that nobody looks at, are allowed', async () => {
    const { problems, verdict } = await tried(({ alloc, thread, always }) => {
      const x = alloc(s32, 'x');
      const limit = 3;
      let counted = 0;
      thread('t', { count: 2 }, () => {
        counted++;
        WRITE_ONCE(x, Math.min(READ_ONCE(x) + 1, limit));
      });
      always('small', () => READ_ONCE(x) <= limit);
      void counted;
    });
    expect([problems, verdict]).toEqual([[], 'pass']);
  });
});

describe('the body of a scenario', () => {
  it('that sets up something else when it is run again is found', async () => {
    let builds = 0;
    const text = await told(({ alloc, thread }) => {
      const x = alloc(s32, 'x');
      WRITE_ONCE(x, builds++);
      thread('t', () => READ_ONCE(x));
    });
    expect(text).toBe(
      "HF021 | The body of 'small' does something different when it is run again. | " +
        'x = 0 became x = 1',
    );
  });

  it('that declares other threads when it is run again is found', async () => {
    let builds = 0;
    const text = await told(({ alloc, thread }) => {
      const x = alloc(s32, 'x');
      thread('t', () => READ_ONCE(x));
      if (builds++ > 0) thread('late', () => READ_ONCE(x));
    });
    expect(text).toContain('thread late cpu');
  });
});
