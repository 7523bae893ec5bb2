/**
 * What the author of a scenario writes with: the stage that a scenario's body is given.
 *
 * What the body does before and between its `thread` calls is the initial state; the threads begin
 * when it has returned.
 */

import type {
  Field,
  Members,
  Readable,
  Struct,
  StructType,
  Type,
  ValueOf,
} from '../memory/index.ts';

/** A declared thread. */
export interface ThreadHandle<R = unknown> {
  readonly name: string;
  /** What the thread's function returned. Only for properties: they see final states. */
  result(): R;
}

/** A `sometimes` without a predicate: it holds if some execution calls `mark`. */
export interface Marker {
  mark(): void;
}

/** Memory as a device sees it: no page table, no dirty bit, no barrier of its own, no buffer. */
export interface Dma {
  read<T extends Readable>(field: Field<T>): ValueOf<T>;
  write<T extends Readable>(field: Field<T>, value: ValueOf<T>): void;
}

/** A word, boolean or null that a thread may return. */
export type ThreadResult = number | boolean | null | undefined | void;

/** Declares threads. */
export interface DeclareThread {
  /** A thread on a CPU of its own. */
  <R extends ThreadResult>(name: string, body: () => R): ThreadHandle<R>;
  /** `count` interchangeable threads with the same body. */
  <R extends ThreadResult>(
    name: string,
    options: { readonly count: number },
    body: () => R,
  ): readonly ThreadHandle<R>[];
  /** An engine that reads and writes memory by itself. */
  device(name: string, body: (dma: Dma) => ThreadResult): ThreadHandle;
  /** An interrupt handler: runs once, at any moment when interrupts are on, on the CPU of `on`. */
  irq(name: string, body: () => ThreadResult, options: { readonly on: ThreadHandle }): ThreadHandle;
}

/** Options of a property. */
export interface PropertyOptions {
  /** `end`: judged on finished executions (default). `every state`: judged all the time. */
  readonly at?: 'end' | 'every state';
}

/** Declares a property: what to look at, and when. */
export type DeclareProperty = (
  name: string,
  predicate: () => boolean,
  options?: PropertyOptions,
) => void;

/** What a scenario's body is given. */
export interface Stage {
  readonly thread: DeclareThread;
  /** Must hold at the end of every execution. */
  readonly always: DeclareProperty;
  /** Must hold at the end of no execution. */
  readonly never: DeclareProperty;
  /** Must hold at the end of some execution; without a predicate, some execution must mark it. */
  readonly sometimes: {
    (name: string): Marker;
    (name: string, predicate: () => boolean): void;
  };
  /** A struct in shared memory; its words hold 0. */
  readonly alloc: {
    <M extends Members>(type: StructType<M>, name?: string): Struct<M>;
    /** One word on its own. */
    <T extends Type>(type: T, name: string): Field<T>;
  };
  /** Declares `count` slots from which `kmalloc(type)` may take. */
  readonly pool: (type: StructType, count: number) => void;
}
