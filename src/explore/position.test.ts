import { describe, expect, it } from 'vitest';
import { callerPosition, callStack, positionsOf } from './position.ts';

describe('a stack of V8', () => {
  const stack = [
    'Error: position',
    '    at folio_mkclean (file:///home/a%20b/mm/rmap.ts:12:34)',
    '    at Object.body (/srv/x.scenario.ts:5:6)',
    '    at async Promise.all (index 0)',
    '    at new Thing (C:\\kernel\\x.ts:1:2)',
    '    at https://example.org/play.js?v=3:9:10',
    '    at Array.map (<anonymous>)',
    '    at node:internal/main:7:8',
  ].join('\n');

  it('gives file, line and column of each call, innermost first', () => {
    expect(positionsOf(stack)).toEqual([
      { file: '/home/a b/mm/rmap.ts', line: 12, column: 34 },
      { file: '/srv/x.scenario.ts', line: 5, column: 6 },
      { file: 'C:\\kernel\\x.ts', line: 1, column: 2 },
      { file: 'https://example.org/play.js', line: 9, column: 10 },
    ]);
  });
});

describe('a stack of SpiderMonkey', () => {
  const stack = [
    'folio_mkclean@file:///home/mm/rmap.js:12:34',
    'body/<@https://example.org/x.js:5:6',
    '@https://example.org/play.js:9:10',
    '',
  ].join('\n');

  it('gives the same', () => {
    expect(positionsOf(stack)).toEqual([
      { file: '/home/mm/rmap.js', line: 12, column: 34 },
      { file: 'https://example.org/x.js', line: 5, column: 6 },
      { file: 'https://example.org/play.js', line: 9, column: 10 },
    ]);
  });
});

describe('what is no stack', () => {
  it.each(['', 'Error', 'Error: at a.ts', 'at somewhere:1:2', 'x:y'])('%j has no calls', (text) => {
    expect(positionsOf(text)).toEqual([]);
  });
});

describe('the caller', () => {
  it('is the nearest call outside of the checker', () => {
    const here = callerPosition();
    expect(here?.file).toMatch(/position\.test\.ts$/);
  });

  it('is found below many calls', () => {
    const deep = (n: number): number => (n === 0 ? callStack().length : deep(n - 1));
    expect(deep(20)).toBeGreaterThan(20);
  });

  it('costs the user’s own stacks nothing', () => {
    const before = Error.stackTraceLimit;
    callStack();
    expect(Error.stackTraceLimit).toBe(before);
  });
});
