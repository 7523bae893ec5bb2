/**
 * Every state of a small program, kept whole: for tests of hashes and of searches.
 */

import { applyCandidate, createWalker, writeInitial } from '../../src/explore/walk.ts';
import { CANDIDATE_HEAD } from '../../src/explore/candidates.ts';
import type { SearchInput } from '../../src/explore/counting.ts';
import { inputFor } from '../../src/scenario/check.ts';
import type { CheckOptions } from '../../src/scenario/check.ts';
import { scenario } from '../../src/scenario/scenario.ts';
import type { Stage } from '../../src/scenario/stage.ts';

/** One state, and how it was first reached. */
export interface WholeState {
  /** Without the hash. */
  readonly words: readonly number[];
  readonly hash: string;
  /** The hash, computed from nothing. */
  readonly rehash: string;
  readonly depth: number;
}

/** All states of a program. */
export interface AllStates {
  readonly input: SearchInput;
  readonly states: readonly WholeState[];
  readonly transitions: number;
  /** Every successor that was written, also those known: its hash as written and from nothing. */
  readonly written: readonly { readonly hash: string; readonly rehash: string }[];
}

/**
 * Explores a program breadth first, telling states apart by their words and not by their hash.
 *
 * @param symmetric whether the hashes are those of a search that merges interchangeable threads
 */
export function allStates(
  body: (stage: Stage) => void,
  options: CheckOptions,
  symmetric: boolean,
): AllStates {
  const input = inputFor(scenario('small', body), options);
  if ('code' in input) throw new Error(input.what);
  const { layout } = input;
  const { stepper } = createWalker(input, symmetric);
  const hashOf = (record: Int32Array): string => `${record[0]} ${record[1]}`;
  const rehashOf = (record: Int32Array): string => {
    const copy = Int32Array.from(record);
    stepper.rehash(copy, 0);
    return hashOf(copy);
  };
  const wordsOf = (record: Int32Array): number[] => Array.from(record.subarray(2));
  const first = new Int32Array(layout.width);
  writeInitial(input, stepper, first);
  const known = new Set([wordsOf(first).join()]);
  const initial = { words: wordsOf(first), hash: hashOf(first), rehash: rehashOf(first), depth: 0 };
  const records = [first];
  const states: WholeState[] = [initial];
  const written: { hash: string; rehash: string }[] = [];
  for (let i = 0; i < records.length; i++) {
    const record = records[i] ?? first;
    for (let thread = 0; thread < layout.threads; thread++) {
      stepper.length = 0;
      stepper.look(record, 0);
      stepper.step(thread);
      for (let at = 0; at < stepper.length;) {
        const next = new Int32Array(layout.width);
        applyCandidate(stepper.out, at, record, 0, next, 0, layout.width);
        at += CANDIDATE_HEAD + 2 * (stepper.out[at + 4] ?? 0);
        const both = { hash: hashOf(next), rehash: rehashOf(next) };
        written.push(both);
        const words = wordsOf(next);
        if (known.has(words.join())) continue;
        known.add(words.join());
        records.push(next);
        states.push({ words, ...both, depth: (states[i]?.depth ?? 0) + 1 });
      }
    }
  }
  return { input, states, transitions: written.length, written };
}
