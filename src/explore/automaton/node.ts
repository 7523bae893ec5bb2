/**
 * Thread states as rows of integers, which the search's inner loop reads.
 *
 * A row holds the pending access of a thread state in the form of memory/operation.ts, with its
 * address as an index into a state record (layout.ts), and a cache of one outgoing edge.
 */

/** How many integers a row has: a power of two, so that a row's start is a shift. */
export const ROW = 16;
export const ROW_SHIFT = 4;

/** The columns of a row. */
export const Column = {
  KIND: 0,
  /** The word's index in a state record; that of NULL where there is none. */
  INDEX: 1,
  TEST: 2,
  TEST_ARGUMENT: 3,
  MODIFY: 4,
  MODIFY_ARGUMENT: 5,
  RESULT: 6,
  RESULT_ARGUMENT: 7,
  FLAGS: 8,
  /** CHOOSE: how many outcomes. ALLOCATE: the pool. GRACE: which. SECTION_END: the bit. */
  ARGUMENT: 9,
  /** The index of the status word of the pool slot that the access goes to, or 0. */
  STATUS: 10,
  /** A cached edge: for this observed value ... */
  CACHED_VALUE: 11,
  /** ... the next state, or -1; only edges without marks are cached. */
  CACHED_NEXT: 12,
  /** How the access commutes with others: reduction.ts. */
  CLASS: 13,
  /** weak: what the access orders (weak-order.ts). */
  ORDER: 14,
  /** weak: the pointers that the access uses (pointers.ts). */
  POINTERS: 15,
} as const;

/** What a thread in this state does next. */
export const NodeKind = {
  DONE: 0,
  ACCESS: 1,
  CHOOSE: 2,
  ALLOCATE: 3,
  FREE: 4,
  GRACE_BEGIN: 5,
  GRACE_WAIT: 6,
  /** The thread has violated a property; the search reports it and goes no further. */
  FAILED: 7,
  SECTION_BEGIN: 8,
  SECTION_END: 9,
} as const;

/** Bits of the FLAGS column. */
export const Flag = {
  /** Nothing happens until the test holds. */
  WAIT: 1,
  /** Test and modification use the thread's own bit. */
  OWN_BIT: 2,
  PLAIN: 4,
  /** tso: the store goes into the buffer. */
  BUFFERED: 8,
  /** tso: needs an empty buffer. */
  LOCKED: 16,
  /** tso: a failed test needs no empty buffer. */
  LOOKS_FIRST: 32,
  /** tso: a full barrier was passed before this access. */
  DRAIN: 64,
  /** Inside a section that a grace period waits for. */
  READER: 128,
  /** Inside a section with interrupts off. */
  IRQ_OFF: 256,
  /** Some edge from here begins a new round of a loop. */
  NEW_ROUND: 512,
  /** The access may change its word. */
  WRITES: 1024,
  /** Made with interrupts off: a handler on the same CPU cannot come between. */
  GUARDED: 2048,
  /** The thread waits for work: an execution may end here. */
  IDLE: 4096,
} as const;
