/**
 * A second look at the threads, when a search has ended: is there anything beside shared memory
 * that decides what they do?
 *
 * Discovery runs each edge once, along the first way to its state, and with the variables of the
 * scenario as all earlier runs have left them. So three things could stay unnoticed, and the answer
 * would be a PASS of something that nobody wrote:
 *
 * - a function remembers by which of several ways it came to a state;
 * - one thread assigns a variable of the scenario and another one looks at it;
 * - a thread assigns a variable and a property looks at it.
 *
 * To notice them the scenario is built again, for each thread anew and once for all together, so
 * that its variables are as its body leaves them. Every thread is run along many ways, alone and
 * then mixed with the others; after each run of these the properties are asked again what they said
 * of some final states.
 */

import type { Growing } from './growth.ts';
import type { Judge } from '../judge.ts';
import { randomNumbers } from './probe.ts';
import { problem } from '../problem.ts';
import type { Program, ProgramThread } from '../program.ts';
import type { Run } from '../replay/replay-state.ts';
import type { Problem } from '../result.ts';
import { differsOn } from './watched.ts';
import { graphOf, waysOverAll, waysThrough } from './ways.ts';
import type { DiscoveredEdge, Graph, Way } from './ways.ts';

/** What a second look needs. */
export interface SecondLook {
  /** Builds the program again, with variables of its own. */
  readonly rebuild: () => Program | Problem;
  readonly judge: Judge;
}

/** Runs in all; and how many random ways there are beside those that take every pair of edges. */
const RUNS_MAX = 20_000;
const RANDOM_WAYS = 20;
/** Runs of all threads together, and how often properties are asked between them. */
const MIXED_RUNS_MAX = 100;
const ANSWERS_MAX = 2000;

/**
 * Looks again at everything that was discovered.
 *
 * @param starts what each thread does before it has observed anything, by thread
 * @returns the first mistake of the user that shows, or null
 */
export function lookAgain(
  growing: Growing,
  starts: readonly Run[],
  look: SecondLook,
): Problem | null {
  const graphs = graphsOf(growing);
  return aloneAgain(growing, starts, graphs, look) ?? togetherAgain(growing, starts, graphs, look);
}

/** The automaton of each thread; twins share that of the first of them. */
function graphsOf(growing: Growing): ReadonlyMap<number, Graph> {
  const { threads } = growing.program;
  const random = randomNumbers(2);
  const edges = new Map<number, DiscoveredEdge[]>();
  for (const { group } of threads)
    edges.set(
      threads.findIndex((one) => one.group === group),
      [],
    );
  for (const edge of growing.discovered) edges.get(growing.owners[edge.node] ?? 0)?.push(edge);
  return new Map([...edges].map(([owner, own]) => [owner, graphOf(own, random)]));
}

/** Every thread by itself: nobody else has assigned anything. */
function aloneAgain(
  growing: Growing,
  starts: readonly Run[],
  graphs: ReadonlyMap<number, Graph>,
  look: SecondLook,
): Problem | null {
  const end = growing.runs + RUNS_MAX;
  for (const [owner, graph] of graphs) {
    const again = look.rebuild();
    if ('code' in again) return again;
    const other = differentBuild(growing.program, again);
    if (other !== null) return other;
    for (const way of waysThrough(graph, RANDOM_WAYS)) {
      if (growing.runs >= end) break;
      const found = runAlong(growing, starts, again, owner, way);
      if (found !== null) return found;
    }
  }
  return null;
}

/** All threads in turn, and the properties after each run. */
function togetherAgain(
  growing: Growing,
  starts: readonly Run[],
  graphs: ReadonlyMap<number, Graph>,
  { rebuild, judge }: SecondLook,
): Problem | null {
  const again = rebuild();
  if ('code' in again) return again;
  const ways = mixedWays(graphs);
  const every = Math.ceil((ways.length * judge.answers()) / ANSWERS_MAX);
  for (const [i, { owner, way }] of ways.entries()) {
    const said = i % every === 0 ? judge.answerAgain(again) : null;
    const found = said ?? runAlong(growing, starts, again, owner, way);
    if (found !== null) return found;
  }
  return judge.answerAgain(again);
}

/**
 * Ways of all threads in turn, that together take every edge as far as MIXED_RUNS_MAX goes: first
 * up to any place, so that the others begin where this one has stopped, then to the end. A thread
 * with fewer ways than others begins again, and one without any is run up to its first observation:
 * what it does there may depend on what others have assigned since.
 */
function mixedWays(graphs: ReadonlyMap<number, Graph>): { owner: number; way: Way }[] {
  const lists = [...graphs].map(([owner, graph]) => {
    const ways = graph.edges.length === 0 ? [[]] : [...waysOverAll(graph)];
    return ways.flatMap((way) => [
      { owner, way: way.slice(0, Math.ceil(graph.random() * way.length)) },
      { owner, way },
    ]);
  });
  const longest = Math.max(0, ...lists.map((list) => list.length));
  const mixed = Array.from({ length: longest }, (_, i) =>
    lists.flatMap((list) => list[i % list.length] ?? []),
  );
  return mixed.flat().slice(0, MIXED_RUNS_MAX);
}

function runAlong(
  growing: Growing,
  starts: readonly Run[],
  again: Program,
  owner: number,
  way: Way,
): Problem | null {
  const thread: ProgramThread | undefined = again.threads[owner];
  const first = starts[owner];
  if (thread === undefined || first === undefined) throw new Error(`other ways: no ${owner}`);
  return differsOn(growing, owner, thread, first, way);
}

/** A body that declares something else when it is run again. */
function differentBuild(one: Program, again: Program): Problem | null {
  const before = declarationsOf(one);
  const now = declarationsOf(again);
  const at = before.findIndex((text, i) => text !== now[i]);
  if (at < 0 && before.length === now.length) return null;
  const place = at < 0 ? before.length : at;
  return problem('HF021', {
    what: `The body of '${one.name}' does something different when it is run again.`,
    position: one.position,
    details: [`${before[place] ?? 'nothing'} became ${now[place] ?? 'nothing'}`],
  });
}

function declarationsOf({ words, threads, pools, properties }: Program): string[] {
  return [
    ...threads.map(({ name, kind, interrupts }) => `thread ${name} ${kind} ${interrupts ?? ''}`),
    ...words.map(({ name, type, initial }) => `${name} = ${type.format(initial)}`),
    ...pools.map(({ type, slots }) => `pool of ${slots.length} ${type.struct}`),
    ...properties.map(({ kind, name }) => `${kind} '${name}'`),
  ].map((text) => text.trim());
}
