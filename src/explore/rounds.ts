/** How the workers of a parallel search keep in step (parallel.ts). */

import { Command, Control } from './desk.ts';
import { playRound } from './parallel.ts';
import type { Worker } from './parallel.ts';

/** How often a waiting worker looks before it sleeps. */
const SPINS = 2000;

/** A worker's life: a round whenever the coordinator begins one, until it says stop. */
export function work(worker: Worker): void {
  const { control } = worker.assignment;
  for (let round = 1; ; round++) {
    for (let spin = 0; spin < SPINS && Atomics.load(control, Control.ROUND) < round; spin++);
    while (Atomics.load(control, Control.ROUND) < round) {
      Atomics.wait(control, Control.ROUND, round - 1);
    }
    const command = control[Control.COMMAND] as number;
    if (command === Command.STOP) return;
    playRound(worker, command);
    Atomics.add(control, Control.ARRIVED, 1);
    Atomics.notify(control, Control.ARRIVED);
  }
}

/** Begins a round: the workers see everything written before. */
export function beginRound(control: Int32Array, command: number): void {
  control[Control.COMMAND] = command;
  Atomics.store(control, Control.ARRIVED, 0);
  Atomics.add(control, Control.ROUND, 1);
  Atomics.notify(control, Control.ROUND);
}

/** Waits until `others` workers have finished the round. */
export function endRound(control: Int32Array, others: number): void {
  for (let spin = 0; spin < SPINS && Atomics.load(control, Control.ARRIVED) < others; spin++);
  for (;;) {
    const arrived = Atomics.load(control, Control.ARRIVED);
    if (arrived >= others) return;
    Atomics.wait(control, Control.ARRIVED, arrived);
  }
}
