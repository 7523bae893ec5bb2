/** Whether a collapsed and a flat run of the same thread agree, and what to say if they do not. */

import type { Operation } from '../memory/operation.ts';
import { encodeResult } from './encoding.ts';
import type { Growing } from './growth.ts';
import { problem } from './problem.ts';
import type { Run, RunEnd } from './replay-state.ts';
import type { Problem } from './result.ts';

export function same(a: Run, b: Run): boolean {
  return (
    endText(a.end) === endText(b.end) &&
    a.marks.join() === b.marks.join() &&
    JSON.stringify(a.context) === JSON.stringify(b.context)
  );
}

function endText(end: RunEnd): string {
  switch (end.kind) {
    case 'access':
      return JSON.stringify(end.operation);
    case 'done':
      return `done ${resultKey(end.result).join()}`;
    case 'failed':
      return `failed ${end.failure.name}`;
    case 'problem':
      return end.problem.code;
  }
}

/** A result as integers, to compare it. */
export function resultKey(result: unknown): number[] {
  const entries: number[] = [];
  encodeResult(entries, result);
  return entries;
}

export function notDeterministic(growing: Growing, owner: number, once: Run, again: Run): Problem {
  const thread = growing.program.threads[owner];
  const say = (end: RunEnd): string =>
    end.kind === 'access' ? describeAccess(growing, end.operation) : wordsOf(end);
  return problem('HF021', {
    what: 'The scenario does something different when it is run again.',
    position: once.stack()[0] ?? growing.program.position,
    details: [`thread ${thread?.name ?? ''}: ${say(again.end)} became ${say(once.end)}`],
  });
}

function wordsOf(end: RunEnd): string {
  return end.kind === 'done' ? 'end of thread' : 'a failed assertion';
}

function describeAccess(growing: Growing, operation: Operation): string {
  const where = operation.address === 0 ? '' : ` of ${growing.world.nameOf(operation.address)}`;
  return `${operation.primitive}${where}`;
}
