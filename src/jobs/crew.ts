/**
 * Worker threads of Node for a parallel search.
 */

import { Worker } from 'node:worker_threads';
import type { Assignment } from '../explore/desk.ts';

/** Workers that wait for assignments. */
export interface Crew {
  /** Gives one assignment to each worker; they begin at once. */
  handOut(assignments: readonly Assignment[]): void;
  /** Ends the workers. */
  dismiss(): Promise<void>;
}

/**
 * Starts worker threads and waits until they are ready.
 *
 * @param size how many
 */
export async function hire(size: number): Promise<Crew> {
  const url = new URL('./worker.ts', import.meta.url);
  const workers = Array.from({ length: size }, () => new Worker(url));
  await Promise.all(workers.map(ready));
  return {
    handOut: (assignments) =>
      assignments.forEach((assignment, i) => workers[i]?.postMessage(assignment)),
    async dismiss() {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

function ready(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.once('message', () => resolve());
    worker.once('error', reject);
  });
}
