/**
 * Keys of views on structs: symbols, so that no member can have their names. And names that are no
 * members either.
 */

/** The key under which a view keeps its address. */
export const structAddress: unique symbol = Symbol('address');
/** The key under which a view keeps its layout. */
export const structType: unique symbol = Symbol('type');

/** Members that the language asks of every object: `await` and JSON do. */
export const ASKED_BY_LANGUAGE: ReadonlySet<string> = new Set(['then', 'toJSON']);
