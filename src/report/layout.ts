/**
 * A trace as rows, lanes and state columns: what every picture of it shows, as data.
 *
 * Terminal, commit message and browser paint this; none of them decides anything about order,
 * numbers or marks. A lane is a thread in program order. A row is a labelled step with the
 * low-level accesses that belong to it. A state column is a field that some step changes, with a
 * value only where it changes. Row numbers count rows, and every mark speaks of row numbers.
 */

import type { Step, Trace } from '../explore/result.ts';
import { settledDrains } from './drains.ts';
import type { Entry } from './drains.ts';
import { foldedRows } from './fold.ts';
import { isLock } from './locks.ts';
import { accessText, fieldsOf, shortNames } from './names.ts';
import type { ShortNames } from './names.ts';

/** A read that gave an older value than memory was about to show. */
export interface StaleMark {
  /** `init` or the number of the row whose value it used. */
  readonly source: string;
  /** The number of the row that it missed. */
  readonly missed: string;
}

/** One line of a picture. */
export interface Row {
  /** `drain`: a store leaves its buffer; `fold`: stands for several rows; `pending`: not made. */
  readonly kind: 'step' | 'drain' | 'fold' | 'pending';
  /** From 1; null for a fold. */
  readonly number: number | null;
  /** The lane, an index of `Layout.threads`. */
  readonly thread: number;
  /** The kernel function, where there is no label; may be left out for want of room. */
  readonly prefix: string;
  readonly text: string;
  /** What the thread was told. */
  readonly detail: string;
  /** The store stays in the store buffer: a later row makes it visible. */
  readonly waits: boolean;
  readonly stale: StaleMark | null;
  /** weak: the row whose store comes later in the coherence order, though it was made before. */
  readonly behind: string | null;
  /** The new value of each state column, null where it does not change. */
  readonly values: readonly (string | null)[];
  readonly steps: readonly Step[];
}

/** A field that some row changes. */
export interface StateColumn {
  readonly field: string;
  readonly title: string;
  readonly initial: string;
  readonly final: string;
}

/** A trace, ready to be painted. */
export interface Layout {
  readonly threads: readonly string[];
  readonly rows: readonly Row[];
  readonly columns: readonly StateColumn[];
  /** From step numbers to row numbers; 0 is the initial state. */
  readonly rowOf: ReadonlyMap<number, number>;
}

/** How much to show. */
export interface LayoutOptions {
  /** Show each access as a row of its own. */
  readonly unfold?: boolean;
  /** From here on repeated rounds are folded. */
  readonly rowsMax?: number;
}

const ROWS_MAX = 24;

/** Lays a trace out. */
export function layoutOf(trace: Trace, options: LayoutOptions = {}): Layout {
  const short = shortNames(fieldsOf(trace));
  const groups = groupsOf(trace, options);
  const rowOf = new Map<number, number>([[0, 0]]);
  groups.forEach((group, at) => {
    for (const step of stepsOf(group)) rowOf.set(step.number, at + 1);
  });
  const columns = stateColumns(trace, short);
  const rows = groups.map((group, at) => rowFrom(group, at + 1, columns, rowOf, short));
  const folded = options.unfold === true ? rows : foldedRows(rows, options.rowsMax ?? ROWS_MAX);
  return { threads: trace.threads, rows: folded, columns, rowOf };
}

/**
 * What becomes one row each. Looks at what nobody changes are left out: with labels in long
 * pictures, without labels always, except those of a thread that fails by itself, whose way is the
 * point. In long pictures accesses without labels share rows too.
 */
function groupsOf(trace: Trace, options: LayoutOptions): Entry[][] {
  const entries = settledDrains(trace.steps);
  if (options.unfold === true) return entries.map((entry) => [entry]);
  const rowsMax = options.rowsMax ?? ROWS_MAX;
  const background = entries.map((entry) => isBackground(entry.step, trace));
  const failed = new Set(trace.steps.filter(isFailure).map(({ thread }) => thread));
  const told = entries.filter(
    ({ step }, at) => !background[at] || step.label !== null || failed.has(step.thread),
  );
  const groups = joined(told, belongs);
  if (groups.length <= rowsMax) return groups;
  const changing = joined(
    entries.filter((_entry, at) => !background[at]),
    belongs,
  );
  return changing.length <= rowsMax ? changing : joined(changing.flat(), continues);
}

/** A plain look at something that nobody changes says nothing about the order of steps. */
function isBackground(step: Step, trace: Trace): boolean {
  if (step.field === null || step.written !== null) return false;
  if (step.kind !== 'access' || isLock(step.primitive)) return false;
  return !trace.steps.some(
    (other) =>
      (other.field === step.field && other.written !== null) ||
      other.changes.some(({ field }) => field === step.field),
  );
}

type Joins = (step: Step, group: readonly Entry[]) => boolean;

function joined(entries: readonly Entry[], joins: Joins): Entry[][] {
  const groups: Entry[][] = [];
  for (const entry of entries) {
    const last = groups.at(-1);
    if (last !== undefined && joins(entry.step, last)) last.push(entry);
    else groups.push([entry]);
  }
  return groups;
}

/** Low-level accesses join the labelled step before them, unless another thread came between. */
function belongs(step: Step, group: readonly Entry[]): boolean {
  const head = group[0]?.step;
  if (head === undefined || head.label === null || head.thread !== step.thread) return false;
  if (step.label !== null || isApart(step)) return false;
  return head.calls.every((call, depth) => step.calls[depth] === call);
}

/** Drains, sections and what was not made always have rows of their own. */
function isApart({ kind }: Step): boolean {
  return kind === 'drain' || kind === 'section' || isNotMade(kind);
}

function isFailure({ kind }: Step): boolean {
  return kind === 'failure';
}

/** What would be the violation, or what a thread waits for. */
function isNotMade(kind: Step['kind']): boolean {
  return kind === 'pending' || kind === 'failure';
}

/** In a long picture, accesses without labels share a row with those before them. */
function continues(step: Step, group: readonly Entry[]): boolean {
  const head = group[0]?.step;
  if (head === undefined || head.thread !== step.thread) return false;
  if (head.label !== null) return belongs(step, group);
  const steps = [...stepsOf(group), step];
  return steps.every((one) => one.label === null && !isApart(one) && one.missed === null);
}

function stepsOf(group: readonly Entry[]): Step[] {
  return group.flatMap(({ step, drain }) => (drain === null ? [step] : [step, drain]));
}

function rowFrom(
  group: readonly Entry[],
  number: number,
  columns: readonly StateColumn[],
  rowOf: ReadonlyMap<number, number>,
  short: ShortNames,
): Row {
  const steps = stepsOf(group);
  const head = group[0]?.step as Step;
  const labelled = head.label !== null;
  return {
    kind: head.kind === 'drain' ? 'drain' : isNotMade(head.kind) ? 'pending' : 'step',
    number,
    thread: head.thread,
    prefix: labelled || isApart(head) ? '' : (head.calls.at(-1) ?? ''),
    text: textOf(group, short),
    detail: detailOf(group, short),
    waits: group.some(({ step, drain }) => step.buffered && drain === null),
    stale: staleMark(steps, rowOf),
    behind: behindMark(steps, rowOf),
    values: columns.map(({ field }) => lastValue(steps, field)),
    steps,
  };
}

/** weak: the row of the store that this one comes before in the coherence order. */
function behindMark(steps: readonly Step[], rowOf: ReadonlyMap<number, number>): string | null {
  const step = steps.find(({ behind }) => behind !== null && behind !== 0);
  if (step === undefined) return null;
  return String(rowOf.get(step.behind ?? 0) ?? '?');
}

function textOf(group: readonly Entry[], short: ShortNames): string {
  const head = group[0]?.step as Step;
  if (head.kind === 'pending') return `next: ${head.label ?? accessText(head, short)}`;
  if (head.label !== null) return head.label;
  const more = group.length > 1 ? ` and ${group.length - 1} more` : '';
  return accessText(head, short) + more;
}

/**
 * What the labelled access was told: the label is about that one. Where it was told nothing, the
 * first access of the row that was, with the name of its field.
 */
function detailOf(group: readonly Entry[], short: ShortNames): string {
  const head = group[0]?.step;
  if (head === undefined || head.observed !== null) return head?.observed ?? '';
  const step = group.map((entry) => entry.step).find(({ observed }) => observed !== null);
  if (step === undefined) return '';
  return step.field === null ? (step.observed ?? '') : `${short(step.field)} ${step.observed}`;
}

function staleMark(steps: readonly Step[], rowOf: ReadonlyMap<number, number>): StaleMark | null {
  const step = steps.find(({ missed }) => missed !== null);
  if (step === undefined) return null;
  const source = step.readsFrom === null ? 0 : (rowOf.get(step.readsFrom) ?? 0);
  return {
    source: source === 0 ? 'init' : String(source),
    missed: String(rowOf.get(step.missed ?? 0) ?? '?'),
  };
}

function lastValue(steps: readonly Step[], field: string): string | null {
  const changes = steps.flatMap((step) => step.changes).filter((one) => one.field === field);
  return changes.at(-1)?.after ?? null;
}

/** A lock's word says no more than the lane, which shows who takes it: it is left out. */
function stateColumns(trace: Trace, short: ShortNames): StateColumn[] {
  const changed = changedFields(trace, (step) => !isLock(step.primitive));
  const fields = changed.size > 0 ? changed : changedFields(trace, () => true);
  return trace.initial
    .filter(({ field }) => fields.has(field))
    .map(({ field, value }) => ({
      field,
      title: short(field),
      initial: value,
      final: lastValue(trace.steps, field) ?? value,
    }));
}

function changedFields(trace: Trace, counts: (step: Step) => boolean): Set<string> {
  const steps = trace.steps.filter(counts);
  return new Set(steps.flatMap((step) => step.changes).map(({ field }) => field));
}
