/** What `why` asks, and what it says: needed, redundant beside others, or idle. */
import { afterAll, describe, expect, it } from 'vitest';
import { openDesk } from '../../test/support/io.ts';
import { checkResult } from '../../test/support/trace.ts';
import type { CheckResult, Defence, Model } from '../explore/result.ts';
import { redundanciesOf } from './redundancy.ts';
import { repairNotes } from './repair.ts';
import { pairsOf, whyTable } from './why-table.ts';

const desk = openDesk('why');
afterAll(() => desk.clear());

describe('why', () => {
  const barrier = (name: string, before: string[], after: string[]): Defence => ({
    threads: [name],
    name,
    kind: 'barrier',
    primitive: 'smp_mb',
    position: null,
    weaker: ['smp_rmb', 'smp_wmb'],
    before,
    after,
  });
  const defences = [barrier('left', ['W x'], ['R y']), barrier('right', ['W y'], ['R x'])];

  const isPair = (one: Defence, other: Defence): boolean => pairsOf(one, [other]).length > 0;

  it('two barriers pair if each orders first what the other orders last', () => {
    const [left, right] = defences as [Defence, Defence];
    expect(isPair(left, right)).toBe(true);
    expect(isPair(left, left)).toBe(false);
    expect(isPair(left, barrier('same', ['W x'], ['R y']))).toBe(false);
    expect(isPair(left, { ...right, threads: ['left'] })).toBe(false);
    expect(isPair(left, { ...right, primitive: 'smp_wmb' })).toBe(false);
    expect(isPair({ ...left, kind: 'test' }, right)).toBe(false);
  });

  it('of several barriers of a thread the one pairs that stands between the same accesses', () => {
    const of = (thread: string, name: string, before: string[], after: string[]): Defence => ({
      ...barrier(name, before, after),
      threads: [thread],
    });
    const all = [
      of('writer', 'data, flag', ['W data'], ['W flag', 'W tail']),
      of('writer', 'flag, tail', ['W data', 'W flag'], ['W tail']),
      of('reader', 'tail, flag', ['R tail'], ['R flag', 'R data']),
      of('reader', 'flag, data', ['R tail', 'R flag'], ['R data']),
    ];
    const pairs = all.map((one) => [one.name, ...pairsOf(one, all).map(({ name }) => name)]);
    expect(pairs).toEqual([
      ['data, flag', 'flag, data'],
      ['flag, tail', 'tail, flag'],
      ['tail, flag', 'flag, tail'],
      ['flag, data', 'data, flag'],
    ]);
  });

  it('removes and weakens each defence, and asks no more than needed', async () => {
    const asked: string[] = [];
    const table = await whyTable(['sc', 'tso'], (model, without) => {
      asked.push([model, ...without].join(' '));
      const fails = model === 'tso' && /left$|left=smp_rmb/.test(without.join());
      return Promise.resolve(checkResult({ model, defences, verdict: fails ? 'fail' : 'pass' }));
    });
    expect(asked).toEqual([
      'sc',
      'tso',
      'sc left',
      'tso left',
      'sc left=smp_rmb',
      'tso left=smp_rmb',
      'sc left=smp_wmb',
      'tso left=smp_wmb',
      'sc right',
      'tso right',
    ]);
    expect(table.rows.map(({ defence, pairs }) => [defence.name, ...pairs])).toEqual([
      ['left', 'right'],
      ['right', 'left'],
    ]);
  });

  it('stops where somebody interrupts, and says how many were not asked for', async () => {
    let searches = 0;
    const answer = (): Promise<CheckResult> => Promise.resolve(checkResult({ defences }));
    const table = await whyTable(
      ['sc'],
      () => ((searches += 1), answer()),
      () => searches === 3,
    );
    expect(table.rows.map(({ defence }) => defence.name)).toEqual(['left']);
    expect(table.notAsked).toBe(1);
  });

  it('asks nothing of a scenario that fails by itself', async () => {
    const table = await whyTable(['sc'], () =>
      Promise.resolve(checkResult({ verdict: 'fail', defences })),
    );
    expect(table.rows).toEqual([]);
  });
});

/** A scenario that fails when all of one of these sets are removed; notes what it was asked. */
function failingWithout(...sets: readonly (readonly string[])[]) {
  const asked: string[] = [];
  const search = (model: Model, without: readonly string[]): Promise<CheckResult> => {
    asked.push(without.join(' '));
    const fails = sets.some((set) => set.every((name) => without.includes(name)));
    return Promise.resolve(checkResult({ model, verdict: fails ? 'fail' : 'pass' }));
  };
  return { asked, search };
}

describe('defences that hurt nobody when one of them is removed', () => {
  const names = ['a', 'b', 'c', 'd'];
  const setsOf = async (sets: readonly (readonly string[])[]) => {
    const { sets: found, idle } = await redundanciesOf(
      names,
      ['sc', 'tso'],
      failingWithout(...sets).search,
    );
    return { sets: found.map((one) => one.names), idle };
  };

  it('may all be idle', async () => {
    expect(await setsOf([])).toEqual({ sets: [], idle: names });
  });

  it('may be redundant in pairs, and one of them in several', async () => {
    const pairs = [
      ['a', 'b'],
      ['a', 'c'],
    ];
    expect(await setsOf(pairs)).toEqual({ sets: pairs, idle: ['d'] });
  });

  it('may be redundant in threes, which no pair shows', async () => {
    const three = ['a', 'b', 'd'];
    expect(await setsOf([three])).toEqual({ sets: [three], idle: ['c'] });
  });

  it('are called not needed only after they were removed all at once', async () => {
    const { asked, search } = failingWithout(['a', 'b']);
    expect((await redundanciesOf(names, ['tso'], search)).idle).toEqual(['c', 'd']);
    expect(asked).toContain('c d');
  });

  it('are all found, however the smallest sets overlap', async () => {
    for (const sets of [
      [
        ['a', 'b'],
        ['b', 'c', 'd'],
      ],
      [
        ['a', 'b'],
        ['a', 'c'],
        ['b', 'd'],
        ['c', 'd'],
      ],
      [['a', 'b', 'c', 'd']],
    ]) {
      expect((await setsOf(sets)).sets).toEqual(sets);
    }
  });

  it('cost one search if nothing fails without all of them', async () => {
    const { asked, search } = failingWithout();
    await redundanciesOf(names, ['tso'], search);
    expect(asked).toEqual(['a b c d']);
  });
});

describe('why', () => {
  it('names the two questions of KSM as redundant: either suffices', async () => {
    const { out } = await desk.runWith({ columns: 80 }, 'why', 'pin-vs-share');
    expect(out.replace(/\s+/g, ' ')).toMatch(
      new RegExp(
        'write_protect_page/no other references is redundant with ' +
          'folio_try_share_anon_rmap_pte/pinned: either suffices. Without both: FAIL sc \\w+\\.',
      ),
    );
    expect(out).toMatch(/folio_try_share_anon_rmap_pte\/pinned .*\n +passes \(redundant\)/);
  });

  it('fits a narrow screen, a defence a line', async () => {
    const { out } = await desk.runWith({ columns: 60 }, 'why', 'peterson', '-m', 'tso');
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(60);
  });

  it('prints what it has when it is interrupted', async () => {
    const onInterrupt = (listener: () => void): (() => void) => {
      setTimeout(listener, 0);
      return () => {};
    };
    const { code, out } = await desk.runWith({ onInterrupt }, 'why', 'pin-vs-share');
    expect(code).toBe(130);
    expect(out).toContain('pin-vs-share: open with everything in place.');
  });
});

describe('the repair', () => {
  const failing = [checkResult({ model: 'tso', verdict: 'fail' })];
  const notes = (removed: readonly string[], ...sets: readonly (readonly string[])[]) =>
    repairNotes(failing, removed, failingWithout(...sets).search);
  const passes = 'checked, passes, 1 284 states, complete';

  it('is the removed defence', async () => {
    expect(await notes(['a'], ['a'])).toEqual([['Repair', `keep a: ${passes}`]]);
  });

  it('names each defence that suffices by itself, and no other', async () => {
    expect(await notes(['a', 'b', 'c'], ['a', 'b'])).toEqual([
      ['Repair', `keep a: ${passes}`],
      ['or', `keep b: ${passes}`],
    ]);
  });

  it('is a set of which none can be left out where no single one suffices', async () => {
    expect(await notes(['a', 'b', 'c'], ['a'], ['c'])).toEqual([
      ['Repair', `keep a and c: ${passes}`],
    ]);
  });

  it('is not promised where the scenario fails with everything in place', async () => {
    expect(await notes(['a', 'b'], [])).toEqual([['Repair', 'keep a and b: checked, still fails']]);
  });

  it('is checked under the weakest model that failed', async () => {
    const models: Model[] = [];
    const both = (['tso', 'sc'] as const).map((model) => checkResult({ model, verdict: 'fail' }));
    await repairNotes(both, ['a'], (model) => {
      models.push(model);
      return Promise.resolve(checkResult({ model }));
    });
    expect(models).toEqual(['tso']);
  });
});
