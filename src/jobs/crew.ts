/**
 * Worker threads of Node for parallel searches.
 *
 * They stay for the whole process, because starting one and compiling its code takes as long as
 * searching 200,000 states; idle, they do not keep the process from ending.
 */

import { Worker } from 'node:worker_threads';
import type { Team } from '../explore/parallel/desk.ts';

/** The threads that have been started, and no more than anybody has asked for. */
const crew: Worker[] = [];

/**
 * A team for one search. A search does not return before it has ended, so no two of them ever use
 * the crew at the same time.
 */
export function hire(workers: number, from: number): Team {
  return {
    workers,
    from,
    prepare(rehearsal) {
      while (crew.length < workers - 1) start().postMessage(rehearsal());
    },
    handOut: (assignments) => assignments.forEach((one, i) => crew[i]?.postMessage(one)),
  };
}

/** What a worker posts is read by nobody; its errors are bugs of ours, and end the process. */
function start(): Worker {
  const worker = new Worker(new URL('./worker.ts', import.meta.url));
  worker.unref();
  worker.once('exit', () => crew.splice(crew.indexOf(worker), 1));
  crew.push(worker);
  return worker;
}
