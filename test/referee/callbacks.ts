/**
 * RCU callbacks in the referee's own terms: for each head a word by which its callback is queued,
 * and a thread that runs it after a grace period, for ever. The callback of every head stores to x.
 */

import type { Access, Program, Statement, Thread } from './program.ts';

/** What every callback stores to x. */
export const STORED = 5;

/** A program with its callbacks made plain; how many words and threads were added at its end. */
export interface WithCallbacks {
  readonly program: Program;
  readonly added: number;
}

/** Adds words and threads for callbacks. */
export function withCallbacks(program: Program): WithCallbacks {
  const heads = program.words.flatMap(({ kind }, index) => (kind === 'callback' ? [index] : []));
  if (heads.length === 0 && !JSON.stringify(program.threads).includes('rcu_barrier')) {
    return { program, added: 0 };
  }
  const first = program.words.length;
  const queues = new Map(heads.map((head, i) => [head, first + i]));
  const x = program.words.findIndex(({ name }) => name === 'x');
  const words = [
    ...program.words,
    ...heads.map((_, i) => ({ name: `queue${i}`, kind: 'word', initial: 0 }) as const),
  ];
  const threads = [
    ...program.threads.map((one) => ({ ...one, body: block(one.body, queues) })),
    ...heads.map((head) => runner(queues.get(head) ?? 0, x)),
  ];
  return { program: { ...program, words, threads }, added: heads.length };
}

/** What the thread of one head waits for: an execution may end while it does. */
export const WAITS_FOR_CALLBACK = 'rcu_do_batch begins';

function runner(queue: number, x: number): Thread {
  const body: Statement[] = [
    step(WAITS_FOR_CALLBACK, queue),
    step('synchronize_rcu', null),
    step('local_bh_disable', null),
    ...(x < 0 ? [] : [{ ...step('WRITE_ONCE', x), operands: [STORED] }]),
    step('local_bh_enable', null),
    step('rcu_do_batch is done', queue),
  ];
  const again = { register: 'no such register', is: '==', value: 0 } as const;
  const loop: Statement = { do: 'loop', body, again };
  return { name: 'rcu', count: 1, device: false, on: null, body: [loop], gives: 'nothing' };
}

function step(primitive: string, word: number | null): Access {
  return { do: 'access', primitive, word, operands: [], into: null };
}

function block(body: readonly Statement[], queues: ReadonlyMap<number, number>): Statement[] {
  return body.flatMap((one) => statement(one, queues));
}

function statement(one: Statement, queues: ReadonlyMap<number, number>): Statement[] {
  if (one.do === 'wait_event') return [one];
  if (one.do !== 'access') return [{ ...one, body: block(one.body, queues) }];
  if (one.primitive === 'rcu_barrier') {
    return [...queues.values()].map((queue) => step('rcu_barrier', queue));
  }
  if (one.primitive !== 'call_rcu') return [one];
  const head = { ...step('WRITE_ONCE', one.word), operands: [1] };
  return [head, step('call_rcu', queues.get(one.word ?? -1) ?? 0)];
}
