/**
 * Classes of events, dependencies and critical sections: linux-kernel.bell.
 *
 * Source: Linux tools/memory-model/linux-kernel.bell (6.18); the name of its definition stands at
 * each.
 */

import type { FenceKind } from './ast.ts';
import { raised } from './flags.ts';
import type { Raised } from './flags.ts';
import {
  both,
  domain,
  identity,
  inverse,
  not,
  range,
  seq,
  star,
  withoutIdentity,
} from './relation.ts';
import type { EventSet, Relation, Space } from './relation.ts';
import { isBefore } from './structure.ts';
import type { ExecutionEvent, Structure } from './structure.ts';

/** What depends on the choice of paths only: neither on rf nor on co. */
export interface Bell {
  readonly space: Space;
  readonly events: readonly ExecutionEvent[];
  /** Reads, writes, both (`M`), and the initial writes (`IW`). */
  readonly R: EventSet;
  readonly W: EventSet;
  readonly M: EventSet;
  readonly IW: EventSet;
  /** All events of read-modify-writes, failed ones included. */
  readonly RMW: EventSet;
  readonly Acquire: EventSet;
  readonly Release: EventSet;
  /** The reads and writes of successful fully ordered read-modify-writes. */
  readonly Mb: EventSet;
  readonly Noreturn: EventSet;
  readonly Marked: EventSet;
  readonly Plain: EventSet;
  readonly LKR: EventSet;
  readonly LKW: EventSet;
  readonly UL: EventSet;
  readonly srcuLock: EventSet;
  readonly srcuUnlock: EventSet;
  /** synchronize_rcu() and synchronize_srcu(). */
  readonly synchronize: EventSet;
  readonly po: Relation;
  readonly loc: Relation;
  readonly int: Relation;
  readonly ext: Relation;
  readonly rmw: Relation;
  /** Dependencies through registers only; `dependencies` extends them through memory. */
  readonly address: Relation;
  readonly data: Relation;
  readonly control: Relation;
  readonly rcuRscs: Relation;
  /** Events of a fence class. */
  fences(...kinds: readonly (FenceKind | 'sync-srcu')[]): EventSet;
}

/** The classes and static relations of a structure. */
export function bellOf({ events, space }: Structure): Bell {
  const tagged = (...tags: readonly ExecutionEvent['tag'][]): EventSet =>
    space.set((event) => tags.includes((events[event] as ExecutionEvent).tag));
  const where = (holds: (event: ExecutionEvent) => boolean): EventSet =>
    space.set((event) => holds(events[event] as ExecutionEvent));

  const po = space.relation((from, to) => isBefore(events, from, to));
  const thread = (event: number): number => (events[event] as ExecutionEvent).thread;
  const place = (event: number): number => (events[event] as ExecutionEvent).location;
  const int = space.relation((from, to) => thread(from) === thread(to) && thread(from) >= 0);
  return {
    space,
    events,
    R: where(({ kind }) => kind === 'read'),
    W: where(({ kind }) => kind === 'write'),
    M: where(({ kind }) => kind !== 'fence'),
    IW: tagged('initial'),
    RMW: where(({ atomic }) => atomic),
    // Acquire, Release, Mb, Noreturn: only where the ordering is meant, never on a failed RMW.
    Acquire: where(
      ({ tag, kind, atomic, partner }) =>
        tag === 'LKR' || (tag === 'acquire' && kind === 'read' && (!atomic || partner >= 0)),
    ),
    Release: where(
      ({ tag, kind, atomic, partner }) =>
        tag === 'UL' || (tag === 'release' && kind === 'write' && (!atomic || partner >= 0)),
    ),
    Mb: where(({ tag, kind, partner }) => tag === 'mb' && kind !== 'fence' && partner >= 0),
    Noreturn: where(({ tag, kind }) => tag === 'noreturn' && kind === 'read'),
    Marked: where(({ tag }) => tag !== 'plain'),
    Plain: tagged('plain'),
    LKR: tagged('LKR'),
    LKW: tagged('LKW'),
    UL: tagged('UL'),
    srcuLock: tagged('srcu-lock'),
    srcuUnlock: tagged('srcu-unlock'),
    synchronize: tagged('sync-rcu', 'sync-srcu'),
    po,
    loc: space.relation((from, to) => place(from) === place(to) && place(from) >= 0),
    int,
    ext: space.relation((from, to) => !int.has(from, to) && from !== to),
    rmw: space.relation((from, to) => {
      const { kind, partner } = events[from] as ExecutionEvent;
      return kind === 'read' && partner === to;
    }),
    address: dependency(space, events, 'address'),
    data: dependency(space, events, 'data'),
    control: dependency(space, events, 'control'),
    rcuRscs: sections(space, events),
    fences: (...kinds) =>
      where(({ kind, tag }) => kind === 'fence' && kinds.some((one) => one === tag)),
  };
}

function dependency(
  space: Space,
  events: readonly ExecutionEvent[],
  kind: 'address' | 'data' | 'control',
): Relation {
  const relation = space.fresh();
  events.forEach((event, to) => {
    for (const from of event[kind]) relation.add(from, to);
  });
  return relation;
}

/** rcu-rscs: rcu_read_lock with the rcu_read_unlock that closes it, as brackets are matched. */
function sections(space: Space, events: readonly ExecutionEvent[]): Relation {
  const relation = space.fresh();
  const open = new Map<number, number[]>();
  events.forEach(({ tag, thread }, event) => {
    const stack = open.get(thread) ?? [];
    open.set(thread, stack);
    if (tag === 'rcu-lock') stack.push(event);
    const lock = tag === 'rcu-unlock' ? stack.pop() : undefined;
    if (lock !== undefined) relation.add(lock, event);
  });
  return relation;
}

/** Dependencies that pass through memory as well: carry-dep. */
export interface Dependencies {
  readonly addr: Relation;
  readonly data: Relation;
  readonly ctrl: Relation;
}

/** carry-dep: a dependency reaches through what the thread writes and reads back itself. */
export function dependencies(bell: Bell, rfi: Relation): Dependencies {
  const { address, data, control, srcuUnlock } = bell;
  if (data.isEmpty() || rfi.isEmpty()) return { addr: address, data, ctrl: control };
  const carryDep = star(seq(data, not(srcuUnlock), rfi));
  return {
    addr: seq(carryDep, address),
    data: seq(carryDep, data),
    ctrl: seq(carryDep, control),
  };
}

/** srcu-rscs: an SRCU lock with the unlock that gets its cookie, on whatever CPU. */
export function srcuSections(bell: Bell, rf: Relation): Relation {
  const { data, loc, srcuLock, srcuUnlock } = bell;
  if (srcuLock.isEmpty()) return bell.space.fresh();
  const carrySrcuData = star(seq(data, not(srcuUnlock), rf));
  return both(seq(srcuLock, carrySrcuData, data, srcuUnlock), loc);
}

/** The flags of linux-kernel.bell and lock.cat that depend on the choice of paths only. */
export function bellFlags(bell: Bell, sections: ReadonlyMap<number, number>): Raised[] {
  const { space, po, loc, rcuRscs, M, IW, UL } = bell;
  const tags = (...all: readonly string[]): EventSet =>
    space.set((event) => all.includes((bell.events[event] as ExecutionEvent).tag));
  const locks = tags('LKR', 'LKW', 'UL', 'LF', 'RU', 'srcu-lock', 'srcu-unlock', 'sync-srcu');
  const ordinary = space.set((event) => M.has(event) && !IW.has(event) && !locks.has(event));
  return raised([
    ['unmatched-rcu-lock', outside(tags('rcu-lock'), domain(rcuRscs))],
    ['unmatched-rcu-unlock', outside(tags('rcu-unlock'), range(rcuRscs))],
    ['invalid-sleep', both(rcuRscs, seq(po, bell.fences('sync-srcu'), po))],
    ['mixed-lock-accesses', seq(ordinary, loc, locks)],
    [
      'unmatched-unlock',
      outside(
        UL,
        space.set((event) => sections.has(event)),
      ),
    ],
  ]);
}

/** The flags about SRCU, which depend on what the reads read. */
export function srcuFlags(
  bell: Bell,
  srcuRscs: Relation,
  differs: (lock: number, unlock: number) => boolean,
): Raised[] {
  const { space, srcuLock, srcuUnlock } = bell;
  if (srcuLock.isEmpty() && srcuUnlock.isEmpty()) return [];
  const different = space.relation((from, to) => srcuRscs.has(from, to) && differs(from, to));
  return raised([
    ['unmatched-srcu-lock', outside(srcuLock, domain(srcuRscs))],
    ['unmatched-srcu-unlock', outside(srcuUnlock, range(srcuRscs))],
    ['multiple-srcu-matches', withoutIdentity(seq(inverse(srcuRscs), srcuRscs))],
    ['srcu-bad-value-match', different],
  ]);
}

function outside(set: EventSet, inner: EventSet): Relation {
  return identity(set.space.set((event) => set.has(event) && !inner.has(event)));
}
