/**
 * Litmus tests by hand: a short way to write a program, and to read its outcomes.
 *
 *     litmus({ x: 'word', y: 'word' }, [[W('x', 1), R('y')], [W('y', 1), R('x')]])
 *
 * The registers of a thread are its results in program order; an outcome reads `0 1 | x=1`: the
 * registers of all threads in order, then the final value of each word that was asked for.
 */

import { mixed } from './program.ts';
import type { Access, Kind, Operand, Outcome, Program, Statement } from './program.ts';

/** A call whose word has a name and whose register has none yet. */
export interface Call {
  readonly primitive: string;
  readonly word: string | null;
  readonly operands: readonly Operand[];
  readonly tells: boolean;
}

/** A call that tells nothing. */
export function call(
  primitive: string,
  word: string | null = null,
  ...operands: readonly Operand[]
): Call {
  return { primitive, word, operands, tells: false };
}

/** A call whose result is kept. */
export function told(primitive: string, word: string, ...operands: readonly Operand[]): Call {
  return { primitive, word, operands, tells: true };
}

/** WRITE_ONCE. */
export const W = (word: string, value: number): Call => call('WRITE_ONCE', word, value);
/** READ_ONCE. */
export const R = (word: string): Call => told('READ_ONCE', word);
/** smp_mb. */
export const MB: Call = call('smp_mb');

/** A word's kind, and its initial value where that is not 0. */
export type Words = Readonly<Record<string, Kind | readonly [Kind, number]>>;

/** A program of straight-line threads. */
export function litmus(words: Words, threads: readonly (readonly Call[])[]): Program {
  const names = Object.keys(words);
  return {
    slots: 0,
    words: names.map((name) => {
      const [kind, initial] = [words[name] ?? 'word'].flat() as [Kind, number?];
      return { name, kind, initial: initial ?? 0 };
    }),
    threads: threads.map((calls, index) => ({
      name: `P${index}`,
      count: 1,
      device: false,
      on: null,
      body: calls.map((one, at) => statement(one, at, names)),
      gives: 'number',
    })),
  };
}

function statement(
  { primitive, word, operands, tells }: Call,
  at: number,
  names: readonly string[],
): Access {
  const index = word === null ? null : names.indexOf(word);
  return { do: 'access', primitive, word: index, operands, into: tells ? `r${at}` : null };
}

/** The distinct outcomes of a program, readable and sorted. */
export function readable(
  program: Program,
  finals: Iterable<string>,
  finalWords: readonly string[] = [],
): string[] {
  const texts = [...finals].map((final) => oneReadable(program, JSON.parse(final), finalWords));
  return [...new Set(texts)].sort();
}

function oneReadable(program: Program, outcome: Outcome, finalWords: readonly string[]): string {
  const registers = program.threads.flatMap(({ body }, index) =>
    unmixed(outcome.results[index] ?? 0, body.filter(tellsSomething).length),
  );
  const words = finalWords.map((name) => {
    const index = program.words.findIndex((word) => word.name === name);
    return `${name}=${outcome.memory[index]}`;
  });
  return [registers.join(' '), words.join(' ')].filter((text) => text !== '').join(' | ');
}

const tellsSomething = (one: Statement): boolean => one.do === 'access' && one.into !== null;

/** The values that `mixed` mixed, each of 0 to 30. */
function unmixed(result: number, count: number): number[] {
  const values: number[] = [];
  let rest = result;
  for (let i = 0; i < count; i++) {
    const value = (((rest - mixed([])) % 31) + 31 + mixed([])) % 31;
    values.unshift(value);
    rest = (rest - value) / 31;
  }
  return values;
}
