/**
 * The Linux kernel memory model: the axioms.
 *
 * Each definition has the name that it has in linux-kernel.cat, in camel case, and stands in the
 * same order; what it says is explained in tools/memory-model/Documentation/explanation.txt and in
 * "Frightening Small Children and Disconcerting Grown-ups" (Alglave, Maranget, McKenney, Parri,
 * Stern, ASPLOS 2018). They are divided by what they need: nothing (`Fences`), rf (`afterReads`),
 * rf and co (`judge`).
 *
 * The axioms `coherence` and `atomic` hold by construction: see coherence.ts.
 *
 * Source: Linux tools/memory-model/linux-kernel.cat (6.18), with lkmmv2 of herdtools7.
 */

import { dependencies, srcuSections } from './bell.ts';
import type { Bell, Dependencies } from './bell.ts';
import {
  both,
  identity,
  inverse,
  isAcyclic,
  maybe,
  plus,
  seq,
  star,
  union,
  without,
  withoutIdentity,
} from './relation.ts';
import type { EventSet, Relation } from './relation.ts';

/** Fences and other orderings that depend on the threads alone. */
export interface Fences {
  readonly acqPo: Relation;
  readonly poRel: Relation;
  readonly R4rmb: EventSet;
  readonly rmb: Relation;
  readonly wmb: Relation;
  readonly afterUnlockLock: EventSet;
  /** mb without smp_mb__after_unlock_lock, which depends on rf. */
  readonly mbInThread: Relation;
  readonly gp: Relation;
  /** [R];po;[W] where loads are not overtaken by later stores; null in the kernel's model. */
  readonly loadToStore: Relation | null;
}

/** `fencerel(S)` of herd's standard library. */
function fencerel({ po }: Bell, fences: EventSet): Relation {
  return seq(po, fences, po);
}

/** "Basic relations", those parts that are the same in all executions. */
export function fencesOf(bell: Bell, keepsStores = false): Fences {
  const { M, R, W, RMW, LKW, Acquire, Release, Mb, Noreturn, po, srcuUnlock } = bell;
  const { space } = bell;
  const R4rmb = space.set((event) => R.has(event) && !Noreturn.has(event));
  const reads = space.set((event) => Mb.has(event) && R.has(event));
  const writes = space.set((event) => Mb.has(event) && W.has(event));
  const afterSrcu = fencerel(bell, bell.fences('after-srcu-read-unlock'));
  return {
    acqPo: seq(Acquire, po, M),
    poRel: seq(M, po, Release),
    R4rmb,
    rmb: seq(R4rmb, fencerel(bell, bell.fences('rmb')), R4rmb),
    wmb: seq(W, fencerel(bell, bell.fences('wmb')), W),
    afterUnlockLock: bell.fences('after-unlock-lock'),
    mbInThread: union(
      seq(M, fencerel(bell, bell.fences('mb')), M),
      // A fully ordered atomic: a virtual smp_mb() before its read and after its write.
      seq(M, po, reads),
      seq(writes, po, M),
      seq(M, fencerel(bell, bell.fences('before-atomic')), RMW, maybe(po), M),
      seq(M, maybe(po), RMW, fencerel(bell, bell.fences('after-atomic')), M),
      seq(M, maybe(po), LKW, fencerel(bell, bell.fences('after-spinlock')), M),
      seq(M, maybe(po), srcuUnlock, afterSrcu, M),
    ),
    gp: seq(po, bell.synchronize, maybe(po)),
    loadToStore: keepsStores ? seq(R, po, W) : null,
  };
}

/** What is known when every read has its source. */
export interface AfterReads {
  readonly rf: Relation;
  readonly rfe: Relation;
  readonly dependencies: Dependencies;
  readonly srcuRscs: Relation;
  readonly poUnlockLockPo: Relation;
  readonly mb: Relation;
  readonly strongFence: Relation;
  readonly nonrwFence: Relation;
  readonly fence: Relation;
  /** ppo without `overwrite & int`. */
  readonly ppoBeforeCo: Relation;
  readonly rmwSequence: Relation;
  readonly cumulFence: Relation;
  readonly cumulFences: Relation;
  /** The part of prop that follows its optional overwrite. */
  readonly propTail: Relation;
}

/** The definitions that need rf. */
export function afterReads(bell: Bell, fences: Fences, rf: Relation): AfterReads {
  const { po, int, ext, M, R, W, UL, LKR, Marked, Plain, rmw } = bell;
  const { acqPo, poRel, rmb, wmb, afterUnlockLock, mbInThread, gp } = fences;
  const rfe = both(rf, ext);
  const rfi = both(rf, int);
  const srcuRscs = srcuSections(bell, rf);

  // Release of a lock to its next acquisition, by the same CPU or by whoever takes this lock next.
  const poUnlockLockPo = seq(po, UL, union(po, rf), LKR, po);
  const handOver = seq(M, poUnlockLockPo, afterUnlockLock, po, M);
  const mb = union(mbInThread, handOver);
  const strongFence = union(mb, gp);
  const nonrwFence = union(strongFence, poRel, acqPo);
  const fence = union(nonrwFence, wmb, rmb);

  // "Instruction execution ordering"
  const all = dependencies(bell, rfi);
  const dep = union(all.addr, all.data);
  const rwdep = seq(union(dep, all.ctrl), W);
  const toW = union(rwdep, seq(all.addr, Plain, wmb));
  const toR = union(seq(all.addr, R), seq(dep, Marked, rfi));
  const overtaking = fences.loadToStore === null ? [] : [fences.loadToStore];
  const inOrder = [both(fence, int), both(poUnlockLockPo, int), ...overtaking];
  const ppoBeforeCo = union(toR, toW, ...inOrder);

  // "Propagation: ordering from release operations and strong fences"
  const aCumul = seq(maybe(seq(rfe, Marked)), union(strongFence, poRel));
  const rmwSequence = star(seq(rf, rmw));
  const cumulFence = seq(Marked, union(aCumul, wmb, poUnlockLockPo), Marked, rmwSequence);
  const cumulFences = star(cumulFence);
  const propTail = seq(cumulFences, Marked, maybe(rfe), Marked);

  return {
    rf,
    rfe,
    dependencies: all,
    srcuRscs,
    poUnlockLockPo,
    mb,
    strongFence,
    nonrwFence,
    fence,
    ppoBeforeCo,
    rmwSequence,
    cumulFence,
    cumulFences,
    propTail,
  };
}

/** Whether `happens-before` is violated already, whatever the order of the writes will be. */
export function violatedByReads({ Marked }: Bell, fences: Fences, reads: AfterReads): boolean {
  const { loadToStore } = fences;
  // Between plain accesses, which hb leaves out.
  if (loadToStore !== null && !isAcyclic(union(loadToStore, reads.rf))) return true;
  return !isAcyclic(seq(Marked, union(reads.ppoBeforeCo, reads.rfe), Marked));
}

/** The axioms that an execution can violate. */
export type Axiom = 'happens-before' | 'propagation' | 'rcu' | 'plain-coherence';

/** The relations that the axioms are about. */
export interface Orders {
  readonly co: Relation;
  readonly fr: Relation;
  readonly ppo: Relation;
  readonly prop: Relation;
  readonly hb: Relation;
  readonly pb: Relation;
  readonly rb: Relation;
  readonly rcuFence: Relation;
  readonly rcuLink: Relation;
}

/** The first violated axiom, or null; and the relations as far as they were needed. */
export interface Judgement {
  readonly violated: Axiom | null;
  readonly orders: Orders;
}

/** The definitions that need co, and the axioms about them. */
export function judge(bell: Bell, reads: AfterReads, co: Relation, fr: Relation): Judgement {
  const { po, int, ext, Marked } = bell;
  const { rfe, ppoBeforeCo, strongFence, propTail } = reads;
  const nothing = bell.space.fresh();
  const overwrite = union(co, fr);
  const ppo = union(ppoBeforeCo, both(overwrite, int));
  const prop = seq(Marked, maybe(both(overwrite, ext)), propTail);

  const propInThread = both(withoutIdentity(prop), int);
  const hb = seq(Marked, union(ppo, rfe, propInThread), Marked);
  const none = { pb: nothing, rb: nothing, rcuFence: nothing, rcuLink: nothing };
  const known = { co, fr, ppo, prop, hb };
  const hbPlus = plus(hb);
  if (!hbPlus.isIrreflexive()) return { violated: 'happens-before', orders: { ...known, ...none } };

  const hbStar = maybe(hbPlus);
  const pb = seq(prop, strongFence, hbStar, Marked);
  const pbPlus = plus(pb);
  if (!pbPlus.isIrreflexive()) {
    return { violated: 'propagation', orders: { ...known, ...none, pb } };
  }

  const pbStar = maybe(pbPlus);
  if (bell.synchronize.isEmpty()) {
    return { violated: null, orders: { ...known, ...none, pb } };
  }
  const rcuLink = seq(maybe(po), hbStar, pbStar, prop, po);
  const rcuFence = seq(po, rcuOrder(bell, reads.srcuRscs, rcuLink), maybe(po));
  const rb = seq(prop, rcuFence, hbStar, pbStar, Marked);
  const violated = rb.isIrreflexive() ? null : 'rcu';
  return { violated, orders: { ...known, pb, rb, rcuFence, rcuLink } };
}

/** rcu-order, and how it grows. */
function rcuOrder(bell: Bell, srcuRscs: Relation, rcuLink: Relation): Relation {
  return rcuStages(bell, srcuRscs, rcuLink).at(-1) as Relation;
}

/**
 * rcu-order: chains with at least as many grace periods as read-side critical sections.
 *
 * The least fixed point of the definition in linux-kernel.cat, by adding until nothing is new; the
 * relations on the way are given too, each containing those before it.
 */
export function rcuStages(bell: Bell, srcuRscs: Relation, rcuLink: Relation): Relation[] {
  const { around, periods } = rcuPairs(bell, srcuRscs);
  const stages = [union(periods, around(rcuLink))];
  for (;;) {
    const order = stages.at(-1) as Relation;
    const longer = union(order, around(seq(rcuLink, order, rcuLink)), seq(order, rcuLink, order));
    if (without(longer, order).isEmpty()) return stages;
    stages.push(longer);
  }
}

/** Grace periods, and what pairs one of them with one section. */
interface RcuPairs {
  readonly periods: Relation;
  /** From a grace period to a section, or back, over what stands between them. */
  readonly around: (between: Relation) => Relation;
}

function rcuPairs(bell: Bell, srcuRscs: Relation): RcuPairs {
  const { loc } = bell;
  const rcuGp = identity(bell.fences('sync-rcu'));
  const srcuGp = identity(bell.fences('sync-srcu'));
  const rcuRscsi = inverse(bell.rcuRscs);
  const srcuRscsi = inverse(srcuRscs);
  return {
    periods: union(rcuGp, srcuGp),
    around: (between) =>
      union(
        seq(rcuGp, between, rcuRscsi),
        both(seq(srcuGp, between, srcuRscsi), loc),
        seq(rcuRscsi, between, rcuGp),
        both(seq(srcuRscsi, between, srcuGp), loc),
      ),
  };
}
