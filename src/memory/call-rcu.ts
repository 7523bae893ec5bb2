/**
 * RCU callbacks: what is to be done after a grace period, by somebody else (kernel/rcu/tree.c,
 * include/linux/rcupdate.h, 6.18).
 *
 * Every `rcu_head` of a scenario has a thread that runs its callback: after the call, it waits for
 * a grace period and calls the function, with bottom halves off. So callbacks of different heads
 * run in any order and at once, as those of different CPUs do; that the callbacks of one CPU run in
 * their order is not promised here. A thread without a callback waits, and an execution may end so.
 *
 * The function is given the head and finds the object around it by `container_of`. It is told from
 * others by its text, so it may look at nothing but the head, memory and what stands fast.
 */

import { addressOf, bothPresent, noValue, present } from './argument.ts';
import { assert, loop } from './control.ts';
import { waitForReaders } from './grace-period.ts';
import { machine } from './machine.ts';
import { Modify, operation, Result, Test } from './operation.ts';
import { synchronize_rcu } from './rcu.ts';
import { kfree } from './slab.ts';
import { container_of, isStruct, structType } from './struct.ts';
import type { Members, Struct, StructType } from './struct.ts';
import type { Field, rcu_head } from './type.ts';

/** A field of type `struct rcu_head`. */
export type RcuHead = Field<typeof rcu_head>;

/** What is called after the grace period. */
export type RcuCallback = (head: RcuHead) => void;

/** What the word of a callback holds beside the number of a function. */
const IDLE = 0;
const RUNNING = -1;

/** Added to the number of a callback whose grace period was left out: it is called at once. */
const AT_ONCE = 1 << 20;

/** Has `func(head)` called after a grace period. Does not wait. */
export function call_rcu(head: RcuHead, func: RcuCallback): void {
  bothPresent('call_rcu', head, func);
  const address = addressOf('call_rcu', head, 'rcu_head');
  if (typeof func !== 'function') return noValue(func, 'The callback of call_rcu', 'a function');
  queue(address, func, 'call_rcu');
}

function queue(address: number, func: RcuCallback, caller: string): void {
  const { callbacks } = machine();
  const number = callbacks.numberOf(address, func);
  const waits = machine().defended(caller, 'grace period');
  // head->func and head->next, plain in Linux: the object must still be there.
  machine().perform(operation('WRITE_ONCE', { address, modify: Modify.SET, modifyArgument: 1 }));
  const queued = machine().perform(
    operation('call_rcu', {
      address: callbacks.wordOf(address),
      test: Test.LESS,
      testArgument: 1,
      modify: Modify.SET,
      modifyArgument: waits ? number : number + AT_ONCE,
      result: Result.TESTED,
    }),
  );
  assert(queued !== 0, 'call_rcu: the callback is pending already');
}

/**
 * Frees an object after a grace period: `kfree_rcu(ptr, 'rcu')` where C writes kfree_rcu(ptr, rcu).
 * NULL is let pass.
 */
export function kfree_rcu<M extends Members>(ptr: Struct<M> | null, rhf: keyof M & string): void {
  bothPresent('kfree_rcu', ptr, rhf);
  if (ptr === null) return;
  if (!isStruct(ptr)) return noValue(ptr, 'The argument of kfree_rcu', 'a struct or null');
  const address = addressOf('kfree_rcu', ptr[rhf] as unknown as RcuHead, 'rcu_head');
  queue(address, freeing(ptr[structType], rhf), 'kfree_rcu');
}

/** Frees an object after a grace period that the caller waits for. */
export function kfree_rcu_mightsleep(ptr: Struct | null): void {
  present('kfree_rcu_mightsleep', ptr);
  synchronize_rcu();
  kfree(ptr);
}

const freed = new Map<StructType, Map<string, RcuCallback>>();

/** The callback that frees the object around a head: the same one each time. */
function freeing<M extends Members>(type: StructType<M>, rhf: keyof M & string): RcuCallback {
  const ofType = freed.get(type as unknown as StructType) ?? new Map<string, RcuCallback>();
  freed.set(type as unknown as StructType, ofType);
  const known = ofType.get(rhf);
  if (known !== undefined) return known;
  const callback: RcuCallback = (head) => kfree(container_of(head, type, rhf) as unknown as Struct);
  ofType.set(rhf, callback);
  return callback;
}

/**
 * Sleeps until every callback that was queued before has run. It also waits for one that is queued
 * again meanwhile, which Linux does not.
 */
export function rcu_barrier(): void {
  machine().require('may sleep', 'rcu_barrier');
  for (const address of machine().callbacks.words()) {
    const done = { test: Test.EQUALS, testArgument: IDLE, wait: true } as const;
    machine().perform(operation('rcu_barrier', { address, ...done, hold: { sleeps: true } }));
  }
}

/**
 * What the thread of one head does for ever. Ours: Linux runs callbacks in softirqs or kernel
 * threads.
 *
 * @param word what `call_rcu` queues the callback by
 */
export function runCallbacks(head: RcuHead, word: number): void {
  loop(() => {
    const number = machine().perform(
      operation('rcu_do_batch', {
        address: word,
        test: Test.DIFFERS,
        testArgument: IDLE,
        modify: Modify.SET,
        modifyArgument: RUNNING,
        result: Result.OLD,
        wait: true,
        hold: { sleeps: true, idle: true },
      }),
    );
    if (number < AT_ONCE) waitForReaders();
    machine().nest('bh', 1);
    machine().callbacks.functionOf(head.address, number % AT_ONCE)(head);
    machine().nest('bh', -1);
    const unlessQueuedAgain = { test: Test.EQUALS, testArgument: RUNNING } as const;
    const idle = { modify: Modify.SET, modifyArgument: IDLE } as const;
    machine().perform(operation('rcu_do_batch', { address: word, ...unlessQueuedAgain, ...idle }));
    return true;
  });
}
