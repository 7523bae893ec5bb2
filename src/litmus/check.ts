/**
 * Checking a litmus test: all its candidate executions, those that the model allows, their final states.
 */

import type { LitmusTest, Location, Quantifier } from './ast.ts';
import { visitCandidates } from './candidates.ts';
import type { Visitor } from './candidates.ts';
import type { Path } from './event.ts';
import { CANDIDATES_MAX, EVENTS_MAX, PATHS_MAX, UNROLL_DEFAULT, UNROLL_MAX } from './limits.ts';
import { Model } from './model.ts';
import type { Ruling } from './model.ts';
import { holds, locationText, observed, valueText } from './outcome.ts';
import type { FinalValue } from './outcome.ts';
import { programOf } from './program.ts';
import type { Program } from './program.ts';
import type { LitmusOpen, Observation, StateEntry } from './result.ts';
import { structureOf } from './structure.ts';
import type { Structure } from './structure.ts';
import { Terms } from './term.ts';
import { noAddress, pathsOf } from './thread.ts';
import type { Values } from './values.ts';

/** What limits a search. */
export interface LitmusLimits {
  readonly seconds?: number;
  /** Candidate executions. */
  readonly candidates?: number;
}

/** How to check. */
export interface SearchOptions {
  /** Rounds of a `while` that are followed. */
  readonly unroll?: number;
  readonly until?: LitmusLimits;
  /** Asked now and then; true ends the search. */
  readonly stop?: () => boolean;
}

/** One judged candidate, while it lasts. */
export interface Judged {
  readonly model: Model;
  readonly values: Values;
  readonly orders: readonly (readonly number[])[];
  readonly ruling: Ruling;
  readonly final: FinalValue;
  readonly tally: Tally;
  /** Whether the proposition holds in its final state. */
  readonly positive: boolean;
}

/** What was counted. */
export interface Tally {
  readonly program: Program;
  positive: number;
  negative: number;
  candidates: number;
  cut: boolean;
  open: LitmusOpen | null;
  readonly flags: Set<string>;
  /** Final states by their text. */
  readonly states: Map<string, readonly number[]>;
  readonly observed: readonly Location[];
}

/**
 * Searches all executions of a test.
 *
 * @throws Mistake where the test does something that has no meaning
 */
export function search(test: LitmusTest, options: SearchOptions): Tally {
  return new LitmusSearch(programOf(test), options, null, false).run();
}

/**
 * Shows all candidate executions of a test, consistent or not.
 *
 * @param look is shown every candidate that the filter lets through
 * @param loose show also those that violate `coherence` or `atomic`; the counts mean nothing then
 * @throws Mistake as `search` does
 */
export function visitAll(
  test: LitmusTest,
  options: SearchOptions,
  look: (judged: Judged) => void,
  loose = false,
): Tally {
  return new LitmusSearch(programOf(test), options, look, loose).run();
}

class LitmusSearch {
  private readonly program: Program;
  private readonly tally: Tally;
  private readonly look: ((judged: Judged) => void) | null;
  private readonly unroll: number;
  private readonly candidatesMax: number;
  private readonly deadline: number;
  private readonly options: SearchOptions;
  private readonly loose: boolean;
  private steps = 0;

  constructor(
    program: Program,
    options: SearchOptions,
    look: ((judged: Judged) => void) | null,
    loose: boolean,
  ) {
    this.loose = loose;
    this.program = program;
    this.options = options;
    this.look = look;
    this.unroll = Math.min(options.unroll ?? UNROLL_DEFAULT, UNROLL_MAX);
    this.candidatesMax = options.until?.candidates ?? CANDIDATES_MAX;
    this.deadline = Date.now() + 1000 * (options.until?.seconds ?? Infinity);
    this.tally = {
      ...{ program, positive: 0, negative: 0, candidates: 0, cut: false, open: null },
      ...{ flags: new Set(), states: new Map(), observed: observed(program) },
    };
  }

  run(): Tally {
    const threads = this.paths();
    if (threads !== null) this.combine(threads, []);
    return this.tally;
  }

  /** All ways through all threads, or null when there are too many. */
  private paths(): Path[][] | null {
    const { test, numbers, addressable, registers } = this.program;
    const terms = new Terms();
    const all: Path[][] = [];
    for (const thread of test.threads) {
      const own = registers[thread.number] ?? new Map<string, number>();
      const around = { terms, globals: numbers, addressable, unroll: this.unroll, registers: own };
      const paths = pathsOf(thread, around);
      if (paths === null) {
        this.tally.open = { limit: 'paths', paths: PATHS_MAX, thread: thread.number };
        return null;
      }
      if (paths.some(({ end }) => end === 'cut')) this.tally.cut = true;
      all.push(paths.filter(({ end }) => end !== 'cut'));
    }
    return all;
  }

  private combine(threads: readonly Path[][], chosen: Path[]): boolean {
    const paths = threads[chosen.length];
    if (paths === undefined) return this.structure(chosen);
    for (const path of paths) {
      chosen.push(path);
      const goOn = this.combine(threads, chosen);
      chosen.pop();
      if (!goOn) return false;
    }
    return true;
  }

  private structure(paths: readonly Path[]): boolean {
    const events = paths.reduce((sum, path) => sum + path.events.length, 0);
    if (events > EVENTS_MAX) return this.leaveOpen({ limit: 'events', events });
    if (!this.mayGoOn()) return false;
    const structure = structureOf([...paths], this.loose);
    if (structure === null) return true;
    return visitCandidates(structure, this.program.initial, this.visitor(structure), this.loose);
  }

  private visitor(structure: Structure): Visitor {
    let model: Model | null = null;
    return {
      mayGoOn: () => this.mayGoOn(),
      reads: (values) => {
        model ??= new Model(structure);
        return model.takeReads(values) || this.look !== null;
      },
      candidate: (values, orders) => this.candidate(model as Model, values, orders),
      fault: (constraint) => {
        throw noAddress(0, constraint.at);
      },
    };
  }

  private candidate(
    model: Model,
    values: Values,
    orders: readonly (readonly number[])[],
  ): boolean {
    const { tally, program } = this;
    if (tally.candidates >= this.candidatesMax) {
      return this.leaveOpen({ limit: 'candidates', candidates: this.candidatesMax });
    }
    tally.candidates++;
    const final = finalValue(program, model.structure, values, orders);
    const { filter, condition } = program.test;
    if (filter !== null && !holds(filter, program, final)) return true;
    const ruling = model.rule(values, orders);
    const positive = holds(condition, program, final);
    this.look?.({ model, values, orders, ruling, final, positive, tally });
    if (ruling.violated !== null) return true;
    if (positive) tally.positive++;
    else tally.negative++;
    for (const flag of [...ruling.flags, ...model.flags(values)]) tally.flags.add(flag);
    const state = tally.observed.map(final);
    tally.states.set(state.join(), state);
    return true;
  }

  private mayGoOn(): boolean {
    if (this.tally.open !== null) return false;
    if ((++this.steps & 255) !== 0) return true;
    if (this.options.stop?.() === true) return this.leaveOpen({ limit: 'interrupted' });
    if (Date.now() <= this.deadline) return true;
    return this.leaveOpen({ limit: 'time', seconds: this.options.until?.seconds ?? 0 });
  }

  private leaveOpen(reason: LitmusOpen): false {
    this.tally.open = reason;
    return false;
  }
}

/** Looks up what a location holds in the end. */
function finalValue(
  { numbers, initial }: Program,
  structure: Structure,
  values: Values,
  orders: readonly (readonly number[])[],
): FinalValue {
  return (location) => {
    if (location.kind === 'register') {
      const term = structure.paths[location.thread]?.registers.get(location.name);
      return term === undefined ? 0 : (values.of(term) ?? 0);
    }
    const number = numbers.get(location.name) as number;
    const order = orders[structure.locations.indexOf(number)];
    const last = order?.at(-1);
    return last === undefined ? (initial[number] as number) : (values.written(last) ?? 0);
  };
}

/** herd7's word for the counts. */
export function observationOf({ positive, negative }: Tally): Observation {
  if (positive === 0) return 'Never';
  return negative === 0 ? 'Always' : 'Sometimes';
}

/** Whether the quantified condition holds. */
export function isOk(quantifier: Quantifier, { positive, negative }: Tally): boolean {
  if (quantifier === 'exists') return positive > 0;
  return quantifier === 'forall' ? negative === 0 : positive === 0;
}

/** The states in herd7's order: by value, location after location. */
export function sortedStates({ states, observed: locations, program }: Tally): StateEntry[][] {
  const all = [...states.values()].sort((one, other) => {
    const at = one.findIndex((value, index) => value !== other[index]);
    return at < 0 ? 0 : (one[at] as number) - (other[at] as number);
  });
  return all.map((state) =>
    state.map((value, index) => ({
      location: locationText(locations[index] as Location),
      value: valueText(value, program.globals),
    })),
  );
}
