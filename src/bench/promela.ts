/**
 * The protocol of protocol.ts in Promela, in two manners, each with one statement a shared access.
 *
 * `plain`: as one writes down kernel code. What is read goes into a local variable, as in C, and is
 * tested in the next statement (a local one, which SPIN's partial-order reduction takes at once).
 *
 * `tuned`: the way SPIN likes it, written for the fewest states that we could reach. A read that
 * is only tested is a guard and no variable, what must live on is cleared by its last use, no
 * statement follows the last access. Measured, (5,1,1): 1.16 million states instead of 2.60.
 *
 * In both the lock is one step, flags are bits, and the rounds are unrolled, so that no counter
 * enters the state. Sequential consistency only, like SPIN itself: a barrier is no statement.
 */

import type { Size, Variant } from './protocol.ts';

/** How the model is written; see above. */
export type Manner = 'plain' | 'tuned';

/** The Promela text for one size. */
export function promela(size: Size, manner: Manner, variant: Variant = 'correct'): string {
  const threads = manner === 'tuned' ? TUNED : PLAIN;
  const round = variant === 'no re-check' ? threads.roundWithoutRecheck : threads.round;
  const rounds = Array.from({ length: size.rounds }, () => '  round()').join(';\n');
  return `/* ${size.pinners} pinners against ${size.writers} write-back threads */
bit writable = 1, locked, dirty, writeback;
short count;
byte data, disk;

inline round() {
${round}
}

active proctype judge() {
  timeout -> assert(dirty || disk == data)
}

active [${size.pinners}] proctype pinner() {
${threads.pinnerLocals}
${rounds}
}

active [${size.writers}] proctype writer() {
${threads.writer}
}
`;
}

interface Threads {
  readonly pinnerLocals: string;
  readonly round: string;
  readonly roundWithoutRecheck: string;
  readonly writer: string;
}

const WRITE_AND_UNPIN = `data = data + 1;
      dirty = 1;
      count = count - 1024`;

const TUNED: Threads = {
  pinnerLocals: '',
  round: `  if
  :: !writable
  :: else ->
    count = count + 1024;
    if
    :: !writable ->
      count = count - 1024
    :: else ->
      ${WRITE_AND_UNPIN}
    fi
  fi`,
  roundWithoutRecheck: `  if
  :: !writable
  :: else ->
      count = count + 1024;
      ${WRITE_AND_UNPIN}
  fi`,
  writer: `  byte copy;
  atomic { !locked -> locked = 1 };
  dirty = 0;
  writable = 0;
  if
  :: count >= 1024 ->
    copy = data;
    d_step { disk = copy; copy = 0 };
    dirty = 1;
    locked = 0
  :: else ->
    writeback = 1;
    locked = 0;
    copy = data;
    assert(copy == data);
    d_step { disk = copy; copy = 0 };
    writeback = 0
  fi`,
};

const PLAIN: Threads = {
  pinnerLocals: '  bit before, after;',
  round: `  before = writable;
  if
  :: before ->
    count = count + 1024;
    after = writable;
    if
    :: after != before ->
      count = count - 1024
    :: else ->
      ${WRITE_AND_UNPIN}
    fi
  :: else
  fi`,
  roundWithoutRecheck: `  before = writable;
  if
  :: before ->
      count = count + 1024;
      ${WRITE_AND_UNPIN}
  :: else
  fi`,
  writer: `  byte first, second;
  short seen;
  atomic { !locked -> locked = 1 };
  dirty = 0;
  writable = 0;
  seen = count;
  if
  :: seen >= 1024 ->
    first = data;
    disk = first;
    dirty = 1;
    locked = 0
  :: else ->
    writeback = 1;
    locked = 0;
    first = data;
    second = data;
    assert(first == second);
    disk = first;
    writeback = 0
  fi`,
};
