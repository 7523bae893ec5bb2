/**
 * Sizes that several structs share. A file of its own, because the structs refer to each other and
 * all need these to begin with.
 */

/** How many words of a page's contents are modelled. */
export const PAGE_WORDS = 1;

/** How many pages a file has at the most. */
export const FILE_PAGES = 2;
