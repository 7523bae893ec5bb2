/** Calls of kernel functions and rounds of loops of a thread that is run by replay.ts. */

import { provenanceOf } from '../../memory/function.ts';
import { isStruct, structAddress, structType } from '../../memory/struct.ts';
import type { KernelResult } from '../../memory/machine.ts';
import { decodeResult, encodeResult } from './encoding.ts';
import { Entry } from './history.ts';
import type { PointerSource } from '../pointers.ts';
import { callStack } from '../position.ts';
import { problem } from '../problem.ts';
import { different } from './replay-different.ts';
import { describe, lateResult } from './replay-end.ts';
import { SENTINEL, append, suspendWith } from './replay-state.ts';
import type { State } from './replay-state.ts';

export function call<R extends KernelResult>(
  state: State,
  name: string,
  body: () => R,
  args: readonly unknown[],
): R {
  if (state.end !== null) throw SENTINEL;
  if (state.flat) return flatCall(state, name, body, args);
  const at = state.cursor;
  if (at < state.replayed && state.entries[at] !== Entry.ENTER) return recordedResult<R>(state);
  if (at < state.replayed) state.cursor += 2;
  else append(state, Entry.ENTER, 0);
  const { sources } = state;
  state.calls.push(name);
  state.given.push(args);
  const result = resultOf(state, name, body);
  state.given.pop();
  state.calls.pop();
  if (state.calls.length === 0 && isError(result)) state.returned = { name, error: result };
  state.entries.length = at;
  if (!encodeResult(state.entries, result)) resultLost(state, name, result);
  state.sources = keepResult(state, sources, result);
  append(state, Entry.CONTEXT, state.world.contexts.numberOf(state.context));
  return result;
}

const ERRNO_MAX = 4095;

/** What IS_ERR_VALUE asks of a number (include/linux/err.h). */
function isError(result: unknown): result is number {
  return typeof result === 'number' && result < 0 && result >= -ERRNO_MAX;
}

/** Runs the body of a kernel function; one that waits with await gives nothing that counts. */
function resultOf<R>(state: State, name: string, body: () => R): R {
  const result = body();
  const late = lateResult(result, `The kernel function ${name}`);
  if (late !== null && state.end?.kind !== 'problem') {
    const position = state.stack()[0] ?? callStack()[0] ?? null;
    state.end = { kind: 'problem', problem: problem('HF033', { what: late, position }) };
  }
  if (state.end !== null) throw SENTINEL;
  return result;
}

/** What a call read is forgotten with it, but for the pointer that it returns. */
function keepResult(
  state: State,
  before: readonly PointerSource[],
  result: unknown,
): readonly PointerSource[] {
  if (!isStruct(result)) return before;
  const source = state.sources.find(({ address }) => address === result[structAddress]);
  if (source === undefined || before.includes(source)) return before;
  state.entries.push(Entry.SOURCE, source.slot);
  return [...before, source];
}

function recordedResult<R>(state: State): R {
  const decoded = decodeResult(state.entries, state.cursor);
  const { value } = decoded;
  let { next } = decoded;
  if (state.entries[next] === Entry.SOURCE && isStruct(value)) {
    const slot = state.entries[next + 1] ?? 0;
    const source = { address: value[structAddress], size: value[structType].size, slot, name: 0 };
    state.sources = [...state.sources, source];
    next += 2;
  }
  if (state.entries[next] !== Entry.CONTEXT) different(state, 'a call');
  state.context = state.world.contexts.at(state.entries[next + 1] ?? 0);
  state.cursor = next + 2;
  return value as R;
}

/** In a flat run the body runs again; its arguments must be the same afterwards. */
function flatCall<R>(state: State, name: string, body: () => R, args: readonly unknown[]): R {
  const before = args.map((arg) => contentOf(arg));
  state.calls.push(name);
  const result = resultOf(state, name, body);
  state.calls.pop();
  if (args.some((arg, i) => contentOf(arg) !== before[i])) argumentChanged(state, name);
  return result;
}

/** The visible content of an object or array, as deep as one looks at an out-parameter. */
function contentOf(value: unknown, depth = 0): string {
  if (typeof value === 'function') return '';
  if (typeof value !== 'object' || value === null) return String(value);
  if (isStruct(value)) return `struct ${value[structAddress]}`;
  if ('type' in value && 'address' in value) return `field ${String(value.address)}`;
  if (depth > CONTENT_DEPTH_MAX) return '';
  const isList = value instanceof Map || value instanceof Set;
  const items: readonly (readonly [unknown, unknown])[] = isList
    ? [...value.entries()]
    : Object.entries(value);
  return items
    .map(([key, item]) => `${contentOf(key, depth + 1)}:${contentOf(item, depth + 1)}`)
    .join();
}

const CONTENT_DEPTH_MAX = 4;

export function loop(state: State, round: () => boolean): void {
  if (state.end !== null) throw SENTINEL;
  if (state.cursor < state.replayed) {
    if (state.entries[state.cursor] !== Entry.ROUND) different(state, 'a loop');
    state.context = state.world.contexts.at(state.entries[state.cursor + 1] ?? 0);
    state.cursor += 2;
  } else {
    append(state, Entry.ROUND, state.world.contexts.numberOf(state.context));
  }
  const first = state.cursor;
  const { sources } = state;
  state.loops++;
  for (;;) {
    const before = state.accesses;
    if (!round()) break;
    if (state.end !== null) throw SENTINEL;
    if (state.accesses === before) idleLoop(state);
    state.entries.length = first - 2;
    state.sources = sources;
    append(state, Entry.ROUND, state.world.contexts.numberOf(state.context));
    state.newRound = true;
  }
  state.loops--;
}

export function flatLoop(state: State, round: () => boolean): void {
  if (state.end !== null) throw SENTINEL;
  state.loops++;
  for (;;) {
    const before = state.accesses;
    if (!round()) break;
    if (state.end !== null) throw SENTINEL;
    if (state.accesses === before) idleLoop(state);
  }
  state.loops--;
}

function idleLoop(state: State): never {
  const what = 'A round of loop() made no access, so nothing can ever end the loop.';
  return suspendWith(state)(problem('HF028', { what, position: callStack()[0] ?? null }));
}

function resultLost(state: State, name: string, result: unknown): never {
  const from = provenanceOf(name);
  const what =
    from !== undefined && 'file' in from
      ? `The kernel function ${name} (${from.file}) returns ${describe(result)}.`
      : `The function ${name} returns ${describe(result)}.`;
  return suspendWith(state)(problem('HF025', { what, position: callStack()[0] ?? null }));
}

function argumentChanged(state: State, name: string): never {
  const what = `The kernel function ${name} writes into an object of its caller.`;
  return suspendWith(state)(problem('HF026', { what, position: callStack()[0] ?? null }));
}
