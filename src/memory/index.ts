/** Shared memory as the kernel sees it: types, structs and primitives. `holdfast/linux`. */

export * from './access.ts';
export * from './atomic-context.ts';
export * from './atomic-conditional.ts';
export * from './atomic-value.ts';
export {
  atomic_add,
  atomic_and,
  atomic_andnot,
  atomic_dec,
  atomic_inc,
  atomic_or,
  atomic_read,
  atomic_read_acquire,
  atomic_set,
  atomic_set_release,
  atomic_sub,
  atomic_xor,
  atomicAtLeast,
} from './atomic.ts';
export type { Atomic } from './atomic.ts';
export * from './barrier.ts';
export * from './bitops.ts';
export { call_rcu, kfree_rcu, kfree_rcu_mightsleep, rcu_barrier } from './call-rcu.ts';
export type { RcuCallback, RcuHead } from './call-rcu.ts';
export * from './completion.ts';
export * from './cond-load.ts';
export * from './control.ts';
export * from './exchange.ts';
export { kernelFunction, modelFunction } from './function.ts';
export * from './kref.ts';
export * from './lock.ts';
export * from './rcu.ts';
export * from './srcu.ts';
export * from './refcount.ts';
export * from './seqcount.ts';
export * from './seqlock.ts';
export * from './slab.ts';
export { array, container_of, forward, pointer, struct } from './struct.ts';
export type { ArrayType, Members, Struct, StructType } from './struct.ts';
export * from './task.ts';
export * from './type.ts';
export * from './wait-value.ts';
export * from './wait.ts';
