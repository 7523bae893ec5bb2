/** The other end of crew.ts: one worker thread. It never loads the user's code. */

import { parentPort, receiveMessageOnPort } from 'node:worker_threads';
import { work } from '../explore/parallel/rounds.ts';
import type { Assignment } from '../explore/parallel/desk.ts';

parentPort?.on('message', (assignment: Assignment) => work(assignment, receive));

/** An assignment that was posted before, without waiting for a turn of the event loop. */
function receive(): Assignment {
  const received = parentPort === null ? undefined : receiveMessageOnPort(parentPort);
  if (received === undefined) throw new Error('worker: no assignment was handed out');
  return received.message as Assignment;
}
