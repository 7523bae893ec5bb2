/**
 * Plain accesses: the axiom about them, and data races.
 *
 * Source: Linux tools/memory-model/linux-kernel.cat (6.18), section "Plain accesses and data
 * races"; the definitions have its names. Explained in Documentation/explanation.txt, "Plain
 * accesses and data races".
 */

import type { Bell } from './bell.ts';
import type { AfterReads, Fences, Orders } from './lkmm.ts';
import { both, inverse, maybe, not, seq, star, union, without } from './relation.ts';
import type { EventSet, Relation } from './relation.ts';

/** What plain accesses do to an execution. */
export interface Races {
  /** The axiom plain-coherence is violated. */
  readonly incoherent: Relation;
  /** The accesses that race. */
  readonly race: Relation;
  readonly mixed: Relation;
}

/** Judges the plain accesses of an execution that satisfies all other axioms. */
export function racesOf(bell: Bell, fences: Fences, reads: AfterReads, orders: Orders): Races {
  const { space, M, IW, W, Marked, Plain, ext } = bell;
  const { rf } = reads;
  const { co, fr } = orders;
  const { wwVis, wrVis, rwXbstar } = visibility(bell, fences, reads, orders);

  const noInitial = space.set((event) => M.has(event) && !IW.has(event));
  const preRace = both(ext, union(product(Plain, M), product(noInitial, Plain)));
  const wrIncoh = both(both(preRace, rf), inverse(rwXbstar));
  const rwIncoh = both(both(preRace, fr), inverse(wrVis));
  const wwIncoh = both(both(preRace, co), inverse(wwVis));

  const wwNonrace = both(
    both(wwVis, union(product(Marked, W), rwXbstar)),
    union(product(W, Marked), wrVis),
  );
  const wwRace = without(both(preRace, co), wwNonrace);
  const readRaces = both(preRace, seq(maybe(co), rf));
  const wrRace = without(without(readRaces, wrVis), inverse(rwXbstar));
  const rwRace = without(both(preRace, fr), rwXbstar);
  return {
    incoherent: union(wrIncoh, rwIncoh, wwIncoh),
    race: union(wwRace, wrRace, rwRace),
    mixed: mixedAccesses(bell),
  };
}

interface Visibility {
  readonly wwVis: Relation;
  readonly wrVis: Relation;
  readonly rwXbstar: Relation;
}

/** "Executes-before and visibility", and the bounds of a plain access's lifetime. */
function visibility(bell: Bell, fences: Fences, reads: AfterReads, orders: Orders): Visibility {
  const { Marked, Noreturn, int } = bell;
  const { rfe, dependencies, nonrwFence, cumulFences, rmwSequence } = reads;
  const { addr } = dependencies;
  const fence = union(reads.fence, orders.rcuFence);
  const strongFence = union(reads.strongFence, orders.rcuFence);
  const xbstar = star(union(orders.hb, orders.pb, orders.rb));
  const seen = seq(cumulFences, maybe(rfe), Marked);
  const vis = union(seq(seen, strongFence, Marked, xbstar), seq(seen, both(xbstar, int)));

  const rmb = seq(bell.po, bell.fences('rmb'), bell.po);
  const afterRead = seq(fences.R4rmb, rmb, not(Noreturn));
  const beforeRead = seq(not(Noreturn), rmb, fences.R4rmb);
  const wPreBounded = seq(Marked, maybe(union(addr, fence)));
  const rPreBounded = seq(Marked, maybe(union(addr, nonrwFence, afterRead)));
  const wPostBounded = seq(maybe(fence), Marked, rmwSequence);
  const rPostBounded = seq(maybe(union(nonrwFence, beforeRead)), Marked);

  const strongly = seq(strongFence, xbstar);
  return {
    wwVis: union(fence, seq(strongly, wPreBounded), seq(wPostBounded, vis, wPreBounded)),
    wrVis: union(fence, seq(strongly, rPreBounded), seq(wPostBounded, vis, rPreBounded)),
    rwXbstar: union(fence, seq(rPostBounded, xbstar, wPreBounded)),
  };
}

/** mixed-accesses: a plain write and a marked access to one place with nothing between them. */
function mixedAccesses(bell: Bell): Relation {
  const { space, po, loc, Plain, W, Marked, Acquire, Release } = bell;
  const plainWrite = space.set((event) => Plain.has(event) && W.has(event));
  const kinds = bell.fences(
    ...(['barrier', 'rmb', 'wmb', 'mb', 'sync-rcu', 'sync-srcu'] as const),
    ...(['before-atomic', 'after-atomic', 'rcu-lock', 'rcu-unlock'] as const),
  );
  const between = space.set(
    (event) =>
      kinds.has(event) ||
      Acquire.has(event) ||
      Release.has(event) ||
      bell.srcuLock.has(event) ||
      bell.srcuUnlock.has(event),
  );
  const barrier = union(seq(po, between, po), seq(po, Release), seq(Acquire, po));
  const near = without(both(po, loc), barrier);
  return union(seq(plainWrite, near, Marked), seq(Marked, near, plainWrite));
}

/** `A * B` */
function product(left: EventSet, right: EventSet): Relation {
  return left.space.relation((from, to) => left.has(from) && right.has(to));
}
