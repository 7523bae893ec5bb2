/**
 * The steps of a thread under model `weak`, written as candidates (weak-views.ts has the rules).
 *
 * Every message that a read may give, and every place that a store may take in the coherence order
 * of its word, is a step of its own. Its outcome number counts from the newest message, so 0 is
 * what would happen under sc.
 */

import { Column, NodeKind } from '../automaton/node.ts';
import { isPaused } from '../special.ts';
import type { Stepper } from '../stepper.ts';
import { access } from './weak-access.ts';
import { fenceOnly } from './weak-candidate.ts';
import { exchangeEarly } from './weak-early.ts';
import type { WeakMemory } from './weak-memory.ts';
import { passBeforeSection } from './weak-pass.ts';
import { pendingOf, wordOf } from './weak-pending.ts';
import { special } from './weak-special.ts';

/** Writes the candidates of one thread. */
export function weakStep(stepper: Stepper, memory: WeakMemory, thread: number): void {
  const node = stepper.nodeOf(thread);
  const kind = stepper.column(node, Column.KIND);
  if (kind === NodeKind.DONE || kind === NodeKind.FAILED || isPaused(stepper, thread)) return;
  memory.tables.liveness.sync();
  memory.load(stepper.records, stepper.base);
  const pending = pendingOf(stepper, memory, thread, node);
  const observer = memory.observer(pending.cpu);
  if (observer.owesFence) return fenceOnly(pending);
  passBeforeSection(pending);
  if (kind === NodeKind.ACCESS) {
    const mayExchange = observer.marked !== 0 || observer.isAfterUnlock;
    if (mayExchange && wordOf(pending) !== 0) exchangeEarly(pending);
    return access(pending, observer);
  }
  special(pending, kind, observer);
}
