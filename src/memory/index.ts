/** Shared memory as the kernel sees it: types, structs and primitives. `holdfast/linux`. */

export * from './access.ts';
export * from './atomic.ts';
export * from './barrier.ts';
export * from './bitops.ts';
export * from './control.ts';
export * from './exchange.ts';
export { kernelFunction } from './function.ts';
export * from './lock.ts';
export * from './rcu.ts';
export * from './seqlock.ts';
export * from './slab.ts';
export { array, pointer, struct } from './struct.ts';
export type { ArrayType, Members, Struct, StructType } from './struct.ts';
export * from './type.ts';
export * from './wait.ts';
