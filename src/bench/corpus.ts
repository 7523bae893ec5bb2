/**
 * The shared litmus corpus with herd7's verdicts, read in place; it is no part of the project.
 *
 * It is looked for in ../shared/litmus beside the project.
 */

import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The folder of the corpus, with a slash at its end. */
export const CORPUS: string = fileURLToPath(new URL('../../../shared/litmus/', import.meta.url));

/** Whether the corpus is on this machine. */
export function hasCorpus(): boolean {
  return existsSync(CORPUS);
}

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
  /** CPU seconds that herd7 took. */
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

/** The rows that herd7 answers, within its time. */
export function answeredRows(): CorpusRow[] {
  return corpusRows().filter(({ observation }) => !['TIMEOUT', 'ERROR'].includes(observation));
}

/** The text of one test. */
export function corpusText(row: CorpusRow): string {
  return readFileSync(CORPUS + row.path, 'utf8');
}
