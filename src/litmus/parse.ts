/**
 * A litmus file as a tree: header, initial state, threads, final clauses, and their agreement.
 *
 * Source: herdtools7 doc/herd.tex (the format) and lib/splitter.mll (its parts).
 */

import type { Problem } from '../explore/result.ts';
import type { LitmusTest, Location, Proposition, ThreadText } from './ast.ts';
import { TEXT_LENGTH_MAX, THREADS_MAX } from './limits.ts';
import { Mistake, problemOf } from './mistake.ts';
import { parseCondition, parseFilter, parseInitial, parseLocations } from './parse-state.ts';
import { parseThread } from './parse-thread.ts';
import { Reader } from './reader.ts';

/**
 * Parses a litmus file.
 *
 * @param text the file
 * @param file its name, for positions
 * @returns the test, or the first problem
 */
export function parseLitmus(text: string, file: string): LitmusTest | { problem: Problem } {
  try {
    return parse(text);
  } catch (thrown) {
    return { problem: problemOf(thrown, file) };
  }
}

/** Parses a litmus file. @throws Mistake */
export function parse(text: string): LitmusTest {
  if (text.length > TEXT_LENGTH_MAX) {
    const what = `The file has ${text.length} characters; the limit is ${TEXT_LENGTH_MAX}.`;
    throw new Mistake('HF100', what, null);
  }
  const reader = new Reader(text);
  const name = parseName(reader);
  reader.skipHeader();
  const initial = parseInitial(reader);
  const threads = parseThreads(reader);
  const locations = parseLocations(reader);
  const filter = parseFilter(reader);
  const { quantifier, condition } = parseCondition(reader);
  const test = { name, initial, threads, locations, filter, quantifier, condition };
  for (const location of locationsOf(test)) checkLocation(location, threads);
  return test;
}

/** `C name`: the first word is the language. */
function parseName(reader: Reader): string {
  const language = reader.peek();
  const at = reader.here();
  const known = language.kind === 'word' && language.text === 'C';
  if (!known) {
    const word = /^\S{0,20}/.exec(reader.text.slice(language.offset, language.offset + 40))?.[0];
    if (word === '' || word === undefined) throw new Mistake('HF101', 'The file is empty.', at);
    throw new Mistake('HF101', `A litmus test in C begins with C, and this one with ${word}.`, at, [
      'Tests in assembly or LISA are not read.',
    ]);
  }
  reader.next();
  const name = reader.name();
  // herd7 prints the name without the suffix, which some authors copy from the file's name.
  if (name !== null) return name.replace(/\.litmus$/, '');
  throw new Mistake('HF101', 'After C the name of the test is missing.', at);
}

function parseThreads(reader: Reader): ThreadText[] {
  const threads: ThreadText[] = [];
  for (let thread = parseThread(reader); thread !== null; thread = parseThread(reader)) {
    if (threads.length === THREADS_MAX) {
      const next = 'Use fewer: no more than a handful can be decided.';
      throw new Mistake('HF110', `A test has at most ${THREADS_MAX} threads.`, thread.at, [], next);
    }
    if (thread.number !== threads.length) {
      const what = `Here P${threads.length} is expected: threads are numbered 0, 1, 2 in order.`;
      throw new Mistake('HF110', what, thread.at);
    }
    threads.push(thread);
  }
  if (threads.length === 0) throw reader.unexpected(['a thread such as `P0(int *x) { ... }`']);
  reader.enter('outside');
  return threads;
}

/** Every location that the test asks for or initialises. */
function locationsOf(test: LitmusTest): Location[] {
  const filtered = test.filter === null ? [] : mentioned(test.filter);
  const initial = test.initial.map(({ location }) => location);
  return [...initial, ...test.locations, ...filtered, ...mentioned(test.condition)];
}

/** The locations of a proposition, in order of their appearance. */
export function mentioned(proposition: Proposition): Location[] {
  switch (proposition.kind) {
    case 'is': {
      const { left, right } = proposition;
      return 'at' in right ? [left, right] : [left];
    }
    case 'not':
      return mentioned(proposition.of);
    case 'implies':
      return [...mentioned(proposition.left), ...mentioned(proposition.right)];
    case 'and':
    case 'or':
      return proposition.of.flatMap(mentioned);
  }
}

function checkLocation(location: Location, threads: readonly ThreadText[]): void {
  if (location.kind === 'global' || location.thread < threads.length) return;
  const what = `There is no thread P${location.thread}; the last one is P${threads.length - 1}.`;
  throw new Mistake('HF110', what, location.at);
}
