/**
 * The shared litmus corpus with herd7's verdicts (src/bench/corpus.ts), and how to compare with it.
 */
import { corpusText } from '../../src/bench/corpus.ts';
import type { CorpusRow } from '../../src/bench/corpus.ts';
import { checkLitmus } from '../../src/litmus/index.ts';

export { CORPUS, answeredRows, corpusRows, corpusText, hasCorpus } from '../../src/bench/corpus.ts';
export type { CorpusRow } from '../../src/bench/corpus.ts';

/** Checks one test. @returns both verdicts where they differ, else null */
export function compare(row: CorpusRow): string | null {
  const result = checkLitmus(corpusText(row), { file: row.path });
  if (row.observation === 'ERROR') {
    return result.problems.length > 0 ? null : `${row.path}: herd7 refuses it`;
  }
  const { name, observation, states, positive, negative, flags } = result;
  const ours = [name, observation, states.length, positive, negative, flags.join(' ')].join();
  const theirs = [
    row.name,
    row.observation,
    row.states,
    row.positive,
    row.negative,
    row.flags,
  ].join();
  return ours === theirs ? null : `${row.path}: ${ours}, but herd7 ${theirs}`;
}
