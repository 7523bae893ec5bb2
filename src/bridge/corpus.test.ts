/**
 * The shared corpus as scenarios: what the search reaches under sc and tso, against the axioms of
 * these models and against the exact Linux kernel memory model.
 */
import { describe, expect, it } from 'vitest';
import { answeredRows, corpusText, hasCorpus } from '../../test/support/litmus-corpus.ts';
import { axiomaticStates, hasSections } from '../../test/support/axiomatic.ts';
import { checkLitmus, parseLitmus } from '../litmus/index.ts';
import type { LitmusTest } from '../litmus/index.ts';
import { outcomesOf, stateText } from './outcomes.ts';

interface Corpus {
  readonly path: string;
  readonly text: string;
  readonly test: LitmusTest;
}

/** What the search reaches: the states, sorted; or why there are none. */
interface Reached {
  readonly sc: string[] | string;
  readonly tso: string[] | string;
}

type Case = Corpus & Reached;

function reached(test: LitmusTest, model: 'sc' | 'tso'): string[] | string {
  const outcomes = outcomesOf(test, model, { until: { states: 1e6 } });
  if ('reason' in outcomes) return outcomes.reason;
  return outcomes.complete ? outcomes.states.map(stateText).toSorted() : 'open';
}

function cases(): Case[] {
  return answeredRows().map((row) => {
    const text = corpusText(row);
    const test = parseLitmus(text, row.path);
    if ('problem' in test) throw new Error(`${row.path}: ${test.problem.what}`);
    return { path: row.path, text, test, sc: reached(test, 'sc'), tso: reached(test, 'tso') };
  });
}

/** The tests that the search cannot run. */
const NOT_RUN = [
  'litmus/kernel/C-srcu-nest-3.litmus: more than one SRCU domain',
  'litmus/kernel/C-srcu-nest-4.litmus: more than one SRCU domain',
  'litmus/kernel/C-srcu-nest-6.litmus: an SRCU section that another thread ends',
];

describe.runIf(hasCorpus())('the corpus as scenarios', () => {
  const all = hasCorpus() ? cases() : [];

  it('runs, but for tests with several domains of SRCU', () => {
    const refused = all.flatMap(({ path, sc }) => (typeof sc === 'string' ? `${path}: ${sc}` : []));
    expect(refused).toEqual(NOT_RUN);
  });

  it.each(['sc', 'tso'] as const)('reaches under %s what the axioms allow, no less', (model) => {
    const compared = all.filter(({ text }) => !hasSections(text));
    const differences = compared.flatMap((one) => {
      const [found, allowed] = [String(one[model]), String(axiomaticStates(one.test)?.[model])];
      return found === allowed ? [] : [`${one.path}: ${found}, axioms ${allowed}`];
    });
    expect(differences).toEqual([]);
    expect(compared.length).toBeGreaterThan(200);
  });

  it('reaches under sc only what it reaches under tso, and that LKMM allows', () => {
    const wrong = all.flatMap(({ path, text, sc, tso }) => {
      if (typeof sc === 'string' || typeof tso === 'string') return [];
      const lkmm = checkLitmus(text).states.map(stateText);
      return [
        ...sc.filter((one) => !tso.includes(one)).map((one) => `${path}: sc ${one}`),
        ...tso.filter((one) => !lkmm.includes(one)).map((one) => `${path}: tso ${one}`),
      ];
    });
    expect(wrong).toEqual([]);
  });
});

describe.runIf(!hasCorpus())('the corpus', () => {
  it('is not on this machine: nothing is compared', () => {
    expect(hasCorpus()).toBe(false);
  });
});
