/** A trace as a graph for graphviz: lanes as clusters, program order, reads-from, missed stores. */

import type { Trace } from '../explore/result.ts';
import { layoutOf } from './layout.ts';
import type { Row } from './layout.ts';

/** The graph in the dot language. */
export function dotText(trace: Trace): string {
  const { rows, threads, rowOf } = layoutOf(trace, { rowsMax: Infinity });
  const lanes = threads.map((name, lane) => {
    const own = rows.filter((row) => row.thread === lane);
    const nodes = own.map((row) => `    r${row.number} [label=${quoted(nodeText(row))}];`);
    const order = own.map((row) => `r${row.number}`).join(' -> ');
    const edges = own.length > 1 ? [`    ${order};`] : [];
    const head = `  subgraph cluster_${lane} {\n    label=${quoted(name)};`;
    return [head, ...nodes, ...edges, '  }'].join('\n');
  });
  const reads = rows.flatMap((row) => row.steps.flatMap((step) => readEdges(row, step, rowOf)));
  const title = `digraph ${quoted(trace.scenario)} {\n  node [shape=box];`;
  return [title, ...lanes, ...new Set(reads), '}'].join('\n');
}

function nodeText(row: Row): string {
  const detail = row.detail === '' ? '' : `  ${row.detail}`;
  return `${row.number}  ${row.text}${detail}`;
}

function readEdges(
  row: Row,
  step: Trace['steps'][number],
  rowOf: ReadonlyMap<number, number>,
): string[] {
  const edges: string[] = [];
  const source = rowOf.get(step.readsFrom ?? 0) ?? 0;
  if (source > 0 && source !== row.number) {
    edges.push(`  r${source} -> r${row.number} [style=dashed, label=reads];`);
  }
  const missed = rowOf.get(step.missed ?? 0) ?? 0;
  if (missed > 0) edges.push(`  r${missed} -> r${row.number} [color=red, label=missed];`);
  return edges;
}

function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
