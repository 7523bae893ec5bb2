/** Every limit of the explorer in one place. A limit that is reached is named in the result. */

/** Threads of one scenario: grace periods keep a bit for each in one word. */
export const THREADS_MAX = 30;
/** Words of shared memory of one scenario. */
export const WORDS_MAX = 4096;
/** Accesses that one thread may make outside of `loop` before HF022. */
export const HISTORY_ENTRIES_MAX = 500;
/** Interned thread states; beyond, the search is OPEN. */
export const AUTOMATON_STATES_MAX: number = 1 << 18;
/** Entries of one store buffer to begin with; doubled when a program needs more. */
export const BUFFER_ENTRIES = 4;
/** Entries of one store buffer beyond which the search is OPEN. */
export const BUFFER_ENTRIES_MAX = 32;
/** Messages of one word that can still be read (weak); beyond, the search is OPEN. */
export const MESSAGES_MAX = 60;
/** Sections of one srcu_struct that are open at once; beyond, the search is OPEN. */
export const SECTIONS_MAX = 31;
/** Outcomes of one `choose`. */
export const CHOICES_MAX = 64;
/** Entries of a tuple that a kernel function may return. */
export const TUPLE_MAX = 8;
