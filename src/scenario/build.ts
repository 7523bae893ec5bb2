/**
 * Builds a program from a scenario: runs its body once, on a stage that notes what it declares.
 */

import { withMachine } from '../memory/machine.ts';
import { READ_ONCE, WRITE_ONCE } from '../memory/access.ts';
import { described } from '../memory/argument.ts';
import { defineResult, watchingFields } from '../memory/field-use.ts';
import type { FieldWatch } from '../memory/field-use.ts';
import { operation } from '../memory/operation.ts';
import { wrongOption } from '../memory/options.ts';
import { machine } from '../memory/machine.ts';
import { UserMistake } from '../explore/replay/direct.ts';
import { inspected } from '../explore/judge.ts';
import { THREADS_MAX } from '../explore/limits.ts';
import { wrappedWarnings } from '../explore/replay/named-fields.ts';
import { callerPosition, captureStack, NEAR } from '../explore/position.ts';
import { problem } from '../explore/problem.ts';
import type { Program, ProgramProperty, ProgramThread, ProgramWord } from '../explore/program.ts';
import type { Problem } from '../explore/result.ts';
import { unknownChoice } from '../explore/replay/world.ts';
import { isLate, lateBody, mistakeOf } from './body-mistake.ts';
import { checkOpen } from './building.ts';
import type { Building } from './building.ts';
import { declareCallbacks } from './callbacks.ts';
import { checkCount, checkFunction, checkName, refuseDeclaration } from './checked.ts';
import { addWord, alloc, pool } from './declare-memory.ts';
import type { Scenario } from './scenario.ts';
import { runBody, setUpMachine } from './set-up.ts';
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
    callbacks: [],
    properties: [],
    counts: new Map(),
    designs: new Map(),
    wrapped: new Map(),
    groups: 0,
    isClosed: false,
  };
  const design = (name: string, choices: readonly string[]): string => {
    const chosen = designs[name] ?? choices[0] ?? '';
    if (!choices.includes(chosen)) throw new UserMistake(unknownChoice(name, chosen, choices));
    building.designs.set(name, { name, choices, chosen });
    return chosen;
  };
  try {
    const machine = setUpMachine(building, design);
    const body = (): unknown => withMachine(machine, () => runBody(scenario, stageOf(building)));
    const result = watchingFields(watchOf(building), body);
    if (building.threads.length > 0) addCallbacks(building);
    if (isLate(result)) return lateBody(scenario);
  } catch (error) {
    return mistakeOf(scenario, error);
  }
  building.isClosed = true;
  return programOf(building, expected);
}

/** In the body, naming a member says nothing: it is where handles are made. */
function watchOf({ wrapped }: Building): FieldWatch {
  return {
    named: () => undefined,
    handed: () => undefined,
    wrapped(value) {
      if (!wrapped.has(value)) wrapped.set(value, captureStack(NEAR));
    },
  };
}

function programOf(building: Building, expected: 'pass' | 'fail'): Program | Problem {
  const { scenario, threads, names, words } = building;
  const { position } = scenario;
  const wrong = (code: string, what: string, next?: string): Problem =>
    problem(code, { what, position, next });
  if (threads.length === 0) {
    return wrong('HF020', `'${scenario.name}' declares no thread.`, DECLARE_THREAD);
  }
  if (threads.length > THREADS_MAX) {
    return wrong('HF031', `'${scenario.name}' has ${threads.length} threads; ${THREADS_MAX} fit.`);
  }
  return {
    name: scenario.name,
    threads,
    words: names.map((one): ProgramWord => ({ ...one, initial: words[one.address] ?? 0 })),
    pools: building.pools,
    callbacks: building.callbacks,
    properties: building.properties,
    designs: [...building.designs.values()],
    warnings: wrappedWarnings('The body', building.wrapped),
    expected,
    position,
  };
}

const DECLARE_THREAD = "Declare one in its body: thread('name', () => { ... });";

function stageOf(building: Building): Stage {
  const property =
    (kind: 'always' | 'never') =>
    (name: string, predicate: () => boolean, options: PropertyOptions = {}): void => {
      checkFunction(`${kind} '${name}'`, predicate);
      const wrong = wrongOption(options, { at: ['end', 'every state'] });
      if (wrong !== null) refuseDeclaration(`${kind} '${name}': ${wrong}`);
      addProperty(building, kind, name, predicate, options.at === 'every state');
    };
  return {
    thread: declareThread(building),
    always: property('always'),
    never: property('never'),
    sometimes: ((name: string, predicate?: () => boolean) =>
      sometimes(building, name, predicate)) as Stage['sometimes'],
    alloc: ((...parts: Parameters<typeof alloc>[1]) => alloc(building, parts)) as Stage['alloc'],
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
  checkName(`a property (${kind})`, name);
  if (building.properties.some((one) => one.kind === kind && one.name === name)) {
    refuseDeclaration(`There are two properties ${kind} '${name}'.`);
  }
  const position = callerPosition();
  building.properties.push({ kind, name, predicate, mark, everyState, position });
}

function sometimes(
  building: Building,
  name: string,
  predicate: (() => boolean) | undefined,
): Marker | undefined {
  if (predicate !== undefined) {
    checkFunction(`sometimes '${name}'`, predicate);
    addProperty(building, 'sometimes', name, predicate, false);
    return undefined;
  }
  const mark = addWord(building, `'${name}'`, u32);
  addProperty(building, 'sometimes', name, null, false, mark);
  return { mark: () => machine().mark(mark) };
}

function addCallbacks(building: Building): void {
  const callbacks = declareCallbacks({
    names: building.names,
    addWord: (name, type) => addWord(building, name, type),
    addThread: (name, body) => void addThread(building, name, body, 'cpu', null),
  });
  building.callbacks.push(...callbacks);
}

function declareThread(building: Building): DeclareThread {
  type Options = { readonly count: number };
  const cpu = (name: string, first: Options | (() => ThreadResult), body?: () => ThreadResult) => {
    if (typeof first === 'function') return addThread(building, name, first, 'cpu', null);
    checkFunction(`thread '${name}'`, body ?? first);
    const wrong = wrongOption(first, { count: null });
    if (wrong !== null) refuseDeclaration(`thread '${name}': ${wrong}`);
    checkCount(`thread '${name}'`, first.count);
    return addTwins(building, name, body as () => ThreadResult, first.count);
  };
  return Object.assign(cpu, {
    device: (name: string, body: (dma: Dma) => ThreadResult): ThreadHandle => {
      checkFunction(`device '${name}'`, body);
      return addThread(building, name, () => body(dma), 'device', null);
    },
    irq: (name: string, body: () => ThreadResult, options: { on: ThreadHandle }): ThreadHandle => {
      checkFunction(`handler '${name}'`, body);
      const wrong = wrongOption(options, { on: null });
      if (wrong !== null) refuseDeclaration(`handler '${name}': ${wrong}`);
      const host = hostOf(building, options.on);
      return addThread(building, name, () => handle(body), 'irq', host);
    },
  }) as DeclareThread;
}

/** The thread whose CPU a handler interrupts. */
function hostOf(building: Building, on: Partial<ThreadHandle> | undefined): number {
  const host = building.threads.findIndex((thread) => thread.name === on?.name);
  if (building.threads[host]?.kind === 'cpu') return host;
  const given = on?.name === undefined ? described(on) : `'${on.name}'`;
  refuseDeclaration(`An interrupt needs a thread on a CPU of this scenario; ${given} is none.`);
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

const TWINS = "Twins are declared at once: thread('name', { count: 2 }, body).";

function addThread(
  building: Building,
  name: string,
  body: () => unknown,
  kind: ProgramThread['kind'],
  interrupts: number | null,
  group?: number,
): ThreadHandle<never> {
  checkOpen(building);
  checkName('a thread', name);
  if (building.threads.some((thread) => thread.name === name)) {
    refuseDeclaration(`There are two threads '${name}'.`, TWINS);
  }
  const position = callerPosition();
  const thread = { name, body, kind, position, interrupts, group: group ?? building.groups++ };
  building.threads.push(thread);
  const handle = { name };
  defineResult(handle, name, () => resultOfThread(name));
  return handle as ThreadHandle<never>;
}

function resultOfThread(name: string): unknown {
  if (inspected.resultOf !== null) return inspected.resultOf(name);
  return refuseDeclaration(`The result of thread '${name}' is known only to properties.`);
}
