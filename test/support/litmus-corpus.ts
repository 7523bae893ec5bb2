/**
 * The shared litmus corpus with herd7's verdicts, read in place; it is no part of the project.
 *
 * It is looked for in ../shared/litmus beside the project.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { checkLitmus } from '../../src/litmus/index.ts';

/** The folder of the corpus, with a slash at its end. */
export const CORPUS: string = fileURLToPath(new URL('../../../shared/litmus/', import.meta.url));

/** herd7's verdict on one test. */
export interface CorpusRow {
  readonly path: string;
  readonly name: string;
  /** `Never`, `Sometimes`, `Always`, `TIMEOUT` or `ERROR`. */
  readonly observation: string;
  readonly states: number;
  readonly positive: number;
  readonly negative: number;
  readonly flags: string;
  readonly seconds: number;
}

/** All verdicts. */
export function corpusRows(): CorpusRow[] {
  const lines = readFileSync(`${CORPUS}herd7-verdicts.csv`, 'utf8').trim().split('\n');
  return lines.slice(1).map((line) => {
    const [path = '', name = '', observation = '', ...rest] = line.split(',');
    const [states, positive, negative, flags = '', seconds] = rest;
    return {
      path,
      name,
      observation,
      states: Number(states),
      positive: Number(positive),
      negative: Number(negative),
      flags,
      seconds: Number(seconds),
    };
  });
}

/** Checks one test. @returns both verdicts where they differ, else null */
export function compare(row: CorpusRow): string | null {
  const result = checkLitmus(readFileSync(CORPUS + row.path, 'utf8'), { file: row.path });
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
