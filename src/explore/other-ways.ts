/**
 * Whether it matters how a thread came to a state.
 *
 * Discovery compares each edge with one flat run: on the way by which its state was first reached.
 * But states meet: a call that observed 1 and a call that observed 0 may leave the same history. If
 * the function remembers the difference in a variable, only a run along the other way shows it. So
 * when a search has ended, every edge is run again along a few other ways to its state.
 */

import { notDeterministic, same } from './agreement.ts';
import type { Growing } from './growth.ts';
import { runFlat } from './replay.ts';
import type { Run } from './replay-state.ts';
import type { Problem } from './result.ts';

/** One discovered edge, with what the collapsed run said. */
export interface DiscoveredEdge {
  readonly node: number;
  readonly observed: number;
  readonly next: number;
  readonly ran: Run;
}

/** Ways to each state that are tried, and runs in all. */
const WAYS_MAX = 4;
const RUNS_MAX = 20_000;

interface Way {
  readonly node: number;
  readonly values: readonly number[];
}

/**
 * Runs edges along other ways to their states.
 *
 * @param initial the first states of the threads
 * @returns the first mistake of the user that shows, or null
 */
export function tryOtherWays(growing: Growing, initial: readonly number[]): Problem | null {
  const leaving = new Map<number, DiscoveredEdge[]>();
  for (const edge of growing.discovered) {
    const edges = leaving.get(edge.node) ?? [];
    edges.push(edge);
    leaving.set(edge.node, edges);
  }
  const ways = new Map<number, string[]>();
  const work: Way[] = [...new Set(initial)].map((node) => ({ node, values: [] }));
  for (const { node } of work) ways.set(node, ['']);
  const end = growing.runs + RUNS_MAX;
  for (let way = work.shift(); way !== undefined; way = work.shift()) {
    for (const edge of leaving.get(way.node) ?? []) {
      if (growing.runs >= end) return null;
      const values = [...way.values, edge.observed];
      const found = tryWay(growing, edge, values);
      if (found !== null) return found;
      if (isOneMore(ways, edge.next, values)) work.push({ node: edge.next, values });
    }
  }
  return null;
}

/** One edge along one way; the first way was taken when the edge was discovered. */
function tryWay(growing: Growing, edge: DiscoveredEdge, values: readonly number[]): Problem | null {
  const { node, ran } = edge;
  if (values.slice(0, -1).join() === growing.firstWay(node).join()) return null;
  const owner = growing.owners[node] ?? 0;
  const thread = growing.program.threads[owner];
  if (thread === undefined) return null;
  const flat = runFlat(growing.world, thread, values);
  growing.runs++;
  if (flat.end.kind === 'problem') return flat.end.problem;
  return same(ran, flat) ? null : notDeterministic(growing, owner, ran, flat);
}

/** Notes a way to a state, unless it is known or there are enough. */
function isOneMore(ways: Map<number, string[]>, node: number, values: readonly number[]): boolean {
  const known = ways.get(node) ?? [];
  const text = values.join();
  if (known.length >= WAYS_MAX || known.includes(text)) return false;
  ways.set(node, [...known, text]);
  return true;
}
