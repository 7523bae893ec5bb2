/**
 * Steppers for walks outside of the main search: random executions, shortest executions, traces.
 *
 * They discover missing edges at once, and know every thread by its own place unless asked to merge
 * interchangeable ones.
 */

import type { Violation } from './judge.ts';
import type { Layout } from './layout.ts';
import type { Program } from './program.ts';
import { candidatesMax } from './counting.ts';
import type { SearchInput } from './counting.ts';
import { CANDIDATE_HEAD, outcomeOf } from './candidates.ts';
import { Stepper } from './stepper.ts';
import type { PoolLayout, Trouble } from './trouble.ts';
import type { Choice } from './automaton/way-table.ts';

/** A stepper, and the trouble that its last step ran into. */
export interface Walker {
  readonly stepper: Stepper;
  trouble: Violation | null;
}

/**
 * Makes a walker.
 *
 * @param symmetric whether interchangeable threads have the same place
 * @param newestOnly weak: whether every access is made to memory as it is, as under sc
 */
export function createWalker(input: SearchInput, symmetric: boolean, newestOnly = false): Walker {
  const { layout, automaton, program, judge } = input;
  const stepper: Stepper = new Stepper(
    layout,
    automaton.tables,
    poolLayouts(program, layout),
    placesOf(program, layout, symmetric),
    automaton.initial.map(({ node }) => node),
    {
      missing: automaton.missing,
      trouble(trouble: Trouble, thread) {
        walker.trouble = judge.trouble(trouble, stepper.records, stepper.base, thread);
      },
    },
    newestOnly,
  );
  stepper.out = new Int32Array(candidatesMax(program, layout));
  const walker: Walker = { stepper, trouble: null };
  return walker;
}

/** The pools by indices into a record. */
export function poolLayouts(program: Program, layout: Layout): PoolLayout[] {
  return program.pools.map((pool) => ({
    size: pool.type.size,
    addresses: pool.slots,
    slots: pool.slots.map((slot) => layout.memoryAt + slot),
    status: pool.status.map((status) => layout.memoryAt + status),
  }));
}

/** Interchangeable threads share the place of the first of them. */
export function placesOf(program: Program, layout: Layout, symmetric: boolean): number[] {
  const isTied = (index: number): boolean =>
    layout.interrupts.includes(index) || (layout.interrupts[index] ?? -1) >= 0;
  return program.threads.map((thread, index) => {
    if (!symmetric || isTied(index)) return index;
    return program.threads.findIndex((other, i) => other.group === thread.group && !isTied(i));
  });
}

/** Writes the initial record, with its hash, at the beginning of `records`. */
export function writeInitial(input: SearchInput, stepper: Stepper, records: Int32Array): void {
  const { layout, automaton, program } = input;
  records.fill(0, 0, layout.width);
  for (const { address, initial } of program.words) records[layout.memoryAt + address] = initial;
  automaton.initial.forEach(({ node, marks }, thread) => {
    records[layout.nodesAt + thread] = node;
    for (const mark of marks) records[layout.memoryAt + mark] = 1;
  });
  stepper.rehash(records, 0);
}

/** Builds the successor of a candidate. */
export function applyCandidate(
  out: Int32Array,
  at: number,
  from: Int32Array,
  parent: number,
  to: Int32Array,
  base: number,
  width: number,
): void {
  for (let i = 2; i < width; i++) to[base + i] = from[parent + i] as number;
  to[base] = out[at + 1] as number;
  to[base + 1] = out[at + 2] as number;
  const end = at + CANDIDATE_HEAD + 2 * (out[at + 4] as number);
  for (let i = at + CANDIDATE_HEAD; i < end; i += 2) {
    to[base + (out[i] as number)] = out[i + 1] as number;
  }
}

/** The place of the candidate that a thread's step with this outcome gives; -1 if there is none. */
export function candidateFor(
  stepper: Stepper,
  record: Int32Array,
  [thread, outcome]: Choice,
): number {
  const { out } = stepper;
  stepper.length = 0;
  stepper.look(record, 0);
  stepper.step(thread);
  for (let at = 0; at < stepper.length;) {
    if (outcomeOf(out, at) === outcome) return at;
    at += CANDIDATE_HEAD + 2 * (out[at + 4] as number);
  }
  return -1;
}

/** The state that an execution leads to. */
export function recordAfter(input: SearchInput, choices: readonly Choice[]): Int32Array {
  const { stepper } = createWalker(input, false);
  let record = new Int32Array(input.layout.width);
  writeInitial(input, stepper, record);
  for (const choice of choices) {
    const at = candidateFor(stepper, record, choice);
    if (at < 0) throw new Error('walk: a step of an execution cannot be made');
    const after = new Int32Array(record.length);
    applyCandidate(stepper.out, at, record, 0, after, 0, record.length);
    record = after;
  }
  return record;
}
