/**
 * The machine on which the body of a scenario runs: what it does is the initial state.
 *
 * An object that a thread shall free later is taken here as in kernel code: `pool(type, n)`, then
 * `kmalloc(type)`. It gets the lowest slot that is free; nobody else runs yet.
 */

import type { Machine } from '../memory/machine.ts';
import { Effect } from '../memory/operation.ts';
import type { Operation } from '../memory/operation.ts';
import type { StructType } from '../memory/struct.ts';
import { directMachine, UserMistake } from '../explore/replay/direct.ts';
import { withoutHiddenInputs } from '../explore/replay/hidden-inputs.ts';
import type { RefuseHidden } from '../explore/replay/hidden-inputs.ts';
import { callerPosition } from '../explore/position.ts';
import { foreignFree, problem, wildAddress } from '../explore/problem.ts';
import { ALLOCATED, FREED } from '../explore/program.ts';
import type { ProgramPool } from '../explore/program.ts';
import { noPool } from '../explore/replay/world.ts';
import type { Scenario } from './scenario.ts';
import type { Stage } from './stage.ts';

/** The initial memory while it is made: word 0 is NULL. */
export interface SetUp {
  readonly words: number[];
  readonly pools: readonly ProgramPool[];
}

/** Makes the machine. */
export function setUpMachine(setUp: SetUp, design: Machine['design']): Machine {
  const { words } = setUp;
  const direct = directMachine(() => ({ words, offset: 0 }), design, true);
  return {
    ...direct,
    allocate: (type) => allocate(setUp, type),
    perform(operation) {
      checkAddress(setUp, operation);
      if (operation.effect !== Effect.FREE) return direct.perform(operation);
      free(setUp, operation);
      return 0;
    },
  };
}

/** Runs the body. `why`, a replay and the end of a search run it again, so it is deterministic. */
export function runBody({ name, body }: Scenario, stage: Stage): unknown {
  const refuse: RefuseHidden = ({ code, next, name: called, reason }) => {
    const what = `The body of '${name}' calls ${called}, ${reason}.`;
    throw new UserMistake(problem(code, { what, position: callerPosition(), next }));
  };
  return withoutHiddenInputs(refuse, () => body(stage));
}

function allocate({ words, pools }: SetUp, type: StructType): number {
  const pool = pools.find((one) => one.type === type);
  if (pool === undefined) throw new UserMistake(noPool(type));
  const slot = pool.status.findIndex((status) => words[status] !== ALLOCATED);
  const address = pool.slots[slot];
  if (address === undefined) {
    stop('HF032', 'kmalloc finds no free slot in its pool.', [
      `The pool of ${type.struct} has ${pool.slots.length}.`,
    ]);
  }
  words[pool.status[slot] ?? 0] = ALLOCATED;
  return address;
}

/** A word that nobody allocated would be made by writing to it. */
function checkAddress({ words }: SetUp, { effect, address }: Operation): void {
  if (effect !== Effect.ACCESS || (address >= 0 && address < words.length)) return;
  throw new UserMistake(wildAddress(address, callerPosition()));
}

function free({ words, pools }: SetUp, { address }: Operation): void {
  const pool = pools.find(({ slots }) => slots.includes(address));
  const status = pool?.status[pool.slots.indexOf(address)];
  if (pool === undefined || status === undefined) {
    throw new UserMistake(foreignFree(callerPosition()));
  }
  if (words[status] !== ALLOCATED) stop('HF020', 'kfree of memory that is not allocated.');
  words[status] = FREED;
  words.fill(0, address, address + pool.type.size);
}

function stop(code: string, what: string, details: readonly string[] = []): never {
  throw new UserMistake(problem(code, { what, position: callerPosition(), details }));
}
