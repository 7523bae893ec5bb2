/** What all parsers of a litmus file share: expecting, accepting, counting depth, complaining. */

import type { Place } from './ast.ts';
import { NESTING_MAX } from './limits.ts';
import { Mistake } from './mistake.ts';
import { Scanner } from './scanner.ts';
import type { Token } from './scanner.ts';

/** A scanner with a grammar's vocabulary. */
export class Reader extends Scanner {
  private depth = 0;

  /** Whether the next token is this sign or this word. */
  sees(text: string): boolean {
    const token = this.peek();
    return token.text === text && (token.kind === 'sign' || token.kind === 'word');
  }

  /** Consumes the next token if it is this sign or this word. */
  accepts(text: string): boolean {
    if (!this.sees(text)) return false;
    this.next();
    return true;
  }

  /** Consumes this sign. @param instead what else would have been accepted here */
  expects(text: string, ...instead: string[]): Token {
    if (!this.sees(text)) throw this.unexpected([`\`${text}\``, ...instead]);
    return this.next();
  }

  /** Consumes a word. @param what what the word would have named */
  expectsWord(what: string): Token {
    if (this.peek().kind !== 'word') throw this.unexpected([what]);
    return this.next();
  }

  /** Consumes a number, with its sign. @returns the number, a 32-bit signed integer */
  expectsNumber(): number {
    const negative = this.accepts('-');
    const token = this.peek();
    if (token.kind !== 'number') throw this.unexpected(['a number']);
    this.next();
    const value = negative ? -Number(token.text) : Number(token.text);
    if (value >= -(2 ** 31) && value < 2 ** 31) return value;
    const what = `${negative ? '-' : ''}${token.text} does not fit into 32 bits.`;
    throw new Mistake('HF108', what, this.place(token.offset), [
      'Every value in a litmus test is a 32-bit signed integer: -2147483648 to 2147483647.',
    ]);
  }

  /** The place of the next token. */
  here(): Place {
    return this.place(this.peek().offset);
  }

  /** Runs `inner` one level deeper; the depth is limited because the parser calls itself. */
  nested<Result>(inner: () => Result): Result {
    if (++this.depth > NESTING_MAX) {
      const what = `This is nested more than ${NESTING_MAX} levels deep.`;
      throw new Mistake('HF109', what, this.here());
    }
    const result = inner();
    this.depth--;
    return result;
  }

  /** The mistake of a token that fits nowhere. @param wanted what would have been accepted */
  unexpected(wanted: readonly string[]): Mistake {
    const token = this.peek();
    const found = token.kind === 'end' ? 'the end of the file' : `\`${token.text.slice(0, 40)}\``;
    return new Mistake(
      'HF102',
      `Here stands ${found}, but ${alternatives(wanted)} was expected.`,
      this.place(token.offset),
    );
  }
}

/** `a`, `a or b`, `a, b or c`. */
export function alternatives(all: readonly string[]): string {
  const last = all.at(-1) ?? 'nothing';
  return all.length < 2 ? last : `${all.slice(0, -1).join(', ')} or ${last}`;
}
