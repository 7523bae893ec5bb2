/**
 * One thread run along a way, with every access on it compared with what its automaton says.
 */

import type { Operation } from '../../memory/operation.ts';
import { notDeterministic, same, sameContext, sameMarks, sameOperation } from './agreement.ts';
import type { Context } from '../replay/context.ts';
import type { Growing } from './growth.ts';
import { runWatched } from '../replay/replay.ts';
import type { Run, Watch } from '../replay/replay-state.ts';
import type { ProgramThread } from '../program.ts';
import type { Problem } from '../result.ts';
import type { Way } from './ways.ts';

/**
 * Runs a thread along a way.
 *
 * @param first what the thread does before it has observed anything
 * @returns the mistake that makes it differ from its automaton, or null
 */
export function differsOn(
  growing: Growing,
  owner: number,
  thread: ProgramThread,
  first: Run,
  way: Way,
): Problem | null {
  const runs = [first, ...way.map(({ ran }) => ran)];
  const watching = watchOver(runs);
  const values = way.map(({ observed }) => observed);
  growing.runs++;
  const ran = runWatched(growing.world, thread, values, watching.watch);
  if (ran.end.kind === 'problem') return ran.end.problem;
  const { reached, marks } = watching;
  const expected = runs[reached()] ?? first;
  const own = { ...ran, marks: marks(reached()) };
  if (!same(expected, own)) return notDeterministic(growing, owner, expected, own);
  const at = runs.findIndex((one, i) => i < reached() && !sameMarks(one.marks, marks(i)));
  const before = runs[at];
  if (before === undefined) return null;
  return notDeterministic(growing, owner, before, { ...before, marks: marks(at) });
}

interface Watching {
  readonly watch: Watch;
  /** How many observations were answered. */
  readonly reached: () => number;
  /** The marks between two observations, in order of address. */
  readonly marks: (at: number) => readonly number[];
}

/** Stops at the first access that is not the expected one. */
function watchOver(runs: readonly Run[]): Watching {
  const marks: number[][] = [];
  let reached = 0;
  return {
    watch: {
      access(at, operation, context) {
        if (!isExpected(runs[at], operation, context)) return false;
        reached = at + 1;
        return true;
      },
      mark(at, word) {
        (marks[at] ??= []).push(word);
      },
    },
    reached: () => reached,
    marks: (at) => marks[at] ?? [],
  };
}

function isExpected(run: Run | undefined, operation: Operation, context: Context): boolean {
  if (run?.end.kind !== 'access') return false;
  return sameOperation(run.end.operation, operation) && sameContext(run.context, context);
}
