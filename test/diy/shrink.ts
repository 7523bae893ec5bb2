/** Makes a test that shows something as small as it can be while it still shows it. */

import { flattened } from './program.ts';
import type { Call, Statement, Test } from './program.ts';

/**
 * Tries smaller tests until none of them shows it.
 *
 * @param shows whether a test still shows what is looked for
 */
export function shrunk(test: Test, shows: (test: Test) => boolean): Test {
  for (let smallest = test; ;) {
    const next = smallerThan(smallest).find(shows);
    if (next === undefined) return smallest;
    smallest = next;
  }
}

/** Tests with one thing less or weaker, boldest first. */
export function smallerThan(test: Test): Test[] {
  const threads = test.threads.map((_, at) => without(test, at));
  const bodies = test.threads.flatMap((body, at) =>
    smallerBodies(body).map((one) => ({ ...test, threads: test.threads.with(at, one) })),
  );
  return [...(test.threads.length > 1 ? threads : []), ...bodies].map(withCondition);
}

function without(test: Test, thread: number): Test {
  const condition = test.condition
    .filter((atom) => atom.thread !== thread)
    .map((atom) => {
      const later = atom.thread !== null && atom.thread > thread;
      return later ? { ...atom, thread: Number(atom.thread) - 1 } : atom;
    });
  return { ...test, threads: test.threads.toSpliced(thread, 1), condition };
}

/** Atoms about registers that nobody assigns any more are left out. */
function withCondition(test: Test): Test {
  const known = test.threads.map((body) => JSON.stringify([...flattened(body)]));
  const condition = test.condition.filter(
    ({ thread, name }) => thread === null || known[thread]?.includes(`"into":"${name}"`),
  );
  return { ...test, condition };
}

function smallerBodies(body: readonly Statement[]): (readonly Statement[])[] {
  const pairs = body.flatMap((statement, at) => {
    const end = endOf(body, statement, at);
    return end < 0 ? [] : [body.filter((_, index) => index !== at && index !== end)];
  });
  const dropped = body.map((_, at) => body.toSpliced(at, 1));
  const weaker = body.flatMap((statement, at) =>
    weakerThan(statement).map((ones) => body.toSpliced(at, 1, ...ones)),
  );
  return [...pairs, ...dropped, ...weaker];
}

/** The statement that ends the section that a statement begins, or -1. */
function endOf(body: readonly Statement[], statement: Statement, at: number): number {
  const ends = (one: Statement): boolean =>
    (statement.do === 'enter' && one.do === 'leave' && one.cookie === statement.cookie) ||
    (statement.do === 'lock' && one.do === 'unlock' && one.lock === statement.lock) ||
    (isCall(statement, 'rcu_read_lock') && isCall(one, 'rcu_read_unlock'));
  return body.findIndex((one, index) => index > at && ends(one));
}

function isCall(statement: Statement, name: Call): boolean {
  return statement.do === 'call' && statement.name === name;
}

/** A statement weaker by one step, as the statements that take its place. */
function weakerThan(statement: Statement): (readonly Statement[])[] {
  switch (statement.do) {
    case 'load': {
      const { from, order } = statement;
      return [
        ...(from.depends === null ? [] : [[{ ...statement, from: { ...from, depends: null } }]]),
        ...(['acquire', 'dereference'].includes(order) ? [[{ ...statement, order: 'once' }]] : []),
      ] as Statement[][];
    }
    case 'store': {
      const { to, value, order } = statement;
      return [
        ...(to.depends === null ? [] : [[{ ...statement, to: { ...to, depends: null } }]]),
        ...(value.depends === null ? [] : [[{ ...statement, value: { ...value, depends: null } }]]),
        ...(['release', 'assign'].includes(order) ? [[{ ...statement, order: 'once' }]] : []),
        ...(value.number === 1 ? [] : [[{ ...statement, value: { ...value, number: 1 } }]]),
      ] as Statement[][];
    }
    case 'rmw':
      return weakerRmw(statement);
    case 'call':
      return statement.name === 'smp_mb'
        ? [[{ do: 'call', name: 'smp_rmb' }], [{ do: 'call', name: 'smp_wmb' }]]
        : [];
    case 'if':
      return [statement.body];
    case 'wait': {
      const { from, order } = statement;
      const ahead = { ...statement, order: 'once' } as const;
      return [
        ...(order === 'once' ? [] : [[ahead]]),
        ...(from.depends === null ? [] : [[{ ...statement, from: { ...from, depends: null } }]]),
      ];
    }
    case 'lock':
    case 'unlock':
    case 'enter':
    case 'leave':
    case 'grace':
    case 'trylock':
    case 'is_locked':
      return [];
  }
}

/** A read-modify-write with less order, or only its load, or only its store. */
function weakerRmw(statement: Extract<Statement, { do: 'rmw' }>): Statement[][] {
  const { into, at, value, order } = statement;
  const load: Statement[] = into === null ? [] : [{ do: 'load', into, from: at, order: 'once' }];
  return [
    ...(load.length === 0 ? [] : [load]),
    [{ do: 'store', to: at, value, order: 'once' }],
    ...(order === 'relaxed' ? [] : [[{ ...statement, order: 'relaxed' } as Statement]]),
    ...(order === 'full' ? [[{ ...statement, order: 'acquire' } as Statement]] : []),
    ...(value.depends === null ? [] : [[{ ...statement, value: { ...value, depends: null } }]]),
    ...(at.depends === null ? [] : [[{ ...statement, at: { ...at, depends: null } }]]),
  ];
}
