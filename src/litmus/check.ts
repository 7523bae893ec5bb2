/**
 * Checking a litmus test: all its candidate executions, those that the model allows, their final
 * states.
 */

import type { LitmusTest, Location, Proposition } from './ast.ts';
import { visitCandidates } from './candidates.ts';
import type { Visitor } from './candidates.ts';
import type { Path } from './event.ts';
import { flagged } from './flags.ts';
import type { Raised } from './flags.ts';
import {
  COUNTED_MAX,
  EVENTS_MAX,
  PATHS_MAX,
  SECONDS_MAX,
  UNROLL_DEFAULT,
  UNROLL_MAX,
} from './limits.ts';
import { Model } from './model.ts';
import type { Ruling } from './model.ts';
import { holds, observed } from './outcome.ts';
import type { FinalValue } from './outcome.ts';
import { programOf } from './program.ts';
import type { Program } from './program.ts';
import type { Flagged, LitmusOpen } from './result.ts';
import { isOnLock, structureOf } from './structure.ts';
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
  /**
   * Forbid what needs a store to be done before an earlier load: [R];po;[W] joins ppo, and no cycle
   * of po and rf is allowed. Not the Linux kernel memory model, but the part of it that machines
   * without load-to-store reordering can show.
   */
  readonly noLoadStoreReordering?: boolean;
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
  /** Some loop would go round more often than it was followed. */
  cut: boolean;
  /** And what it would do then could lead to further outcomes. */
  losesOutcomes: boolean;
  open: LitmusOpen | null;
  /** By its name: what raised it first. */
  readonly flags: Map<string, Flagged>;
  /** Final states by their text. */
  readonly states: Map<string, readonly number[]>;
  readonly observed: readonly Location[];
}

/** What a search is for. */
interface Purpose {
  /** Shown every candidate that the filter lets through, consistent or not. */
  readonly look?: (judged: Judged) => void;
  /** Look also at candidates that violate `coherence` or `atomic`; the counts mean nothing then. */
  readonly loose?: boolean;
  /** Only one consistent execution with this proposition is wanted. */
  readonly wanted?: Proposition;
}

/**
 * Searches all executions of a test.
 *
 * @throws Mistake where the test does something that has no meaning
 */
export function search(test: LitmusTest, options: SearchOptions): Tally {
  return new LitmusSearch(programOf(test), options, {}).run();
}

/**
 * Shows all candidate executions of a test, consistent or not.
 *
 * @param look is shown every candidate that the filter lets through
 * @param loose show also those that violate `coherence` or `atomic`
 * @param wanted show only those that end with it, up to the first consistent one
 * @throws Mistake as `search` does
 */
export function visitAll(
  test: LitmusTest,
  options: SearchOptions,
  look: (judged: Judged) => void,
  loose = false,
  wanted?: Proposition,
): Tally {
  const purpose = { look, loose, ...(wanted === undefined ? {} : { wanted }) };
  return new LitmusSearch(programOf(test), options, purpose).run();
}

/**
 * Whether any consistent execution ends with a proposition. Looks only where that is possible, and
 * so finishes where counting does not.
 *
 * @returns null if a limit was reached first
 */
export function isReachable(
  test: LitmusTest,
  options: SearchOptions,
  wanted: Proposition,
): boolean | null {
  const { open, positive, negative } = new LitmusSearch(programOf(test), options, { wanted }).run();
  if (positive + negative > 0) return true;
  return open === null ? false : null;
}

class LitmusSearch {
  private readonly program: Program;
  private readonly tally: Tally;
  private readonly purpose: Purpose;
  private readonly unroll: number;
  private readonly candidatesMax: number;
  private readonly seconds: number;
  private readonly deadline: number;
  /** The clock is looked at when these bits of the step number are 0: large steps take long. */
  private clockMask = 255;
  private readonly options: SearchOptions;
  private steps = 0;

  constructor(program: Program, options: SearchOptions, purpose: Purpose) {
    this.program = program;
    this.options = options;
    this.purpose = purpose;
    this.unroll = Math.min(options.unroll ?? UNROLL_DEFAULT, UNROLL_MAX);
    this.candidatesMax = options.until?.candidates ?? COUNTED_MAX;
    this.seconds = options.until?.seconds ?? SECONDS_MAX;
    this.deadline = Date.now() + 1000 * this.seconds;
    this.tally = {
      program,
      positive: 0,
      negative: 0,
      candidates: 0,
      cut: false,
      losesOutcomes: false,
      open: null,
      flags: new Map(),
      states: new Map(),
      observed: observed(program),
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
      if (paths.some(({ end }) => end === 'cut' || end === 'waits')) this.tally.cut = true;
      if (paths.some(({ end }) => end === 'cut')) this.tally.losesOutcomes = true;
      all.push(paths.filter(({ end }) => end !== 'cut' && end !== 'waits'));
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
    this.clockMask = events > 64 ? 0 : 255;
    if (!this.mayGoOn()) return false;
    const structure = structureOf([...paths], this.purpose.loose);
    if (structure === null) return true;
    const { initial } = this.program;
    return visitCandidates(structure, initial, this.visitor(structure), this.purpose.loose);
  }

  private visitor(structure: Structure): Visitor {
    let model: Model | null = null;
    return {
      mayGoOn: () => this.mayGoOn(),
      reads: (values) => {
        model ??= new Model(structure, this.options.noLoadStoreReordering);
        return model.takeReads(values) || this.purpose.look !== undefined;
      },
      candidate: (values, orders) => this.candidate(model as Model, values, orders),
      refuted: (values) => this.refuted(structure, values),
      fault: ({ term, at }) => {
        throw noAddress(term.kind === 'value' ? term.value : null, at);
      },
    };
  }

  private candidate(model: Model, values: Values, orders: readonly (readonly number[])[]): boolean {
    const { tally, program } = this;
    if (tally.candidates >= this.candidatesMax) {
      return this.leaveOpen({ limit: 'candidates', candidates: this.candidatesMax });
    }
    tally.candidates++;
    const final = finalValue(program, model.structure, values, orders);
    const { filter, condition } = program.test;
    const { look, wanted } = this.purpose;
    if (filter !== null && holds(filter, program, final) !== true) return true;
    if (wanted !== undefined && holds(wanted, program, final) !== true) return true;
    const ruling = model.rule(values, orders);
    const positive = holds(condition, program, final) === true;
    look?.({ model, values, orders, ruling, final, positive, tally });
    if (ruling.violated !== null) return true;
    if (positive) tally.positive++;
    else tally.negative++;
    this.note([...ruling.flags, ...model.flags(values)], model.structure);
    const state = tally.observed.map((location) => final(location) ?? 0);
    tally.states.set(state.join(), state);
    return wanted === undefined;
  }

  /** Keeps of each flag what raised it first. */
  private note(raised: readonly Raised[], structure: Structure): void {
    const { flags } = this.tally;
    for (const one of [...raised, ...this.lockFinal(structure)]) {
      if (flags.has(one.flag)) continue;
      flags.set(one.flag, flagged(one, structure, this.program.globals));
    }
  }

  /** lock.cat, `lock-final`: the final value of a lock that is asked for means nothing. */
  private lockFinal({ events }: Structure): Raised[] {
    const asked = this.tally.observed.filter(({ kind }) => kind === 'global');
    if (asked.length === 0) return [];
    const numbers = asked.map(({ name }) => this.program.numbers.get(name));
    const found = events.findIndex(
      ({ location }, event) => numbers.includes(location) && isOnLock(events, event),
    );
    return found < 0 ? [] : [{ flag: 'lock-final', events: [found] }];
  }

  /** Whether the filter or the wanted proposition is false already, from what the reads return. */
  private refuted(structure: Structure, values: Values): boolean {
    const { program, purpose } = this;
    const { filter } = program.test;
    if (filter === null && purpose.wanted === undefined) return false;
    const final = registerValue(structure, values);
    if (filter !== null && holds(filter, program, final) === false) return true;
    return purpose.wanted !== undefined && holds(purpose.wanted, program, final) === false;
  }

  private mayGoOn(): boolean {
    if (this.tally.open !== null) return false;
    if ((++this.steps & this.clockMask) !== 0) return true;
    if (this.options.stop?.() === true) return this.leaveOpen({ limit: 'interrupted' });
    if (Date.now() <= this.deadline) return true;
    return this.leaveOpen({ limit: 'time', seconds: this.seconds });
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
  const register = registerValue(structure, values);
  return (location) => {
    if (location.kind === 'register') return register(location);
    const number = numbers.get(location.name) as number;
    const last = orders[structure.locations.indexOf(number)]?.at(-1);
    return last === undefined ? (initial[number] as number) : values.written(last);
  };
}

/** Looks up the registers; nothing is known of memory while the orders of writes are open. */
function registerValue(structure: Structure, values: Values): FinalValue {
  return (location) => {
    if (location.kind === 'global') return null;
    const term = structure.paths[location.thread]?.registers.get(location.name);
    return term === undefined ? 0 : values.of(term);
  };
}
