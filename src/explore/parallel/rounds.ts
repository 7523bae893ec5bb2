/** How the workers of a parallel search keep in step (parallel.ts). */

import { hasChunks, turn } from './arena.ts';
import { Command, Control, Count } from './desk.ts';
import type { Assignment } from './desk.ts';
import { playRound, startWorker } from './parallel.ts';
import type { Worker } from './parallel.ts';

/** How often a waiting worker looks before it sleeps: some tenths of a millisecond. */
const SPINS = 50_000;

/** All workers end a round at nearly the same time; one that is silent for so long is no more. */
const SILENT_SECONDS_MAX = 60;

/**
 * What a worker does with an assignment.
 *
 * @param receive gives the next assignment, which has been handed out already
 */
export function work(assignment: Assignment, receive: () => Assignment): void {
  try {
    const worker = startWorker(assignment);
    if (assignment.rehearses) rehearse(worker);
    else playRounds(worker, receive);
  } catch (error) {
    Atomics.store(assignment.control, Control.FAILED, 1);
    arrive(assignment.control);
    throw error;
  }
}

/** A round whenever the coordinator begins one, until it says stop. */
function playRounds(worker: Worker, receive: () => Assignment): void {
  const { control } = worker.assignment;
  for (let round = 1; ; round++) {
    for (let spin = 0; spin < SPINS && Atomics.load(control, Control.ROUND) < round; spin++);
    while (Atomics.load(control, Control.ROUND) < round) {
      Atomics.wait(control, Control.ROUND, round - 1);
    }
    const command = control[Control.COMMAND] as number;
    if (command === Command.STOP) return;
    if (command === Command.MOVE) worker.assignment = receive();
    else playRound(worker, command);
    arrive(control);
  }
}

function arrive(control: Int32Array): void {
  Atomics.add(control, Control.ARRIVED, 1);
  Atomics.notify(control, Control.ARRIVED);
}

/** Rounds of a rehearsal at the most. */
const REHEARSAL_ROUNDS = 200;

/** A search of its own, until there is real work: afterwards the code is compiled. */
function rehearse(worker: Worker): void {
  const { control, arena } = worker.assignment;
  let command: number = Command.WORK;
  for (let round = 0; round < REHEARSAL_ROUNDS; round++) {
    // In this order: whoever ends the rehearsal after the second line sets the first again.
    Atomics.store(control, Control.PAUSE, 0);
    if (Atomics.load(control, Control.ROUND) > 0) return;
    playRound(worker, command);
    if (worker.added >= (control[Control.ALLOWANCE] as number)) return;
    command = Command.WORK;
    if (worker.desk.counts[Count.WAITING] !== 0 || hasChunks(arena)) continue;
    turn(arena);
    command = Command.NEXT_LAYER;
  }
}

/** Ends what `rehearse` does, at its next batch. */
export function endRehearsal(control: Int32Array): void {
  Atomics.store(control, Control.ROUND, 1);
  Atomics.store(control, Control.PAUSE, 1);
}

/** Begins a round: the workers see everything written before. */
export function beginRound(control: Int32Array, command: number): void {
  control[Control.COMMAND] = command;
  control[Control.PAUSE] = 0;
  Atomics.store(control, Control.ARRIVED, 0);
  Atomics.add(control, Control.ROUND, 1);
  Atomics.notify(control, Control.ROUND);
}

/** Waits until `others` workers have finished the round. */
export function endRound(control: Int32Array, others: number): void {
  for (let spin = 0; spin < SPINS && Atomics.load(control, Control.ARRIVED) < others; spin++);
  for (let silent = 0; ;) {
    const arrived = Atomics.load(control, Control.ARRIVED);
    if (Atomics.load(control, Control.FAILED) !== 0) throw new Error('rounds: a worker has failed');
    if (arrived >= others) return;
    const woken = Atomics.wait(control, Control.ARRIVED, arrived, 1000);
    silent = woken === 'timed-out' ? silent + 1 : 0;
    if (silent > SILENT_SECONDS_MAX) throw new Error('rounds: a worker does not answer');
  }
}
