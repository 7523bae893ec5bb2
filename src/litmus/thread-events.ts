/**
 * The events of one run of a thread, as they happen.
 *
 * What a read-modify-write is made of, and what depends on what inside it, follows herdtools7
 * herd/event.ml (linux_exch, linux_cmpexch_ok, linux_add_unless_ok) and herd/CSem.ml
 * (build_atomic_op): the write of an arithmetic atomic depends on its read (`data`), that of an
 * exchange does not; the value compared with gives no dependency at all.
 */

import type { Expression, FenceKind, Order, Place } from './ast.ts';
import type { Event } from './event.ts';
import type { Term, Terms } from './term.ts';

/** A value with the events it comes from. */
export interface Value {
  readonly term: Term;
  /** The reads that it was computed from: they make dependencies. */
  readonly loads: readonly number[];
  /** Those of them that stand in this very expression. */
  readonly direct: readonly number[];
  /** The last events that had to happen to compute it. */
  readonly last: readonly number[];
}

type Draft = { -readonly [Key in keyof Event]: Event[Key] };

/** What is written down of a call. */
interface Site {
  readonly at: Place;
  readonly primitive: string;
}

type Atomic<Kind extends Expression['kind']> = Extract<Expression, { kind: Kind }>;

const NOTHING: readonly number[] = [];

/** Writes down the events of one run. */
export class Recorder {
  readonly events: Draft[] = [];
  /** How many reads there were: the ordinal of the next one. */
  reads = 0;
  private readonly thread: number;
  private readonly terms: Terms;
  private statement = 0;
  private control: readonly number[] = NOTHING;
  /** The locks that this thread holds. */
  private readonly held = new Set<number>();

  constructor(thread: number, terms: Terms) {
    this.thread = thread;
    this.terms = terms;
  }

  startStatement(): void {
    this.statement++;
  }

  /** Runs a branch: all its events depend on the condition. */
  under(condition: Value, branch: () => void): void {
    const before = this.enter(condition);
    branch();
    this.leave(before);
  }

  /** Enters a branch. @returns what the events before it depend on, for `leave` */
  enter(condition: Value): readonly number[] {
    const before = this.control;
    const addresses = condition.direct.flatMap((read) => this.event(read).address);
    this.control = sorted([...before, ...condition.loads, ...addresses]);
    return before;
  }

  /** Leaves a branch, or several inside each other. */
  leave(before: readonly number[]): void {
    this.control = before;
  }

  fence(
    tag: FenceKind | 'sync-srcu',
    location: number,
    site: Site,
    address: readonly number[],
  ): void {
    this.push({ kind: 'fence', tag, location, address, ...called(site) });
  }

  read(location: number, order: Order, address: Value, site: Site): Value {
    const read = this.pushRead(location, order, address, site, false);
    return this.observed(read);
  }

  write(location: number, order: Order, address: Value, value: Value, site: Site): void {
    this.push({
      kind: 'write',
      tag: order,
      location,
      value: value.term,
      ...called(site),
      address: address.loads,
      data: value.loads,
      after: [...address.last, ...value.last],
    });
  }

  exchange(location: number, address: Value, value: Value, site: Atomic<'exchange'>): Value {
    const read = this.pushRead(location, site.order, address, site, true);
    this.pushPartner(read, address, value.term, value.loads, value.last, site);
    return this.observed(read);
  }

  /** @param written null where the comparison failed */
  compareExchange(
    location: number,
    address: Value,
    old: Value,
    written: Value | null,
    site: Atomic<'compare-exchange'>,
  ): Value {
    const read = this.pushRead(location, site.order, address, site, true);
    if (written === null) return this.observed(read);
    const last = [...old.last, ...written.last];
    this.pushPartner(read, address, written.term, written.loads, last, site);
    return this.observed(read);
  }

  atomic(location: number, address: Value, operand: Value, site: Atomic<'atomic'>): Value {
    const read = this.pushRead(location, site.order, address, site, true);
    const found = this.observed(read);
    const result = this.terms.operation(site.operator, found.term, operand.term, site.at);
    const data = sorted([...operand.loads, read]);
    this.pushPartner(read, address, result, data, operand.last, site);
    return {
      term: site.gives === 'new' ? result : found.term,
      loads: data,
      direct: sorted([...operand.direct, read]),
      last: sorted([...operand.last, read]),
    };
  }

  /** @param amount null where the value was the one not to be changed */
  addUnless(
    location: number,
    address: Value,
    unless: Value,
    amount: Value | null,
    site: Site,
  ): Value {
    const read = this.pushRead(location, 'mb', address, site, true);
    if (amount !== null) {
      const result = this.terms.operation('+', this.observed(read).term, amount.term, site.at);
      const last = [...amount.last, ...unless.last];
      this.pushPartner(read, address, result, sorted([...amount.loads, read]), last, site);
    }
    return {
      term: this.terms.value(amount === null ? 0 : 1),
      loads: sorted([...unless.loads, read]),
      direct: sorted([...unless.direct, read]),
      last: sorted([...unless.last, read]),
    };
  }

  /** spin_lock and spin_unlock. @returns false for a lock that this thread holds: a deadlock */
  lockEvents(kind: 'lock' | 'unlock', location: number, address: Value, site: Site): boolean {
    if (kind === 'lock') return this.acquire(location, address, site) !== null;
    this.held.delete(location);
    this.push({
      kind: 'write',
      tag: 'UL',
      location,
      address: address.loads,
      after: address.last,
      ...called(site),
    });
    return true;
  }

  /**
   * spin_trylock and spin_is_locked.
   *
   * @param answer what they say
   * @returns null where this thread's own lock makes the answer impossible (lock.cat, lock-nest and
   *   nested-is-locked)
   */
  lockTest(location: number, address: Value, answer: boolean, site: Site & LockTest): Value | null {
    const term = this.terms.value(answer ? 1 : 0);
    if (site.kind === 'trylock' && answer) {
      const last = this.acquire(location, address, site);
      // Not a read of memory in herd7's eyes: nothing depends on a trylock that succeeds.
      return last === null ? null : { term, loads: NOTHING, direct: NOTHING, last: [last] };
    }
    const free = site.kind === 'is-locked' && !answer;
    if (free && this.held.has(location)) return null;
    const tag = free ? 'RU' : 'LF';
    const read = this.pushLockRead(location, tag, address, site);
    return { term, loads: [read], direct: [read], last: [read] };
  }

  /** The read and the write of a lock that is taken. @returns the write, null for a deadlock */
  private acquire(location: number, address: Value, site: Site): number | null {
    if (this.held.has(location)) return null;
    this.held.add(location);
    const read = this.pushLockRead(location, 'LKR', address, site);
    return this.push({
      kind: 'write',
      tag: 'LKW',
      location,
      partner: read,
      ...called(site),
      address: address.loads,
      after: [...address.last, read],
    });
  }

  private pushLockRead(
    location: number,
    tag: 'LKR' | 'LF' | 'RU',
    address: Value,
    site: Site,
  ): number {
    const deps = { address: address.loads, after: address.last };
    return this.push({
      kind: 'read',
      tag,
      location,
      ordinal: this.reads++,
      ...deps,
      ...called(site),
    });
  }

  private pushRead(
    location: number,
    tag: Order,
    address: Value,
    site: Site,
    atomic: boolean,
  ): number {
    return this.push({
      kind: 'read',
      tag,
      location,
      ordinal: this.reads++,
      atomic,
      ...called(site),
      address: address.loads,
      after: address.last,
    });
  }

  /** The write of a read-modify-write. */
  private pushPartner(
    read: number,
    address: Value,
    value: Term,
    data: readonly number[],
    last: readonly number[],
    site: Site,
  ): void {
    const { tag, location } = this.event(read);
    this.push({
      kind: 'write',
      tag,
      location,
      value,
      atomic: true,
      partner: read,
      ...called(site),
      address: address.loads,
      data,
      after: [...address.last, ...last, read],
    });
  }

  private observed(read: number): Value {
    const term = this.terms.read(this.thread, this.event(read).ordinal);
    return { term, loads: [read], direct: [read], last: [read] };
  }

  private push(parts: Partial<Event> & Pick<Event, 'kind' | 'tag' | 'primitive' | 'at'>): number {
    const number = this.events.length;
    const event: Draft = {
      location: -1,
      ordinal: -1,
      value: null,
      atomic: false,
      partner: -1,
      address: NOTHING,
      data: NOTHING,
      control: this.control,
      statement: this.statement,
      after: NOTHING,
      ...parts,
    };
    const direct = event.after;
    event.after = sorted(direct.flatMap((one) => [one, ...this.event(one).after]));
    this.events.push(event);
    if (event.partner >= 0) this.event(event.partner).partner = number;
    return number;
  }

  private event(number: number): Draft {
    const event = this.events[number];
    if (event === undefined) throw new Error(`recorder: there is no event ${number}`);
    return event;
  }
}

interface LockTest {
  readonly kind: 'trylock' | 'is-locked';
}

function called({ at, primitive }: Site): Site {
  return { at, primitive };
}

function sorted(numbers: readonly number[]): readonly number[] {
  if (numbers.length < 2) return numbers;
  return [...new Set(numbers)].sort((one, other) => one - other);
}
