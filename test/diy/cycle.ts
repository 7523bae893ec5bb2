/**
 * Tests made from cycles: accesses joined by edges, all of which hold in the execution that the
 * condition asks for. Whether a model allows that execution is what the test finds out.
 *
 * Locations change with each `po` edge, threads with each external one. On each location the edges
 * form a chain, along which stores write 1, 2, 3; so the values tell which edges hold, with two
 * helps: the final value tells the later of two stores, and where there are three an observer reads
 * them in order.
 */

import { externalEdge, internalEdge, poEdge } from './edge.ts';
import type { Direction, Edge } from './edge.ts';
import type { Atom, Test } from './program.ts';
import type { Chance } from './random.ts';
import { threadOf } from './cycle-thread.ts';

/** One access of a cycle. */
export interface Node {
  readonly direction: Direction;
  readonly thread: number;
  readonly location: string;
  /** What it reads or writes. */
  readonly value: number;
  /** The edge that leaves it. */
  readonly edge: Edge;
}

/** A test, and the cycle that it was made from. */
export interface CycleTest {
  readonly test: Test;
  readonly nodes: readonly Node[];
}

const LOCATIONS = ['x', 'y', 'z', 'u', 'v', 'w', 'a', 'b', 'c'];

/** A random cycle of two to four threads. */
export function randomCycle(chance: Chance): CycleTest {
  for (;;) {
    const edges = randomEdges(chance);
    if (edges !== null) return testOf(edges, chance);
  }
}

/** The edges in order, the last of them external; null where they do not close. */
function randomEdges(chance: Chance): Edge[] | null {
  const threads = chance.pick([2, 2, 2, 3, 3, 4]);
  const sizes = Array.from({ length: threads }, () => chance.pick([1, 2, 2, 2, 3]));
  const directions = sizes.map((size) =>
    Array.from({ length: size }, (): Direction => chance.pick(['R', 'W'])),
  );
  const edges: Edge[] = [];
  for (const [thread, own] of directions.entries()) {
    if (!appendInternal(edges, own, chance)) return null;
    const last = own.at(-1) ?? 'R';
    const next = directions[(thread + 1) % threads]?.[0] ?? 'R';
    const external = externalEdge(last, next);
    if (external === null) return null;
    edges.push(external);
  }
  const changes = edges.filter(({ kind }) => kind === 'po').length;
  return changes >= 2 && changes <= LOCATIONS.length ? edges : null;
}

/** The edges inside of a thread. A read-modify-write is one statement, so none follows another. */
function appendInternal(edges: Edge[], own: readonly Direction[], chance: Chance): boolean {
  const stays = own.slice(1).map(() => chance.once(3));
  const kinds = own.slice(1).map((to, at) => {
    const from = own[at] ?? 'R';
    return stays[at] === true ? internalEdge(from, to, chance) : 'po';
  });
  if (kinds.includes(null)) return false;
  kinds.forEach((kind, at) => {
    const from = own[at] ?? 'R';
    const to = own[at + 1] ?? 'R';
    const isRmw = (index: number): boolean => {
      const other = kinds[index];
      return other !== null && other !== 'po' && other?.kind === 'rmw';
    };
    const touches = { source: isRmw(at - 1), target: isRmw(at + 1) };
    edges.push(kind === null || kind === 'po' ? poEdge(from, to, touches, chance) : kind);
  });
  return true;
}

function testOf(edges: readonly Edge[], chance: Chance): CycleTest {
  const nodes = nodesOf(edges);
  const threads = new Set(nodes.map(({ thread }) => thread)).size;
  const made = Array.from({ length: threads }, (_, thread) =>
    threadOf(
      nodes.filter((node) => node.thread === thread),
      chance,
    ),
  );
  const observers = observersOf(nodes, threads);
  const condition = [
    ...made.flatMap(({ reads }, thread) => reads.map((read) => ({ thread, ...read }))),
    ...observers.flatMap(({ atoms }) => atoms),
    ...finalAtoms(nodes),
  ];
  const bodies = [...made.map(({ body }) => body), ...observers.map(({ body }) => body)];
  return { nodes, test: { name: nameOf(edges), threads: bodies, condition } };
}

function nodesOf(edges: readonly Edge[]): Node[] {
  const changes = edges.filter(({ kind }) => kind === 'po').length;
  let [thread, location] = [0, 0];
  const bare = edges.map((edge) => {
    const node = { direction: edge.from, thread, location: location % changes, edge };
    if (edge.external) thread++;
    if (edge.kind === 'po') location++;
    return node;
  });
  // A chain may begin before the first node: the cycle is walked twice, and the second walk counts.
  const values = new Map<number, number>();
  const first = edges.findIndex(({ kind }) => kind === 'po') + 1;
  const numbered = new Map<number, number>();
  for (let step = 0; step < bare.length; step++) {
    const at = (first + step) % bare.length;
    const { direction, location: place } = bare[at] as (typeof bare)[number];
    const value = (values.get(place) ?? 0) + (direction === 'W' ? 1 : 0);
    values.set(place, value);
    numbered.set(at, value);
  }
  return bare.map((node, at) => ({
    ...node,
    location: LOCATIONS[node.location] ?? 'x',
    value: numbered.get(at) ?? 0,
  }));
}

/** How many stores go to each location. */
function storesTo(nodes: readonly Node[]): Map<string, number> {
  const stores = new Map<string, number>();
  for (const { direction, location } of nodes) {
    if (direction === 'W') stores.set(location, (stores.get(location) ?? 0) + 1);
  }
  return stores;
}

function finalAtoms(nodes: readonly Node[]): Atom[] {
  const several = [...storesTo(nodes)].filter(([, count]) => count >= 2);
  return several.map(([name, value]) => ({ thread: null, name, value }));
}

/** A thread for each location with three stores or more, which reads all but the last of them. */
function observersOf(
  nodes: readonly Node[],
  threads: number,
): { body: Test['threads'][number]; atoms: Atom[] }[] {
  const many = [...storesTo(nodes)].filter(([, count]) => count >= 3);
  return many.map(([name, count], at) => {
    const reads = Array.from({ length: count - 1 }, (_, index) => `r${index}`);
    const from = { name, depends: null };
    return {
      body: reads.map((into) => ({ do: 'load', into, from, order: 'once' }) as const),
      atoms: reads.map((register, index) => ({
        thread: threads + at,
        name: register,
        value: index + 1,
      })),
    };
  });
}

/** `Rfe PodRW+release Fre ...` */
function nameOf(edges: readonly Edge[]): string {
  const names = edges.map(({ kind, external, from, to, keeper }) => {
    if (kind !== 'po') return `${kind}${kind === 'rmw' ? '' : external ? 'e' : 'i'}`;
    const kept = keeper === 'nothing' ? '' : `.${keeper.replaceAll(' ', '-')}`;
    return `po${from}${to}${kept}`;
  });
  return names.join('+');
}
