/**
 * What a search counts and finds on its way, with one worker or many.
 */

import type { Automaton } from './automaton/automaton.ts';
import { Feature } from './automaton/tables.ts';
import type { Judge, Violation } from './judge.ts';
import type { Layout } from './layout.ts';
import { AUTOMATON_STATES_MAX, CHOICES_MAX, MESSAGES_MAX, SECTIONS_MAX } from './limits.ts';
import { problem } from './problem.ts';
import type { Program } from './program.ts';
import type { Reduction } from './reduction.ts';
import type { OpenReason, Problem } from './result.ts';
import { Trouble } from './trouble.ts';

/** What the user limits and asks for. */
export interface SearchOptions {
  readonly reduction: boolean;
  readonly symmetry: boolean;
  readonly keepGoing: boolean;
  /** Limits: wall seconds, states, and bytes of visited set and layers. Infinity for none. */
  readonly seconds: number;
  readonly states: number;
  readonly bytes: number;
  readonly now: () => number;
  /** When the first attempt began, by `now`. */
  readonly since: number;
  readonly stop: () => boolean;
  readonly onLayer: (counts: SearchCounts) => void;
  readonly onFinal: ((records: Int32Array, base: number) => void) | null;
  readonly onStuck: ((records: Int32Array, base: number) => void) | null;
}

/** The counts of a search so far. */
export interface SearchCounts {
  readonly states: number;
  readonly transitions: number;
  readonly depth: number;
  readonly finals: number;
  /** States of each finished layer. */
  readonly layers: readonly number[];
}

/** What a search needs. */
export interface SearchInput {
  readonly program: Program;
  readonly layout: Layout;
  readonly automaton: Automaton;
  readonly judge: Judge;
  readonly reduction: Reduction;
  readonly options: SearchOptions;
  /** Builds the program again, with variables of its own. */
  readonly rebuild: () => Program | Problem;
}

/** A violation and the layer in which it was met. */
export interface FoundViolation {
  readonly violation: Violation;
  readonly depth: number;
}

/** Something taken for granted turned out wrong: the search must be run again without it. */
export type Retry = 'reduction' | 'symmetry' | 'buffer' | 'tables';

/** How a search ended. */
export interface SearchOutcome extends SearchCounts {
  readonly complete: boolean;
  readonly open: OpenReason | null;
  readonly retry: Retry | null;
  readonly problem: Problem | null;
  readonly violations: readonly FoundViolation[];
  /** Bytes of the visited set. */
  readonly visitedBytes: number;
}

/** Counts and findings of a running search. A class because everybody on the way adds to it. */
export class Counted implements SearchCounts {
  readonly input: SearchInput;
  readonly found: Map<string, FoundViolation> = new Map();
  readonly layers: number[] = [];
  readonly symmetric: boolean;
  readonly reduces: boolean;
  states = 0;
  transitions = 0;
  finals = 0;
  depth = 0;
  /** Bytes of the visited set, and of everything that grows. */
  visitedBytes = 0;
  bytes = 0;
  /** Every layer has been looked at. */
  ended = false;
  retry: Retry | null = null;
  problem: Problem | null = null;
  open: OpenReason | null = null;
  private readonly interrupted: boolean;

  constructor(input: SearchInput) {
    const { options, judge, automaton } = input;
    this.input = input;
    const weak = input.layout.model === 'weak';
    // Messages know who stored them, so interchangeable threads are told apart under weak.
    this.symmetric = options.symmetry && !weak && !usesIdentity(automaton) && !judge.namesTwin();
    this.reduces = options.reduction && !judge.judgesEveryState;
    this.interrupted = interruptsAll(input);
    judge.restart();
  }

  isOver(): boolean {
    return this.problem !== null || this.retry !== null || this.open !== null;
  }

  /** Some step could not be made: was it because of the user's code? */
  checkAutomaton(): void {
    const { automaton } = this.input;
    this.problem ??= automaton.problem();
    if (!automaton.isFull()) return;
    if (automaton.statesMax() < AUTOMATON_STATES_MAX) this.retry = 'tables';
    else this.open = { limit: 'automaton', states: automaton.states() };
  }

  final(records: Int32Array, base: number): void {
    const { judge, options } = this.input;
    this.finals++;
    this.noteAll(judge.final(records, base));
    options.onFinal?.(records, base);
    if (this.symmetric && judge.namesTwin()) this.retry = 'symmetry';
  }

  stuck(records: Int32Array, base: number): void {
    this.input.options.onStuck?.(records, base);
    this.noteAll([this.input.judge.stuck(records, base)]);
  }

  noteAll(violations: readonly Violation[]): void {
    for (const violation of violations) {
      const key = `${violation.property.kind} ${violation.property.name}`;
      if (!this.found.has(key)) this.found.set(key, { violation, depth: this.depth });
    }
    this.problem ??= this.input.judge.mistake();
  }

  /** Puts what was found in the layer in an order that does not depend on who came first. */
  sortFound(): void {
    const found = [...this.found].toSorted(
      ([key, one], [other, { depth }]) => one.depth - depth || (key < other ? -1 : 1),
    );
    this.found.clear();
    for (const [key, one] of found) this.found.set(key, one);
  }

  trouble(trouble: Trouble, records: Int32Array, base: number, thread: number): void {
    if (trouble === Trouble.BUFFER_FULL) {
      this.retry = 'buffer';
    } else if (trouble === Trouble.MESSAGES_FULL) {
      this.open = { limit: 'messages', messages: MESSAGES_MAX };
    } else if (trouble === Trouble.SECTIONS_FULL) {
      this.open = { limit: 'sections', sections: SECTIONS_MAX };
    } else if (trouble === Trouble.POOL_EMPTY) {
      const node = records[base + this.input.layout.nodesAt + thread] ?? 0;
      const position = this.input.automaton.detail(node).stack()[0] ?? null;
      this.problem = problem('HF032', {
        what: 'kmalloc finds no free slot in its pool.',
        position,
      });
    } else {
      const violation = this.input.judge.trouble(trouble, records, base, thread);
      if (violation !== null) this.noteAll([violation]);
    }
  }

  /**
   * A thread state was discovered that tells interchangeable threads apart, or for which more must
   * be kept of finished ones (weak).
   */
  losesSymmetry(): boolean {
    if (this.interrupted !== interruptsAll(this.input)) return true;
    return this.symmetric && usesIdentity(this.input.automaton);
  }

  checkLimits(): void {
    const { options } = this.input;
    if (this.open !== null) return;
    if (this.states >= options.states) this.open = { limit: 'states', states: options.states };
    else if (this.bytes >= options.bytes) this.open = { limit: 'memory', bytes: options.bytes };
    else if (options.now() - options.since >= options.seconds) {
      this.open = { limit: 'time', seconds: options.seconds };
    } else if (options.stop()) this.open = { limit: 'interrupted' };
  }

  outcome(): SearchOutcome {
    const { states, transitions, depth, finals, layers, open, retry, visitedBytes } = this;
    const counts = { states, transitions, depth, finals, layers, open, retry, visitedBytes };
    return {
      ...counts,
      problem: this.problem,
      complete: this.ended && !this.isOver(),
      violations: [...this.found.values()],
    };
  }
}

function interruptsAll({ layout, automaton }: SearchInput): boolean {
  return layout.model === 'weak' && automaton.tables.features[Feature.INTERRUPT_ALL] === 1;
}

/** Whether some thread state uses what tells interchangeable threads apart. */
function usesIdentity(automaton: Automaton): boolean {
  const { features } = automaton.tables;
  return features[Feature.OWN_BIT] === 1 || features[Feature.GRACE] === 1;
}

/** Integers that the candidates of one state can take at the most. */
export function candidatesMax(program: Program, layout: Layout): number {
  const slots = Math.max(0, ...program.pools.map((pool) => pool.slots.length));
  const words = Math.max(0, ...program.pools.map((pool) => pool.type.size));
  const interned = layout.memoryAt - layout.observersAt + 1;
  const changes = 8 + words + layout.bufferWords + layout.threads + interned;
  const one = 5 + 2 * changes;
  return one * (2 * layout.threads + program.threads.length * Math.max(CHOICES_MAX, slots));
}
