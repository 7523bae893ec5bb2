/** The other end of crew.ts: one worker thread. It never loads the user's code. */

import { parentPort } from 'node:worker_threads';
import { work } from '../explore/rounds.ts';
import type { Assignment } from '../explore/desk.ts';

parentPort?.on('message', (assignment: Assignment) => work(assignment));
