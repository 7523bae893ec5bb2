/**
 * Ways through a thread's automaton: which executions of one thread are run again.
 *
 * Where two edges lead to one state, the function may remember by which it came. Whether it does
 * shows on a way that goes in by one of them and out by any edge behind. So the ways are chosen
 * until every edge was taken behind every edge that leads to its state; then at random, for what is
 * remembered longer.
 */

import type { Run } from '../replay/replay-state.ts';

/** One discovered edge, with what the collapsed run said. */
export interface DiscoveredEdge {
  readonly node: number;
  readonly observed: number;
  readonly next: number;
  readonly ran: Run;
}

/** Edges from a thread's first state on, each from where the one before it leads to. */
export type Way = readonly DiscoveredEdge[];

/** Longer ways are cut: a loop can be gone round for ever. */
const LENGTH_MAX = 300;

/** A thread's automaton as a graph. */
export interface Graph {
  readonly edges: readonly DiscoveredEdge[];
  readonly leaving: ReadonlyMap<number, readonly DiscoveredEdge[]>;
  /** The edges by which a state was first reached. */
  readonly firstWay: (node: number) => Way;
  readonly random: () => number;
}

/** The graph of the edges of one thread. */
export function graphOf(edges: readonly DiscoveredEdge[], random: () => number): Graph {
  const leaving = new Map<number, DiscoveredEdge[]>();
  const first = new Map<number, DiscoveredEdge>();
  for (const edge of edges) {
    const others = leaving.get(edge.node) ?? [];
    others.push(edge);
    leaving.set(edge.node, others);
    if (!first.has(edge.next)) first.set(edge.next, edge);
  }
  const start = edges[0]?.node ?? -1;
  return { edges, leaving, firstWay: (node) => wayBack(first, start, node), random };
}

/** The first edge into a state was discovered from a state that was reached before it. */
function wayBack(first: ReadonlyMap<number, DiscoveredEdge>, start: number, node: number): Way {
  const way: DiscoveredEdge[] = [];
  for (let at = node; at !== start;) {
    const edge = first.get(at);
    if (edge === undefined) break;
    way.push(edge);
    at = edge.node;
  }
  return way.toReversed();
}

/**
 * Ways that together take every edge behind every edge before it; then `more` random ones, if there
 * are states with several ways to them at all.
 */
export function* waysThrough(graph: Graph, more: number): Generator<Way> {
  const taken = new Set<string>();
  yield [];
  for (const edge of graph.edges) {
    const behind = graph.leaving.get(edge.next) ?? [];
    const open = behind.filter((next) => !taken.has(pairOf(edge, next)));
    if (behind.length === 0) yield [...graph.firstWay(edge.node), edge];
    for (const next of open) {
      if (taken.has(pairOf(edge, next))) continue;
      yield extended(graph, [...graph.firstWay(edge.node), edge, next], taken, pairOf);
    }
  }
  const meets = new Set(graph.edges.map(({ next }) => next)).size < graph.edges.length;
  for (let i = 0; meets && i < more; i++) yield extended(graph, [], null, pairOf);
}

/** Ways to the end of the thread that together take every edge. */
export function* waysOverAll(graph: Graph): Generator<Way> {
  const taken = new Set<string>();
  for (const edge of graph.edges) {
    if (taken.has(edgeOf(null, edge))) continue;
    yield extended(graph, [...graph.firstWay(edge.node), edge], taken, edgeOf);
  }
}

/** What of a way counts as taken: its edges, or one edge behind another. */
type Name = (before: DiscoveredEdge | null, edge: DiscoveredEdge) => string;

/** Goes on to the end of the thread, by what was not taken yet if there is any. */
function extended(
  graph: Graph,
  way: DiscoveredEdge[],
  taken: Set<string> | null,
  nameOf: Name,
): Way {
  way.forEach((edge, i) => taken?.add(nameOf(way[i - 1] ?? null, edge)));
  while (way.length < LENGTH_MAX) {
    const last = way.at(-1) ?? null;
    const next = graph.leaving.get(last?.next ?? graph.edges[0]?.node ?? -1) ?? [];
    const open = next.filter((edge) => taken !== null && !taken.has(nameOf(last, edge)));
    const choices = open.length > 0 ? open : next;
    const chosen = choices[Math.floor(graph.random() * choices.length)];
    if (chosen === undefined) break;
    taken?.add(nameOf(last, chosen));
    way.push(chosen);
  }
  return way;
}

const pairOf: Name = (before, edge) => `${before?.node} ${before?.observed} ${edge.observed}`;
const edgeOf: Name = (_, edge) => `${edge.node} ${edge.observed}`;
