/** The messages between the command (main thread) and the search (worker thread). */

import type { NotRun, Outcomes } from '../bridge/outcomes.ts';
import type { CheckResult, Model, Position, Problem, Progress, Trace } from '../explore/result.ts';
import type { LitmusResult } from '../litmus/index.ts';

/** Options of a search that can be sent; what is absent has the default of `check`. */
export interface SearchOptions {
  readonly model?: Model;
  readonly jobs?: number;
  readonly until?: Limits;
  readonly without?: readonly string[];
  readonly designs?: Readonly<Record<string, string>>;
  readonly reduction?: boolean;
  readonly symmetry?: boolean;
  readonly keepGoing?: boolean;
}

/** Where a search stops. */
export interface Limits {
  readonly seconds?: number;
  readonly states?: number;
  readonly bytes?: number;
}

/** An exported scenario, without its code. */
export interface ScenarioInfo {
  readonly file: string;
  /** Which of the file's scenarios, in order of export. */
  readonly index: number;
  readonly name: string;
  readonly about: string | null;
  readonly expected: Readonly<Record<Model, 'pass' | 'fail'>>;
  readonly position: Position | null;
}

/** Where a replay ended: how many steps of the trace the scenario made, and what it did instead. */
export interface ReplayOutcome {
  readonly matched: number;
  readonly divergence: string | null;
}

/** A litmus test, and what to find out about it. */
export interface LitmusRequest {
  readonly file: string;
  readonly text: string;
  /** Look for a witness or a cycle. */
  readonly explain: boolean;
  /** Rounds of a `while` that are followed; null for the usual number. */
  readonly unroll: number | null;
  readonly until: Limits;
  /** The models of the search that it is run on too. */
  readonly models: readonly Model[];
}

/** What the memory model says, and each model of the search that was asked. */
export interface LitmusFound {
  readonly result: LitmusResult;
  readonly outcomes: readonly (Outcomes | NotRun)[];
  /** States of LKMM that weak leaves out (reordered.ts); null: not asked, or not known. */
  readonly reordered: number | null;
}

/** What the command asks. */
export type Request =
  | ({ readonly kind: 'litmus' } & LitmusRequest)
  | { readonly kind: 'load'; readonly file: string }
  | {
      readonly kind: 'check';
      readonly file: string;
      readonly index: number;
      readonly options: SearchOptions;
    }
  | {
      readonly kind: 'replay';
      readonly file: string;
      readonly index: number;
      readonly trace: Trace;
    };

/** A request with its number, and the words that both threads see. */
export interface NumberedRequest {
  readonly id: number;
  readonly request: Request;
}

/** What the worker answers. */
export type Answer =
  | { readonly kind: 'scenarios'; readonly scenarios: readonly ScenarioInfo[] }
  | { readonly kind: 'result'; readonly result: CheckResult }
  | { readonly kind: 'replayed'; readonly outcome: ReplayOutcome }
  | { readonly kind: 'litmus'; readonly found: LitmusFound }
  | { readonly kind: 'problem'; readonly problem: Problem }
  | { readonly kind: 'bug'; readonly text: string };

/** What nobody caught: a callback or a promise that a scenario left behind. */
export interface LateFailure {
  /** The user's file that it comes from; null if it is ours. */
  readonly file: string | null;
  readonly text: string;
}

/** An answer, news of a search that goes on, or what nobody asked for. */
export type Message =
  | { readonly id: number; readonly answer: Answer }
  | { readonly id: number; readonly progress: Progress }
  | { readonly late: LateFailure };

/** Indices of the words that both threads see. */
export const Shared = {
  /** 1 asks the search to stop. */
  STOP: 0,
  /** Counts up as long as the search is alive. */
  BEAT: 1,
  WORDS: 2,
} as const;
