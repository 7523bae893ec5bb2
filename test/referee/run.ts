/**
 * A program as a real scenario: its threads call the primitives of src/memory by name.
 *
 * Registers are a fresh object in each run of a thread or kernel function, as locals are.
 */

import * as linux from '../../src/memory/index.ts';
import type { Dma, Stage, ThreadHandle } from '../../src/scenario/stage.ts';
import { scenario } from '../../src/scenario/scenario.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import { machine } from '../../src/memory/machine.ts';
import { structAddress } from '../../src/memory/struct.ts';
import { Modify, operation, Test } from '../../src/memory/operation.ts';
import type { Operation } from '../../src/memory/operation.ts';
import { STORED } from './callbacks.ts';
import { mixed, operandValue, registersOf, testPasses } from './program.ts';
import type {
  Access,
  Gives,
  Kind,
  Program,
  Registers,
  Statement,
  Thread,
  Word,
} from './program.ts';

type Field = linux.Field;
type Primitive = (...parameters: unknown[]) => unknown;

const primitives = linux as unknown as Record<string, Primitive>;

const target = linux.struct('target', { value: linux.s32 });

const TYPES: { readonly [K in Kind]: linux.Type } = {
  word: linux.s32,
  flags: linux.flags('flags', ['b0', 'b1', 'b2', 'b3']),
  bits: linux.flags('bits', ['b0', 'b1', 'b2', 'b3']),
  pointer: linux.pointer(target),
  atomic: linux.atomic_t,
  refcount: linux.refcount_t,
  spin: linux.spinlock_t,
  rwlock: linux.rwlock_t,
  mutex: linux.mutex,
  rwsem: linux.rw_semaphore,
  seqcount: linux.seqcount_t,
  completion: linux.completion,
  queue: linux.wait_queue_head_t,
  task: linux.task_struct,
  callback: linux.rcu_head,
  srcu: linux.srcu_struct,
};

/** The things that a pointer can point at: numbers 1, 2 and so on; 0 is NULL. */
type Target = ReturnType<typeof target.at>;

/** What the threads share: the fields of the program's words, and the pointers' targets. */
interface Shared {
  /** What call_rcu is to call: one function for all. */
  readonly callback: () => void;
  readonly fields: readonly Field[];
  readonly kinds: readonly Kind[];
  readonly targets: readonly Target[];
}

/** The kernel function of each call statement. */
type Functions = Map<Statement, Primitive>;

/** A scenario; and the targets of its pointers and its slots' place, once its body has run. */
export interface Made {
  readonly scenario: Scenario;
  readonly targets: () => readonly number[];
  readonly firstSlot: () => number;
}

/** The scenario of a program; its words are declared first and in their order. */
export function scenarioOf(program: Program): Made {
  let targets: readonly Target[] = [];
  let firstSlot = 1;
  const made = scenario('random program', (stage) => {
    const functions: Functions = new Map();
    const shared = share(program, stage);
    targets = shared.targets;
    if (program.slots > 0) firstSlot = targets[0]?.[structAddress] ?? 0;
    const handles: ThreadHandle[] = [];
    for (const thread of program.threads) declare(thread, handles, { stage, shared, functions });
  });
  return {
    scenario: made,
    targets: () => targets.map((one) => one[structAddress]),
    firstSlot: () => firstSlot,
  };
}

function share({ words, slots }: Program, stage: Stage): Shared {
  const fields = words.map(({ name, kind }) => stage.alloc(TYPES[kind], name) as Field);
  const targets =
    slots > 0
      ? slotsOf(slots, stage)
      : [stage.alloc(target, 'target1'), stage.alloc(target, 'target2')];
  const x = fields[words.findIndex(({ name }) => name === 'x')];
  const callback = (): void => {
    if (x !== undefined) primitives['WRITE_ONCE']?.(x, STORED);
  };
  const shared = { fields, kinds: words.map(({ kind }) => kind), targets, callback };
  words.forEach((word, at) => setUp(word, at, shared));
  return shared;
}

/** A pool's slots: each is a value and the word for its status, from the next free address on. */
function slotsOf(count: number, stage: Stage): Target[] {
  const { address } = stage.alloc(linux.s32, 'before the slots');
  stage.pool(target, count);
  return Array.from({ length: count }, (_, index) => target.at(address + 1 + 2 * index));
}

/** Locks begin free; the other words are set as kernel code would set them. */
function setUp({ kind, initial }: Word, at: number, shared: Shared): void {
  if (initial === 0) return;
  const field = shared.fields[at];
  if (kind === 'atomic') primitives['atomic_set']?.(field, initial);
  else if (kind === 'refcount') primitives['refcount_set']?.(field, initial);
  else if (kind === 'completion') primitives['complete']?.(field);
  else primitives['WRITE_ONCE']?.(field, encoded(initial, kind, shared));
}

interface Staged {
  readonly stage: Stage;
  readonly shared: Shared;
  readonly functions: Functions;
}

function declare(thread: Thread, handles: ThreadHandle[], staged: Staged): void {
  const { stage, shared, functions } = staged;
  const body = (dma?: Dma): number | boolean | null | undefined => {
    const registers: Registers = {};
    execute(thread.body, { registers, shared, functions, dma });
    const values = registersOf(thread.body).map((name) => registers[name] ?? 0);
    const given = give(thread.gives, values, shared);
    return Array.isArray(given) ? mixed(given) : (given as number | boolean | null | undefined);
  };
  const { name, count, on } = thread;
  const host = on === null ? undefined : handles[on];
  if (thread.device) handles.push(stage.thread.device(name, body));
  else if (host !== undefined) handles.push(stage.thread.irq(name, () => body(), { on: host }));
  else if (count === 1) handles.push(stage.thread(name, () => body()));
  else handles.push(...stage.thread(name, { count }, () => body()));
}

/** One running function: its registers, and what it works on. */
interface Frame {
  readonly registers: Registers;
  readonly shared: Shared;
  readonly functions: Functions;
  readonly dma: Dma | undefined;
}

function execute(statements: readonly Statement[], frame: Frame): void {
  for (const one of statements) executeOne(one, frame);
}

function executeOne(statement: Statement, frame: Frame): void {
  const { registers, shared } = frame;
  switch (statement.do) {
    case 'access':
      access(statement, frame);
      return;
    case 'if':
      if (testPasses(statement.test, registers)) execute(statement.body, frame);
      return;
    case 'loop':
      linux.loop(() => {
        for (const name of registersOf(statement.body)) registers[name] = 0;
        execute(statement.body, frame);
        return testPasses(statement.again, registers);
      });
      return;
    case 'call': {
      const given = functionOf(statement, frame)(operandValue(statement.operand, registers));
      const addresses = shared.targets.map((one) => one[structAddress]);
      const isNull = statement.gives === 'slot' && given === null;
      registers[statement.into] = isNull ? 0 : numberOfResult(given, addresses);
      return;
    }
    case 'wait_event':
      linux.wait_event(shared.fields[statement.word] as never, () => {
        execute(statement.look, frame);
        return testPasses(statement.until, registers);
      });
  }
}

function access({ primitive, word, slot, operands, into }: Access, frame: Frame): void {
  const { registers, shared, dma } = frame;
  const values = operands.map((one) => operandValue(one, registers));
  if (slot !== undefined) {
    const object = shared.targets[(registers[slot] ?? 0) - 1];
    if (object === undefined) return;
    const told = primitives[primitive]?.(primitive === 'kfree' ? object : object.value, ...values);
    if (into !== null) registers[into] = decoded(told, shared);
    return;
  }
  const parameters = primitive === 'kmalloc' ? [target] : values;
  const told =
    word === null
      ? primitives[primitive]?.(...parameters)
      : onWord(primitive, word, values, shared, dma);
  if (into !== null) registers[into] = decoded(told, shared);
}

/** The kernel puts the operand before the counter, and the bit before the flags. */
const OPERAND_FIRST = new RegExp(
  [
    '^atomic_(fetch_)?(add|sub|and|or|xor|andnot)(_return)?(_acquire|_release|_relaxed)?$',
    '^atomic_(sub_and_test|add_negative)$',
    '^refcount_(add(_not_zero(_acquire)?)?|sub_and_test)$',
    '_bit(_|$)|^bit_|^xor_unlock_',
  ].join('|'),
);

function onWord(
  primitive: string,
  word: number,
  values: readonly number[],
  shared: Shared,
  dma: Dma | undefined,
): unknown {
  const kind = shared.kinds[word] ?? 'word';
  const field = shared.fields[word] as Field;
  if (dma !== undefined) return onDevice(primitive, field, values, dma);
  const special = INTERNAL[primitive];
  if (special !== undefined) return machine().perform(special(field.address, values[0] ?? 0));
  const call = primitives[kind === 'atomic' ? (ON_COUNTERS[primitive] ?? primitive) : primitive];
  if (primitive === 'call_rcu') return call?.(field, shared.callback);
  if (primitive === 'srcu_dereference') return call?.(field, someSrcuStruct(shared));
  if (primitive.startsWith('smp_cond_load')) {
    return call?.(field, (value: unknown) => value === values[0]);
  }
  if (call === undefined) throw new Error(`referee: no primitive ${primitive}`);
  if (OPERAND_FIRST.test(primitive)) return call(...values, field);
  return call(field, ...values.map((value) => encoded(value, kind, shared)));
}

/** Which one an srcu_dereference names orders nothing. */
function someSrcuStruct({ fields, kinds }: Shared): Field | undefined {
  return fields[kinds.indexOf('srcu')];
}

/** Programs about grace periods read and write any word; a counter has calls of its own. */
const ON_COUNTERS: Record<string, string> = { READ_ONCE: 'atomic_read', WRITE_ONCE: 'atomic_set' };

/** Primitives that kernel code reaches only inside of others, by the operation that they are. */
const INTERNAL: Record<string, (address: number, operand: number) => Operation> = {
  folio_wait_bit: (address, nr) => operation('folio_wait_bit', { address, ...untilClear(nr) }),
  folio_lock: (address, nr) =>
    operation('folio_lock', {
      address,
      ...untilClear(nr),
      modify: Modify.OR,
      modifyArgument: 1 << nr,
      hold: { take: 'bit', shared: false },
    }),
  prepare_to_wait: (address) =>
    operation('prepare_to_wait', { address, modify: Modify.OR, ownBit: true }),
  'schedule on a task': (address) =>
    operation('schedule', { address, test: Test.EQUALS, testArgument: 0, wait: true }),
  schedule: (address) =>
    operation('schedule', { address, test: Test.BITS_CLEAR, wait: true, ownBit: true }),
  finish_wait: (address) =>
    operation('finish_wait', { address, test: Test.BITS_SET, modify: Modify.AND, ownBit: true }),
};

function untilClear(nr: number): { test: Test; testArgument: number; wait: true } {
  return { test: Test.BITS_CLEAR, testArgument: 1 << nr, wait: true };
}

function onDevice(
  primitive: string,
  field: Field,
  [value = 0]: readonly number[],
  dma: Dma,
): unknown {
  if (primitive === 'READ_ONCE') return dma.read(field as never);
  dma.write(field as never, value as never);
  return 0;
}

/** The kernel function of a call statement: made once, as kernel code has it. */
function functionOf(statement: Statement & { do: 'call' }, frame: Frame): Primitive {
  const { shared, functions, dma } = frame;
  const known = functions.get(statement);
  if (known !== undefined) return known;
  const body = (argument: number): Given => {
    const registers: Registers = { [statement.parameter]: argument };
    execute(statement.body, { registers, shared, functions, dma });
    const names = [statement.parameter, ...registersOf(statement.body)];
    return give(
      statement.gives,
      names.map((name) => registers[name] ?? 0),
      shared,
    );
  };
  Object.defineProperty(body, 'name', { value: statement.name });
  const made = linux.kernelFunction('test/referee/run.ts', '6.18', body) as Primitive;
  functions.set(statement, made);
  return made;
}

type Given = number | boolean | null | undefined | Target | readonly number[];

/** A result in its own TypeScript type, so that each kind of result is tried. */
function give(gives: Gives, values: readonly number[], { targets }: Shared): Given {
  const first = values[0] ?? 0;
  switch (gives) {
    case 'number':
      return mixed(values);
    case 'boolean':
      return first !== 0;
    case 'maybe':
      return first === 0 ? null : mixed(values);
    case 'pair':
      return [first, mixed(values)];
    case 'slot':
      return targets[(values.at(-1) ?? 0) - 1] ?? null;
    case 'nothing':
      return undefined;
  }
}

/** The same result as the number that `givenNumber` says. */
export function numberOfResult(given: unknown, targets: readonly number[]): number {
  if (given === null) return -1;
  if (given === undefined) return 0;
  if (typeof given === 'boolean') return given ? 1 : 0;
  if (Array.isArray(given)) return mixed(given as number[]);
  if (typeof given === 'object') return targets.indexOf((given as Target)[structAddress]) + 1;
  return Number(given);
}

function encoded(value: number, kind: Kind, { targets }: Shared): unknown {
  return kind === 'pointer' ? (targets[value - 1] ?? null) : value;
}

function decoded(told: unknown, { targets }: Shared): number {
  if (typeof told === 'object') return targets.indexOf(told as Target) + 1;
  return Number(told ?? 0);
}
