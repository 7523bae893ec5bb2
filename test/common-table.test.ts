/** The common set of visited states, with real threads that add the same hashes at once. */

import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cutsOf } from '../src/explore/parallel/doubling.ts';
import { randomNumbers } from '../src/explore/automaton/probe.ts';
import { sharedIntegers } from '../src/explore/parallel/shared-memory.ts';
import { makeTable } from '../src/explore/parallel/shared-visited.ts';

const WORKERS = 3;
const KEYS = 30_000;

/** A worker adds hashes, or doubles its part of the table, after all have come to the gate. */
const CODE = `
const { parentPort, workerData } = require('node:worker_threads');
const { visited, doubling, gate, workers } = workerData;
Promise.all([import(visited), import(doubling)]).then(([{ SharedVisited }, { doublePart }]) => {
  const set = new SharedVisited();
  parentPort.on('message', ({ table, slots, keys, from, to, round }) => {
    Atomics.add(gate, 0, 1);
    while (Atomics.load(gate, 0) < workers * round);
    if (keys === null) return parentPort.postMessage(doublePart(table, slots, from, to) ?? null);
    set.attach(table, slots);
    const isNew = new Uint8Array(keys.length / 2);
    for (let i = 0; i < isNew.length; i++) isNew[i] = set.add(keys[2 * i], keys[2 * i + 1]) ? 1 : 0;
    parentPort.postMessage(isNew);
  });
  parentPort.postMessage('ready');
});`;

interface Task {
  readonly table: Int32Array;
  readonly slots: number;
  readonly keys: Int32Array | null;
  readonly from: number;
  readonly to: number;
}

const gate = sharedIntegers(1);
let round = 0;
let crew: Worker[] = [];

const built = (name: string): string =>
  new URL(`../dist/explore/parallel/${name}.js`, import.meta.url).href;

/** What a worker posts next; an error in it ends the test run. */
async function answer(worker: Worker): Promise<unknown> {
  const [message] = (await once(worker, 'message')) as unknown[];
  return message;
}

/** All of them at once, each with its own task. */
function together(tasks: readonly Task[]): Promise<unknown[]> {
  round++;
  return Promise.all(
    tasks.map((task, i) => {
      const worker = crew[i] as Worker;
      const answered = answer(worker);
      worker.postMessage({ ...task, round });
      return answered;
    }),
  );
}

beforeAll(async () => {
  const workerData = {
    visited: built('shared-visited'),
    doubling: built('doubling'),
    gate,
    workers: WORKERS,
  };
  crew = Array.from({ length: WORKERS }, () => new Worker(CODE, { eval: true, workerData }));
  await Promise.all(crew.map(answer));
});

afterAll(() => Promise.all(crew.map((worker) => worker.terminate())));

/** Hashes of which many belong into the same slots, or share a first lane. */
function randomKeys(seed: number): Int32Array {
  const random = randomNumbers(seed);
  const integer = (): number => Math.floor(random() * 2 ** 32) | 1;
  const keys = sharedIntegers(2 * KEYS);
  for (let i = 0; i < KEYS; i++) {
    keys[2 * i] = i % 4 === 0 ? Math.floor(random() * 2000) + 1 : integer();
    keys[2 * i + 1] = integer();
  }
  return keys;
}

/** How often a hash was said to be new, at the least and at the most. */
async function addEverywhere(
  table: Int32Array,
  slots: number,
  keys: Int32Array,
): Promise<number[]> {
  const task = { table, slots, keys, from: 0, to: 0 };
  const told = (await together(Array.from({ length: WORKERS }, () => task))) as Uint8Array[];
  const times = Array.from({ length: KEYS }, (_, i) =>
    told.reduce((sum, isNew) => sum + (isNew[i] ?? 0), 0),
  );
  return [Math.min(...times), Math.max(...times)];
}

describe('several threads that add the same hashes at once', () => {
  it('are told of each hash that it is new exactly once', async () => {
    for (const seed of [1, 2, 3]) {
      const table = makeTable(1 << 17);
      const keys = randomKeys(seed);
      expect(await addEverywhere(table, 1 << 17, keys)).toEqual([1, 1]);
      expect(await addEverywhere(table, 1 << 17, keys)).toEqual([0, 0]);
    }
  }, 120_000);

  it('find each hash again after they have doubled the table together', async () => {
    const table = makeTable(1 << 16);
    const keys = randomKeys(6);
    let slots = 1 << 17;
    await addEverywhere(table, slots, keys);
    for (let i = 0; i < 2; i++) {
      const cuts = new Int32Array(WORKERS + 1);
      cutsOf(table, slots, WORKERS, cuts);
      await together(
        Array.from({ length: WORKERS }, (_, part) => ({
          table,
          slots,
          keys: null,
          from: cuts[part] ?? 0,
          to: cuts[part + 1] ?? 0,
        })),
      );
      slots *= 2;
      expect(await addEverywhere(table, slots, keys)).toEqual([0, 0]);
    }
  }, 120_000);

  it('wait for a hash of which only the first half has been written', async () => {
    const table = makeTable(1 << 12);
    const keys = sharedIntegers(2 * KEYS);
    for (let i = 0; i < KEYS; i++) keys.set([5, 9], 2 * i);
    table[2 * 5] = 5;
    const adding = addEverywhere(table, 1 << 12, keys);
    let isOver = false;
    void adding.then(() => (isOver = true));
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(isOver).toBe(false);
    Atomics.store(table, 2 * 5 + 1, 9);
    expect(await adding).toEqual([0, 0]);
  }, 120_000);
});
