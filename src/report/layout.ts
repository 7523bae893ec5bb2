/**
 * A trace as rows, lanes and state columns: what every picture of it shows, as data.
 *
 * Terminal, commit message and browser paint this; none of them decides anything about order,
 * numbers or marks. A lane is a thread in program order. A row is a labelled step with the
 * low-level accesses that belong to it. A state column is a field that some step changes, with a
 * value only where it changes. Row numbers count rows, and every mark speaks of row numbers.
 */

import type { Step, Trace } from '../explore/result.ts';
import { errorText } from './errno.ts';
import { foldedRows } from './fold.ts';
import { groupsOf, isApart, isNotMade, singleGroups, stepsOf } from './groups.ts';
import type { Group } from './groups.ts';
import { isLock } from './locks.ts';
import { accessText, fieldsOf, shortNames, storedValue } from './names.ts';
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
  const rowsMax = options.rowsMax ?? ROWS_MAX;
  const groups = options.unfold === true ? singleGroups(trace) : groupsOf(trace, rowsMax);
  const rowOf = new Map<number, number>([[0, 0]]);
  groups.forEach((group, at) => {
    for (const step of stepsOf(group)) rowOf.set(step.number, at + 1);
  });
  const columns = stateColumns(trace, short);
  const context = { columns, rowOf, short, graces: gracePeriods(trace) };
  const rows = groups.map((group, at) => rowFrom(group, at + 1, context));
  const folded = options.unfold === true ? rows : foldedRows(rows, rowsMax);
  return { threads: trace.threads, rows: folded, columns, rowOf };
}

/** What every row of a picture needs to know of the whole. */
interface Context {
  readonly columns: readonly StateColumn[];
  readonly rowOf: ReadonlyMap<number, number>;
  readonly short: ShortNames;
  /** The steps in which a wait for a grace period begins and ends. */
  readonly graces: ReadonlyMap<number, string>;
}

function rowFrom(group: Group, number: number, context: Context): Row {
  const { columns, rowOf, short, graces } = context;
  const steps = stepsOf(group);
  const head = group[0]?.step as Step;
  const labelled = head.label !== null;
  return {
    kind: head.kind === 'drain' ? 'drain' : isNotMade(head.kind) ? 'pending' : 'step',
    number,
    thread: head.thread,
    prefix: labelled || isApart(head) ? '' : (head.calls.at(-1) ?? ''),
    text: textOf(group, short) + (graces.get(head.number) ?? ''),
    detail: detailOf(group),
    waits: group.some(({ step, drain }) => step.buffered && drain === null),
    stale: staleMark(steps, rowOf),
    behind: behindMark(steps, rowOf),
    values: columns.map(({ field }) => lastValue(steps, field)),
    steps,
  };
}

/** Who waits for a grace period does so in two steps; a barrier is no such wait. */
function gracePeriods({ steps }: Trace): ReadonlyMap<number, string> {
  const waiting = new Set<string>();
  const found = new Map<number, string>();
  for (const { number, thread, kind, primitive } of steps) {
    if (kind !== 'grace' || !/^(?:synchronize_|kfree_rcu)/.test(primitive)) continue;
    const wait = `${thread} ${primitive}`;
    found.set(number, waiting.has(wait) ? ' ends' : ' begins');
    if (!waiting.delete(wait)) waiting.add(wait);
  }
  return found;
}

/** weak: the row of the store that this one comes before in the coherence order. */
function behindMark(steps: readonly Step[], rowOf: ReadonlyMap<number, number>): string | null {
  const step = steps.find(({ behind }) => behind !== null && behind !== 0);
  if (step === undefined) return null;
  return String(rowOf.get(step.behind ?? 0) ?? '?');
}

function textOf(group: Group, short: ShortNames): string {
  const head = group[0]?.step as Step;
  if (head.kind === 'pending') return `next: ${head.label ?? accessText(head, short)}`;
  if (head.kind === 'return') return `${head.primitive} returns`;
  if (head.label !== null) return head.label;
  const more = group.length > 1 ? ` and ${group.length - 1} more` : '';
  return accessText(head, short) + more;
}

/**
 * What the labelled access was told: the label is about that one. Where it was told nothing, what
 * another access to the same field was; and what is stored, where no column shows it.
 */
function detailOf(group: Group): string {
  const head = group[0]?.step;
  if (head === undefined) return '';
  const told = group.find(({ step }) => step.field === head.field && step.observed !== null);
  const observed = told?.step.observed ?? null;
  if (head.kind === 'return') return errorText(observed ?? '');
  // Without a label the text says what is stored.
  const stored = head.label === null ? null : storedValue(head);
  if (stored === null) return observed ?? '';
  if (observed !== null) return `${observed} -> ${stored}`;
  return showsChange(group, head.field) ? '' : stored;
}

function showsChange(group: Group, field: string | null): boolean {
  return stepsOf(group).some((step) => step.changes.some((change) => change.field === field));
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
