/** The scanner under the build and under the tidy test: what is code, and how long it is. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { functionLengths, maskSource } from '../scripts/scan.mjs';

describe('maskSource', () => {
  it.each([
    ['a line comment', 'a; // { b', 'a;       '],
    ['a block comment', 'a /* { */ b', 'a         b'],
    ['strings, but not their quotes', `f('{', "\\"}")`, `f(' ', "   ")`],
    ['a template, but not the code in it', '`{${ f({ a: `}` }) }}`', '` ${ f({ a: ` ` }) } `'],
    ['a regular expression', 'x = /[/{]"/g; y', 'x = /     /g; y'],
    ['no division', 'a / b / c // d', 'a / b / c     '],
    ['a regular expression after a word', 'return /{/', 'return / /'],
    ['the line that names the interpreter', '#!/usr/bin/env node\na', '                   \na'],
  ])('blanks %s', (_what, source, expected) => {
    expect(maskSource(source)).toBe(expected);
  });

  it('keeps every length and every line end, whatever the text', () => {
    const piece = fc.constantFrom('`', '${', '}', '{', "'", '"', '/', '*', '\\', '\n', 'a', '😀');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const source = pieces.join('');
        const ends = (text: string): number[] => text.split('\n').map((line) => line.length);
        expect(ends(maskSource(source))).toEqual(ends(source));
      }),
    );
  });
});

describe('functionLengths', () => {
  it('finds functions of every form and nothing else', () => {
    const source = `
function plain(a = {}) {
  if (a) { return '}'; }
  for (const b of [1]) { b; }
}
export const arrow = (a, b) => {
  return { a, b };
};
const short = a => { a; };
class Some {
  static { setup(); }
  get value() {
    return \`\${(() => { return 1; })()}\`;
  }
  async *[Symbol.iterator]() {
    try { yield 1; } catch { } finally { }
  }
}
const value = (a) => ({ a });
`;
    expect(functionLengths(source)).toEqual([
      { name: 'plain', line: 2, lines: 4 },
      { name: 'arrow', line: 6, lines: 3 },
      { name: 'arrow', line: 9, lines: 1 },
      { name: 'value', line: 12, lines: 3 },
      { name: 'arrow', line: 13, lines: 1 },
      { name: 'computed', line: 15, lines: 3 },
    ]);
  });

  it('counts from the name to the closing brace when parameters take several lines', () => {
    const source = 'function wide(\n  one,\n  other,\n) {\n  return one;\n}\n';
    expect(functionLengths(source)).toEqual([{ name: 'wide', line: 1, lines: 6 }]);
  });
});
