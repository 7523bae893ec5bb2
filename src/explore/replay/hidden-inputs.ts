/**
 * What code that is run many times must not ask, and must not start.
 *
 * Chance and time differ from run to run, so a thread that asks for them cannot be replayed. What a
 * timer or a promise calls runs when no machine is in force: its accesses would be part of no
 * execution, and the answer would be PASS. So while the body of a scenario or of a thread runs,
 * these functions refuse. What cannot be taken away (the code behind an `await`) fails when it
 * touches memory, and is told then.
 */

/** What was called, why that cannot be, and what to write instead. */
export interface HiddenInput {
  /** HF021 for what differs, HF033 for what comes later. */
  readonly code: 'HF021' | 'HF033';
  readonly name: string;
  /** Completes "A thread calls `name`, ...". */
  readonly reason: string;
  readonly next: string;
}

/** Stops at a call. */
export type RefuseHidden = (hidden: HiddenInput) => never;

const BY_CHANCE = { code: 'HF021', reason: 'which differs from run to run' } as const;
const LATER = { code: 'HF033', reason: 'and what that starts runs outside of the search' } as const;
const CHOOSE = 'Write choose(n): the search then takes every outcome from 0 to n - 1.';
const NO_TIME = 'There is no time in a search: a time-out is a choose(2), a deadline a wait_event.';
const THREADS =
  'Declare what runs beside the others with thread(...); wait with wait_event or a lock.';

type Called = Omit<HiddenInput, 'name'>;
const random: Called = { ...BY_CHANCE, next: CHOOSE };
const time: Called = { ...BY_CHANCE, next: NO_TIME };
const later: Called = { ...LATER, next: THREADS };

/** Whose property each is, and what it is called in messages. */
const HIDDEN: readonly (readonly [object, string, string, Called])[] = [
  [Math, 'random', 'Math.random', random],
  [crypto, 'getRandomValues', 'crypto.getRandomValues', random],
  [crypto, 'randomUUID', 'crypto.randomUUID', random],
  [Date, 'now', 'Date.now', time],
  [globalThis, 'Date', 'Date', time],
  [performance, 'now', 'performance.now', time],
  [globalThis, 'setTimeout', 'setTimeout', later],
  [globalThis, 'setInterval', 'setInterval', later],
  [globalThis, 'queueMicrotask', 'queueMicrotask', later],
  [Promise.prototype, 'then', 'Promise.then', later],
];

let refuseNow: RefuseHidden | null = null;

/** A function that takes the place of each; made once, because threads are run very often. */
const REFUSALS = HIDDEN.map(([object, key, name, called]) => {
  const refusal = function refusal(): never {
    if (refuseNow === null) throw new Error(`hidden-inputs: ${name} was not given back`);
    return refuseNow({ ...called, name });
  };
  // `Date.now` is asked of whatever stands for Date.
  if (object === globalThis && key === 'Date') Object.setPrototypeOf(refusal, Date);
  return { owner: ownerOf(object, key), key, refusal };
});

/** The object on the prototype chain whose own property it is. */
function ownerOf(object: object, key: string): Record<string, unknown> {
  let owner = object;
  while (!Object.hasOwn(owner, key)) {
    const next = Object.getPrototypeOf(owner) as object | null;
    if (next === null) throw new Error(`hidden-inputs: there is no ${key} here`);
    owner = next;
  }
  return owner as Record<string, unknown>;
}

/**
 * Runs `body` while everything hidden refuses.
 *
 * @returns what `body` gives; everything works again then, also after a throw
 */
export function withoutHiddenInputs<R>(refuse: RefuseHidden, body: () => R): R {
  const before = refuseNow;
  const originals = REFUSALS.map(({ owner, key }) => owner[key]);
  refuseNow = refuse;
  for (const { owner, key, refusal } of REFUSALS) owner[key] = refusal;
  try {
    return body();
  } finally {
    REFUSALS.forEach(({ owner, key }, at) => {
      owner[key] = originals[at];
    });
    refuseNow = before;
  }
}
