/** The keys of a view on a struct: symbols, so that no member can have their names. */

/** The key under which a view keeps its address. */
export const structAddress: unique symbol = Symbol('address');
/** The key under which a view keeps its layout. */
export const structType: unique symbol = Symbol('type');
