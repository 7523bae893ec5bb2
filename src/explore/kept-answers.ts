/**
 * What properties said of some states, kept to be asked again (other-ways.ts).
 *
 * Of all states that are judged the first, second, fourth, eighth and so on are kept: more are not
 * needed, since what makes an answer change is not the state.
 */

/** A state, and what each property said of it, by number. */
export interface KeptState {
  readonly record: Int32Array;
  readonly answers: ReadonlyMap<number, boolean>;
}

/** Keeps answers of one search. */
export interface KeptAnswers {
  /** Where to note what is said of the next state, or null if it is not kept. */
  next(records: Int32Array, base: number, width: number): Map<number, boolean> | null;
  readonly states: () => readonly KeptState[];
  readonly count: () => number;
  clear(): void;
}

const STATES_MAX = 8;

/** Begins to keep answers. */
export function keepAnswers(): KeptAnswers {
  let judged = 0;
  let kept: KeptState[] = [];
  return {
    next(records, base, width) {
      judged++;
      const isWanted = (judged & (judged - 1)) === 0 && kept.length < STATES_MAX;
      if (!isWanted) return null;
      const answers = new Map<number, boolean>();
      kept.push({ record: records.slice(base, base + width), answers });
      return answers;
    },
    states: () => kept,
    count: () => kept.reduce((sum, { answers }) => sum + answers.size, 0),
    clear() {
      judged = 0;
      kept = [];
    },
  };
}
