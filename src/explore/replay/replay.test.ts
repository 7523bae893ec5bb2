import { describe, expect, it } from 'vitest';
import { HISTORY_ENTRIES_MAX } from '../limits.ts';
import { finalsOf, mistakeIn, tried, wrongWith } from '../../../test/support/small.ts';
import {
  atomic_inc,
  atomic_read,
  atomic_t,
  choose,
  kernelFunction,
  loop,
  READ_ONCE,
  s32,
  spin_lock,
  spin_unlock,
  spinlock_t,
  struct,
  WRITE_ONCE,
} from '../../memory/index.ts';
import type { Field } from '../../memory/type.ts';
import type { Stage } from '../../scenario/stage.ts';

type Word = Field<typeof s32>;

/** A scenario with one word and one thread. */
function alone(body: (x: Word) => unknown) {
  return ({ alloc, thread }: Stage): void => {
    const x = alloc(s32, 'x');
    thread('t', () => void body(x));
  };
}

/** The same with a writer beside it, so that reads can give several values. */
function beside(body: (x: Word) => unknown) {
  return (stage: Stage): void => {
    const x = stage.alloc(s32, 'x');
    stage.thread('t', () => void body(x));
    stage.thread('writer', () => {
      WRITE_ONCE(x, 1);
      WRITE_ONCE(x, 2);
    });
  };
}

async function codeOf(body: (stage: Stage) => void): Promise<string> {
  return (await mistakeIn(body)).code;
}

describe('what outlives a round of a loop', () => {
  it('is found when it counts rounds', async () => {
    const counting = beside((x) => {
      let tries = 0;
      loop(() => {
        if (++tries >= 2) return false;
        return READ_ONCE(x) === 0;
      });
      WRITE_ONCE(x, tries);
    });
    expect(await codeOf(counting)).toBe('HF021');
  });

  it('is found when it only decides which access comes next', async () => {
    const alternating = beside((x) => {
      let odd = false;
      loop(() => {
        odd = !odd;
        if (odd) return READ_ONCE(x) !== 2;
        WRITE_ONCE(x, 3);
        return true;
      });
    });
    expect(await codeOf(alternating)).toBe('HF021');
  });

  it('is found when it is remembered for after the loop', async () => {
    const summing = beside((x) => {
      let sum = 0;
      loop(() => {
        const now = READ_ONCE(x);
        sum += now;
        return now < 2;
      });
      if (sum > 2) WRITE_ONCE(x, sum);
    });
    expect(await codeOf(summing)).toBe('HF021');
  });

  it('may be what the last round found', async () => {
    const last = beside((x) => {
      let found = 0;
      loop(() => {
        found = READ_ONCE(x);
        return found < 2;
      });
      WRITE_ONCE(x, found + 5);
    });
    expect((await tried(last)).problems).toEqual([]);
  });
});

describe('what outlives a call', () => {
  it('is found when a kernel function assigns an outer variable', async () => {
    const leaking = beside((x) => {
      let seen = 0;
      const look = kernelFunction('mm/x.c', '6.18', function look(): void {
        seen = READ_ONCE(x);
      });
      look();
      READ_ONCE(x);
      if (seen === 1) WRITE_ONCE(x, 7);
    });
    expect(await codeOf(leaking)).toBe('HF021');
  });

  it('is found when only an assertion depends on it', async () => {
    const leaking = beside((x) => {
      let seen = 0;
      const look = kernelFunction('mm/x.c', '6.18', function look(): void {
        seen = READ_ONCE(x);
      });
      look();
      READ_ONCE(x);
      if (seen === 1) throw new Error('seen');
    });
    expect(await codeOf(leaking)).toBe('HF021');
  });

  it('is found when it decides what the thread returns', async () => {
    const { problems } = await tried(({ alloc, thread }) => {
      const x = alloc(s32, 'x');
      thread('writer', () => WRITE_ONCE(x, 1));
      thread('t', () => {
        let seen = 0;
        const look = kernelFunction('mm/x.c', '6.18', function look(): void {
          seen = READ_ONCE(x);
        });
        look();
        READ_ONCE(x);
        return seen;
      });
    });
    expect(problems.map(({ code }) => code)).toEqual(['HF021']);
  });

  it('is found when the function writes into an array of its caller', async () => {
    const pages = beside((x) => {
      const found: number[] = [];
      const gup = kernelFunction('mm/gup.c', '6.18', function gup(out: number[]): void {
        out.push(READ_ONCE(x));
      });
      gup(found);
      WRITE_ONCE(x, 3);
    });
    expect(await mistakeIn(pages)).toMatchObject({
      code: 'HF026',
      what: 'The kernel function gup writes into an object of its caller.',
    });
  });

  it('is found when the function changes a field of an object of its caller', async () => {
    const state = beside((x) => {
      const status = { seen: 0 };
      const look = kernelFunction('mm/x.c', '6.18', function look(to: { seen: number }): void {
        to.seen = READ_ONCE(x);
      });
      look(status);
      WRITE_ONCE(x, 3);
    });
    expect(['HF026', 'HF021']).toContain(await codeOf(state));
  });

  it('may be its result', async () => {
    const pages = beside((x) => {
      const gup = kernelFunction('mm/gup.c', '6.18', function gup(): readonly [number, number] {
        return [READ_ONCE(x), READ_ONCE(x)];
      });
      const [first, second] = gup();
      if (first !== second) WRITE_ONCE(x, 3);
    });
    expect((await tried(pages)).problems).toEqual([]);
  });
});

describe('hidden inputs', () => {
  it('are found when they change from run to run', async () => {
    let runs = 0;
    const counting = alone((x) => {
      runs++;
      READ_ONCE(x);
      WRITE_ONCE(x, runs);
    });
    expect(await codeOf(counting)).toBe('HF021');
  });

  it('are found in a variable of the scenario that a thread changes', async () => {
    const { problems } = await tried(({ alloc, thread }) => {
      const x = alloc(s32, 'x');
      let turn = 0;
      thread('t', { count: 2 }, () => {
        turn++;
        READ_ONCE(x);
        if (turn % 2 === 0) WRITE_ONCE(x, 1);
      });
    });
    expect(problems.map(({ code }) => code)).toEqual(['HF021']);
  });

  it('are found when an operand is random', async () => {
    let seed = 0;
    const random = alone((x) => {
      READ_ONCE(x);
      WRITE_ONCE(x, (seed = (seed * 5 + 3) % 17));
    });
    const found = await mistakeIn(random);
    expect(found.code).toBe('HF021');
    expect(found.position?.file).toMatch(/replay\.test\.ts$/);
  });
});

describe('try and catch', () => {
  it('that swallow the suspension are harmless if an access follows at once', () => {
    const finals = finalsOf(({ alloc, thread }) => {
      const x = alloc(s32, 'x');
      thread('t', () => {
        let caught = 0;
        try {
          WRITE_ONCE(x, 5);
        } catch {
          caught = 1;
        }
        return READ_ONCE(x) + caught;
      });
    });
    expect(finals).toEqual(['5 | 5']);
  });

  it('may not swallow the suspension', async () => {
    const ending = beside((x) => {
      try {
        READ_ONCE(x);
      } catch {
        // The thread ends here.
      }
    });
    expect(await codeOf(ending)).toBe('HF023');
  });

  it('may not turn it into another error', async () => {
    const turning = beside((x) => {
      try {
        READ_ONCE(x);
      } catch (cause) {
        throw new Error('lookup failed', { cause });
      }
    });
    expect(await codeOf(turning)).toBe('HF023');
  });

  it('may look at the way out in finally', async () => {
    const again = beside((x) => {
      let failed = true;
      try {
        READ_ONCE(x);
        failed = false;
      } finally {
        if (failed) READ_ONCE(x);
      }
    });
    expect((await tried(again)).problems).toEqual([]);
  });

  it('may have accesses in finally: they are made once', () => {
    const finals = finalsOf(
      ({ alloc, thread }) => {
        const [lock, count] = [alloc(spinlock_t, 'lock'), alloc(atomic_t, 'count')];
        thread('t', { count: 2 }, () => {
          spin_lock(lock);
          try {
            if (atomic_read(count) > 0) return 'late'.length;
            atomic_inc(count);
            return 0;
          } finally {
            atomic_inc(count);
            spin_unlock(lock);
          }
        });
      },
      { symmetry: false },
    );
    expect(finals).toEqual(['0 3 | 0 4', '0 3 | 4 0']);
  });

  it('may catch an error of one’s own', () => {
    const finals = finalsOf(({ alloc, thread }) => {
      const x = alloc(s32, 'x');
      const fails = kernelFunction('mm/x.c', '6.18', function fails(): number {
        return READ_ONCE(x);
      });
      thread('t', () => {
        try {
          if (fails() === 0) throw new TypeError('mine');
          return 1;
        } catch (error) {
          if (!(error instanceof TypeError)) throw error;
          return 2;
        }
      });
    });
    expect(finals).toEqual(['0 | 2']);
  });
});

describe('a result that would be lost', () => {
  const results: [string, unknown][] = [
    ['an object', { pages: 1 }],
    ['a string', 'done'],
    ['an array of 9', [0, 1, 2, 3, 4, 5, 6, 7, 8]],
    ['a function', (): void => {}],
  ];

  it.each(results)('is refused from a kernel function: %s', async (words, result) => {
    const give = kernelFunction('mm/give.c', '6.18', function give(): object {
      return result as object;
    });
    expect(await mistakeIn(alone(() => give()))).toMatchObject({
      code: 'HF025',
      what: `The kernel function give (mm/give.c) returns ${words}.`,
    });
  });

  it.each(results)('is refused from a thread: %s', async (words, result) => {
    const found = await mistakeIn(({ thread }) => void thread('t', () => result as number));
    expect(found).toMatchObject({ code: 'HF025', what: `A thread returned ${words}.` });
  });
});

describe('a thread without end', () => {
  it('is stopped outside of loop()', async () => {
    const endless = alone((x) => {
      for (;;) READ_ONCE(x);
    });
    expect(await mistakeIn(endless)).toMatchObject({
      code: 'HF022',
      what: `A thread makes more than ${HISTORY_ENTRIES_MAX} accesses and does not end.`,
    });
  });

  it('is stopped in a kernel function too', async () => {
    const spin = kernelFunction('mm/x.c', '6.18', function spin(x: Word): void {
      while (READ_ONCE(x) === 0);
    });
    expect(await codeOf(alone((x) => spin(x)))).toBe('HF022');
  });

  it('is stopped although each call ends', async () => {
    const look = kernelFunction('mm/x.c', '6.18', function look(x: Word): number {
      return READ_ONCE(x);
    });
    const polling = alone((x) => {
      while (look(x) === 0);
    });
    expect(await codeOf(polling)).toBe('HF022');
  });

  it('is stopped in a loop whose rounds make no access', async () => {
    expect(await codeOf(alone(() => loop(() => true)))).toBe('HF028');
    const later = alone((x) => {
      loop(() => READ_ONCE(x) === 1);
      loop(() => true);
    });
    expect(await codeOf(later)).toBe('HF028');
  });

  it('may wait in loop() for ever: that is a livelock and no mistake', async () => {
    const waiting = alone((x) => {
      loop(() => READ_ONCE(x) === 0);
    });
    expect(await wrongWith(waiting)).toEqual(['livelock']);
  });
});

describe('an access outside of shared memory', () => {
  it('is told', async () => {
    const node = struct('node', { value: s32 });
    for (const address of [-3, 999]) {
      const wild = alone(() => READ_ONCE(node.at(address).value));
      expect((await mistakeIn(wild)).code).toBe('HF030');
    }
  });

  it('is told when NULL is followed', async () => {
    const node = struct('node', { value: s32 });
    const wild = alone(() => READ_ONCE(node.at(0).value));
    expect(await codeOf(wild)).toBe('HF030');
  });
});

describe('the number of outcomes of a choice', () => {
  it.each([0, -1, 65, 1.5])('cannot be %d', async (n) => {
    const found = await tried(({ thread }) => void thread('t', () => choose(n)));
    expect(found.problems.map(({ code }) => code)).not.toEqual([]);
  });
});

describe('what differs from run to run', () => {
  it.each([
    ['Math.random', (): number => Math.random()],
    ['Date.now', (): number => Date.now()],
  ])('%s is refused while a thread runs, and works again afterwards', async (name, ask) => {
    const asking = alone((x) => {
      if (ask() > 0) READ_ONCE(x);
    });
    const found = await mistakeIn(asking);
    expect([found.code, found.what.includes(name)]).toEqual(['HF021', true]);
    expect(ask()).toBeGreaterThanOrEqual(0);
  });
});
