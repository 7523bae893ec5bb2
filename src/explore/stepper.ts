/**
 * The inner loop: every step that the threads of one state can make, written as candidates.
 */

import { modified, Modify, resultOf, testHolds } from '../memory/operation.ts';
import { Candidates, DRAIN } from './candidates.ts';
import type { Layout } from './layout.ts';
import { Column, Flag, NodeKind, ROW_SHIFT } from './automaton/node.ts';
import { isPaused, passQuiescent, specialStep } from './special.ts';
import { Trouble } from './trouble.ts';
import type { PoolLayout } from './trouble.ts';
import { Feature, findEdge, MARKS_MAX } from './automaton/tables.ts';
import type { AutomatonTables } from './automaton/tables.ts';
import { WeakMemory } from './weak/weak-memory.ts';
import { weakStep } from './weak/weak-step.ts';

/** What the stepper asks of the one who drives it. */
export interface StepperOwner {
  /**
   * The edge from `node` for `observed` is not known: gives the next state, or -1 to skip the step.
   * One function for all steppers of a search: the compiler builds its address into the inner loop
   * and starts again when another one comes (15 ms of a search of 60 ms).
   */
  readonly missing: (node: number, observed: number) => number;
  readonly trouble: (trouble: Trouble, thread: number) => void;
}

/** Makes steps of one record at a time. */
export class Stepper extends Candidates {
  /** Steps that could not be made although the thread is not blocked. */
  excuses = 0;
  readonly pools: readonly PoolLayout[];
  /** The first state of each thread, to tell whether a handler has started. */
  readonly first: Int32Array;
  readonly interrupts: Int32Array;
  private readonly hasInterrupts: boolean;
  private readonly bufferEntries: number;
  private readonly owner: StepperOwner;
  /** Model `weak`: the state as views and messages. */
  private readonly weak: WeakMemory | null;

  /** @param newestOnly weak: whether every access is made to memory as it is, as under sc */
  constructor(
    layout: Layout,
    tables: AutomatonTables,
    pools: readonly PoolLayout[],
    places: readonly number[],
    initialNodes: readonly number[],
    owner: StepperOwner,
    newestOnly = false,
  ) {
    super(layout, tables, places);
    this.pools = pools;
    this.first = Int32Array.from(initialNodes);
    this.interrupts = Int32Array.from(layout.interrupts);
    this.hasInterrupts = layout.interrupts.some((host) => host >= 0);
    this.bufferEntries = layout.bufferEntries;
    this.owner = owner;
    const { weak } = tables;
    this.weak = weak === null || newestOnly ? null : new WeakMemory(layout, weak);
  }

  /** Writes the candidates of one thread: its access, then the drain of its store buffer. */
  step(thread: number): void {
    if (this.weak !== null) return weakStep(this, this.weak, thread);
    this.act(thread);
    if (this.tso && this.bufferOf[thread] === thread) this.drain(thread);
  }

  /** Only the thread's access. */
  act(thread: number): void {
    if (this.weak !== null) return weakStep(this, this.weak, thread);
    const node = this.records[this.base + this.nodesAt + thread] as number;
    const row = node << ROW_SHIFT;
    const kind = this.rows[row] as number;
    if (kind === NodeKind.DONE || kind === NodeKind.FAILED) return;
    if (this.hasInterrupts && isPaused(this, thread)) return;
    if (kind === NodeKind.ACCESS) {
      const status = this.rows[row + Column.STATUS] as number;
      if (status !== 0 && this.records[this.base + status] !== 1) {
        this.meet(Trouble.USE_AFTER_FREE, thread);
      } else if (this.tso) {
        this.accessBuffered(thread, node, row);
      } else {
        this.access(thread, node, row);
      }
      return;
    }
    specialStep(this, thread, node, kind);
  }

  /** An access that goes to memory at once: under sc all of them. */
  private access(thread: number, node: number, row: number): void {
    const index = this.rows[row + Column.INDEX] as number;
    const flags = this.rows[row + Column.FLAGS] as number;
    const old = this.records[this.base + index] as number;
    let testArgument = this.rows[row + Column.TEST_ARGUMENT] as number;
    let modifyArgument = this.rows[row + Column.MODIFY_ARGUMENT] as number;
    const modify = this.rows[row + Column.MODIFY] as number;
    if ((flags & Flag.OWN_BIT) !== 0) {
      testArgument = 1 << thread;
      modifyArgument = modify === Modify.AND ? ~testArgument : testArgument;
    }
    const tested = testHolds(
      this.rows[row] === 0 ? 0 : (this.rows[row + Column.TEST] as number),
      testArgument,
      old,
    );
    if (!tested && (flags & Flag.WAIT) !== 0) return;
    const written = tested ? modified(modify, modifyArgument, old) : old;
    const result = this.rows[row + Column.RESULT] as number;
    const observed =
      result === 0
        ? 0
        : resultOf(result, this.rows[row + Column.RESULT_ARGUMENT] as number, old, written, tested);
    this.begin();
    if (written !== old) this.change(index, written);
    this.follow(thread, node, observed, 0);
  }

  private accessBuffered(thread: number, node: number, row: number): void {
    const own = this.bufferOf[thread] as number;
    const where = this.base + this.buffersAt + this.bufferWords * own;
    const count = own < 0 ? 0 : (this.records[where] as number);
    if (count === 0) {
      const stores = ((this.rows[row + Column.FLAGS] as number) & Flag.BUFFERED) !== 0 && own >= 0;
      return stores
        ? this.bufferStore(thread, node, row, where, 0)
        : this.access(thread, node, row);
    }
    const flags = this.rows[row + Column.FLAGS] as number;
    if ((flags & Flag.DRAIN) !== 0) return;
    if ((flags & Flag.BUFFERED) !== 0) return this.bufferStore(thread, node, row, where, count);
    const index = this.rows[row + Column.INDEX] as number;
    const old = this.forwarded(where, count, index);
    const test = this.rows[row + Column.TEST] as number;
    const ownBit = (flags & Flag.OWN_BIT) !== 0;
    const testArgument = ownBit ? 1 << thread : (this.rows[row + Column.TEST_ARGUMENT] as number);
    const tested = testHolds(test, testArgument, old);
    if ((flags & Flag.LOCKED) !== 0 && ((flags & Flag.LOOKS_FIRST) === 0 || tested)) return;
    if (!tested && (flags & Flag.WAIT) !== 0) return;
    const result = this.rows[row + Column.RESULT] as number;
    const argument = this.rows[row + Column.RESULT_ARGUMENT] as number;
    this.begin();
    this.follow(thread, node, resultOf(result, argument, old, old, tested), 0);
  }

  /** What the thread reads: its own latest buffered store to the word, or memory. */
  private forwarded(where: number, count: number, index: number): number {
    for (let i = 2 * count - 1; i > 0; i -= 2) {
      if (this.records[where + i] === index) return this.records[where + i + 1] as number;
    }
    return this.records[this.base + index] as number;
  }

  private bufferStore(
    thread: number,
    node: number,
    row: number,
    where: number,
    count: number,
  ): void {
    if (count === this.bufferEntries) return this.meet(Trouble.BUFFER_FULL, thread);
    this.begin();
    for (let i = 1; i <= 2 * count; i++) this.buffer[i] = this.records[where + i] as number;
    this.buffer[0] = count + 1;
    this.buffer[2 * count + 1] = this.rows[row + Column.INDEX] as number;
    this.buffer[2 * count + 2] = this.rows[row + Column.MODIFY_ARGUMENT] as number;
    this.bufferChanged = true;
    this.follow(thread, node, 0, 0);
  }

  /** The oldest store of a buffer reaches memory. */
  drain(thread: number): void {
    const where = this.base + this.buffersAt + this.bufferWords * thread;
    const count = this.records[where] as number;
    if (count === 0) return;
    this.begin();
    this.buffer[0] = count - 1;
    for (let i = 1; i <= 2 * count - 2; i++) this.buffer[i] = this.records[where + i + 2] as number;
    this.bufferChanged = true;
    this.change(this.records[where + 1] as number, this.records[where + 2] as number);
    const node = this.records[this.base + this.nodesAt + thread] as number;
    this.move(thread, node, node);
    this.finish(thread, DRAIN);
  }

  /** Follows the edge for an observed value and completes the candidate, or abandons it. */
  follow(thread: number, node: number, observed: number, outcome: number): void {
    const { rows } = this;
    const row = node << ROW_SHIFT;
    let next = -1;
    if (rows[row + Column.CACHED_VALUE] === observed)
      next = rows[row + Column.CACHED_NEXT] as number;
    if (next < 0) {
      next = this.target(node, observed);
      if (next < 0) return this.abandon();
    }
    this.move(thread, node, next);
    this.finish(thread, outcome);
  }

  /** The next state by the edge table; sets the edge's marks. */
  target(node: number, observed: number): number {
    let at = findEdge(this.edges, node, observed);
    if (this.edges[at + 2] === 0) {
      const next = discovered(this.owner, node, observed);
      if (next < 0) {
        this.excuses++;
        return -1;
      }
      this.attach();
      at = findEdge(this.edges, node, observed);
    }
    const marks = this.edges[at + 3] as number;
    if (marks !== 0) this.setMarks(marks);
    return (this.edges[at + 2] as number) - 1;
  }

  /** The next state where it is known already, or -1; discovers and marks nothing. */
  knownTarget(node: number, observed: number): number {
    return (this.edges[findEdge(this.edges, node, observed) + 2] as number) - 1;
  }

  private setMarks(number: number): void {
    const { marks } = this.tables;
    for (let i = 0; i < MARKS_MAX; i++) {
      const address = marks[MARKS_MAX * number + i] as number;
      if (address !== 0) this.change(this.layout.memoryAt + address, 1);
    }
  }

  private finish(thread: number, outcome: number): void {
    if (this.features[Feature.GRACE] === 1) passQuiescent(this, thread);
    this.complete(thread, outcome);
  }

  /** Notes that a step ran into trouble. */
  meet(trouble: Trouble, thread: number): void {
    this.excuses++;
    this.owner.trouble(trouble, thread);
  }

  /** Stores that wait in the buffer that a thread uses. */
  bufferedStores(thread: number): number {
    const own = this.bufferOf[thread] as number;
    if (!this.tso || own < 0) return 0;
    return this.records[this.base + this.buffersAt + this.bufferWords * own] as number;
  }

  /** The state of a thread in the record that is looked at. */
  nodeOf(thread: number): number {
    return this.records[this.base + this.nodesAt + thread] as number;
  }

  /** One column of a thread state's row. */
  column(node: number, column: number): number {
    return this.rows[(node << ROW_SHIFT) + column] as number;
  }

  /** A thread's state after the candidate being written. */
  nodeAfter(thread: number): number {
    for (let i = this.start + 5; i < this.length; i += 2) {
      if (this.out[i] === this.nodesAt + thread) return this.out[i + 1] as number;
    }
    return this.nodeOf(thread);
  }

  /** A word of memory after the candidate being written. */
  wordAfter(word: number): number {
    const index = this.layout.memoryAt + word;
    for (let i = this.start + 5; i < this.length; i += 2) {
      if (this.out[i] === index) return this.out[i + 1] as number;
    }
    return this.records[this.base + index] as number;
  }

  /** Whether the pending access of a thread state goes into a store buffer. */
  isBuffered(node: number): boolean {
    return this.tso && (this.column(node, Column.FLAGS) & Flag.BUFFERED) !== 0;
  }
}

/**
 * What each search brings with it is called from a small function that is rarely run. Compiled code
 * relies on calling the function that it called before; where the inner loop itself did so, the
 * second search in a process threw its code away and compiled it again: 14 of 65 ms that the
 * compiler's threads took in a second search of (4,1,1), mean of eight (expand.ts does the same).
 */
function discovered(owner: StepperOwner, node: number, observed: number): number {
  return owner.missing(node, observed);
}
