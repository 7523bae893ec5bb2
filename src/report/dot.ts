/**
 * A trace as a graph for graphviz: lanes as clusters, program order, and across them the relations
 * by which memory models speak.
 *
 * `rf` (reads-from) leads from a write to each read that saw it, from `init` where the read saw the
 * initial value. `fr` (from-reads) leads from a read to the next write to its field by another
 * thread: the write that it came before. `co` (coherence) leads from a write to the one that
 * replaced what it wrote, if another thread made that. A store that was missed in a store buffer is
 * red.
 */

import type { Step, Trace } from '../explore/result.ts';
import { layoutOf } from './layout.ts';
import type { Row } from './layout.ts';
import { shortNames, fieldsOf } from './names.ts';
import type { ShortNames } from './names.ts';

interface Graph {
  readonly trace: Trace;
  readonly rowOf: ReadonlyMap<number, number>;
  readonly short: ShortNames;
}

/** The graph in the dot language. */
export function dotText(trace: Trace): string {
  const { rows, threads, rowOf } = layoutOf(trace, { unfold: true });
  const graph = { trace, rowOf, short: shortNames(fieldsOf(trace)) };
  const edges = trace.steps.flatMap((step) => [
    ...readEdges(graph, step),
    ...coherenceEdges(graph, step),
  ]);
  const lanes = threads.map((name, lane) => cluster(name, lane, rows));
  const title = `digraph ${quoted(trace.scenario)} {\n  node [shape=box];`;
  const init = edges.some((edge) => edge.startsWith('  r0 ')) ? ['  r0 [label="init"];'] : [];
  return [title, ...init, ...lanes, ...new Set(edges), '}'].join('\n');
}

function cluster(name: string, lane: number, rows: readonly Row[]): string {
  const own = rows.filter((row) => row.thread === lane);
  const nodes = own.map((row) => `    r${row.number} [label=${quoted(nodeText(row))}];`);
  const order = own.map((row) => `r${row.number}`).join(' -> ');
  const edges = own.length > 1 ? [`    ${order};`] : [];
  return [
    `  subgraph cluster_${lane} {`,
    `    label=${quoted(name)};`,
    ...nodes,
    ...edges,
    '  }',
  ].join('\n');
}

function nodeText(row: Row): string {
  const detail = row.detail === '' ? '' : `  ${row.detail}`;
  return `${row.number}  ${row.text}${detail}`;
}

function edge(
  { rowOf, short }: Graph,
  from: number,
  to: Step,
  relation: string,
  more: string,
): string[] {
  const [start, end] = [rowOf.get(from), rowOf.get(to.number)];
  if (start === undefined || end === undefined || start === end) return [];
  const label = quoted(`${relation} ${short(to.field ?? '')}`);
  return [`  r${start} -> r${end} [label=${label}, ${more}];`];
}

function readEdges(graph: Graph, step: Step): string[] {
  const { trace } = graph;
  if (step.readsFrom === null || step.field === null) return [];
  // Who reads a field that nobody writes says nothing about the order of steps.
  if (!trace.steps.some((one) => one.field === step.field && reachesMemory(one))) return [];
  const next = nextWrite(trace, step);
  return [
    ...edge(graph, step.readsFrom, step, 'rf', 'color=blue, constraint=false'),
    ...(next === undefined ? [] : edge(graph, step.number, next, 'fr', 'style=dashed')),
    ...(step.missed === null ? [] : edge(graph, step.missed, step, 'missed', 'color=red')),
  ];
}

/** From the write before to this one, where the order is not that of the program. */
function coherenceEdges(graph: Graph, step: Step): string[] {
  if (step.field === null || !reachesMemory(step)) return [];
  const before = graph.trace.steps.findLast(
    (one) => one.number < step.number && one.field === step.field && reachesMemory(one),
  );
  if (before === undefined || before.thread === step.thread) return [];
  return edge(graph, before.number, step, 'co', 'color=brown');
}

/** The write behind the one that a read saw, if another thread made it. */
function nextWrite(trace: Trace, read: Step): Step | undefined {
  const writes = trace.steps.filter((step) => step.field === read.field && reachesMemory(step));
  const seen = writes.findIndex((step) => step.number === read.readsFrom);
  const later = writes.slice(seen + 1).find((step) => step.number !== read.number);
  return later === undefined || later.thread === read.thread ? undefined : later;
}

function reachesMemory({ kind, written, buffered }: Step): boolean {
  return kind === 'drain' || (kind === 'access' && written !== null && !buffered);
}

function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
