/**
 * The scanner of litmus files: characters to tokens, one at a time and on demand.
 *
 * A litmus file is written in two languages. Outside the threads comments are `(* ... *)`, nest,
 * and a name may contain dots; inside them they are C's, and `(*` is a parenthesis and a
 * dereference. The parser knows where it is and says so with `mode`; so no token is read before it
 * is asked for.
 *
 * Source: herdtools7 lib/CLexer.mll and lib/stateLexer.mll (tokens of both languages).
 */

import type { Place } from './ast.ts';
import { Mistake } from './mistake.ts';

export type Mode = 'outside' | 'code';

export interface Token {
  /** `end` is the end of the file; the text of a `sign` is the sign itself. */
  readonly kind: 'word' | 'number' | 'sign' | 'string' | 'end';
  readonly text: string;
  readonly offset: number;
}

const SIGNS_OUTSIDE = /\/\\|\\\/|=>|==|!=|<>|[{}()[\];:,&*=~+-]/y;
const SIGNS_IN_CODE =
  /==|!=|<=|>=|&&|\|\||\+\+|--|<<|>>|->|[-+*/%&|^!?]=|[{}()[\];:,&*=<>+\-/|^!~?.%]/y;
const WORD_OUTSIDE = /[A-Za-z_$.][A-Za-z0-9_$.]*/y;
const WORD_IN_CODE = /[A-Za-z_][A-Za-z0-9_]*/y;
const NUMBER = /0[xX][0-9A-Fa-f]+|[0-9]+/y;
const NAME = /[^\s{]+/y;
const BLANKS = /[ \t\r]*/y;
const KEY_AND_VALUE = /[A-Za-z][\w/.-]*[ \t]*=[^\n]*/y;
const WORDS = /[^\n{]+/y;
/** A byte order mark is a space like any other. */
const SPACE = /[ \t\r\n\f\v\uFEFF]+/y;

/** Reads tokens off a text. */
export class Scanner {
  readonly text: string;
  mode: Mode = 'outside';
  /** Where the next token is looked for. */
  offset = 0;
  private ahead: Token | null = null;
  private readonly lines: number[] = [0];

  constructor(text: string) {
    this.text = text;
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) {
      this.lines.push(at + 1);
    }
  }

  /** The next token, which stays there. */
  peek(): Token {
    this.ahead ??= this.scan();
    return this.ahead;
  }

  /** The next token, which is consumed. At the end of the file `end` is given for ever. */
  next(): Token {
    const token = this.peek();
    this.ahead = null;
    this.offset = token.offset + token.text.length;
    return token;
  }

  /** Changes the language from the next token on. */
  enter(mode: Mode): void {
    this.mode = mode;
    this.ahead = null;
  }

  /** Line and column of an offset. */
  place(offset: number): Place {
    let low = 0;
    let high = this.lines.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.lines[middle] as number) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (this.lines[low] as number) + 1 };
  }

  /**
   * Skips what stands between the test's name and its initial state: strings, comments, Key=value,
   * and words to the end of their line. Source: herdtools7 lib/splitter.mll (find_init).
   */
  skipHeader(): void {
    for (;;) {
      this.skipSpace();
      const here = this.text[this.offset];
      if (here === undefined || here === '{') return;
      if (here === '"') this.offset = this.endOfString(this.offset);
      else this.offset += (this.match(KEY_AND_VALUE) ?? this.match(WORDS) ?? '').length;
    }
  }

  /** The test's name, up to the next space; consumed. */
  name(): string | null {
    this.offset += (this.match(BLANKS) ?? '').length;
    const name = this.match(NAME);
    this.offset += (name ?? '').length;
    return name;
  }

  private scan(): Token {
    this.skipSpace();
    const offset = this.offset;
    if (offset >= this.text.length) return { kind: 'end', text: '', offset };
    const outside = this.mode === 'outside';
    const word = this.match(outside ? WORD_OUTSIDE : WORD_IN_CODE);
    if (word !== null) return { kind: 'word', text: word, offset };
    const number = this.match(NUMBER);
    if (number !== null) return { kind: 'number', text: number, offset };
    const sign = this.match(outside ? SIGNS_OUTSIDE : SIGNS_IN_CODE);
    if (sign !== null) return { kind: 'sign', text: sign, offset };
    if (this.text[offset] === '"') {
      return { kind: 'string', text: this.text.slice(offset, this.endOfString(offset)), offset };
    }
    throw this.meaningless(offset);
  }

  private meaningless(offset: number): Mistake {
    const character = String.fromCodePoint(this.text.codePointAt(offset) ?? 0);
    const what = `The character ${JSON.stringify(character)} means nothing here.`;
    const isComment = this.text.startsWith('/*', offset);
    const details = isComment ? ['Outside of threads comments are (* ... *).'] : [];
    return new Mistake('HF102', what, this.place(offset), details);
  }

  private match(pattern: RegExp): string | null {
    pattern.lastIndex = this.offset;
    return pattern.exec(this.text)?.[0] ?? null;
  }

  private skipSpace(): void {
    for (;;) {
      const space = this.match(SPACE);
      if (space !== null) this.offset += space.length;
      const start = this.offset;
      if (this.mode === 'outside' && this.text.startsWith('(*', start)) this.skipNested();
      else if (this.text.startsWith('/*', start) && this.mode === 'code') this.skipUntil('*/');
      else if (this.text.startsWith('//', start)) this.offset = this.endOfLine(start);
      else return;
    }
  }

  private skipNested(): void {
    const start = this.offset;
    const ends = /\(\*|\*\)/g;
    ends.lastIndex = start + 2;
    for (let depth = 1; depth > 0;) {
      const end = ends.exec(this.text);
      if (end === null) throw this.unfinished('comment', start, '*)');
      depth += end[0] === '(*' ? 1 : -1;
      this.offset = ends.lastIndex;
    }
  }

  private skipUntil(close: string): void {
    const end = this.text.indexOf(close, this.offset + 2);
    if (end < 0) throw this.unfinished('comment', this.offset, close);
    this.offset = end + close.length;
  }

  private endOfString(start: number): number {
    const end = this.text.indexOf('"', start + 1);
    if (end < 0) throw this.unfinished('string', start, '"');
    return end + 1;
  }

  private endOfLine(start: number): number {
    const end = this.text.indexOf('\n', start);
    return end < 0 ? this.text.length : end;
  }

  private unfinished(what: string, start: number, close: string): Mistake {
    const message = `This ${what} does not end before the file does: ${close} is missing.`;
    return new Mistake('HF107', message, this.place(start));
  }
}
