/**
 * The shared corpus as scenarios: what the search reaches under sc, tso and weak, against the
 * axioms of these models and against the exact Linux kernel memory model.
 */
import { describe, expect, it } from 'vitest';
import { answeredRows, corpusText, hasCorpus } from '../../test/support/litmus-corpus.ts';
import { axiomaticStates, hasSections } from '../../test/support/axiomatic.ts';
import type { Model } from '../explore/result.ts';
import { checkLitmus, parseLitmus } from '../litmus/index.ts';
import type { LitmusTest } from '../litmus/index.ts';
import { outcomesOf, stateText } from './outcomes.ts';

interface Corpus {
  readonly path: string;
  readonly text: string;
  readonly test: LitmusTest;
}

/** What the search reaches: the states, sorted, and whether it met a race; or why neither. */
type Reached = { readonly states: readonly string[]; readonly races: boolean } | string;

type Case = Corpus & Readonly<Record<Model, Reached>>;

const STATES_MAX = 200_000;

function reached(test: LitmusTest, model: Model): Reached {
  const outcomes = outcomesOf(test, model, { until: { states: STATES_MAX } });
  if ('reason' in outcomes) return outcomes.reason;
  const races = outcomes.result.findings.some(({ property }) =>
    property.name.startsWith('data race'),
  );
  return outcomes.complete ? { states: outcomes.states.map(stateText).toSorted(), races } : 'open';
}

function cases(): Case[] {
  return answeredRows().map((row) => {
    const text = corpusText(row);
    const test = parseLitmus(text, row.path);
    if ('problem' in test) throw new Error(`${row.path}: ${test.problem.what}`);
    const [sc, tso, weak] = (['sc', 'tso', 'weak'] as const).map((model) => reached(test, model));
    return { path: row.path, text, test, sc, tso, weak } as Case;
  });
}

const beyond = (path: string, some: readonly string[], others: readonly string[]): string[] =>
  some.filter((one) => !others.includes(one)).map((one) => `${path}: ${one}`);

describe.runIf(hasCorpus())('the corpus as scenarios', () => {
  const all = hasCorpus() ? cases() : [];
  const refused = (model: Model): string[] =>
    all.flatMap(({ path, [model]: found }) =>
      typeof found === 'string' ? [`${path}: ${found}`] : [],
    );

  it('runs, every test of it', () => {
    expect(refused('sc')).toEqual([]);
    expect(refused('tso')).toEqual([]);
    expect(refused('weak')).toEqual([]);
  });

  it.each(['sc', 'tso'] as const)('reaches under %s what the axioms allow, no less', (model) => {
    const compared = all.filter(({ text }) => !hasSections(text));
    const differences = compared.flatMap((one) => {
      const found = one[model];
      const allowed = String(axiomaticStates(one.test)?.[model]);
      const states = typeof found === 'string' ? found : String(found.states);
      return states === allowed ? [] : [`${one.path}: ${states}, axioms ${allowed}`];
    });
    expect(differences).toEqual([]);
    expect(compared.length).toBeGreaterThan(200);
  });

  it('reaches more under weaker models, and under none more than LKMM allows', () => {
    const wrong = all.flatMap(({ path, text, sc, tso, weak }) => {
      if (typeof sc === 'string' || typeof tso === 'string') return [];
      const { states, flags } = checkLitmus(text);
      const lkmm = states.map(stateText);
      const upward = [...beyond(path, sc.states, tso.states), ...beyond(path, tso.states, lkmm)];
      if (typeof weak === 'string') return upward;
      // Where there is a race, the execution has no meaning and weak does not follow it.
      const racy = flags.includes('data-race');
      const lost = racy ? [] : beyond(path, tso.states, weak.states);
      return [...upward, ...lost, ...beyond(path, weak.states, lkmm)];
    });
    expect(wrong).toEqual([]);
  });

  it('misses under weak what needs a store to be done before an earlier load, no more', () => {
    const different: string[] = [];
    let reordered = 0;
    for (const { path, text, weak } of all) {
      if (typeof weak === 'string') continue;
      const { states, flags } = checkLitmus(text, { noLoadStoreReordering: true });
      if (flags.includes('data-race')) continue;
      const allowed = states.map(stateText);
      different.push(...beyond(path, allowed, weak.states), ...beyond(path, weak.states, allowed));
      if (checkLitmus(text).states.length > weak.states.length) reordered++;
    }
    expect(different).toEqual([]);
    expect(reordered).toBeGreaterThan(20);
  });

  it('meets a race under weak where the model without that reordering flags one', () => {
    const differences = all.flatMap(({ path, text, test, weak }) => {
      // What a filter leaves out may race.
      if (typeof weak === 'string' || test.filter !== null) return [];
      const { flags } = checkLitmus(text, { noLoadStoreReordering: true });
      const flagged = flags.includes('data-race');
      return flagged === weak.races ? [] : [`${path}: flagged ${flagged}, met ${weak.races}`];
    });
    expect(differences).toEqual([]);
  });
});

describe.runIf(!hasCorpus())('the corpus', () => {
  it('is not on this machine: nothing is compared', () => {
    expect(hasCorpus()).toBe(false);
  });
});
