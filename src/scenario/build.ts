/**
 * Builds a program from a scenario: runs its body once, on a stage that notes what it declares.
 */

import { withMachine } from '../memory/machine.ts';
import { READ_ONCE, WRITE_ONCE } from '../memory/access.ts';
import { fieldAt } from '../memory/field.ts';
import { operation } from '../memory/operation.ts';
import { forEachWord } from '../memory/struct.ts';
import type { Struct, StructType } from '../memory/struct.ts';
import { machine } from '../memory/machine.ts';
import type { Field, Type } from '../memory/type.ts';
import { directMachine, UserMistake } from '../explore/direct.ts';
import { inspected } from '../explore/judge.ts';
import { THREADS_MAX, WORDS_MAX } from '../explore/limits.ts';
import { callerPosition, userPositions } from '../explore/position.ts';
import { problem } from '../explore/problem.ts';
import type {
  Program,
  ProgramPool,
  ProgramProperty,
  ProgramThread,
  ProgramWord,
} from '../explore/program.ts';
import type { DesignUse, Problem } from '../explore/result.ts';
import { unknownChoice } from '../explore/world.ts';
import type { Scenario } from './scenario.ts';
import type {
  DeclareThread,
  Dma,
  Marker,
  PropertyOptions,
  Stage,
  ThreadHandle,
  ThreadResult,
} from './stage.ts';
import { u32 } from '../memory/type.ts';

interface Building {
  readonly scenario: Scenario;
  readonly threads: ProgramThread[];
  readonly names: { name: string; type: Type; address: number }[];
  readonly words: number[];
  readonly pools: ProgramPool[];
  readonly properties: ProgramProperty[];
  readonly counts: Map<string, number>;
  readonly designs: Map<string, DesignUse>;
  groups: number;
  /** The body has returned: what is declared now would be lost. */
  isClosed: boolean;
}

/**
 * Runs a scenario's body and gives the program that it declares.
 *
 * @param designs selected designs: the body may ask for them too
 * @returns the program, or the user's mistake
 */
export function buildProgram(
  scenario: Scenario,
  designs: Readonly<Record<string, string>>,
  expected: 'pass' | 'fail',
): Program | Problem {
  const building: Building = {
    scenario,
    threads: [],
    names: [],
    words: [0],
    pools: [],
    properties: [],
    counts: new Map(),
    designs: new Map(),
    groups: 0,
    isClosed: false,
  };
  const memory = { words: building.words, offset: 0 };
  const design = (name: string, choices: readonly string[]): string => {
    const chosen = designs[name] ?? choices[0] ?? '';
    if (!choices.includes(chosen)) throw new UserMistake(unknownChoice(name, chosen, choices));
    building.designs.set(name, { name, choices, chosen });
    return chosen;
  };
  const setUp = directMachine(() => memory, design, true);
  try {
    withMachine(setUp, () => scenario.body(stageOf(building)));
  } catch (error) {
    return mistakeOf(scenario, error);
  }
  building.isClosed = true;
  return programOf(building, expected);
}

function programOf(building: Building, expected: 'pass' | 'fail'): Program | Problem {
  const { scenario, threads, names, words } = building;
  const { position } = scenario;
  const wrong = (code: string, what: string): Problem => problem(code, { what, position });
  if (threads.length === 0) return wrong('HF020', `'${scenario.name}' declares no thread.`);
  if (threads.length > THREADS_MAX) {
    return wrong('HF031', `'${scenario.name}' has ${threads.length} threads; ${THREADS_MAX} fit.`);
  }
  if (words.length > WORDS_MAX) {
    return wrong('HF031', `'${scenario.name}' has ${words.length} words; ${WORDS_MAX} fit.`);
  }
  return {
    name: scenario.name,
    threads,
    words: names.map((one): ProgramWord => ({ ...one, initial: words[one.address] ?? 0 })),
    pools: building.pools,
    properties: building.properties,
    designs: [...building.designs.values()],
    expected,
    position,
  };
}

function mistakeOf(scenario: Scenario, error: unknown): Problem {
  if (error instanceof UserMistake) return error.problem;
  const text = error instanceof Error ? error.message : String(error);
  const [position = scenario.position] =
    error instanceof Error ? userPositions(error.stack ?? '') : [];
  return problem('HF020', { what: `The body of '${scenario.name}' throws: ${text}`, position });
}

function stageOf(building: Building): Stage {
  const property =
    (kind: 'always' | 'never') =>
    (name: string, predicate: () => boolean, options: PropertyOptions = {}): void =>
      addProperty(building, kind, name, predicate, options.at === 'every state');
  return {
    thread: declareThread(building),
    always: property('always'),
    never: property('never'),
    sometimes: ((name: string, predicate?: () => boolean) =>
      sometimes(building, name, predicate)) as Stage['sometimes'],
    alloc: ((type: StructType | Type, name?: string) =>
      alloc(building, type, name)) as Stage['alloc'],
    pool: (type, count) => pool(building, type, count),
  };
}

function addProperty(
  building: Building,
  kind: ProgramProperty['kind'],
  name: string,
  predicate: (() => boolean) | null,
  everyState: boolean,
  mark = 0,
): void {
  checkOpen(building);
  const position = callerPosition();
  building.properties.push({ kind, name, predicate, mark, everyState, position });
}

function sometimes(
  building: Building,
  name: string,
  predicate: (() => boolean) | undefined,
): Marker | undefined {
  if (predicate !== undefined) {
    addProperty(building, 'sometimes', name, predicate, false);
    return undefined;
  }
  const mark = addWord(building, `'${name}'`, u32);
  addProperty(building, 'sometimes', name, null, false, mark);
  return { mark: () => machine().mark(mark) };
}

/** Memory, threads and properties are declared before the threads run. */
function checkOpen(building: Building): void {
  if (!building.isClosed) return;
  const what = 'Something is declared while the threads run.';
  throw new UserMistake(problem('HF020', { what, position: callerPosition() }));
}

function addWord(building: Building, name: string, type: Type): number {
  checkOpen(building);
  const address = building.words.push(0) - 1;
  building.names.push({ name, type, address });
  return address;
}

function alloc(building: Building, type: StructType | Type, name?: string): Struct | Field {
  if ('struct' in type) return allocStruct(building, type, name ?? numbered(building, type.struct));
  return fieldAt(type, addWord(building, name ?? numbered(building, type.name), type));
}

function allocStruct(building: Building, type: StructType, name: string): Struct {
  const address = building.words.length;
  forEachWord(type, address, (path, word) => addWord(building, `${name}.${path}`, word));
  return type.at(address);
}

/** `folio` for the first, `folio[2]` for the second of a type. */
function numbered(building: Building, name: string): string {
  const count = (building.counts.get(name) ?? 0) + 1;
  building.counts.set(name, count);
  return count === 1 ? name : `${name}[${count}]`;
}

const slotStatus: Type = {
  ...u32,
  name: 'slot',
  format: (word) => ['fresh', 'allocated', 'freed'][word] ?? String(word),
};

function pool(building: Building, type: StructType, count: number): void {
  const slots: number[] = [];
  const status: number[] = [];
  for (let i = 1; i <= count; i++) {
    const name = `${type.struct}#${i}`;
    slots.push(building.words.length);
    allocStruct(building, type, name);
    status.push(addWord(building, name, slotStatus));
  }
  building.pools.push({ type, slots, status });
}

function declareThread(building: Building): DeclareThread {
  type Options = { readonly count: number };
  const cpu = (name: string, first: Options | (() => ThreadResult), body?: () => ThreadResult) => {
    if (typeof first === 'function') return addThread(building, name, first, 'cpu', null);
    if (body === undefined) throw new TypeError(`thread '${name}' has no function`);
    return addTwins(building, name, body, first.count);
  };
  return Object.assign(cpu, {
    device: (name: string, body: (dma: Dma) => ThreadResult): ThreadHandle =>
      addThread(building, name, () => body(dma), 'device', null),
    irq: (name: string, body: () => ThreadResult, { on }: { on: ThreadHandle }): ThreadHandle => {
      const host = hostOf(building, on);
      return addThread(building, name, () => handle(body), 'irq', host);
    },
  }) as DeclareThread;
}

/** The thread whose CPU a handler interrupts. */
function hostOf(building: Building, on: ThreadHandle): number {
  const host = building.threads.findIndex((thread) => thread.name === on.name);
  if (building.threads[host]?.kind === 'cpu') return host;
  const what = `An interrupt needs a thread on a CPU of this scenario; '${on.name}' is none.`;
  throw new UserMistake(problem('HF020', { what, position: callerPosition() }));
}

/**
 * An interrupt handler: entering it is a step of its own, so that the interrupted thread stops even
 * if the handler's first access has to wait. Handlers run with interrupts off.
 */
function handle(body: () => ThreadResult): ThreadResult {
  machine().nest('irq', 1);
  machine().perform(operation('interrupt', {}));
  const result = body();
  machine().nest('irq', -1);
  return result;
}

const dma: Dma = {
  read: (field) => READ_ONCE(field),
  write: (field, value) => WRITE_ONCE(field, value),
};

function addTwins(
  building: Building,
  name: string,
  body: () => unknown,
  count: number,
): readonly ThreadHandle[] {
  const group = building.groups++;
  return Array.from({ length: count }, (_, i) =>
    addThread(building, `${name}#${i + 1}`, body, 'cpu', null, group),
  );
}

function addThread(
  building: Building,
  name: string,
  body: () => unknown,
  kind: ProgramThread['kind'],
  interrupts: number | null,
  group?: number,
): ThreadHandle<never> {
  checkOpen(building);
  if (building.threads.some((thread) => thread.name === name)) {
    const what = `There are two threads '${name}'.`;
    throw new UserMistake(problem('HF020', { what, position: callerPosition() }));
  }
  const position = callerPosition();
  const thread = { name, body, kind, position, interrupts, group: group ?? building.groups++ };
  building.threads.push(thread);
  return { name, result: () => resultOfThread(name) as never };
}

function resultOfThread(name: string): unknown {
  if (inspected.resultOf !== null) return inspected.resultOf(name);
  const what = `The result of thread '${name}' is known only to properties.`;
  throw new UserMistake(problem('HF020', { what, position: callerPosition() }));
}
