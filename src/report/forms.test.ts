/** The other forms of a result: commit message, problem, check lines, annotations, pages. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  at,
  checkResult,
  finding,
  pinVersusShare,
  steps,
  storeBuffering,
  trace,
} from '../../test/support/trace.ts';
import { closest, didYouMean } from './closest.ts';
import { codes } from './codes.ts';
import { dotText } from './dot.ts';
import { explained, explanation } from './explain.ts';
import { findingLine, searchLines } from './github.ts';
import { checkLines, outcomeOf, progressText, totalLine } from './human.ts';
import { plainStyle } from './paint.ts';
import { patchText } from './patch.ts';
import { problemText } from './problem.ts';
import { stateText } from './state.ts';
import { amount, byteCount, duration, listed, roughAmount, slug, wrapped } from './text.ts';

/** Columns of a line in which a tab goes to the next multiple of eight. */
function columnsOf(line: string): number {
  let columns = 0;
  for (const one of line.split(''))
    columns = one === '\t' ? columns - (columns % 8) + 8 : columns + 1;
  return columns;
}

describe('the form for a commit message', () => {
  it('is drawn as kernel developers draw it', () => {
    expect(`\n${patchText(pinVersusShare())}\n`).toMatchInlineSnapshot(`
      "
      	gup-fast			ksm

      	(1) B1 read pte: ro
      					(2) A1 clear pte: ro -> none
      					(3) A2 pinned? 1
      	(4) B3 pin the folio
      	(5) B4 pte unchanged? ro
      	    [old value: (2) not seen]
      	(6) B5 exclusive? 1
      					(7) A3 clear exclusive
      					(8) A4 restore pte

      	=> pinned (refs 1025) and shared (excl 0). Needs (2) to become
      	   visible after (5), not possible on x86. Found with holdfast,
      	   pin-vs-share:3f9k2.
      "
    `);
    expect(`\n${patchText(storeBuffering())}\n`).toMatchInlineSnapshot(`
      "
      	left				right

      	(1) WRITE_ONCE(x, 1)
      	    [still in the store buffer]
      	(2) READ_ONCE(y): 0
      					(3) WRITE_ONCE(y, 1)
      					(4) READ_ONCE(x): 0
      					    [old value: (1) not seen]
      	(5) visible: x 1

      	=> both read 0 holds. Needs (1) to become visible after (4), as x86
      	   may do. Found with holdfast, store-buffering:8kq0d.
      "
    `);
  });

  it.each([1, 2, 3, 4, 5, 9])('has at most 75 columns with %d threads', (count) => {
    const threads = Array.from({ length: count }, (_unused, at_) => `worker thread ${at_}`);
    const all = threads.map((_name, thread) => ({
      thread,
      label: 'take a speculative reference to the folio unless it is being freed',
      observed: 'a long value',
      readsFrom: 0,
      missed: 1,
    }));
    const text = patchText(finding({ trace: trace({ threads, steps: steps(...all) }) }));
    expect(Math.max(...text.split('\n').map(columnsOf))).toBeLessThanOrEqual(75);
    expect(text).toMatch(/^[\t -~\n]*$/);
  });
});

describe('a problem', () => {
  const problem = {
    code: 'HF021',
    what: 'The scenario does something different when it is run again.',
    position: at('/d/my-driver.scenario.ts', 2, 30),
    details: ['first difference: step 7 of thread rx'],
  };
  const source = "first\n  thread('rx', () => { if (++tries > 3) return; });\n";

  it('has place, source, caret, details and advice', () => {
    const context = { sourceOf: () => source, place: () => 'my-driver.scenario.ts:2:30' };
    expect(`\n${problemText(problem, context)}\n`).toMatchInlineSnapshot(`
      "
      HF021  The scenario does something different when it is run again.

        my-driver.scenario.ts:2:30
          2 |   thread('rx', () => { if (++tries > 3) return; });
            |                              ^^^^^
        first difference: step 7 of thread rx

        Most likely: a variable outside of the thread is changed by it.
        Put it in shared memory, or inside the function; let a thread return what a property
        needs.
        More: holdfast explain HF021
      "
    `);
  });

  it('does without the source where it cannot be read', () => {
    const text = problemText(problem, { sourceOf: () => null });
    expect(text).toContain('/d/my-driver.scenario.ts:2:30\n  first difference');
  });

  it('keeps the caret on the screen and below its column, however long the line is', () => {
    const long = `${' '.repeat(9)}${'x'.repeat(200)}bad(); ${'y'.repeat(200)}`;
    const where = { ...problem, position: at('/d/a.ts', 1, 210) };
    const lines = problemText(where, { sourceOf: () => long }).split('\n');
    const line = lines.find((one) => one.includes('bad();')) ?? '';
    const caret = lines.find((one) => one.includes('^')) ?? '';
    expect(caret.indexOf('^')).toBe(line.indexOf('bad'));
    expect(caret).toMatch(/ \^{3}$/);
    expect(line.length).toBeLessThanOrEqual(plainStyle.width);
  });

  it('never writes what a file holds to the terminal as it is', () => {
    const text = problemText(problem, { sourceOf: () => 'a\n\u001b[2J evil \u0007 and more text' });
    expect(text).not.toContain('\u001b');
  });
});

describe('the lines of check', () => {
  const open = { limit: 'time', seconds: 60 } as const;
  const results = [
    checkResult({}),
    checkResult({
      scenario: 'dirty-cow',
      verdict: 'fail',
      expected: 'fail',
      states: 61,
    }),
    checkResult({ scenario: 'broken', verdict: 'fail', states: 17 }),
    checkResult({ scenario: 'fixed', expected: 'fail' }),
    checkResult({ scenario: 'nfs', verdict: 'open', complete: false, open, states: 2_100_000 }),
  ];

  it('line up and say what was found', () => {
    const widths = { name: 16 };
    const lines = results.flatMap((result) => checkLines(result, widths, plainStyle));
    const text = [...lines, '', totalLine(results, 67, plainStyle)].join('\n');
    expect(`\n${text.replaceAll('\n  ', '\n')}\n`).toMatchInlineSnapshot(`
      "
        pass   pin-vs-share      2 threads     1 284 states   complete   0.9 s
      fails  dirty-cow         2 threads   found after 61              0.9 s   as expected
      FAIL   broken            2 threads   found after 17              0.9 s
      PASS   fixed             2 threads     1 284 states   complete   0.9 s   expected FAIL
      open   nfs               2 threads     2.1 M states   stopped at 60 s
             holdfast check nfs --until time=10m

      5 scenarios   2 as expected   2 unexpected   1 open   tso   67 s
      "
    `);
  });

  it('are judged against what was expected', () => {
    expect(results.map(outcomeOf)).toEqual([
      'as expected',
      'as expected',
      'unexpected',
      'unexpected',
      'open',
    ]);
    const problems = [{ code: 'HF020', what: '', position: null, details: [] }];
    expect(outcomeOf(checkResult({ problems }))).toBe('problem');
  });

  it.each([40, 60, 80])('keep to %d columns, with the facts below the name', (width) => {
    const style = { ...plainStyle, width };
    const lines = results.flatMap((result) => checkLines(result, { name: 40 }, style));
    expect(lines[0]).toBe('  pass   pin-vs-share');
    expect(lines[1]).toMatch(/^ {9}2 threads {3}1 284 states/);
    const told = lines.filter((line) => !line.includes('holdfast check'));
    expect(Math.max(...told.map((line) => line.length))).toBeLessThanOrEqual(width);
  });

  it('say what a thread with too many states of its own may be: a loop written by hand', () => {
    const open = { limit: 'automaton', states: 262_144 } as const;
    const said = checkLines(checkResult({ verdict: 'open', open }), { name: 12 }, plainStyle);
    expect(said.join('\n')).toContain('a thread has more than 262 144 states of its own');
    expect(said.at(-1)).toContain('loop(() => again) forgets them');
  });

  it('say a limit of milliseconds as it was given', () => {
    const short = checkResult({ verdict: 'open', open: { limit: 'time', seconds: 0.01 } });
    expect(checkLines(short, { name: 12 }, plainStyle)[0]).toContain('stopped at 10 ms');
    const one = checkResult({ verdict: 'open', states: 1, open: { limit: 'states', states: 1 } });
    expect(checkLines(one, { name: 12 }, plainStyle)[0]).toMatch(/ 1 state {3}stopped at 1 state$/);
  });

  it('show progress with an honest estimate', () => {
    const text = progressText(
      'pin',
      812_345,
      { states: 1_300_000, spread: 200_000 },
      6,
      roughAmount,
    );
    expect(text).toBe('pin  812 k of about 1.3 M (±200 k)   62 %   ETA 3.6 s');
    expect(progressText('pin', 812, null, 6, roughAmount)).toBe('pin  812 states  6.0 s');
  });
});

describe('annotations for GitHub', () => {
  const files = { name: (file: string) => file, isOwn: (file: string) => file.startsWith('/r/') };
  const models = [
    { model: 'tso', verdict: 'fail' },
    { model: 'sc', verdict: 'pass' },
  ] as const;

  it('escape what would end them, and name the models that show the finding', () => {
    const position = at('/r/a,b:c.ts', 3, 5);
    const found = finding({ position, message: '50% lost\nsecond line' });
    const result = checkResult({ verdict: 'fail' });
    expect(findingLine({ finding: found, result, models }, files)).toBe(
      '::error file=/r/a%2Cb%3Ac.ts,line=3,col=5,title=pin-vs-share%3A never "pinned and shared"' +
        '::50%25 lost%0Asecond line%0AUnder tso, not under sc.',
    );
  });

  it('stand at a line of the repository, not at one of an installed package', () => {
    const stack = [at('/p/holdfast/gup.ts', 40, 5), at('/r/my.scenario.ts', 7, 3)];
    const all = steps({ thread: 0, position: at('/p/holdfast/gup.ts', 40, 5), stack });
    const found = finding({ trace: trace({ steps: all }) });
    const result = checkResult({ verdict: 'fail', expected: 'fail' });
    const line = findingLine({ finding: found, result, models }, files);
    expect(line).toContain('::notice file=/r/my.scenario.ts,line=7,col=3,');
    expect(line).toContain('%0Aholdfast replay pin-vs-share:3f9k2');
  });

  it('warn of what is open and say nothing about what passes', () => {
    const open = checkResult({ verdict: 'open', open: { limit: 'interrupted' } });
    expect(searchLines(open, at('/r/a.ts', 2, 1), files)).toEqual([
      '::warning file=/r/a.ts,line=2,col=1,title=pin-vs-share (tso)%3A open::interrupted',
    ]);
    expect(searchLines(checkResult(), null, files)).toEqual([]);
  });
});

describe('pages', () => {
  it('exist for every code and every word, and fit their width', () => {
    const all = [...codes.map(({ code }) => code), ...explained().words];
    expect(all.length).toBeGreaterThan(60);
    for (const word of all) {
      const page = explanation(word, 80) ?? '';
      expect(page.split('\n').length, word).toBeGreaterThan(2);
      expect(Math.max(...page.split('\n').map((line) => line.length)), word).toBeLessThanOrEqual(
        80,
      );
    }
  });

  it('have codes in order, each once, with full texts', () => {
    const numbers = codes.map(({ code }) => Number(code.slice(2)));
    expect(numbers).toEqual([...new Set(numbers)].toSorted((one, other) => one - other));
    for (const { title, explanation: text, likely, next } of codes) {
      expect([title, text, likely, next].every((part) => part.length > 10)).toBe(true);
    }
  });

  it('exist for whatever is always on, under the name that check prints', () => {
    const folder = new URL('../explore/', import.meta.url);
    const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
      /(?<!\.test)\.ts$/.test(name),
    );
    const text = names.map((name) => readFileSync(new URL(name, folder), 'utf8')).join('\n');
    const patterns = [
      /\bfail\(state, '([^']+)'/g,
      /kind: 'automatic', name: '([^']+)'/g,
      /\bautomatic\('([^']+)'/g,
      /const name = .* \? '([^']+)' : '[^']+';/g,
      /const name = .* \? '[^']+' : '([^']+)';/g,
    ];
    const found = patterns.flatMap((one) => [...text.matchAll(one)].map((match) => match[1] ?? ''));
    expect(found).toEqual(expect.arrayContaining(['deadlock', 'wrong unlock', 'exception']));
    for (const name of [...found, 'data race', 'livelock']) {
      expect(explanation(name, 80), name).not.toBeNull();
    }
  });

  it('speak of no option that does not exist', () => {
    const texts = [...explained().words, ...codes.map(({ code }) => code)];
    const pages = texts.map((word) => explanation(word, 1000) ?? '').join(' ');
    const options = new Set(pages.match(/--[a-z][a-z-]*/g) ?? []);
    const files = ['check-options.ts', 'commands/new.ts'];
    const known = files
      .map((file) => readFileSync(new URL(`../cli/${file}`, import.meta.url), 'utf8'))
      .join('\n');
    for (const option of options) {
      expect(`${known} --help`, option).toContain(option.replace('--no-', '--no-'));
    }
  });

  it('are found by other words too, and by no property of objects', () => {
    expect(explanation('Stale_Read', 80)).toBe(explanation('stale', 80));
    expect(explanation('constructor', 80)).toBeNull();
    expect(explanation('toString', 80)).toBeNull();
  });
});

describe('suggestions', () => {
  it('are the nearest words', () => {
    expect(closest('pin-vs-shares', ['pin-vs-share', 'dirty-cow'])).toEqual(['pin-vs-share']);
    expect(didYouMean('smp_bm', ['smp_mb', 'smp_rmb', 'xchg'])).toBe(
      'Did you mean smp_mb or smp_rmb?',
    );
    expect(didYouMean('zzz', ['abc'])).toBe('');
  });
});

describe('state and graph', () => {
  it('the state after a row names what waits in a store buffer', () => {
    const sb = trace({ ...(storeBuffering().trace ?? { steps: [] }) });
    expect(stateText(sb, 1, {})).toBe('  x  0\n  y  0\n  in the store buffer of left: x 1');
    expect(stateText(sb, 5, {})).toBe('  x  1\n  y  1');
    expect(stateText(sb, 6, {})).toBeNull();
  });

  it('the graph has a cluster a thread and an edge for what was missed', () => {
    const sb = trace({ ...(storeBuffering().trace ?? { steps: [] }), scenario: 'a "b"' });
    const text = dotText(sb);
    expect(text).toContain('digraph "a \\"b\\""');
    expect(text.match(/subgraph/g)).toHaveLength(2);
    expect(text).toContain('r1 -> r4 [label="missed x", color=red];');
  });

  it('the graph says across threads which write each read saw, and which it came before', () => {
    const all = steps(
      { thread: 0, primitive: 'WRITE_ONCE', field: 'b.x', written: '1' },
      { thread: 1, primitive: 'READ_ONCE', field: 'b.x', observed: '1', readsFrom: 1 },
      { thread: 1, primitive: 'READ_ONCE', field: 'b.y', observed: '0', readsFrom: 0 },
      { thread: 1, primitive: 'READ_ONCE', field: 'b.z', observed: '0', readsFrom: 0 },
      { thread: 0, primitive: 'WRITE_ONCE', field: 'b.y', written: '1' },
    );
    const edges = dotText(trace({ steps: all })).match(/^ {2}r\d+ -> r\d+ .*$/gm);
    expect(edges).toEqual([
      '  r1 -> r2 [label="rf x", color=blue, constraint=false];',
      '  r0 -> r3 [label="rf y", color=blue, constraint=false];',
      '  r3 -> r5 [label="fr y", style=dashed];',
    ]);
  });

  it('the graph says which write replaced that of another thread', () => {
    const all = steps(
      { thread: 0, primitive: 'WRITE_ONCE', field: 'b.x', written: '1' },
      { thread: 0, primitive: 'WRITE_ONCE', field: 'b.x', written: '2' },
      { thread: 1, primitive: 'WRITE_ONCE', field: 'b.x', written: '3' },
    );
    const edges = dotText(trace({ steps: all })).match(/^ {2}r\d+ -> r\d+ .*$/gm);
    expect(edges).toEqual(['  r2 -> r3 [label="co x", color=brown];']);
  });
});

describe('numbers and texts', () => {
  it.each([
    [amount(1284), '1 284'],
    [amount(48_020), '48 020'],
    [amount(2_100_000), '2.1 M'],
    [amount(2.17e20), '2e20'],
    [roughAmount(812_345), '812 k'],
    [duration(0.94), '0.9 s'],
    [duration(67.2), '67 s'],
    [duration(200), '3 min 20 s'],
    [byteCount(4 * 2 ** 30), '4.0 GB'],
    [listed(['a', 'b', 'c'], 'or'), 'a, b or c'],
    [slug('dirty-cow (4.8, before 19be)'), 'dirty-cow-4.8-before-19be'],
    [slug('../../etc/passwd'), 'etc-passwd'],
    [slug('…'), 'scenario'],
    [wrapped('one two  three\nfour', 9).join('|'), 'one two|three|four'],
  ])('%s', (found, expected) => {
    expect(found).toBe(expected);
  });
});
