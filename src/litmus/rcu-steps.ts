/**
 * What an rcu-order is made of: the grace periods and the read-side sections of its chain.
 *
 * The relation is built in stages (lkmm.ts), each from the one before; a pair is taken apart by
 * finding the rule that put it into the first stage that has it.
 */

import type { Bell } from './bell.ts';
import { rcuStages } from './lkmm.ts';
import type { Relation } from './relation.ts';

/** Takes pairs of rcu-order apart, for one judged candidate. */
export class RcuSteps {
  private readonly bell: Bell;
  private readonly srcuRscs: Relation;
  private readonly link: Relation;
  private readonly stages: readonly Relation[];

  constructor(bell: Bell, srcuRscs: Relation, link: Relation) {
    this.bell = bell;
    this.srcuRscs = srcuRscs;
    this.link = link;
    this.stages = rcuStages(bell, srcuRscs, link);
  }

  /** The grace periods and the ends of sections of a pair of rcu-fence. */
  carriers(from: number, to: number): readonly number[] {
    const { po } = this.bell;
    const order = this.stages.at(-1);
    for (const first of po.after(from)) {
      for (const last of order?.after(first) ?? []) {
        if (last === to || po.has(last, to)) return this.apart(first, last);
      }
    }
    return [];
  }

  private apart(from: number, to: number): readonly number[] {
    const stage = this.stages.findIndex((order) => order.has(from, to));
    if (stage < 0) throw new Error(`rcu-order has no pair ${from} ${to}`);
    if (from === to && this.bell.synchronize.has(from)) return [from];
    const before = this.stages[stage - 1];
    return this.pair(from, to, before) ?? this.chain(from, to, before) ?? [];
  }

  /** A grace period and a section, with a shorter order between them or none. */
  private pair(from: number, to: number, before: Relation | undefined): readonly number[] | null {
    const { synchronize } = this.bell;
    if (synchronize.has(from)) {
      for (const unlock of this.endsOf(to)) {
        const between = this.between(from, unlock, before);
        if (between !== null && this.fits(from, to)) return [from, ...between, to, unlock];
      }
    }
    if (synchronize.has(to)) {
      for (const lock of this.beginningsOf(from)) {
        const between = this.between(lock, to, before);
        if (between !== null && this.fits(to, lock)) return [lock, from, ...between, to];
      }
    }
    return null;
  }

  /** Two orders one after the other. */
  private chain(from: number, to: number, before: Relation | undefined): readonly number[] | null {
    for (const end of before?.after(from) ?? []) {
      for (const start of this.link.after(end)) {
        if (before?.has(start, to) !== true) continue;
        return [...this.apart(from, end), ...this.apart(start, to)];
      }
    }
    return null;
  }

  /** What stands between two ends: a link, or an order between two links. */
  private between(
    from: number,
    to: number,
    before: Relation | undefined,
  ): readonly number[] | null {
    if (this.link.has(from, to)) return [];
    for (const start of before === undefined ? [] : this.link.after(from)) {
      for (const end of before?.after(start) ?? []) {
        if (this.link.has(end, to)) return this.apart(start, end);
      }
    }
    return null;
  }

  private endsOf(lock: number): readonly number[] {
    return [...this.bell.rcuRscs.after(lock), ...this.srcuRscs.after(lock)];
  }

  private beginningsOf(unlock: number): readonly number[] {
    const size = this.bell.events.length;
    const all = Array.from({ length: size }, (_, event) => event);
    return all.filter((lock) => this.endsOf(lock).includes(unlock));
  }

  /** Whether a grace period waits for a section: of RCU, or of the same domain of SRCU. */
  private fits(period: number, lock: number): boolean {
    const { events, loc } = this.bell;
    const isRcu = events[lock]?.tag === 'rcu-lock';
    return isRcu ? events[period]?.tag === 'sync-rcu' : loc.has(period, lock);
  }
}
