/**
 * The referee: every interleaving of a small program, one access at a time, with nothing clever.
 *
 * It shares no code with src/. What each primitive does is written down here a second time, from
 * the kernel's documentation, by name. A state is plain data; states are told apart by their JSON
 * text.
 *
 * sc: an access acts on memory at once.
 * tso: a thread's stores wait in a queue of its own, oldest first, and leave it one by one at any
 * time. A read takes the newest value that its own thread still has in its queue, else memory. A
 * locked instruction and a full barrier can only be done with an empty queue. A conditional
 * primitive that looks first may give up, by what it read, with stores still in the queue.
 */

import { flatten } from './flatten.ts';
import type { Instruction } from './flatten.ts';
import {
  FULL_BARRIERS,
  LOADS,
  LOOKS_FIRST,
  meaningOf,
  NO_INSTRUCTION,
  SECTIONS,
  STORES,
} from './primitives.ts';
import type { Sections } from './primitives.ts';
import { givenNumber, operandValue, registersOf, testPasses } from './program.ts';
import type { Access, Outcome, Program, Registers, Thread } from './program.ts';

export type Model = 'sc' | 'tso';

export interface Outcomes {
  /** JSON texts of `Outcome`. */
  readonly finals: ReadonlySet<string>;
  readonly deadlocks: ReadonlySet<string>;
  /** Whether some state has a data race, and whether some execution can never end. */
  readonly races: boolean;
  readonly hangs: boolean;
  readonly states: number;
}

interface Running extends Sections {
  /** The next instruction. */
  at: number;
  registers: Registers;
  /** Stores that have not reached memory, oldest first. */
  queue: [word: number, value: number][];
  /** Inside synchronize_rcu or smp_call_function: the threads that it still waits for. */
  awaits: number[];
}

interface State {
  memory: number[];
  threads: Running[];
}

/** All that a program may come to; null if it has more than `limit` states. */
export function enumerate(program: Program, model: Model, limit: number): Outcomes | null {
  const threads = program.threads.flatMap((thread) =>
    Array.from({ length: thread.count }, () => thread),
  );
  const codes = threads.map((thread) => flatten(thread.body));
  const leadsTo = new Map<string, string[]>();
  const finals = new Set<string>();
  const deadlocks = new Set<string>();
  const ends = new Set<string>();
  let races = false;
  const begin: State = {
    memory: program.words.map((word) => word.initial),
    threads: codes.map((code) => start(code)),
  };
  const todo = [begin];
  for (let state = todo.pop(); state !== undefined; state = todo.pop()) {
    const text = JSON.stringify(state);
    if (leadsTo.has(text)) continue;
    if (leadsTo.size >= limit) return null;
    const next = threads.flatMap((thread, who) =>
      steps(state, who, codes, model === 'tso' && !thread.device),
    );
    leadsTo.set(
      text,
      next.map((one) => JSON.stringify(one)),
    );
    if (next.length === 0) {
      const finished = state.threads.every(({ at }, who) => at === codes[who]?.length);
      (finished ? finals : deadlocks).add(outcomeText(state, threads, codes));
      ends.add(text);
    }
    races ||= isRace(state, codes);
    todo.push(...next);
  }
  return { finals, deadlocks, races, hangs: someCannotEnd(leadsTo, ends), states: leadsTo.size };
}

/** Whether some state leads to no state in which nobody can step. */
function someCannotEnd(
  leadsTo: ReadonlyMap<string, readonly string[]>,
  ends: ReadonlySet<string>,
): boolean {
  const canEnd = new Set(ends);
  for (let before = -1; before < canEnd.size;) {
    before = canEnd.size;
    for (const [state, next] of leadsTo) {
      if (next.some((one) => canEnd.has(one))) canEnd.add(state);
    }
  }
  return canEnd.size < leadsTo.size;
}

/** Whether two threads are about to access one word, one of them plainly and one to write. */
function isRace(state: State, codes: Instruction[][]): boolean {
  const pending = state.threads.flatMap(({ at }, who) => {
    const next = codes[who]?.[at];
    return next?.do === 'access' && next.word !== null ? [{ ...next, who }] : [];
  });
  const isPlain = ({ primitive }: Access): boolean => primitive === 'load' || primitive === 'store';
  const writes = ({ primitive }: Access): boolean => !LOADS.has(primitive);
  return pending.some((a) =>
    pending.some(
      (b) => a.who !== b.who && a.word === b.word && isPlain(a) && (writes(a) || writes(b)),
    ),
  );
}

function outcomeText(state: State, threads: readonly Thread[], codes: Instruction[][]): string {
  const results = threads.map(({ body, gives }, who) => {
    const { at, registers } = running(state, who);
    const values = registersOf(body).map((name) => registers[name] ?? 0);
    return at === codes[who]?.length ? givenNumber(gives, values) : null;
  });
  const outcome: Outcome = { memory: state.memory, results };
  return JSON.stringify(outcome);
}

function start(code: Instruction[]): Running {
  const fresh: Running = {
    at: 0,
    registers: {},
    queue: [],
    sections: 0,
    interruptsOff: 0,
    awaits: [],
  };
  settle(fresh, code);
  return fresh;
}

/** Runs on to the next access: registers and jumps are nobody else's business. */
function settle(own: Running, code: Instruction[]): void {
  for (;;) {
    const next = code[own.at];
    if (next === undefined || next.do === 'access') return;
    own.at++;
    const { registers } = own;
    if (next.do === 'set') registers[next.into] = operandValue(next.operand, registers);
    else if (next.do === 'unless') {
      if (!testPasses(next.test, registers)) own.at = next.to;
    } else {
      const values = next.of.map((name) => registers[name] ?? 0);
      registers[next.into] = givenNumber(next.gives, values);
    }
  }
}

/** The states that one step of one thread, or of its queue, leads to. */
function steps(state: State, who: number, codes: Instruction[][], buffered: boolean): State[] {
  const code = codes[who] ?? [];
  const { at, queue } = running(state, who);
  const next = code[at];
  const results: State[] = [];
  if (queue.length > 0) {
    results.push(changed(state, who, codes, (after, own) => drain(after.memory, own)));
  }
  if (next?.do === 'access') {
    for (const outcome of accessOutcomes(state, who, next, buffered)) {
      results.push(
        changed(state, who, codes, (after, own) => {
          outcome(after, own);
          own.at++;
          settle(own, code);
        }),
      );
    }
  }
  return results;
}

function drain(memory: number[], own: Running): void {
  const oldest = own.queue.shift();
  if (oldest !== undefined) memory[oldest[0]] = oldest[1];
}

/** A copy of the state with a change made by `who`; then quiet threads let waiters go. */
function changed(
  state: State,
  who: number,
  codes: Instruction[][],
  change: (after: State, own: Running) => void,
): State {
  const after: State = {
    memory: [...state.memory],
    threads: state.threads.map((one) => ({
      ...one,
      registers: { ...one.registers },
      queue: [...one.queue],
      awaits: [...one.awaits],
    })),
  };
  change(after, running(after, who));
  after.threads.forEach((waiter, index) => {
    const instruction = codes[index]?.[waiter.at];
    const primitive = instruction?.do === 'access' ? instruction.primitive : '';
    waiter.awaits = waiter.awaits.filter((other) => !isQuiet(running(after, other), primitive));
  });
  return after;
}

/** Whether a thread is at a moment that a grace period, or an interrupt to all, waits for. */
function isQuiet(other: Running, waitsIn: string): boolean {
  const outside = waitsIn.startsWith('smp_call') ? other.interruptsOff : other.sections;
  return outside === 0 && other.queue.length === 0;
}

function running(state: State, who: number): Running {
  const found = state.threads[who];
  if (found === undefined) throw new Error(`referee: no thread ${who}`);
  return found;
}

type Change = (after: State, own: Running) => void;

/** What an access may do to a state: nothing while it must wait, several things for a choice. */
function accessOutcomes(
  state: State,
  who: number,
  { primitive, word, operands, into }: Access,
  buffered: boolean,
): Change[] {
  const { registers, queue, awaits } = running(state, who);
  const [a = 0, b = 0] = operands.map((operand) => operandValue(operand, registers));
  const tell = (own: Running, value: number): void => {
    if (into !== null) own.registers[into] = value;
  };
  const section = SECTIONS[primitive];
  if (section !== undefined) return [(_, own) => section(own)];
  if (primitive === 'choose') {
    return Array.from({ length: a }, (_, value) => (_after: State, own: Running) => {
      tell(own, value);
    });
  }
  if (NO_INSTRUCTION.has(primitive)) return [() => {}];
  if (FULL_BARRIERS.has(primitive)) return queue.length > 0 ? [] : [() => {}];
  if (primitive.endsWith(' begins')) {
    return queue.length > 0 ? [] : [(after, own) => void (own.awaits = others(after, who))];
  }
  if (primitive.endsWith(' ends')) return awaits.length > 0 ? [] : [() => {}];

  const at = word ?? -1;
  const newest = queue.findLast(([one]) => one === at);
  const found = newest === undefined ? (state.memory[at] ?? 0) : newest[1];
  const effect = meaningOf(primitive)(found, a, b, 1 << who);
  if (effect === 'wait') return [];
  const [written, told] = effect;
  const givesUp = written === null && LOOKS_FIRST.has(primitive);
  const locked = !LOADS.has(primitive) && !STORES.has(primitive) && !givesUp;
  if (locked && queue.length > 0) return [];
  return [
    (after, own) => {
      tell(own, told);
      if (written === null) return;
      if (buffered && !locked) own.queue.push([at, written]);
      else after.memory[at] = written;
    },
  ];
}

const others = (state: State, who: number): number[] =>
  state.threads.map((_, index) => index).filter((index) => index !== who);
