/**
 * Judges states: the author's properties, and those that are always on.
 *
 * The author's predicates run on a direct machine over the state's memory. A `sometimes` is
 * remembered as soon as one execution fulfils it.
 */

import { withMachine } from '../memory/machine.ts';
import type { Automaton } from './automaton/automaton.ts';
import { directMachine, UserMistake } from './replay/direct.ts';
import { isRace, mayEnd, mayMeet } from './expand.ts';
import type { Layout } from './layout.ts';
import { watchingProperties } from './replay/named-fields.ts';
import { Column, Flag, NodeKind, ROW_SHIFT } from './automaton/node.ts';
import { objectAt } from './program.ts';
import type { Program, ProgramProperty } from './program.ts';
import { keepAnswers } from './kept-answers.ts';
import type { KeptAnswers } from './kept-answers.ts';
import { answersOtherwise, noTruthValue, throwsIn } from './property-mistake.ts';
import { Trouble } from './trouble.ts';
import { lookForUnended } from './unended-sections.ts';
import type { Problem, PropertyName, PropertyReport } from './result.ts';
import type { ReplayWorld } from './replay/world.ts';

/** A violated property, as it is found in a state. */
export interface Violation {
  readonly property: PropertyName;
  readonly message: string;
  /** The state of the failed thread, or -1. */
  readonly node: number;
  /** Threads whose next act belongs to it: both of a race, all that are stuck, who has failed. */
  readonly pending: readonly number[];
}

/** Judges the states of one search. */
export interface Judge {
  /** What is violated in a state in which every thread has finished. */
  final(records: Int32Array, base: number): readonly Violation[];
  /** What is violated in any state: failed threads, data races, properties of every state. */
  inAnyState(records: Int32Array, base: number): readonly Violation[];
  /** A state in which nobody can step and somebody has not finished. */
  stuck(records: Int32Array, base: number): Violation;
  trouble(trouble: Trouble, records: Int32Array, base: number, thread: number): Violation | null;
  /** Forgets what was judged: the search begins again. */
  restart(): void;
  /** The user's mistake that a predicate made, or null. */
  readonly mistake: () => Problem | null;
  /** Some predicate looked at the result of one of several interchangeable threads. */
  readonly namesTwin: () => boolean;
  readonly judgesEveryState: boolean;
  /** How many answers of properties were kept, to ask for them again. */
  readonly answers: () => number;
  /** Asks the properties of the program built again; the mistake if one gives another answer. */
  answerAgain(again: Program): Problem | null;
  reports(complete: boolean): PropertyReport[];
  /** The `sometimes` that no execution has fulfilled. */
  unfulfilled(): readonly ProgramProperty[];
}

/** The final state that properties look at now; scenario/ reads thread results through it. */
export const inspected: { resultOf: ((thread: string) => unknown) | null } = { resultOf: null };

interface Judging {
  readonly program: Program;
  readonly layout: Layout;
  readonly automaton: Automaton;
  readonly judged: number[];
  readonly fulfilled: Set<ProgramProperty>;
  readonly violated: Set<ProgramProperty>;
  readonly kept: KeptAnswers;
  readonly run: (property: ProgramProperty, records: Int32Array, base: number) => boolean;
  mistake: Problem | null;
  twin: boolean;
}

/** Makes a judge for one search. */
export function createJudge(
  program: Program,
  layout: Layout,
  automaton: Automaton,
  world: ReplayWorld,
): Judge {
  const everyState = program.properties.filter((property) => property.everyState);
  const atEnd = program.properties.filter((property) => !property.everyState);
  const judging = createJudging(program, layout, automaton, world);
  const unended = lookForUnended(program, layout);
  const judgeAll = (
    properties: readonly ProgramProperty[],
    records: Int32Array,
    base: number,
  ): Violation[] => {
    const answers = judging.kept.next(records, base, layout.width);
    return properties.flatMap((one) => judgeProperty(judging, one, records, base, answers));
  };
  return {
    final: (records, base) => [...unended(records, base), ...judgeAll(atEnd, records, base)],
    inAnyState: (records, base) => [
      ...failures(judging, records, base),
      ...races(judging, records, base),
      ...(everyState.length === 0 ? [] : judgeAll(everyState, records, base)),
    ],
    stuck: (records, base) => stuck(judging, records, base),
    trouble: (trouble, records, base, thread) => troubleOf(judging, trouble, records, base, thread),
    restart() {
      judging.judged.fill(0);
      judging.fulfilled.clear();
      judging.violated.clear();
      judging.kept.clear();
      judging.mistake = null;
    },
    answers: () => judging.kept.count(),
    answerAgain: (again) => answerAgain(judging, again),
    mistake: () => judging.mistake,
    namesTwin: () => judging.twin,
    judgesEveryState: everyState.length > 0,
    reports: (complete) => reports(judging, complete),
    unfulfilled: () =>
      program.properties.filter((one) => one.kind === 'sometimes' && !judging.fulfilled.has(one)),
  };
}

function createJudging(
  program: Program,
  layout: Layout,
  automaton: Automaton,
  world: ReplayWorld,
): Judging {
  const memory: { words: Int32Array; offset: number } = { words: new Int32Array(0), offset: 0 };
  const stop = (found: Problem): never => {
    throw new UserMistake(found);
  };
  const machine = directMachine(
    () => memory,
    (name, choices) => world.design(name, choices, stop),
    false,
  );
  const watched = watchingProperties(world.namedFields);
  const judging: Judging = {
    program,
    layout,
    automaton,
    judged: program.properties.map(() => 0),
    fulfilled: new Set(),
    violated: new Set(),
    kept: keepAnswers(),
    mistake: null,
    twin: false,
    run({ name, predicate }, records, base) {
      memory.words = records;
      memory.offset = base + layout.memoryAt;
      inspected.resultOf = (thread) => resultOf(judging, thread, records, base);
      try {
        return watched(`'${name}'`, () => withMachine(machine, predicate ?? (() => true)));
      } finally {
        inspected.resultOf = null;
      }
    },
  };
  return judging;
}

function resultOf(judging: Judging, name: string, records: Int32Array, base: number): unknown {
  const { program, layout, automaton } = judging;
  const index = program.threads.findIndex((thread) => thread.name === name);
  const group = program.threads[index]?.group;
  if (program.threads.filter((thread) => thread.group === group).length > 1) judging.twin = true;
  return automaton.detail(records[base + layout.nodesAt + index] ?? 0).result;
}

function judgeProperty(
  judging: Judging,
  property: ProgramProperty,
  records: Int32Array,
  base: number,
  answers: Map<number, boolean> | null,
): readonly Violation[] {
  const index = judging.program.properties.indexOf(property);
  judging.judged[index] = (judging.judged[index] ?? 0) + 1;
  const holds = truth(judging, property, records, base);
  if (property.predicate !== null) answers?.set(index, holds);
  if (property.kind === 'sometimes') {
    if (holds) judging.fulfilled.add(property);
    return [];
  }
  if (holds === (property.kind === 'always')) return [];
  judging.violated.add(property);
  const { kind, name } = property;
  const message = kind === 'always' ? `'${name}' does not hold.` : `${name}.`;
  return [{ property: { kind, name }, message, node: -1, pending: [] }];
}

function truth(
  judging: Judging,
  property: ProgramProperty,
  records: Int32Array,
  base: number,
): boolean {
  const { predicate, mark } = property;
  if (predicate === null) return records[base + judging.layout.memoryAt + mark] !== 0;
  try {
    const holds: unknown = judging.run(property, records, base);
    if (typeof holds === 'boolean') return holds;
    judging.mistake ??= noTruthValue(property, holds);
  } catch (error) {
    judging.mistake ??= throwsIn(property, error, () => whatIsNull(judging, records, base));
  }
  return property.kind === 'always';
}

/** The first property that gives another answer than before, as a mistake. */
function answerAgain(judging: Judging, again: Program): Problem | null {
  for (const { record, answers } of judging.kept.states()) {
    for (const [index, holds] of answers) {
      const property = again.properties[index];
      if (property === undefined) continue;
      if (truth(judging, property, record, 0) !== holds) return answersOtherwise(property, holds);
    }
  }
  return judging.mistake;
}

/** The pointers and results that are NULL in a state: one of them is what a property followed. */
function whatIsNull(judging: Judging, records: Int32Array, base: number): string[] {
  const { program, layout, automaton } = judging;
  const isNull = (address: number): boolean => records[base + layout.memoryAt + address] === 0;
  const pointers = program.words.filter(
    ({ type, address }) => type.kind === 'pointer' && isNull(address),
  );
  const threads = program.threads.filter((_, thread) => {
    const node = records[base + layout.nodesAt + thread] ?? 0;
    return automaton.detail(node).result === null;
  });
  return [
    ...pointers.map(({ name }) => name),
    ...threads.map(({ name }) => `the result of ${name}`),
  ];
}

function failures(judging: Judging, records: Int32Array, base: number): Violation[] {
  const { layout, automaton } = judging;
  const found: Violation[] = [];
  for (let thread = 0; thread < layout.threads; thread++) {
    const node = records[base + layout.nodesAt + thread] ?? 0;
    if (automaton.tables.rows[node << ROW_SHIFT] !== NodeKind.FAILED) continue;
    const { failure } = automaton.detail(node);
    if (failure === null) continue;
    const { kind, name } = failure;
    const message = withName(failure.message, judging.program.threads[thread]?.name ?? '');
    found.push({ property: { kind, name }, message, node, pending: [thread] });
  }
  return found;
}

/** Twins share their states, so only here it is known which of them has failed. */
function withName(message: string, thread: string): string {
  return message.replace(/^The thread\b/, () => thread);
}

/** Two accesses to one word that can be made now by different threads, one plain, one a write. */
function races(judging: Judging, records: Int32Array, base: number): Violation[] {
  const { layout, automaton, program } = judging;
  const { rows } = automaton.tables;
  for (let a = 0; a < layout.threads; a++) {
    const one = (records[base + layout.nodesAt + a] ?? 0) << ROW_SHIFT;
    if (((rows[one + Column.FLAGS] ?? 0) & Flag.PLAIN) === 0) continue;
    for (let b = 0; b < layout.threads; b++) {
      const two = (records[base + layout.nodesAt + b] ?? 0) << ROW_SHIFT;
      if (a === b || !isRace(rows, one, two)) continue;
      if (!mayMeet(layout, rows, a, one, b, two)) continue;
      const names = [a, b].map((thread) => program.threads[thread]?.name ?? '').toSorted();
      const word = wordAt(judging, rows[one + Column.INDEX] ?? 0);
      const who = names.join(' and ');
      const how = 'at least one writes, at least one is plain';
      const message = `${who} can access ${word} at once: ${how}.`;
      const property = { kind: 'automatic', name: `data race on ${word}` } as const;
      return [{ property, message, node: -1, pending: [a, b] }];
    }
  }
  return [];
}

function wordAt(judging: Judging, index: number): string {
  const address = index - judging.layout.memoryAt;
  return judging.program.words.find((word) => word.address === address)?.name ?? `word ${address}`;
}

function stuck(judging: Judging, records: Int32Array, base: number): Violation {
  const { layout, automaton, program } = judging;
  const waiting: string[] = [];
  const pending: number[] = [];
  for (let thread = 0; thread < layout.threads; thread++) {
    const node = records[base + layout.nodesAt + thread] ?? 0;
    const { operation } = automaton.detail(node);
    if (operation === null || mayEnd(automaton.tables.rows, node << ROW_SHIFT)) continue;
    pending.push(thread);
    const where =
      operation.address === 0 ? '' : `(${wordAt(judging, layout.memoryAt + operation.address)})`;
    waiting.push(`${program.threads[thread]?.name ?? ''} waits in ${operation.primitive}${where}`);
  }
  const name = waiting.length > 1 ? 'deadlock' : 'stuck thread';
  const message = `No thread can take a step: ${waiting.join('; ')}.`;
  return { property: { kind: 'automatic', name }, message, node: -1, pending };
}

function troubleOf(
  judging: Judging,
  trouble: Trouble,
  records: Int32Array,
  base: number,
  thread: number,
): Violation | null {
  const node = records[base + judging.layout.nodesAt + thread] ?? 0;
  const { operation } = judging.automaton.detail(node);
  const word = wordAt(judging, judging.layout.memoryAt + (operation?.address ?? 0));
  const name = judging.program.threads[thread]?.name ?? '';
  const automatic = (what: string, message: string): Violation => {
    return { property: { kind: 'automatic', name: what }, message, node: -1, pending: [thread] };
  };
  if (trouble === Trouble.USE_AFTER_FREE) {
    return automatic('use after free', `${name} accesses ${word}, which is not allocated now.`);
  }
  if (trouble === Trouble.RACE) {
    const what = 'and nothing orders that with the last store to it.';
    return automatic(`data race on ${word}`, `${name} accesses ${word}, ${what}`);
  }
  if (trouble === Trouble.DOUBLE_FREE) {
    const object = objectAt(judging.program, operation?.address ?? 0) ?? word;
    return automatic('double free', `${name} frees ${object}, which is not allocated now.`);
  }
  if (trouble === Trouble.SECTION_NOT_OPEN) {
    return automatic('wrong unlock', `${name} ends a section of ${word} that is not open.`);
  }
  return null;
}

function reports(judging: Judging, complete: boolean): PropertyReport[] {
  return judging.program.properties.map((one, index) => {
    const positive = one.kind === 'sometimes' && judging.fulfilled.has(one);
    const negative = judging.violated.has(one);
    const decided = positive || negative || complete;
    const holds = one.kind === 'sometimes' ? positive : !negative;
    return {
      property: { kind: one.kind, name: one.name },
      judged: judging.judged[index] ?? 0,
      holds: decided ? holds : null,
    };
  });
}
