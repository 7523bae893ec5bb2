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

import { WAITS_FOR_CALLBACK, withCallbacks } from './callbacks.ts';
import { flatten } from './flatten.ts';
import type { Instruction } from './flatten.ts';
import {
  FULL_BARRIERS,
  LOADS,
  LOOKS_FIRST,
  LOOKS_UNDER_LOCK,
  meaningOf,
  NO_INSTRUCTION,
  SECTIONS,
  SPINNING_LOCKS,
  SPINNING_UNLOCKS,
  STORES,
} from './primitives.ts';
import type { Sections } from './primitives.ts';
import { givenNumber, operandValue, registersOf, testPasses } from './program.ts';
import type { Access, Outcome, Program, Registers, Thread } from './program.ts';
import { isSrcu, srcuEffect, withSections } from './srcu.ts';
import type { OpenSection, SrcuEffect } from './srcu.ts';

export type Model = 'sc' | 'tso';

export interface Outcomes {
  /** JSON texts of `Outcome`. */
  readonly finals: ReadonlySet<string>;
  readonly deadlocks: ReadonlySet<string>;
  /** Whether some state has a data race, and whether some execution can never end. */
  readonly races: boolean;
  readonly hangs: boolean;
  /**
   * Whether some execution uses a slot that is not allocated, a reference count as the kernel warns
   * of, or a section of SRCU that is not open, and ends there; or ends with a section open.
   */
  readonly misuses: boolean;
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
  /** The open sections of SRCU. */
  open: readonly OpenSection[];
}

/** What stays the same while a program runs. */
interface Setting {
  readonly program: Program;
  readonly threads: readonly Thread[];
  readonly codes: readonly (readonly Instruction[])[];
  readonly model: Model;
  /** How many words come before the slots. */
  readonly words: number;
  /** How many of the threads, and of the words, run and queue callbacks: the last ones. */
  readonly added: number;
}

/** All that a program may come to; null if it has more than `limit` states. */
export function enumerate(written: Program, model: Model, limit: number): Outcomes | null {
  const { program, added } = withCallbacks(written);
  const threads = program.threads.flatMap((thread) =>
    Array.from({ length: thread.count }, () => thread),
  );
  const words = program.words.length;
  const setting: Setting = { program, threads, codes: threads.map(codeOf), model, words, added };
  const leadsTo = new Map<string, string[]>();
  const finals = new Set<string>();
  const deadlocks = new Set<string>();
  const ends = new Set<string>();
  let races = false;
  let misuses = false;
  const begin: State = {
    memory: [
      ...program.words.map((word) => word.initial),
      ...Array.from({ length: 2 * program.slots }, () => 0),
    ],
    threads: setting.codes.map(start),
    open: [],
  };
  const todo = [begin];
  for (let state = todo.pop(); state !== undefined; state = todo.pop()) {
    const text = JSON.stringify(state);
    if (leadsTo.has(text)) continue;
    if (leadsTo.size >= limit) return null;
    const from = state;
    const next = threads.flatMap((_, who) => steps(setting, from, who));
    const texts = next.map((one) => JSON.stringify(one));
    leadsTo.set(text, texts);
    const finished = threads.every(
      (_, who) => isFinished(setting, from, who) || waitsForCallback(setting, from, who),
    );
    const isMisuse =
      threads.some((_, who) => isMisusedBy(setting, from, who)) ||
      (next.length === 0 && finished && from.open.length > 0);
    misuses ||= isMisuse;
    if (next.length === 0) {
      ends.add(text);
      if (!isMisuse) (finished ? finals : deadlocks).add(outcomeText(setting, state));
    }
    races ||= isRace(setting, state);
    todo.push(...next);
  }
  const hangs = someCannotEnd(leadsTo, ends);
  return { finals, deadlocks, races, hangs, misuses, states: leadsTo.size };
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
function isRace(setting: Setting, state: State): boolean {
  const pending = state.threads.flatMap(({ at, registers }, who) => {
    const next = setting.codes[who]?.[at];
    if (next?.do !== 'access') return [];
    const place = placeOf(setting, next, registers);
    return place === null ? [] : [{ ...next, place, who }];
  });
  const isPlain = ({ primitive }: Access): boolean => primitive === 'load' || primitive === 'store';
  const writes = ({ primitive }: Access): boolean =>
    !LOADS.has(primitive) && !LOOKS_UNDER_LOCK.has(primitive);
  return pending.some((a) =>
    pending.some(
      (b) => a.who !== b.who && a.place === b.place && isPlain(a) && (writes(a) || writes(b)),
    ),
  );
}

function isFinished({ codes }: Setting, state: State, who: number): boolean {
  return running(state, who).at === codes[who]?.length;
}

function waitsForCallback({ codes }: Setting, state: State, who: number): boolean {
  const next = codes[who]?.[running(state, who).at];
  return next?.do === 'access' && next.primitive === WAITS_FOR_CALLBACK;
}

/** Finished, or only barriers and ends of sections away from it: nobody else can tell. */
function isAllButFinished({ codes }: Setting, state: State, who: number): boolean {
  const rest = codes[who]?.slice(running(state, who).at) ?? [];
  return rest.every(
    (one) =>
      one.do === 'access' &&
      (NO_INSTRUCTION.has(one.primitive) ||
        FULL_BARRIERS.has(one.primitive) ||
        (SECTIONS[one.primitive] !== undefined && one.primitive !== 'interrupt entry')),
  );
}

function outcomeText(setting: Setting, state: State): string {
  const { threads, words, added } = setting;
  const results = threads.slice(0, threads.length - added).map(({ body, gives }, who) => {
    const { registers } = running(state, who);
    const values = registersOf(body).map((name) => registers[name] ?? 0);
    return isAllButFinished(setting, state, who) ? givenNumber(gives, values) : null;
  });
  const memory = withSections(state.memory, setting.program, state.open).filter(
    (_, index) => index < words - added || index >= words,
  );
  const outcome: Outcome = { memory, results };
  return JSON.stringify(outcome);
}

/** An interrupt handler enters and leaves by steps of their own. */
function codeOf({ body, on }: Thread): Instruction[] {
  const step = (primitive: string): Access => ({
    do: 'access',
    primitive,
    word: null,
    operands: [],
    into: null,
  });
  const code = flatten(on === null ? body : [step('interrupt entry'), ...body]);
  return on === null ? code : [...code, step('interrupt exit')];
}

function start(code: readonly Instruction[]): Running {
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
function settle(own: Running, code: readonly Instruction[]): void {
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

/** The states that one step of one thread, or of its CPU's queue, leads to. */
function steps(setting: Setting, state: State, who: number): State[] {
  const code = setting.codes[who] ?? [];
  const { at, queue } = running(state, who);
  const next = code[at];
  const results: State[] = [];
  if (queue.length > 0) {
    results.push(changed(setting, state, (after) => drain(after, who)));
  }
  if (next?.do === 'access' && mayRun(setting, state, who)) {
    for (const outcome of accessOutcomes(setting, state, who, next)) {
      results.push(
        changed(setting, state, (after) => {
          const own = running(after, who);
          outcome(after, own);
          own.at++;
          settle(own, code);
        }),
      );
    }
  }
  return results;
}

/**
 * A thread stands still while a handler runs on its CPU; a handler begins when interrupts are on
 * there and no other handler runs.
 */
function mayRun(setting: Setting, state: State, who: number): boolean {
  const cpu = cpuOf(setting, who);
  const handlers = setting.threads.flatMap(({ on }, index) => (on === cpu ? [index] : []));
  const inside = handlers.filter(
    (one) => running(state, one).at > 0 && !isFinished(setting, state, one),
  );
  if (inside.length > 0) return inside.includes(who);
  return who === cpu || running(state, cpu).interruptsOff === 0;
}

/** The thread on whose CPU this one runs; the CPU's queue of stores is kept there. */
function cpuOf(setting: Setting, who: number): number {
  return setting.threads[who]?.on ?? who;
}

function drain({ memory, threads }: State, cpu: number): void {
  const oldest = threads[cpu]?.queue.shift();
  if (oldest !== undefined) memory[oldest[0]] = oldest[1];
}

/** A copy of the state with a change made; then quiet threads let waiters go. */
function changed(setting: Setting, state: State, change: (after: State) => void): State {
  const after: State = {
    ...state,
    memory: [...state.memory],
    threads: state.threads.map((one) => ({
      ...one,
      registers: { ...one.registers },
      queue: [...one.queue],
      awaits: [...one.awaits],
    })),
  };
  change(after);
  after.threads.forEach((waiter, index) => {
    const instruction = setting.codes[index]?.[waiter.at];
    const primitive = instruction?.do === 'access' ? instruction.primitive : '';
    waiter.awaits = waiter.awaits.filter((other) => !isQuiet(setting, after, other, primitive));
  });
  return after;
}

/** Whether a thread is at a moment that a grace period, or an interrupt to all, waits for. */
function isQuiet(setting: Setting, state: State, who: number, waitsIn: string): boolean {
  const { sections, interruptsOff } = running(state, who);
  const { queue } = running(state, cpuOf(setting, who));
  return (waitsIn.startsWith('smp_call') ? interruptsOff : sections) === 0 && queue.length === 0;
}

function running(state: State, who: number): Running {
  const found = state.threads[who];
  if (found === undefined) throw new Error(`referee: no thread ${who}`);
  return found;
}

/**
 * The index in memory of the word that an access is to, or null. A slot's status stands after it.
 */
function placeOf(setting: Setting, { word, slot }: Access, registers: Registers): number | null {
  return slot === undefined ? word : setting.words + 2 * ((registers[slot] ?? 0) - 1);
}

const FRESH = 0;
const ALLOCATED = 1;
const FREED = 2;

/** Whether a thread is about to do what ends an execution. */
function isMisusedBy(setting: Setting, state: State, who: number): boolean {
  return (
    misusesSlot(setting, state, who) ||
    isWarnedOf(setting, state, who) ||
    endsNoSection(setting, state, who)
  );
}

/** Whether a thread is about to use, or to free, a slot that is not allocated. */
function misusesSlot(setting: Setting, state: State, who: number): boolean {
  const { at, registers } = running(state, who);
  const next = setting.codes[who]?.[at];
  if (next?.do !== 'access' || next.slot === undefined) return false;
  const place = placeOf(setting, next, registers) ?? 0;
  return state.memory[place + 1] !== ALLOCATED && mayRun(setting, state, who);
}

/** Whether a thread can make an access now that the kernel warns of. */
function isWarnedOf(setting: Setting, state: State, who: number): boolean {
  const next = setting.codes[who]?.[running(state, who).at];
  if (next?.do !== 'access' || !/^refcount_|^call_rcu$/.test(next.primitive)) return false;
  if (!mayRun(setting, state, who)) return false;
  const effect = effectOf(setting, state, who, next);
  return effect === 'warns' && running(state, cpuOf(setting, who)).queue.length === 0;
}

/** Whether a thread can end a section of SRCU now that is not open. */
function endsNoSection(setting: Setting, state: State, who: number): boolean {
  const next = setting.codes[who]?.[running(state, who).at];
  if (next?.do !== 'access' || !isSrcu(next.primitive)) return false;
  if (!mayRun(setting, state, who)) return false;
  const { queue } = running(state, cpuOf(setting, who));
  return queue.length === 0 && srcuEffectOf(state, who, next) === 'wrong';
}

function srcuEffectOf(state: State, who: number, access: Access): SrcuEffect {
  const { primitive, word, operands } = access;
  const { registers } = running(state, who);
  const [number = 0] = operands.map((operand) => operandValue(operand, registers));
  return srcuEffect({ primitive, who, word: word ?? -1, number }, state.open);
}

/** The lowest slot that was never used, and every one that was freed: a stale pointer may fit. */
function freeSlots(setting: Setting, { memory }: State): number[] {
  const statuses = memory.slice(setting.words).filter((_, index) => index % 2 === 1);
  const fresh = statuses.indexOf(FRESH);
  return statuses.flatMap((status, index) =>
    status === FREED || index === fresh ? [index + 1] : [],
  );
}

const GRACE_PERIOD = /^(synchronize_rcu|smp_call_function) /;

type Change = (after: State, own: Running) => void;

/** What an access may do to a state: nothing while it must wait, several things for a choice. */
function accessOutcomes(setting: Setting, state: State, who: number, access: Access): Change[] {
  const { primitive, operands, into } = access;
  const { registers, awaits } = running(state, who);
  const cpu = cpuOf(setting, who);
  const { queue } = running(state, cpu);
  const buffered = setting.model === 'tso' && setting.threads[who]?.device === false;
  const [a = 0] = operands.map((operand) => operandValue(operand, registers));
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
  if (primitive === 'kmalloc') {
    return freeSlots(setting, state).map((slot) => (after: State, own: Running) => {
      after.memory[setting.words + 2 * slot - 1] = ALLOCATED;
      tell(own, slot);
    });
  }
  if (misusesSlot(setting, state, who)) return [];
  const at = placeOf(setting, access, registers) ?? -1;
  if (primitive === 'kfree') {
    if (queue.length > 0) return [];
    return [
      ({ memory }) => {
        memory[at] = 0;
        memory[at + 1] = FREED;
      },
    ];
  }
  if (NO_INSTRUCTION.has(primitive)) return [() => {}];
  if (FULL_BARRIERS.has(primitive)) return queue.length > 0 ? [] : [() => {}];
  if (GRACE_PERIOD.test(primitive) && primitive.endsWith(' begins')) {
    return queue.length > 0 ? [] : [(after, own) => void (own.awaits = others(after, who))];
  }
  if (GRACE_PERIOD.test(primitive) && primitive.endsWith(' ends'))
    return awaits.length > 0 || queue.length > 0 ? [] : [() => {}];

  if (isSrcu(primitive)) {
    const effect = srcuEffectOf(state, who, access);
    if (queue.length > 0 || effect === 'wait' || effect === 'wrong') return [];
    return [
      (after, own) => {
        after.open = effect.open;
        tell(own, effect.told);
      },
    ];
  }

  const effect = effectOf(setting, state, who, access);
  if (effect === 'wait' || effect === 'warns') return [];
  const [written, told] = effect;
  const givesUp = written === null && LOOKS_FIRST.has(primitive);
  const locked = !LOADS.has(primitive) && !STORES.has(primitive) && !givesUp;
  if (locked && queue.length > 0) return [];
  return [
    (after, own) => {
      tell(own, told);
      if (written === null) return;
      if (SPINNING_LOCKS.has(primitive)) own.sections++;
      if (SPINNING_UNLOCKS.has(primitive)) own.sections--;
      if (buffered && !locked) running(after, cpu).queue.push([at, written]);
      else after.memory[at] = written;
    },
  ];
}

/** What an access to a word would do, by the newest value that its thread sees. */
function effectOf(
  setting: Setting,
  state: State,
  who: number,
  access: Access,
): ReturnType<ReturnType<typeof meaningOf>> {
  const { registers } = running(state, who);
  const { queue } = running(state, cpuOf(setting, who));
  const at = placeOf(setting, access, registers) ?? -1;
  const [a = 0, b = 0] = access.operands.map((operand) => operandValue(operand, registers));
  const newest = queue.findLast(([one]) => one === at);
  const found = newest === undefined ? (state.memory[at] ?? 0) : newest[1];
  return meaningOf(access.primitive)(found, a, b, 1 << who);
}

const others = (state: State, who: number): number[] =>
  state.threads.map((_, index) => index).filter((index) => index !== who);
