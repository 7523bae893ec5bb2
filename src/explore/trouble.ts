/** What a step can run into beside a new state, and the pools where that happens. */

/** What a step can run into beside a new state. */
export const Trouble = {
  USE_AFTER_FREE: 1,
  DOUBLE_FREE: 2,
  POOL_EMPTY: 3,
  BUFFER_FULL: 4,
  /** weak: a plain access, or one to a plainly stored word, that nothing orders. */
  RACE: 5,
  /** weak: a word has more live messages than there is room for. */
  MESSAGES_FULL: 6,
  /** There is no bit for one more section of a srcu_struct. */
  SECTIONS_FULL: 7,
  /** A section of SRCU is ended that is not open. */
  SECTION_NOT_OPEN: 8,
} as const;
export type Trouble = (typeof Trouble)[keyof typeof Trouble];

/** A pool, by indices into a record. */
export interface PoolLayout {
  readonly size: number;
  /** Address and index of each slot. */
  readonly addresses: readonly number[];
  readonly slots: readonly number[];
  readonly status: readonly number[];
}
