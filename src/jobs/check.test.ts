import { describe, expect, it } from 'vitest';
import type { CheckResult, Progress } from '../explore/result.ts';
import {
  assert,
  atomic_add,
  atomic_inc_return,
  atomic_read,
  atomic_t,
  choose,
  loop,
  READ_ONCE,
  s32,
  wait_event,
  wait_queue_head_t,
  wake_up,
  WRITE_ONCE,
} from '../memory/index.ts';
import type { CheckOptions } from '../scenario/check.ts';
import { scenario } from '../scenario/scenario.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { check } from './check.ts';

/** What does not depend on who searched, and on how fast. */
function told(result: CheckResult): object {
  const { seconds, bytesPerState, runs, automatonStates, ...others } = result;
  void [seconds, bytesPerState, runs, automatonStates];
  return others;
}

/**
 * Three threads that count together: thousands of states, with the finding near the end.
 */
function counting(wrongAt: number): Scenario {
  return scenario('counting', ({ alloc, thread, always, sometimes }) => {
    const [v, x] = [alloc(atomic_t, 'v'), alloc(s32, 'x')];
    const last = sometimes('somebody is the last');
    for (const name of ['a', 'b', 'c']) {
      const own = alloc(s32, name);
      thread(name, () => {
        const number = atomic_inc_return(v);
        WRITE_ONCE(own, number);
        WRITE_ONCE(x, number);
        if (number === 3) last.mark();
        if (name === 'c') assert(READ_ONCE(x) !== wrongAt, 'not this');
        atomic_add(10, v);
        READ_ONCE(own);
      });
    }
    always('nobody counts far', () => READ_ONCE(x) < 40);
  });
}

/** Interchangeable threads of which the reduction often takes one alone. */
function twins(): Scenario {
  return scenario('twins', ({ alloc, thread }) => {
    const [v, x] = [alloc(atomic_t, 'v'), alloc(s32, 'x')];
    thread('t', { count: 3 }, () => {
      if (atomic_inc_return(v) === 2) choose(2);
      WRITE_ONCE(x, READ_ONCE(x) + 1);
      choose(2);
      if (READ_ONCE(x) === 2) atomic_add(1, v);
    });
  });
}

const whole: CheckOptions = { reduction: false, symmetry: false };

/** The results with one job, and with two from the beginning, from some states on, and never. */
async function withOneAndTwo(
  from: Scenario,
  options: CheckOptions,
): Promise<[CheckResult, ...CheckResult[]]> {
  const results: [CheckResult, ...CheckResult[]] = [await check(from, options)];
  for (const parallelFrom of [0, 200, 1e9]) {
    results.push(await check(from, { ...options, jobs: 2, parallelFrom }));
  }
  return results;
}

async function expectTheSame(from: Scenario, options: CheckOptions): Promise<CheckResult> {
  const [one, ...others] = await withOneAndTwo(from, options);
  for (const other of others) expect(told(other)).toEqual(told(one));
  return one;
}

describe('two jobs', () => {
  it('find the same states, transitions, depth and findings as one', async () => {
    const result = await expectTheSame(counting(9), whole);
    expect([result.verdict, result.states > 2000]).toEqual(['pass', true]);
  });

  it('find the same counterexample as one', async () => {
    for (const keepGoing of [true, false]) {
      const [one, ...others] = await withOneAndTwo(counting(3), { ...whole, keepGoing });
      expect(one.findings.map(({ property }) => property.name)).toEqual(['not this']);
      for (const other of others) expect(other.findings).toEqual(one.findings);
    }
  });

  it('report the same last progress as one', async () => {
    const last = async (jobs: number): Promise<Partial<Progress>> => {
      const seen: Progress[] = [];
      const onProgress = (progress: Progress): void => void seen.push(progress);
      await check(counting(9), { ...whole, onProgress, jobs, parallelFrom: 200 });
      const { states, transitions } = seen.at(-1) as Progress;
      return { states, transitions };
    };
    expect(await last(2)).toEqual(await last(1));
  });

  it('go on where one has come to, with the reduction', async () => {
    const [one, two] = [
      await check(counting(9), { symmetry: false }),
      await check(counting(9), { symmetry: false, jobs: 2, parallelFrom: 100 }),
    ];
    expect([two.verdict, two.finals]).toEqual([one.verdict, one.finals]);
    expect(two.states).toBeGreaterThan(100);
    expect(two.states).toBeLessThan((await check(counting(9), whole)).states);
  });

  it('count the same with the reduction, however many they are', async () => {
    const options = { model: 'tso', parallelFrom: 20 } as const;
    const results: CheckResult[] = [];
    for (const jobs of [2, 3, 2, 4, 2]) results.push(await check(twins(), { ...options, jobs }));
    const [first, ...others] = results.map(told);
    expect(results[0]?.states).toBeGreaterThan(1000);
    for (const other of others) expect(other).toEqual(first);
    expect(results[0]?.finals).toBe((await check(twins(), { model: 'tso' })).finals);
  });

  it('stop at a limit of memory and of time, and say what they have seen', async () => {
    const options = { ...whole, jobs: 2, parallelFrom: 500 };
    const memory = await check(counting(9), { ...options, until: { bytes: 1000 } });
    expect([memory.verdict, memory.open]).toEqual(['open', { limit: 'memory', bytes: 1000 }]);
    const time = await check(counting(9), { ...options, until: { seconds: 0 } });
    expect([time.verdict, time.open]).toEqual(['open', { limit: 'time', seconds: 0 }]);
    expect(Math.min(memory.states, time.states)).toBeGreaterThan(0);
  });

  it('stop at a limit of states', async () => {
    const until = { states: 1500 };
    const two = await check(counting(9), { ...whole, until, jobs: 2, parallelFrom: 500 });
    expect([two.verdict, two.complete, two.open]).toEqual([
      'open',
      false,
      { limit: 'states', states: 1500 },
    ]);
    expect(two.states).toBeGreaterThanOrEqual(1500);
  });

  it('stop when they are told to', async () => {
    let states = 0;
    const onProgress = (progress: Progress): void => void (states = progress.states);
    const stop = (): boolean => states > 1000;
    const options = { ...whole, onProgress, stop, jobs: 2, parallelFrom: 500 };
    const two = await check(counting(9), options);
    expect([two.verdict, two.open]).toEqual(['open', { limit: 'interrupted' }]);
  });

  it('judge a property of every state', async () => {
    const passing = scenario('passing', ({ alloc, thread, always }) => {
      const v = alloc(atomic_t, 'v');
      thread('t', { count: 3 }, () => {
        atomic_add(1, v);
        atomic_add(-1, v);
      });
      always('never all three', () => atomic_read(v) < 3, { at: 'every state' });
    });
    const result = await expectTheSame(passing, whole);
    expect(result.verdict).toBe('fail');
  });
});

describe('what turns out wrong after the work has been shared is put right', () => {
  it('where a store buffer needs more room', async () => {
    const storing = scenario('storing', ({ alloc, thread }) => {
      const words = Array.from({ length: 10 }, (_, i) => alloc(s32, `w${i}`));
      thread('t', { count: 2 }, () => words.forEach((word) => WRITE_ONCE(word, 1)));
    });
    const result = await expectTheSame(storing, { ...whole, model: 'tso' });
    expect(result.verdict).toBe('pass');
  });

  it('where the threads have more states than the tables have room for', async () => {
    const reading = scenario('reading', ({ alloc, thread }) => {
      const x = alloc(s32, 'x');
      thread('chooses', () => {
        for (let i = 0; i < 2; i++) choose(50);
        READ_ONCE(x);
      });
    });
    const { automatonStates } = await expectTheSame(reading, whole);
    expect(automatonStates).toBeGreaterThan(1 << 11);
  });

  it('where one state misses more edges than fit into one report', async () => {
    const choosing = scenario('choosing', ({ alloc, thread }) => {
      const x = alloc(s32, 'x');
      WRITE_ONCE(x, 1);
      // What a full report must not be taken to say: that the first thread has read 0.
      thread('reads', () => (READ_ONCE(x) === 0 ? READ_ONCE(x) : 0));
      for (const name of ['a', 'b', 'c']) thread(name, () => void choose(50));
    });
    const [one, two] = await withOneAndTwo(choosing, whole);
    expect(two?.automatonStates).toBe(one.automatonStates);
    expect([two?.states, two?.transitions]).toEqual([one.states, one.transitions]);
  });

  it('where interchangeable threads can be told apart', async () => {
    const waiting = scenario('waiting', ({ alloc, thread }) => {
      const [queue, go] = [alloc(wait_queue_head_t, 'queue'), alloc(s32, 'go')];
      thread('sleeps', { count: 2 }, () => {
        for (let i = 0; i < 4; i++) READ_ONCE(go);
        wait_event(queue, () => READ_ONCE(go) === 1);
      });
      thread('wakes', () => {
        WRITE_ONCE(go, 1);
        wake_up(queue);
      });
    });
    const result = await expectTheSame(waiting, { reduction: false });
    expect(result.verdict).toBe('pass');
  });
});

describe('a small search', () => {
  it('needs no second job', async () => {
    const small = scenario('small', ({ alloc, thread }) => {
      const x = alloc(s32, 'x');
      thread('t', { count: 2 }, () => loop(() => READ_ONCE(x) > 0));
    });
    expect(told(await check(small, { jobs: 2 }))).toEqual(told(await check(small)));
  });
});
