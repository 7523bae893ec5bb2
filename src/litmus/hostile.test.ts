/**
 * Hostile and oversized input: a clear problem or OPEN, in bounded time and memory.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { chanceFrom } from '../../test/diy/random.ts';
import type { Chance } from '../../test/diy/random.ts';
import { checkLitmus } from './index.ts';
import type { LitmusOptions, LitmusResult } from './index.ts';

function run(code: string, options: LitmusOptions = {}, head = '{}'): LitmusResult {
  return checkLitmus(`C t\n${head}\n${code}\nexists (x=1)`, options);
}

function codesOf(result: LitmusResult): string[] {
  return result.problems.map(({ code }) => code);
}

function many(count: number, text: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => text(index)).join('\n');
}

describe('the size of a file', () => {
  it('is limited: ten megabytes are refused unread', () => {
    const start = performance.now();
    expect(codesOf(checkLitmus('C t\n{}\n'.padEnd(10_000_000, ' ')))).toEqual(['HF100']);
    expect(performance.now() - start).toBeLessThan(200);
  });

  it('just under the limit is read in reasonable time, comments and all', () => {
    const comment = `(* ${'x'.repeat(900_000)} *)`;
    expect(run('P0(int *x) { *x = 1; }', {}, `${comment}\n{}`).positive).toBe(1);
    const openings = `(* ${'(* '.repeat(300_000)}`;
    expect(codesOf(run('P0(int *x) { }', {}, `${openings}{}`))).toEqual(['HF107']);
  });
});

describe('nesting', () => {
  it('of parentheses, blocks, stars, branches and negations is limited', () => {
    const deep = 50_000;
    const texts = [
      `P0(int *x) { int r = ${'('.repeat(deep)}1${')'.repeat(deep)}; }`,
      `P0(int *x) { ${'{'.repeat(deep)}${'}'.repeat(deep)} }`,
      `P0(int *x) { int r = ${'*'.repeat(deep)}x; }`,
      `P0(int *x) { ${'*'.repeat(deep)}x = 1; }`,
      `P0(int *x) { ${'if (1) '.repeat(deep)}*x = 1; }`,
      `P0(int *x) { ${'while (1) '.repeat(deep)}*x = 1; }`,
      `P0(int *x) { int r = ${'(int)'.repeat(deep)}1; }`,
    ];
    for (const text of texts) expect(codesOf(run(text)), text.slice(0, 30)).toEqual(['HF109']);
    const condition = `exists ${'~'.repeat(deep)}x=1`;
    expect(codesOf(checkLitmus(`C t\n{}\nP0(int *x) {}\n${condition}`))).toEqual(['HF109']);
    const implied = `exists ${'x=1 => '.repeat(deep)}x=1`;
    expect(codesOf(checkLitmus(`C t\n{}\nP0(int *x) {}\n${implied}`))).toEqual(['HF109']);
  });

  it('does not count what stands side by side', () => {
    const sum = Array.from({ length: 900 }, () => '1').join(' + ');
    expect(run(`P0(int *x) { *x = (${sum}) / 900; }`).observation).toBe('Always');
    const either = `exists (${Array.from({ length: 5_000 }, () => 'x=1').join(' \\/ ')})`;
    expect(checkLitmus(`C t\n{}\nP0(int *x) { *x = 1; }\n${either}`).observation).toBe('Always');
  });
});

describe('computation', () => {
  it('of one value by very many operations is refused, in one expression and in many', () => {
    const sum = Array.from({ length: 20_000 }, () => 'r').join(' + ');
    expect(codesOf(run(`P0(int *x) { int r = ${sum}; }`))).toEqual(['HF109']);
    const steps = many(20_000, () => 'r = r + r;');
    expect(codesOf(run(`P0(int *x) { int r = *x;\n${steps} }`))).toEqual(['HF109']);
  });

  it('of one value by few operations that double it each time is done once for each', () => {
    const doublings = many(40, () => 'r = r + r;');
    const result = run(`P0(int *x) { int r = 1 + *x; ${doublings} *x = r + 1; }`);
    expect(result.observation).toBe('Always');
  });

  it('of one value through very many accesses is refused', () => {
    const sums = many(90, () => 'r = r + 1;');
    const chain = many(100, () => `r = READ_ONCE(*x); ${sums} WRITE_ONCE(*x, r);`);
    expect(codesOf(run(`P0(int *x) { int r; ${chain} }`))).toEqual(['HF109']);
  });

  it('in loops inside the last rounds of loops needs no more room than one loop', () => {
    const inside = (inner: string, level: number): string =>
      `a${level} = 0; while (a${level} < 98) {
         a${level} = a${level} + 1; if (a${level} == 97) { ${inner} } }`;
    const loops = Array.from({ length: 40 }, (_, level) => level).reduce(inside, '*x = 1;');
    expect(run(`P0(int *x) { ${loops} }`, { unroll: 100 }).observation).toBe('Always');
  });

  it('in loops in loops is OPEN when it takes too many statements', () => {
    const loop = (inner: string, name: string): string =>
      `${name} = 0; while (${name} < 99) { ${inner} ${name} = ${name} + 1; }`;
    const loops = ['a', 'b', 'c', 'd'].reduce(loop, '');
    expect(run(`P0(int *x) { ${loops} }`, { unroll: 100 }).open?.limit).toBe('paths');
  });
});

describe('the size of a search', () => {
  it('of ten thousand events is OPEN at once', () => {
    const result = run(`P0(int *x) {\n${many(10_000, () => 'WRITE_ONCE(*x, 1);')}\n}`);
    expect(result.open).toEqual({ limit: 'events', events: 10_000 });
    expect(result.decided).toBe(false);
  });

  it('with too many ways through a thread is OPEN', () => {
    const branches = many(
      40,
      (index) => `if (READ_ONCE(*x) == ${index}) WRITE_ONCE(*y, ${index});`,
    );
    const result = run(`P0(int *x, int *y) {\n${branches}\n}`);
    expect(result.open).toMatchObject({ limit: 'paths', thread: 0 });
  });

  it('with too many combinations of ways stops at the time given', () => {
    const branches = many(12, (index) => `if (READ_ONCE(*y) == ${index}) *x = 1;`);
    const threads = many(5, (index) => `P${index}(int *x, int *y) {\n${branches}\n}`);
    const start = performance.now();
    const result = run(threads, { until: { seconds: 0.3 } });
    expect(result.open).toEqual({ limit: 'time', seconds: 0.3 });
    expect(performance.now() - start).toBeLessThan(3000);
  });

  it('with billions of orders of writes takes no memory for them', () => {
    const threads = many(14, (index) => `P${index}(int *x) { WRITE_ONCE(*x, ${index}); }`);
    const before = process.memoryUsage().heapUsed;
    const result = run(threads, { until: { seconds: 0.3 } });
    expect(result.open?.limit).toBe('time');
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(200e6);
  });

  it('with hundreds of accesses to one place still looks at the clock', () => {
    const thread = many(200, () => 'WRITE_ONCE(*x, READ_ONCE(*x) + 1);');
    const start = performance.now();
    run(`P0(int *x) {\n${thread}\n}`, { until: { seconds: 0.2 } });
    expect(performance.now() - start).toBeLessThan(5000);
  });

  it('can be interrupted', () => {
    const threads = many(14, (index) => `P${index}(int *x) { WRITE_ONCE(*x, ${index}); }`);
    expect(run(threads, { stop: () => true }).open).toEqual({ limit: 'interrupted' });
  });

  it('is decided without counting where counting would not end', () => {
    const writers = many(12, (index) => `P${index}(int *x) { WRITE_ONCE(*x, ${index}); }`);
    const text = `C t\n{}\n${writers}\nP12(int *z) { int r = READ_ONCE(*z); }\nexists (12:r=1)`;
    const result = checkLitmus(text, { until: { candidates: 1000 } });
    expect(result.open).toEqual({ limit: 'candidates', candidates: 1000 });
    expect(result).toMatchObject({ observation: 'Never', decided: true });
  });
});

describe('a damaged file', () => {
  const folder = new URL('../../litmus/', import.meta.url);
  const files = readdirSync(folder).filter((name) => name.endsWith('.litmus'));
  const texts = files.map((name) => readFileSync(new URL(name, folder), 'utf8'));

  /** A text with a few words or signs left out, doubled, exchanged or replaced by others. */
  function damaged(text: string, chance: Chance): string {
    const tokens = text.split(/(\w+|\s+|[^\w\s])/).filter((token) => token !== '');
    for (let times = 1 + chance.number(3); times > 0; times--) {
      const [at, other] = [chance.number(tokens.length), chance.number(tokens.length)];
      const [here = '', there = ''] = [tokens[at], tokens[other]];
      tokens[at] = chance.pick(['', `${here} ${here}`, there, '}', '(', '0', 'x', '*']);
    }
    return tokens.join('');
  }

  it('is answered or refused, and nothing is thrown', () => {
    const chance = chanceFrom(1);
    let answered = 0;
    for (let times = 0; times < 1000; times++) {
      const text = damaged(chance.pick(texts as [string, ...string[]]), chance);
      const until = { candidates: 200, seconds: 1 };
      const result = checkLitmus(text, { until, explain: chance.once(4) });
      for (const { code } of result.problems) expect(code).toMatch(/^HF1[01][0-9]$/);
      if (result.problems.length === 0) answered++;
    }
    expect(answered).toBeGreaterThan(200);
  });
});

describe('loops', () => {
  it('that never end are cut, and no execution is left', () => {
    const result = run('P0(int *x) { while (1) WRITE_ONCE(*x, 1); }');
    expect(result).toMatchObject({ cut: true, positive: 0, negative: 0, observation: 'Never' });
  });

  it('inside loops are followed as often as asked for, at most a hundred times', () => {
    const code = `P0(int *x, int *y) {
      while (READ_ONCE(*y) == 1) while (READ_ONCE(*y) == 1) *x = 1;
    }`;
    expect(run(code, { unroll: 1e9, until: { seconds: 1 } }).problems).toEqual([]);
  });
});

describe('a number as an address', () => {
  it('is a problem where some execution has it, as in herd7', () => {
    const result = run('P0(int *x) { int r = READ_ONCE(*x); *r = 1; }');
    expect(codesOf(result)).toEqual(['HF112']);
    expect(result.problems[0]?.position).toMatchObject({ line: 3, column: 37 });
  });

  it('is none where no execution has it', () => {
    const code = 'P0(int *x, int *p) { int r = READ_ONCE(*p); if (r != 0) *r = 1; }';
    expect(run(code, {}, '{ p=x; }')).toMatchObject({ problems: [], observation: 'Always' });
    expect(run(code)).toMatchObject({ problems: [], observation: 'Never' });
  });
});

describe('a thread without its end', () => {
  it.each(['exists (x=1)', 'forall (x=1)', 'filter (x=1)', 'locations [x;]', 'P1(int *x) {}'])(
    'is told at %s',
    (behind) => {
      const { problems } = checkLitmus(`C t\n{}\nP0(int *x) { *x = 1;\n${behind}\n`);
      expect(problems[0]).toMatchObject({ code: 'HF102', position: { line: 4, column: 1 } });
      expect(problems[0]?.what).toMatch(/^The thread does not end before .* a } is missing\.$/);
    },
  );

  it('an empty file is told to be empty', () => {
    expect(checkLitmus('').problems[0]?.what).toBe('The file is empty.');
  });
});

describe('arithmetic without a result', () => {
  it('on addresses and by zero is a problem where some execution has it', () => {
    expect(codesOf(run('P0(int *x) { *x = x * 2; }'))).toEqual(['HF113']);
    expect(codesOf(run('P0(int *x, int *y) { int r = *y; *x = r + 1; }', {}, '{ y=x; }'))).toEqual([
      'HF113',
    ]);
    const [problem] = run('P0(int *x) { int r = 1 / *x; }').problems;
    expect(problem).toMatchObject({ code: 'HF113', position: { line: 3, column: 24 } });
    expect(run('P0(int *x, int *y) { *x = (x == y) + (x - x) + (x != 0); }').positive).toBe(1);
  });
});
