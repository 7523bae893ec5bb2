/**
 * The shortest execution that violates an assertion, found without any of the engine: a plain
 * breadth-first search over whole states of straight-line programs, with the fewest switches.
 */

/** One access of a straight-line program; `assert` reads and wants another value than this. */
export interface Access {
  readonly kind: 'read' | 'write' | 'add' | 'mb' | 'assert';
  readonly word: number;
  readonly value: number;
}

/** How long the shortest violation is, and how often it changes threads. */
export interface Shortest {
  readonly steps: number;
  readonly switches: number;
}

interface State {
  readonly at: readonly number[];
  readonly memory: readonly number[];
  readonly buffers: readonly (readonly (readonly [word: number, value: number])[])[];
}

/** Steps of one thread: its next access, or the drain of its oldest store. */
type Step = { readonly state: State; readonly fails: boolean };

/**
 * @param model under tso, stores wait in a buffer; additions and barriers want it empty
 * @returns null if no execution violates an assertion
 */
export function shortestViolation(
  program: readonly (readonly Access[])[],
  model: 'sc' | 'tso',
): Shortest | null {
  const first: State = {
    at: program.map(() => 0),
    memory: [0, 0],
    buffers: program.map(() => []),
  };
  // For each state and last thread, the fewest switches with which this layer reaches it.
  let layer = new Map([[keyOf(first, -1), { state: first, last: -1, switches: 0 }]]);
  const seen = new Set<string>();
  for (let steps = 0; layer.size > 0; steps++) {
    let best: number | null = null;
    const next: typeof layer = new Map();
    for (const { state, last, switches } of layer.values()) {
      program.forEach((_, thread) => {
        for (const step of stepsOf(program, state, thread, model)) {
          const cost = switches + (last === -1 || last === thread ? 0 : 1);
          if (step.fails) best = Math.min(best ?? cost, cost);
          const key = keyOf(step.state, thread);
          const known = next.get(key);
          if (!seen.has(keyOf(step.state, -2)) && (known === undefined || known.switches > cost)) {
            next.set(key, { state: step.state, last: thread, switches: cost });
          }
        }
      });
    }
    if (best !== null) return { steps: steps + 1, switches: best };
    for (const { state } of next.values()) seen.add(keyOf(state, -2));
    layer = next;
  }
  return null;
}

function keyOf(state: State, last: number): string {
  return JSON.stringify([state, last]);
}

function stepsOf(
  program: readonly (readonly Access[])[],
  state: State,
  thread: number,
  model: 'sc' | 'tso',
): Step[] {
  const steps: Step[] = [];
  const buffer = state.buffers[thread] ?? [];
  let at = state.at[thread] ?? 0;
  const accesses = program[thread] ?? [];
  let barrier = false;
  for (; accesses[at]?.kind === 'mb'; at++) barrier = true;
  const access = accesses[at];
  const waits = model === 'tso' && buffer.length > 0 && (barrier || access?.kind === 'add');
  if (access !== undefined && !waits) steps.push(made(state, thread, at, access, model));
  const [oldest, ...others] = buffer;
  if (oldest !== undefined) {
    const [word, value] = oldest;
    const memory = state.memory.with(word, value);
    const drained = { ...state, memory, buffers: state.buffers.with(thread, others) };
    steps.push({ state: drained, fails: false });
  }
  return steps;
}

function made(
  state: State,
  thread: number,
  at: number,
  { kind, word, value }: Access,
  model: 'sc' | 'tso',
): Step {
  const buffer = state.buffers[thread] ?? [];
  const old = buffer.findLast(([other]) => other === word)?.[1] ?? state.memory[word] ?? 0;
  const after = { ...state, at: state.at.with(thread, at + 1) };
  if (kind === 'assert') return { state: after, fails: old === value };
  if (kind === 'read') return { state: after, fails: false };
  if (kind === 'write' && model === 'tso') {
    const buffers = state.buffers.with(thread, [...buffer, [word, value]]);
    return { state: { ...after, buffers }, fails: false };
  }
  const written = kind === 'add' ? old + value : value;
  return { state: { ...after, memory: state.memory.with(word, written) }, fails: false };
}
