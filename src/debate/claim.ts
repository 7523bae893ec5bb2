/**
 * What a mailing-list discussion claims, row by row, and which searches decide it. Data only.
 *
 * The verdict that stands in a row is what we expect, never the answer: the answer is what the
 * searches of `evidence` find, and where the two differ the difference is shown.
 */

/** What kind of sentence a row repeats. */
export type ClaimKind = 'proposal' | 'question' | 'fact' | 'policy';

/**
 * HOLDS and WRONG say what they say; IF: holds under the condition that `because` names; ANSWER: a
 * question, answered in `because`; OPEN: not decided yet; OUT: not something that a model can
 * decide.
 */
export type ClaimVerdict = 'HOLDS' | 'WRONG' | 'IF' | 'ANSWER' | 'OPEN' | 'OUT';

/** One search, and what it must find for the row's verdict to stand. */
export interface Evidence {
  /** The scenario's name, as `holdfast list` prints it. */
  readonly scenario: string;
  /** The memory model; every model of the search when left out. */
  readonly model?: 'sc' | 'tso' | 'weak';
  /** The property that decides; the whole verdict when left out. */
  readonly property?: string;
  readonly expect: 'pass' | 'fail';
  /** Defences that are removed in addition to the scenario's own. */
  readonly without?: readonly string[];
  /** What this search says about the claim, in a few words. */
  readonly shows: string;
}

/** One row of a discussion. */
export interface Claim {
  readonly number: number;
  readonly kind: ClaimKind;
  /** Who says it, and when. */
  readonly who: string;
  /** The claim, in our own words. */
  readonly claim: string;
  readonly verdict: ClaimVerdict;
  /** Why; for IF the condition, for OPEN what is missing. One or two sentences. */
  readonly because: string;
  readonly evidence: readonly Evidence[];
  /** What only weaker machines (arm64, POWER) would show, or which later work decides the row. */
  readonly later?: string;
}

/** A discussion. */
export interface Discussion {
  /** Its number, as in `holdfast debate 000`. */
  readonly id: string;
  readonly title: string;
  /** Who wrote, and when. */
  readonly participants: string;
  readonly claims: readonly Claim[];
}
