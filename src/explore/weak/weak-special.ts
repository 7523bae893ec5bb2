/** Steps that are no access, under model `weak`: choices, allocation and free, grace periods. */

import { SRCU_GRACE_PERIOD } from '../../memory/operation.ts';
import { Column, NodeKind } from '../automaton/node.ts';
import type { Observer } from './observers.ts';
import { Trouble } from '../trouble.ts';
import { fenceOnly, follow } from './weak-candidate.ts';
import { beginGrace, endGrace } from './weak-grace.ts';
import { wordOf } from './weak-pending.ts';
import type { Pending } from './weak-pending.ts';
import { beginSection, beginSrcuGrace, endSection, endSrcuGrace } from './weak-srcu.ts';

/** Choices, allocation and free, grace periods. */
export function special(pending: Pending, kind: number, observer: Observer): void {
  const { stepper, node } = pending;
  const argument = stepper.column(node, Column.ARGUMENT);
  const isSrcu = argument === SRCU_GRACE_PERIOD;
  if (kind === NodeKind.CHOOSE) {
    for (let outcome = 0; outcome < argument; outcome++) {
      pending.stepper.begin();
      follow(pending, outcome, outcome);
    }
  } else if (kind === NodeKind.ALLOCATE) {
    allocate(pending, argument);
  } else if (kind === NodeKind.FREE) {
    free(pending);
  } else if (kind === NodeKind.SECTION_BEGIN) {
    beginSection(pending);
  } else if (kind === NodeKind.SECTION_END) {
    endSection(pending);
  } else if (kind === NodeKind.GRACE_WAIT) {
    const ends = isSrcu ? endSrcuGrace(pending) : endGrace(pending, argument);
    if (ends) follow(pending, 0, 0);
  } else if (!observer.fenced) {
    fenceOnly(pending);
  } else {
    pending.stepper.begin();
    if (isSrcu) beginSrcuGrace(pending);
    else beginGrace(pending, argument);
    follow(pending, 0, 0);
  }
}

/** A free slot: the lowest fresh one, or any that was freed before. */
function allocate(pending: Pending, number: number): void {
  const { stepper } = pending;
  const pool = stepper.pools[number];
  if (pool === undefined) return;
  const { records, base } = stepper;
  const firstFresh = pool.status.findIndex((index) => records[base + index] === 0);
  let found = false;
  pool.status.forEach((index, i) => {
    const status = records[base + index];
    if (status === 1 || (status === 0 && i !== firstFresh)) return;
    found = true;
    pending.stepper.begin();
    stepper.change(index, 1);
    follow(pending, pool.addresses[i] ?? 0, i);
  });
  if (!found) stepper.meet(Trouble.POOL_EMPTY, pending.thread);
}

/** The words of a freed slot are settled: whoever looks at them again is reported. */
function free(pending: Pending): void {
  const { stepper, memory, node, thread } = pending;
  const status = stepper.column(node, Column.STATUS);
  if (stepper.records[stepper.base + status] !== 1) {
    return stepper.meet(Trouble.DOUBLE_FREE, thread);
  }
  const index = stepper.column(node, Column.INDEX);
  const size = stepper.pools.find((pool) => pool.slots.includes(index))?.size ?? 0;
  pending.stepper.begin();
  stepper.change(status, 2);
  for (let i = 0; i < size; i++) {
    stepper.change(index + i, 0);
    memory.settle(wordOf(pending) + i);
  }
  follow(pending, 0, 0);
}
