/**
 * Pictures that fit: in a picture of more rows than a screen has, what one thread does for itself
 * is folded.
 *
 * A fold stands for rows of one thread that follow each other, between which nobody else does
 * anything, in one kernel function if that is enough; it has the values that they leave behind.
 * Never folded is what the finding needs: the rows that the explanation names, stale reads and
 * stores that wait, errors that a call gives, what was not made, the first row of all and the last
 * of each thread. Of the rest the least telling is folded first, and no more than is needed:
 *
 * 1. accesses without a label, and locks
 * 2. labelled looks at fields that no other thread changes
 * 3. labelled changes, and labelled looks at what another thread changes
 * 4. accesses without a label that are told what another thread wrote
 * 5. labelled steps between which a value goes from one thread to another
 *
 * What cannot be folded stays, even if the picture is too long then. Row numbers stay as they are.
 */

import type { Step } from '../explore/result.ts';
import type { Layout, Row } from './layout.ts';
import { isLock } from './locks.ts';

const ROWS_MAX = 24;
/** How telling a row is; what is more telling than `TOLD` is never folded. */
const QUIET = 1;
const LOOK = 2;
const CHANGE = 3;
const TOLD = 4;
const HANDED = 5;
const NEEDED = 6;

/** A picture of at most `rowsMax` rows, or of as few as the finding needs. */
export function shortened(layout: Layout, explanation: string, rowsMax = ROWS_MAX): Layout {
  const { rows } = layout;
  if (rows.length <= rowsMax) return layout;
  const telling = tellingOfRows(layout, explanation);
  let folds: readonly Run[] = [];
  for (const most of [QUIET, LOOK, CHANGE, TOLD, HANDED]) {
    folds = enough(runsOf(rows, telling, most), folds, rows.length - rowsMax);
  }
  return { ...layout, rows: withFolds(rows, withoutNeedless(folds, rows.length - rowsMax)) };
}

/**
 * A picture in which what a thread does at a stretch is one row once everything is decided, and
 * says no more than that: what it leaves behind is no news any more.
 */
export function decidedBy(layout: Layout, step: number | undefined): Layout {
  const row = step === undefined ? undefined : layout.rowOf.get(step);
  if (row === undefined) return layout;
  const { rows } = layout;
  const isRest = (at: number): boolean => {
    const { kind, number, stale } = rows[at] ?? {};
    return kind === 'step' && (number ?? 0) > row && stale === null;
  };
  const together = (one: number, other: number): boolean =>
    isRest(one) && isRest(other) && rows[one]?.thread === rows[other]?.thread;
  const runs = split({ from: 0, to: rows.length }, together).filter(
    ({ from, to }) => to - from > 1,
  );
  const nothing = layout.columns.map(() => null);
  const folded = withFolds(rows, runs).map((one) =>
    rows.includes(one) ? one : { ...one, values: nothing },
  );
  return withoutIdleColumns({ ...layout, rows: folded });
}

/** Without the fields that no row is shown to change. */
function withoutIdleColumns(layout: Layout): Layout {
  const { rows, columns } = layout;
  const changes = columns.map((_, at) => rows.some(({ values }) => (values[at] ?? null) !== null));
  const kept = <T>(all: readonly T[]): T[] => all.filter((_, at) => changes[at]);
  return {
    ...layout,
    columns: kept(columns),
    rows: rows.map((row) => ({ ...row, values: kept(row.values) })),
  };
}

/** Folds without those that a larger one, which was chosen later, has made needless. */
function withoutNeedless(folds: readonly Run[], missing: number): readonly Run[] {
  return folds.reduce<readonly Run[]>((kept, fold) => {
    const others = kept.filter((one) => one !== fold);
    return saved(others) >= missing ? others : kept;
  }, folds);
}

/** Rows of one thread from `from` up to, but without, `to`. */
interface Run {
  readonly from: number;
  readonly to: number;
}

/** Text that names row numbers, like `Step 7 is done before step 6 is visible`. */
function rowsNamed(explanation: string): Set<number> {
  return new Set([...explanation.matchAll(/\bsteps? (\d+)/gi)].map(([, number]) => Number(number)));
}

function tellingOfRows(layout: Layout, explanation: string): number[] {
  const needed = neededRows(layout, explanation);
  const handed = handedOver(layout.rows);
  const shared = sharedFields(layout.rows);
  return layout.rows.map((row) => {
    if (needed.has(row)) return NEEDED;
    const hasLabel = row.steps.some(({ label }) => label !== null);
    if (handed.has(row)) return hasLabel ? HANDED : TOLD;
    return Math.max(...row.steps.map((step) => tellingOf(step, shared)));
  });
}

function neededRows(layout: Layout, explanation: string): Set<Row> {
  const named = rowsNamed(explanation);
  const marks = layout.rows.flatMap(({ stale, behind }) =>
    [stale?.source, stale?.missed, behind].map(Number),
  );
  const lasts = layout.threads.map((_name, thread) =>
    layout.rows.findLast((row) => row.thread === thread),
  );
  const needed = (row: Row, at: number): boolean =>
    at === 0 ||
    row.kind !== 'step' ||
    row.steps.some(({ kind }) => kind === 'return') ||
    row.waits ||
    row.stale !== null ||
    row.behind !== null ||
    lasts.includes(row) ||
    named.has(row.number ?? 0) ||
    marks.includes(row.number ?? 0);
  return new Set(layout.rows.filter(needed));
}

/** Rows between which a value goes from one thread to another; that of a lock is no news. */
function handedOver(rows: readonly Row[]): Set<Row> {
  const rowOf = new Map(rows.flatMap((row) => row.steps.map(({ number }) => [number, row])));
  const pairs = rows.flatMap((row) =>
    row.steps.flatMap((step) => {
      const source = rowOf.get(step.readsFrom ?? 0);
      const isNews = step.observed !== null && !isLock(step.primitive);
      return isNews && source !== undefined && source.thread !== row.thread ? [source, row] : [];
    }),
  );
  return new Set(pairs);
}

/** Fields that one thread changes and another touches. */
function sharedFields(rows: readonly Row[]): Set<string> {
  const steps = rows.flatMap((row) => row.steps);
  const changes = steps.flatMap((step) => step.changes.map(({ field }) => ({ field, step })));
  return new Set(
    changes
      .filter(({ field, step }) => {
        return steps.some((one) => one.thread !== step.thread && one.field === field);
      })
      .map(({ field }) => field),
  );
}

function tellingOf(step: Step, shared: ReadonlySet<string>): number {
  if (step.label === null || isLock(step.primitive)) return QUIET;
  const isShared = step.field !== null && shared.has(step.field);
  return isShared || step.changes.length > 0 ? CHANGE : LOOK;
}

/**
 * What may become a fold: the longest runs of rows of one thread that are no more telling than
 * `most`, and those parts of them that are in one call of a kernel function.
 */
function runsOf(rows: readonly Row[], telling: readonly number[], most: number): Run[] {
  const isQuiet = (at: number): boolean => (telling[at] ?? NEEDED) <= most;
  const whole = split({ from: 0, to: rows.length }, (one, other) => {
    return isQuiet(one) && isQuiet(other) && rows[one]?.thread === rows[other]?.thread;
  });
  const depths = rows.map((row) => Math.max(...row.steps.map(({ calls }) => calls.length)));
  const runs = whole.flatMap((run) => {
    const depthMax = Math.max(...depths.slice(run.from, run.to));
    const parts = Array.from({ length: depthMax }, (_none, depth) =>
      split(run, (one, other) => sameCalls(rows[one], rows[other], depth + 1)),
    );
    return [run, ...parts.flat()];
  });
  return runs.filter(({ from, to }) => to - from > 1);
}

/** Cuts a run wherever two neighbours do not belong together. */
function split({ from, to }: Run, together: (one: number, other: number) => boolean): Run[] {
  const runs: Run[] = [];
  let first = from;
  for (let at = from + 1; at <= to; at++) {
    if (at < to && together(at - 1, at)) continue;
    runs.push({ from: first, to: at });
    first = at;
  }
  return runs;
}

function sameCalls(one: Row | undefined, other: Row | undefined, depth: number): boolean {
  const calls = commonCalls([...(one?.steps ?? []), ...(other?.steps ?? [])]);
  return calls.length >= depth;
}

/** Folds that save `rows`, or as many as can be saved; those chosen before may become parts. */
function enough(runs: readonly Run[], chosen: readonly Run[], rows: number): readonly Run[] {
  let folds = chosen;
  for (;;) {
    const missing = rows - saved(folds);
    const best = missing <= 0 ? undefined : bestOf(runs, folds, missing);
    if (best === undefined) return folds;
    folds = withRun(folds, best);
  }
}

/** The run that saves just enough; where none does, the one that saves most. */
function bestOf(runs: readonly Run[], folds: readonly Run[], missing: number): Run | undefined {
  const cuts = (run: Run): boolean =>
    folds.some(({ from, to }) => {
      const overlaps = from < run.to && run.from < to;
      return overlaps && !(run.from <= from && to <= run.to);
    });
  const before = saved(folds);
  const gain = (run: Run): number => saved(withRun(folds, run)) - before;
  const useful = runs.filter((run) => !cuts(run) && gain(run) > 0);
  const sufficient = useful.filter((run) => gain(run) >= missing);
  const byGain = (one: Run, other: Run): number => gain(one) - gain(other);
  return sufficient.length > 0 ? sufficient.toSorted(byGain)[0] : useful.toSorted(byGain).at(-1);
}

function withRun(folds: readonly Run[], run: Run): Run[] {
  return [...folds.filter(({ from, to }) => to <= run.from || from >= run.to), run];
}

function saved(folds: readonly Run[]): number {
  return folds.reduce((sum, { from, to }) => sum + to - from - 1, 0);
}

function withFolds(rows: readonly Row[], folds: readonly Run[]): Row[] {
  return rows.flatMap((row, at) => {
    const fold = folds.find(({ from, to }) => from <= at && at < to);
    if (fold === undefined) return [row];
    return fold.from === at ? [foldOf(rows.slice(fold.from, fold.to))] : [];
  });
}

/** One row for several: where they are in the kernel, and what they leave behind. */
function foldOf(rows: readonly Row[]): Row {
  const [first, last] = [rows[0], rows.at(-1)] as [Row, Row];
  const calls = commonCalls(rows.flatMap((row) => row.steps));
  const where = calls.at(-1) ?? `${rows.length} steps`;
  return {
    ...first,
    kind: 'fold',
    number: null,
    prefix: '',
    text: `${first.number ?? ''}-${last.number ?? ''}: ${where}`,
    detail: '',
    values: first.values.map((_value, column) => {
      return (
        rows.findLast(({ values }) => (values[column] ?? null) !== null)?.values[column] ?? null
      );
    }),
    steps: rows.flatMap((row) => row.steps),
  };
}

/** The calls around all steps, outermost first. */
function commonCalls(steps: readonly Step[]): readonly string[] {
  const calls = steps[0]?.calls ?? [];
  const end = calls.findIndex((call, depth) => steps.some((step) => step.calls[depth] !== call));
  return end < 0 ? calls : calls.slice(0, end);
}
