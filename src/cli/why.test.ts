/** What `why` asks, and what it says: needed, redundant beside others, or idle. */
import { afterAll, describe, expect, it } from 'vitest';
import { openDesk } from '../../test/support/io.ts';
import { checkResult } from '../../test/support/trace.ts';
import type { CheckResult, Defence, Model } from '../explore/result.ts';
import { redundanciesOf } from './redundancy.ts';
import { repairNotes } from './repair.ts';
import { whyProgress } from './why-progress.ts';
import { pairsOf, whyTable } from './why-table.ts';

const desk = openDesk('why');
afterAll(() => desk.clear());

describe('why without a terminal', () => {
  const row = { removed: { tso: checkResult({ verdict: 'fail' }) }, weaker: [], pairs: [] };
  const told = (...seconds: number[]): string => {
    const texts: string[] = [];
    const clock = [0, ...seconds.map((one) => 1000 * one)];
    const tell = whyProgress(
      's',
      (text) => texts.push(text),
      () => clock.shift() ?? 0,
    );
    const defence = { name: 'f/smp_mb' } as Defence;
    for (const _ of seconds) tell({ ...row, defence }, 3, 8);
    return texts.join('');
  };

  it('says from time to time how far it is, unless it ends at once', () => {
    const line = (time: string): string => `why s: 3 of 8  ${time}  without f/smp_mb: FAIL tso\n`;
    expect(told(9)).toBe('');
    expect(told(12, 15, 23)).toBe(line('12 s') + line('23 s'));
  });

  it('is told of each row when it is known', async () => {
    const known: string[] = [];
    const defence = { name: 'f/smp_mb', kind: 'barrier', weaker: [], threads: [] } as never;
    const search = (): Promise<CheckResult> =>
      Promise.resolve(checkResult({ verdict: 'pass', defences: [defence] }));
    const onRow = (one: { defence: Defence }, at: number, all: number): void =>
      void known.push(`${one.defence.name} ${at} of ${all}`);
    await whyTable(['sc'], search, () => false, onRow);
    expect(known).toEqual(['f/smp_mb 1 of 1']);
  });
});

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
      of('writer', 'flag, tail', ['W flag', 'W data'], ['W tail']),
      of('reader', 'tail, flag', ['R tail'], ['R flag', 'R data']),
      of('reader', 'flag, data', ['R flag', 'R tail'], ['R data']),
    ];
    const pairs = all.map((one) => [one.name, ...pairsOf(one, all).map(({ name }) => name)]);
    expect(pairs).toEqual([
      ['data, flag', 'flag, data'],
      ['flag, tail', 'tail, flag'],
      ['tail, flag', 'flag, tail'],
      ['flag, data', 'data, flag'],
    ]);
  });

  it('a barrier pairs with the nearest one, also where another orders more', () => {
    const of = (thread: string, name: string, before: string[], after: string[]): Defence => ({
      ...barrier(name, before, after),
      threads: [thread],
    });
    const all = [
      of('ksm', 'pte, count', ['W pte'], ['R count', 'W exclusive', 'W pte']),
      of('ksm', 'exclusive, pte', ['W exclusive', 'R count', 'W pte'], ['W pte']),
      of('gup', 'count, pte', ['W count', 'R pte'], ['R pte', 'R exclusive']),
      of('gup', 'pte, exclusive', ['R pte', 'W count'], ['R exclusive']),
    ];
    const pairs = all.map((one) => [one.name, ...pairsOf(one, all).map(({ name }) => name)]);
    expect(pairs).toEqual([
      ['pte, count', 'count, pte'],
      ['exclusive, pte', 'pte, exclusive'],
      ['count, pte', 'pte, count'],
      ['pte, exclusive', 'exclusive, pte'],
    ]);
  });

  it('an acquire pairs with a release, and with no other acquire', () => {
    const of = (thread: string, primitive: string, before: string, after: string): Defence => ({
      ...barrier(`${thread}/${primitive}`, [before], [after]),
      kind: 'order',
      primitive,
      threads: [thread],
    });
    const all = [
      of('one', 'smp_load_acquire', 'R full', 'W slot'),
      of('one', 'smp_store_release', 'R slot', 'W full'),
      of('other', 'smp_load_acquire', 'R slot', 'W full'),
      of('other', 'atomic_read_acquire', 'R full', 'W slot'),
    ];
    const pairs = all.map((one) => [one.name, ...pairsOf(one, all).map(({ name }) => name)]);
    expect(pairs).toEqual([
      ['one/smp_load_acquire'],
      ['one/smp_store_release', 'other/atomic_read_acquire'],
      ['other/smp_load_acquire'],
      ['other/atomic_read_acquire', 'one/smp_store_release'],
    ]);
  });

  it('a load that meets a store pairs before two stores do', () => {
    const of = (thread: string, number: number): Defence => {
      const [own, other] = thread === 'left' ? ['x', 'y'] : ['y', 'x'];
      const [first, second] = [[`W ${own}`], [`W turn`, `W ${own}`]];
      const rest = [`R ${other}`, 'R turn'];
      const [before, after] = number === 1 ? [first, ['W turn', ...rest]] : [second, rest];
      return { ...barrier(`${thread} ${number}`, before, after), threads: [thread] };
    };
    const all = ['left', 'right'].flatMap((thread) => [of(thread, 1), of(thread, 2)]);
    const pairs = pairsOf(of('left', 2), all).map(({ name }) => name);
    expect(pairs).toEqual(['right 1', 'right 2']);
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

  it('asks for the order of an access where a model can miss it, and only once', async () => {
    const order: Defence = {
      ...barrier('reader', ['R flag'], ['R data']),
      kind: 'order',
      primitive: 'smp_load_acquire',
      weaker: ['READ_ONCE'],
    };
    const asking = async (models: Model[]) => {
      const asked: string[] = [];
      const { rows, unjudged } = await whyTable(models, (model, without) => {
        asked.push([model, ...without].join(' '));
        const verdict = without.length > 0 ? 'fail' : 'pass';
        return Promise.resolve(checkResult({ model, defences: [order], verdict }));
      });
      return [asked, rows.length, unjudged.length];
    };
    expect(await asking(['sc', 'tso', 'weak'])).toEqual([
      ['sc', 'tso', 'weak', 'weak reader'],
      1,
      0,
    ]);
    expect(await asking(['sc', 'tso'])).toEqual([['sc', 'tso'], 0, 1]);
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

  const passing = (first: string, second: string): string => `
import { scenario, u32 } from 'holdfast';
import { READ_ONCE, smp_mb, smp_rmb, smp_wmb, WRITE_ONCE } from 'holdfast/linux';
export default scenario('passing', ({ alloc, thread, never }) => {
  const [x, y] = [alloc(u32, 'x'), alloc(u32, 'y')];
  const one = thread('one', () => {
    ${first}
  });
  const two = thread('two', () => {
    ${second}
  });
  never('both', () => one.result() === 0 && two.result() === 0);
});
`;
  const buffering = passing(
    'WRITE_ONCE(x, 1); smp_mb(); return READ_ONCE(y);',
    'WRITE_ONCE(y, 1); smp_mb(); return READ_ONCE(x);',
  );

  it('names what a barrier pairs with, and where that stands below each other', async () => {
    desk.write('buffering.scenario.ts', buffering);
    const wide = await desk.run('why', 'buffering.scenario.ts', '-m', 'tso');
    expect(wide.out).toMatch(/^ {2}one\/smp_mb .* two\/smp_mb$/m);
    const narrow = { columns: 50 };
    const { out } = await desk.runWith(narrow, 'why', 'buffering.scenario.ts', '-m', 'tso');
    expect(out.replaceAll(/\s+/g, ' ')).toContain(
      'pairs with two/smp_mb (buffering.scenario.ts:10)',
    );
  });

  it('names no partner that it says is not needed', async () => {
    const text = passing(
      'WRITE_ONCE(x, 1); smp_wmb(); WRITE_ONCE(y, 1);',
      'if (READ_ONCE(y) === 0) return 1; smp_rmb(); return READ_ONCE(x);',
    ).replace('one.result() === 0 && ', '');
    desk.write('message.scenario.ts', text);
    const onTso = await desk.run('why', 'message.scenario.ts', '-m', 'tso');
    expect(onTso.out).toMatch(/^ {2}one\/smp_wmb .* passes +-$/m);
    const onWeak = await desk.run('why', 'message.scenario.ts', '-m', 'weak');
    expect(onWeak.out).toMatch(/^ {2}one\/smp_wmb .* FAIL weak .* two\/smp_rmb$/m);
  });

  it('says of acquire and release what is left of them, and who judges them', async () => {
    const text = passing(
      'WRITE_ONCE(x, 1); smp_store_release(y, 1);',
      'if (smp_load_acquire(y) === 0) return 1; return READ_ONCE(x);',
    )
      .replace('one.result() === 0 && ', '')
      .replace('smp_wmb,', 'smp_wmb, smp_load_acquire, smp_store_release,');
    desk.write('release.scenario.ts', text);
    const { out } = await desk.run('why', 'release.scenario.ts');
    expect(out).toMatch(
      /^ {2}one\/smp_store_release .* as WRITE_ONCE: FAIL weak .* two\/smp_load/m,
    );
    expect(out).toMatch(/^ {2}two\/smp_load_acquire .* as READ_ONCE: FAIL weak .* one\/smp_store/m);
    expect(out).toContain('Both are needed.');
    const onTso = await desk.run('why', 'release.scenario.ts', '-m', 'sc,tso');
    expect(onTso.out.replaceAll(/\s+/g, ' ')).toContain(
      'passing passes. one/smp_store_release and 1 more are orders that sc and tso always keep: ' +
        '-m weak judges them.',
    );
  });

  it('draws the execution of each FAIL where it is asked to be verbose', async () => {
    desk.write('buffering.scenario.ts', buffering);
    const { out } = await desk.run('why', 'buffering.scenario.ts', '-m', 'tso', '-v');
    const found = [...out.matchAll(/FAIL tso {2}(\w+)/g)].map(([, id]) => id);
    const drawn = [...out.matchAll(/Again {3}holdfast replay passing:(\w+)/g)].map(([, id]) => id);
    expect(drawn).toEqual(found);
    expect(found).toHaveLength(2);
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
