/** Parts of the command line by themselves: options, exit codes, trace files, why, debate. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkResult, finding, storeBuffering } from '../../test/support/trace.ts';
import type { Discussion } from '../debate/claim.ts';
import { decide } from './debate-search.ts';
import { Exit, exitCode } from './exit.ts';
import { parseCount, parseDesigns, parseLimits, parseModels, parseReporter } from './options.ts';
import { readTrace } from './read-trace.ts';
import { shownFindings } from './report-plan.ts';
import type { ScenarioReport } from './report-plan.ts';

describe('options', () => {
  it.each([
    ['time=60s,states=1e8,memory=4G', { seconds: 60, states: 1e8, bytes: 4 * 2 ** 30 }],
    ['time=1.5m', { seconds: 90 }],
    ['time=10ms', { seconds: 0.01 }],
    ['states=20k, time=2h', { states: 20_000, seconds: 7200 }],
  ])('limits: %s', (text, value) => {
    expect(parseLimits(text)).toEqual({ value });
  });

  it.each([
    '',
    'time',
    'time=',
    'time=-1s',
    'time=0',
    'time=5',
    'states=1e999',
    'memory=4X',
    'x=1',
    'time=1s,',
  ])('no limits: %s', (text) => {
    expect(parseLimits(text)).toMatchObject({ problem: { code: 'HF002' } });
  });

  it('models, counts, designs and reporters', () => {
    expect(parseModels('sc, tso,sc')).toEqual({ value: ['sc', 'tso'] });
    expect(parseModels('arm')).toMatchObject({ problem: { code: 'HF003' } });
    expect(parseCount('-j', '8', 16)).toEqual({ value: 8 });
    expect(parseCount('-j', '17', 16)).toMatchObject({ problem: { code: 'HF002' } });
    expect(parseDesigns(['a=b=c', '__proto__=x'])).toEqual({
      value: Object.fromEntries([
        ['a', 'b=c'],
        ['__proto__', 'x'],
      ]),
    });
    expect(parseReporter('junit=a=b.xml')).toEqual({ value: { name: 'junit', file: 'a=b.xml' } });
    expect(parseReporter('junit=')).toMatchObject({ problem: { code: 'HF002' } });
  });
});

describe('exit codes', () => {
  it('the most important one counts', () => {
    expect(exitCode([])).toBe(Exit.OK);
    expect(exitCode([Exit.SKIPPED, Exit.OPEN])).toBe(Exit.OPEN);
    expect(exitCode([Exit.OPEN, Exit.UNEXPECTED])).toBe(Exit.UNEXPECTED);
    expect(exitCode([Exit.UNEXPECTED, Exit.UNUSABLE])).toBe(Exit.UNUSABLE);
    expect(exitCode([Exit.UNUSABLE, Exit.INTERRUPTED])).toBe(Exit.INTERRUPTED);
    expect(exitCode([Exit.INTERRUPTED, Exit.BUG])).toBe(Exit.BUG);
  });
});

describe('trace files', () => {
  const good = { holdfastTrace: 1, file: '/s/sb.scenario.ts', finding: storeBuffering() };

  it('come back as they were written, with what was printed of them if that was saved', () => {
    expect(readTrace(JSON.stringify(good), 'a')).toEqual({ ...good, shown: null });
    const models = [{ model: 'tso', verdict: 'fail' }];
    const shown = { states: 7, expected: false, models, notes: [['Repair', 'keep it']] };
    expect(readTrace(JSON.stringify({ ...good, shown }), 'a')).toEqual({ ...good, shown });
    for (const part of [{ states: -1 }, { models: [{}] }, { notes: [['one']] }]) {
      const evil = { ...good, shown: { ...shown, ...part } };
      expect(readTrace(JSON.stringify(evil), 'a')).toMatchObject({ code: 'HF010' });
    }
  });

  it('lose what is not theirs, and control characters', () => {
    const more = { ...good, extra: 1, finding: { ...good.finding, message: '\u001b[2Jx\u202e' } };
    expect(readTrace(JSON.stringify(more), 'a')).toMatchObject({ finding: { message: ' [2Jx ' } });
    expect(readTrace(JSON.stringify(more), 'a')).not.toHaveProperty('extra');
  });

  it('an id is nothing but an id', () => {
    const evil = { ...good, finding: { ...good.finding, id: '../../x' } };
    expect(readTrace(JSON.stringify(evil), 'a')).toMatchObject({ code: 'HF010' });
  });

  it('whatever is changed in one, it is read or refused, never thrown at', () => {
    const text = JSON.stringify(good);
    const junk = fc.constantFrom(
      'null',
      '-1',
      '"x"',
      '[]',
      '{}',
      '1e99',
      '',
      '}',
      '"\\u0000"',
      'true',
    );
    const place = fc.nat(text.length);
    fc.assert(
      fc.property(place, fc.nat(12), junk, (start, length, part) => {
        const result = readTrace(text.slice(0, start) + part + text.slice(start + length), 'a');
        expect('code' in result ? result.code : 'HF010').toMatch(/^HF01[01]$/);
      }),
    );
  });

  it('any JSON at all is refused with a code', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(readTrace(text, 'a')).toHaveProperty('code');
      }),
    );
  });

  it('too many steps are refused', () => {
    const step = good.finding.trace?.steps[0];
    const steps = Array.from({ length: 20_001 }, () => step);
    const long = { ...good, finding: { ...good.finding, trace: { ...good.finding.trace, steps } } };
    expect(readTrace(JSON.stringify(long), 'a')).toMatchObject({
      details: ['finding.trace.steps has more than 20000 entries.'],
    });
  });
});

describe('debate', () => {
  const evidence = (scenario: string, expect_: 'pass' | 'fail', property?: string) => ({
    scenario,
    expect: expect_,
    shows: '',
    ...(property === undefined ? {} : { property }),
  });

  it('makes each search once and compares what it finds', async () => {
    const searched: string[] = [];
    const rows = [
      [evidence('a', 'pass'), evidence('b', 'fail', 'p')],
      [evidence('a', 'fail'), evidence('b', 'pass', 'q'), evidence('gone', 'pass')],
    ];
    const discussion: Discussion = {
      id: '999',
      title: 't',
      participants: 'p',
      claims: rows.map((one, at) => ({
        number: at + 1,
        kind: 'fact',
        who: 'w',
        claim: 'c',
        verdict: 'HOLDS',
        because: 'b',
        evidence: one,
      })),
    };
    const found = await decide(discussion, (scenario) => {
      searched.push(scenario);
      if (scenario === 'gone') return Promise.resolve(null);
      const always = (name: string) => ({ kind: 'always', name }) as const;
      const findings = scenario === 'b' ? [finding({ property: always('p') })] : [];
      const properties = ['p', 'q'].map((name) => ({
        property: always(name),
        judged: 1,
        holds: true,
      }));
      return Promise.resolve(checkResult({ findings, properties }));
    });
    expect(searched).toEqual(['a', 'b', 'gone']);
    expect(
      found.map(({ searches }) => searches.map(({ found: one, agrees }) => [one, agrees])),
    ).toEqual([
      [
        ['pass', true],
        ['fail', true],
      ],
      [
        ['pass', false],
        ['pass', true],
        ['unusable', false],
      ],
    ]);
  });
});

describe('shown findings', () => {
  it('are shown once, under the strongest model that has them', () => {
    const one = finding({});
    const other = finding({ property: { kind: 'never', name: 'other' } });
    const report = {
      info: {},
      results: [checkResult({ verdict: 'fail', findings: [one, other] })],
      beside: [checkResult({ model: 'sc', verdict: 'fail', complete: false, findings: [one] })],
      notes: [],
    } as unknown as ScenarioReport;
    expect(shownFindings(report).map(({ result, models }) => [result.model, models])).toEqual([
      [
        'sc',
        [
          { model: 'tso', verdict: 'fail' },
          { model: 'sc', verdict: 'fail' },
        ],
      ],
      [
        'tso',
        [
          { model: 'tso', verdict: 'fail' },
          { model: 'sc', verdict: 'open' },
        ],
      ],
    ]);
  });
});
