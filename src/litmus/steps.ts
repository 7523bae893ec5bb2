/**
 * From an edge of a derived relation to the steps it is made of: rf, co, fr, fences, dependencies.
 *
 * Each derived relation of lkmm.ts is a sequence of parts; the shortest way through the parts is
 * found breadth first, and each part is taken apart in turn.
 */

import type { Bell } from './bell.ts';
import type { AfterReads, Fences, Orders } from './lkmm.ts';
import { RcuSteps } from './rcu-steps.ts';
import { Relation, both } from './relation.ts';
import type { PictureEdge } from './result.ts';
import type { ExecutionEvent } from './structure.ts';

/** One part of a sequence. */
interface Part {
  readonly relation: Relation;
  readonly times: 'once' | 'maybe' | 'star';
  readonly take: (from: number, to: number) => readonly PictureEdge[];
}

/** Takes edges apart, for one judged candidate. */
export class Steps {
  private readonly bell: Bell;
  private readonly fences: Fences;
  private readonly reads: AfterReads;
  private readonly orders: Orders;

  constructor(bell: Bell, fences: Fences, reads: AfterReads, orders: Orders) {
    this.bell = bell;
    this.fences = fences;
    this.reads = reads;
    this.orders = orders;
  }

  /** A shortest cycle of a relation, each edge taken apart. */
  cycle(
    relation: Relation,
    take: (from: number, to: number) => readonly PictureEdge[],
  ): PictureEdge[] {
    const events = shortestCycle(relation);
    return events.flatMap((from, index) =>
      take(from, events[(index + 1) % events.length] as number),
    );
  }

  /** po-loc and communication, for the axiom `coherence`. */
  readonly com = (from: number, to: number): readonly PictureEdge[] => {
    const { co, fr } = this.orders;
    const by = this.reads.rf.has(from, to)
      ? 'rf'
      : co.has(from, to)
        ? 'co'
        : fr.has(from, to)
          ? 'fr'
          : 'po';
    return [edge(from, to, by)];
  };

  readonly hb = (from: number, to: number): readonly PictureEdge[] => {
    const { rfe, ppoBeforeCo } = this.reads;
    if (rfe.has(from, to)) return [edge(from, to, 'rf')];
    if (ppoBeforeCo.has(from, to)) return this.preserved(from, to);
    if (this.orders.ppo.has(from, to)) return this.overwrite(from, to);
    return this.prop(from, to);
  };

  readonly prop = (from: number, to: number): readonly PictureEdge[] => {
    const { co, fr } = this.orders;
    const { ext } = this.bell;
    const { cumulFence, rfe } = this.reads;
    return this.through(from, to, [
      { relation: either(both(co, ext), both(fr, ext)), times: 'maybe', take: this.overwrite },
      { relation: cumulFence, times: 'star', take: this.cumulative },
      { relation: rfe, times: 'maybe', take: named('rf') },
    ]);
  };

  readonly pb = (from: number, to: number): readonly PictureEdge[] =>
    this.through(from, to, [
      { relation: this.orders.prop, times: 'once', take: this.prop },
      { relation: this.reads.strongFence, times: 'once', take: this.fence },
      { relation: this.orders.hb, times: 'star', take: this.hb },
    ]);

  readonly rb = (from: number, to: number): readonly PictureEdge[] =>
    this.through(from, to, [
      { relation: this.orders.prop, times: 'once', take: this.prop },
      { relation: this.orders.rcuFence, times: 'once', take: this.rcuFence },
      { relation: this.orders.hb, times: 'star', take: this.hb },
      { relation: this.orders.pb, times: 'star', take: this.pb },
    ]);

  private readonly rcuFence = (from: number, to: number): readonly PictureEdge[] => {
    const rcu = new RcuSteps(this.bell, this.reads.srcuRscs, this.orders.rcuLink);
    return [edge(from, to, 'rcu-fence', rcu.carriers(from, to))];
  };

  private readonly overwrite = (from: number, to: number): readonly PictureEdge[] => [
    edge(from, to, this.orders.co.has(from, to) ? 'co' : 'fr'),
  ];

  /** cumul-fence: the write that a fence orders may have been read from another CPU. */
  private readonly cumulative = (from: number, to: number): readonly PictureEdge[] => {
    const { rfe, rf, strongFence, poUnlockLockPo } = this.reads;
    const { poRel, wmb } = this.fences;
    const chain: Part = {
      relation: rmwLinks(rf, this.bell.rmw),
      times: 'star',
      take: this.rmwLink,
    };
    const parts = (fence: Relation): Part[] => [
      { relation: fence, times: 'once', take: this.fence },
      chain,
    ];
    const direct = this.through(from, to, parts(either(wmb, poUnlockLockPo)));
    if (direct.length > 0) return direct;
    const read: Part = { relation: rfe, times: 'maybe', take: named('rf') };
    return this.through(from, to, [read, ...parts(either(strongFence, poRel))]);
  };

  /** `rf ; rmw` */
  private readonly rmwLink = (from: number, to: number): readonly PictureEdge[] => {
    const { partner } = this.event(to);
    return [edge(from, partner, 'rf'), edge(partner, to, 'rmw')];
  };

  /** ppo without overwrites: a dependency, perhaps read back, or a fence. */
  private preserved(from: number, to: number): readonly PictureEdge[] {
    const { addr, data, ctrl } = this.reads.dependencies;
    const { W, R } = this.bell;
    const { fence, poUnlockLockPo, rf } = this.reads;
    if (data.has(from, to)) return [edge(from, to, 'data')];
    if (addr.has(from, to) && (R.has(to) || W.has(to))) return [edge(from, to, 'addr')];
    if (ctrl.has(from, to) && W.has(to)) return [edge(from, to, 'ctrl')];
    if (this.fences.loadToStore?.has(from, to)) return [edge(from, to, 'po')];
    if (fence.has(from, to) || poUnlockLockPo.has(from, to)) return this.fence(from, to);
    const dependency: Part = { relation: either(addr, data), times: 'once', take: this.dependency };
    const back = this.through(from, to, [
      dependency,
      { relation: rf, times: 'once', take: named('rf') },
    ]);
    if (back.length > 0) return back;
    return this.through(from, to, [
      dependency,
      { relation: this.fences.wmb, times: 'once', take: this.fence },
    ]);
  }

  private readonly dependency = (from: number, to: number): readonly PictureEdge[] => [
    edge(from, to, this.reads.dependencies.addr.has(from, to) ? 'addr' : 'data'),
  ];

  /** The primitive that orders two events. */
  private readonly fence = (from: number, to: number): readonly PictureEdge[] => {
    const { po, events } = this.bell;
    const kinds = this.kindsBetween(from, to);
    const fence = events.findIndex(
      ({ tag }, event) =>
        kinds.includes(tag) && po.has(from, event) && (po.has(event, to) || event === to),
    );
    if (fence >= 0) return [edge(from, to, this.event(fence).primitive, [fence])];
    if (this.reads.poUnlockLockPo.has(from, to)) return [this.handOver(from, to)];
    const { Mb, Release } = this.bell;
    const carrier = Release.has(to) || Mb.has(to) ? to : from;
    return [edge(from, to, this.event(carrier).primitive, [carrier])];
  };

  /** An unlock after one event, and the lock before the other that follows it. */
  private handOver(from: number, to: number): PictureEdge {
    const { po, UL, LKR } = this.bell;
    for (const unlock of po.after(from).filter((event) => UL.has(event))) {
      const next = [...po.after(unlock), ...this.reads.rf.after(unlock)];
      const lock = next.find((event) => LKR.has(event) && po.has(event, to));
      if (lock !== undefined) return edge(from, to, 'spin_unlock, spin_lock', [unlock, lock]);
    }
    return edge(from, to, 'spin_unlock, spin_lock');
  }

  /** The fences that can be what orders two events. */
  private kindsBetween(from: number, to: number): readonly string[] {
    const { mb } = this.reads;
    if (mb.has(from, to)) {
      return [
        'mb',
        'before-atomic',
        'after-atomic',
        'after-spinlock',
        'after-unlock-lock',
        'after-srcu-read-unlock',
      ];
    }
    if (this.fences.gp.has(from, to)) return ['sync-rcu', 'sync-srcu'];
    if (this.fences.wmb.has(from, to)) return ['wmb'];
    return this.fences.rmb.has(from, to) ? ['rmb'] : [];
  }

  private event(number: number): ExecutionEvent {
    const event = this.bell.events[number];
    if (event === undefined) throw new Error(`steps: there is no event ${number}`);
    return event;
  }

  /** The shortest way through the parts, taken apart; empty if there is none. */
  private through(from: number, to: number, parts: readonly Part[]): readonly PictureEdge[] {
    const width = parts.length + 1;
    const cameFrom = new Map<number, { readonly state: number; readonly part: number }>();
    const start = from * width;
    const queue = [start];
    for (let state = queue[0]; state !== undefined; queue.shift(), state = queue[0]) {
      const event = Math.floor(state / width);
      const index = state % width;
      if (index === parts.length && event === to && (state !== start || parts.length === 0)) break;
      const part = parts[index];
      if (part === undefined) continue;
      const reach = (next: number, by: number): void => {
        if (cameFrom.has(next) || next === start) return;
        cameFrom.set(next, { state, part: by });
        queue.push(next);
      };
      if (part.times !== 'once') reach(event * width + index + 1, -1);
      for (const after of part.relation.after(event)) {
        reach(after * width + (part.times === 'star' ? index : index + 1), index);
      }
    }
    return this.walkBack(to * width + parts.length, width, cameFrom, parts);
  }

  private walkBack(
    end: number,
    width: number,
    cameFrom: ReadonlyMap<number, { readonly state: number; readonly part: number }>,
    parts: readonly Part[],
  ): readonly PictureEdge[] {
    const edges: PictureEdge[] = [];
    for (
      let state = end, link = cameFrom.get(end);
      link !== undefined;
      link = cameFrom.get(state)
    ) {
      const part = parts[link.part];
      const before = Math.floor(link.state / width);
      if (part !== undefined) edges.unshift(...part.take(before, Math.floor(state / width)));
      state = link.state;
    }
    return edges;
  }
}

function edge(from: number, to: number, by: string, carriers: readonly number[] = []): PictureEdge {
  return { from, to, by, carriers };
}

function named(by: string): (from: number, to: number) => readonly PictureEdge[] {
  return (from, to) => [edge(from, to, by)];
}

/** A union outside the pool: relations made while explaining must not be wound back. */
function either(one: Relation, other: Relation): Relation {
  const result = new Relation(one.space);
  result.rows.forEach((_, at) => {
    result.rows[at] = (one.rows[at] as number) | (other.rows[at] as number);
  });
  return result;
}

function rmwLinks(rf: Relation, rmw: Relation): Relation {
  const result = new Relation(rf.space);
  for (let write = 0; write < rf.space.size; write++) {
    for (const read of rf.after(write)) for (const next of rmw.after(read)) result.add(write, next);
  }
  return result;
}

/** The events of a shortest cycle, in order; empty if there is none. */
export function shortestCycle(relation: Relation): number[] {
  let best: number[] = [];
  for (let start = 0; start < relation.space.size; start++) {
    const found = cycleThrough(relation, start);
    if (found.length > 0 && (best.length === 0 || found.length < best.length)) best = found;
  }
  return best;
}

function cycleThrough(relation: Relation, start: number): number[] {
  const cameFrom = new Map<number, number>();
  const queue = [start];
  for (let event = queue[0]; event !== undefined; queue.shift(), event = queue[0]) {
    for (const next of relation.after(event)) {
      if (next === start) {
        const path = [event];
        for (let at = cameFrom.get(event); at !== undefined; at = cameFrom.get(at))
          path.unshift(at);
        return path;
      }
      if (cameFrom.has(next)) continue;
      cameFrom.set(next, event);
      queue.push(next);
    }
  }
  return [];
}
