/** One worker of a parallel search by itself: what it does does not depend on time. */

import { describe, expect, it } from 'vitest';
import { choose, READ_ONCE, s32, WRITE_ONCE, xchg } from '../../memory/index.ts';
import { checkNow } from '../../scenario/check.ts';
import type { CheckOptions } from '../../scenario/check.ts';
import { scenario } from '../../scenario/scenario.ts';
import type { Team } from './desk.ts';

const alone: Team = { workers: 1, from: 0, prepare: () => {}, handOut: () => {} };

const twins = scenario('twins', ({ alloc, thread }) => {
  const x = alloc(s32, 'x');
  thread('t', { count: 3 }, () => {
    WRITE_ONCE(x, choose(3));
    return READ_ONCE(x);
  });
});

/** The thread states of every final state, as the search has it. */
function finals(options: CheckOptions, team: Team | null): string[] {
  const found: string[] = [];
  const observer = {
    begin: () => void found.splice(0),
    final: (_: unknown, { layout, records, base }: Seen) => {
      const at = base + layout.nodesAt;
      found.push([...records.subarray(at, at + layout.threads)].join(' '));
    },
    stuck: () => {},
  };
  const result = checkNow(twins, options, observer, team);
  expect(result.verdict).toBe('pass');
  return found.toSorted();
}

type Seen = Parameters<NonNullable<Parameters<typeof checkNow>[2]>['final']>[1];

const inOrder = (final: string): string =>
  final
    .split(' ')
    .toSorted((one, other) => Number(other) - Number(one))
    .join(' ');

describe('a worker', () => {
  it('meets the final states that one thread meets', () => {
    const options = { symmetry: false, reduction: false };
    const [one, worker] = [finals(options, null), finals(options, alone)];
    expect(worker.length).toBeGreaterThan(20);
    expect(worker).toEqual(one);
  });

  it('meets as much where there is more than one round has room for', () => {
    // Some thousand missing edges in a layer; more states than the first table has.
    const many = scenario('many', ({ alloc, thread }) => {
      const x = alloc(s32, 'x');
      thread('t', () => WRITE_ONCE(x, 3000 * choose(2) + 60 * choose(50) + choose(60)));
    });
    const wide = scenario('wide', ({ alloc, thread }) => {
      for (const name of ['x', 'y']) {
        const word = alloc(s32, name);
        thread(name, () => WRITE_ONCE(word, 20 * choose(20) + choose(20)));
      }
    });
    for (const one of [many, wide]) {
      const options = { reduction: false };
      const [{ states, finals: ends }, worker] = [
        checkNow(one, options, null, null),
        checkNow(one, options, null, alone),
      ];
      expect([worker.verdict, worker.states, worker.finals]).toEqual(['pass', states, ends]);
    }
  });

  it('has interchangeable threads always in one order', () => {
    for (const reduction of [true, false]) {
      const [one, worker] = [finals({ reduction }, null), finals({ reduction }, alone)];
      expect(one.some((final) => final !== inOrder(final))).toBe(true);
      expect(worker).toEqual(one.map(inOrder).toSorted());
    }
  });

  it('leaves what was found in one layer in the order of its names, not of time', () => {
    const wrong = scenario('wrong', ({ thread, sometimes, never }) => {
      const marks = ['z', 'a', 'm'].map((name) => sometimes(`some ${name}`));
      for (const name of ['z', 'a', 'm']) never(name, () => true);
      thread('t', () => marks[choose(3)]?.mark());
    });
    const namesOf = (team: Team | null): string[] =>
      checkNow(wrong, { keepGoing: true }, null, team).findings.map((one) => one.property.name);
    expect(namesOf(null)).toEqual(['z', 'a', 'm']);
    expect(namesOf(alone)).toEqual(['a', 'm', 'z']);
  });

  it('tells the mistake in a property that one thread tells', () => {
    // The last edge of b is missing where a was first: the worker looks at that end later.
    const throwing = scenario('throwing', ({ alloc, thread, always }) => {
      const x = alloc(s32, 'x');
      thread('a', () => WRITE_ONCE(x, 7));
      thread('b', () => void xchg(x, 9));
      always('throws', () => {
        throw new Error(`x is ${READ_ONCE(x)}`);
      });
    });
    const problemsOf = (team: Team | null): readonly string[] =>
      checkNow(throwing, { reduction: false }, null, team).problems.map(({ what }) => what);
    expect(problemsOf(alone)).toEqual(problemsOf(null));
    expect(problemsOf(alone)[0]).toContain('x is 9');
  });
});
