import { describe, expect, it } from 'vitest';
import type { CheckResult, Progress } from '../explore/result.ts';
import {
  assert,
  atomic_add,
  atomic_inc_return,
  atomic_t,
  loop,
  READ_ONCE,
  s32,
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
 * Four threads that count together: about 180,000 states under sc, with the finding near the end.
 */
function counting(wrongAt: number): Scenario {
  return scenario('counting', ({ alloc, thread, always, sometimes }) => {
    const [v, x] = [alloc(atomic_t, 'v'), alloc(s32, 'x')];
    const last = sometimes('somebody is the last');
    for (const name of ['a', 'b', 'c', 'e']) {
      const own = alloc(s32, name);
      thread(name, () => {
        const number = atomic_inc_return(v);
        WRITE_ONCE(own, number);
        WRITE_ONCE(x, number);
        if (number === 4) last.mark();
        if (name === 'e') assert(READ_ONCE(x) !== wrongAt, 'not this');
        atomic_add(10, v);
        READ_ONCE(own);
      });
    }
    always('nobody counts far', () => READ_ONCE(x) < 40);
  });
}

const whole: CheckOptions = { reduction: false, symmetry: false };

async function withJobs(
  from: Scenario,
  options: CheckOptions,
  jobs: readonly number[],
): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  for (const count of jobs) results.push(await check(from, { ...options, jobs: count }));
  return results;
}

describe('two jobs', () => {
  it('find the same states, transitions and findings as one', async () => {
    const seen: Progress[] = [];
    const one = await check(counting(9), whole);
    const onProgress = (progress: Progress): void => void seen.push(progress);
    const two = await check(counting(9), { ...whole, onProgress, jobs: 2 });
    expect(one.states).toBeGreaterThan(110_000);
    expect(seen.at(-1)?.states).toBe(one.states);
    expect(told(two)).toEqual(told(one));
    expect(one.verdict).toBe('pass');
  });

  it('find the same counterexample as one', async () => {
    const [one, two] = (await withJobs(counting(4), { ...whole, keepGoing: true }, [1, 2])) as [
      CheckResult,
      CheckResult,
    ];
    expect(one.findings.map(({ property }) => property.name)).toEqual(['not this']);
    expect(two.findings).toEqual(one.findings);
    expect([two.states, two.transitions]).toEqual([one.states, one.transitions]);
  });

  it('stop at the same limit of states as one, give or take a round', async () => {
    const until = { states: 120_000 };
    const two = await check(counting(9), { ...whole, until, jobs: 2 });
    expect([two.verdict, two.complete, two.open]).toEqual([
      'open',
      false,
      { limit: 'states', states: 120_000 },
    ]);
    expect(two.states).toBeGreaterThanOrEqual(120_000);
  });

  it('stop when they are told to', async () => {
    let states = 0;
    const onProgress = (progress: Progress): void => void (states = progress.states);
    const stop = (): boolean => states > 20_000;
    const two = await check(counting(9), { ...whole, onProgress, stop, jobs: 2 });
    expect([two.verdict, two.open]).toEqual(['open', { limit: 'interrupted' }]);
  });
});

describe('a small search', () => {
  it('needs no second job', async () => {
    const small = scenario('small', ({ alloc, thread }) => {
      const x = alloc(s32, 'x');
      thread('t', { count: 2 }, () => loop(() => READ_ONCE(x) > 0));
    });
    const [one, two] = (await withJobs(small, {}, [1, 2])) as [CheckResult, CheckResult];
    expect(told(two)).toEqual(told(one));
  });
});
