import { describe, expect, expectTypeOf, it } from 'vitest';
import { check } from './check.ts';
import { isScenario, scenario } from './scenario.ts';

describe('a scenario', () => {
  it('is a value: declaring it runs nothing', () => {
    let ran = false;
    const one = scenario('one', () => {
      ran = true;
    });
    expect([ran, one.name, isScenario(one)]).toEqual([false, 'one', true]);
    expect(one.position?.file).toMatch(/scenario\.test\.ts$/);
  });

  it('is told from everything else', () => {
    for (const other of [null, undefined, 5, {}, () => {}, { holdfast: 'other' }]) {
      expect(isScenario(other)).toBe(false);
    }
  });

  it('may have options', () => {
    const options = { about: 'something', without: ['f/smp_mb'] };
    expect(scenario('one', options, () => {}).options).toEqual(options);
  });

  it('may be expected to fail', () => {
    expect(scenario.fails('one', () => {}).options).toEqual({ expect: 'fail' });
    const both = scenario.fails('one', { about: 'known', expect: 'pass' }, () => {});
    expect(both.options).toEqual({ about: 'known', expect: 'fail' });
  });

  it('needs a body', () => {
    const bare = scenario as unknown as (name: string, options: object) => unknown;
    expect(() => bare('one', {})).toThrow("scenario 'one': Its body is undefined");
  });
});

describe('scenario.each', () => {
  it('makes a scenario of each combination, in order', () => {
    const all = scenario.each({ model: ['a', 'b'], count: [1, 2] }, 'all', () => {});
    expect(all.map(({ name }) => name)).toEqual([
      'all (model=a, count=1)',
      'all (model=a, count=2)',
      'all (model=b, count=1)',
      'all (model=b, count=2)',
    ]);
    expect(all.every(isScenario)).toBe(true);
  });

  it('gives the parameters to the body, and to the options', async () => {
    const all = scenario.each(
      { count: [1, 3], locked: [true, false] },
      'all',
      ({ count, locked, thread }) => {
        expectTypeOf(count).toEqualTypeOf<1 | 3>();
        expectTypeOf(locked).toEqualTypeOf<boolean>();
        for (let i = 0; i < count; i++) thread(`t${i} ${locked}`, () => {});
      },
      ({ locked }) => ({ expect: locked ? 'pass' : 'fail' }),
    );
    const results = [];
    for (const one of all) results.push(await check(one));
    expect(results.map(({ threads, expected }) => `${threads} ${expected}`)).toEqual([
      '1 pass',
      '1 fail',
      '3 pass',
      '3 fail',
    ]);
  });
});

describe('a scenario that is declared wrongly', () => {
  const loose = scenario as unknown as ((...parts: unknown[]) => unknown) & {
    each: (...parts: unknown[]) => unknown;
  };
  const body = (): void => {};

  it.each([
    [['x', { expected: 'fail' }, body], "There is no option 'expected'. Did you mean 'expect'?"],
    [['x', { expect: 'fails' }, body], 'The option \'expect\' cannot be "fails"'],
    [['x', { expect: { x86: 'fail' } }, body], "There is no option 'x86'. There are: sc, tso"],
    [['x', { expect: { sc: 'no' } }, body], 'The option \'sc\' cannot be "no"'],
    [['x', {}], 'Its body is undefined, not a function.'],
    [['', body], 'It has no name.'],
  ])('throws at once: %j', (parts, what) => {
    expect(() => loose(...parts)).toThrow(what);
  });

  it('throws where a parameter has no values: there would be no scenario', () => {
    expect(() => loose.each({ order: [] }, 'x', body)).toThrow('a parameter has no values');
  });
});
