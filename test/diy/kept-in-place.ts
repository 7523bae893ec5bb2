/**
 * What model `weak` keeps where it stands and LKMM does not (docs/weak.md): a read-side section
 * begins with its first access, though earlier accesses may come after its beginning. A test is
 * made again with a section that begins earlier, by a store of its own; LKMM never allows the
 * result more, so what `weak` reaches of it belongs to the test as well.
 */

import type { Statement, Test } from './program.ts';

/** The store with which a moved section begins, and what it leaves in the text of a state. */
const BEGINNING: Statement = {
  do: 'store',
  to: { name: 'begun', depends: null },
  value: { number: 1, depends: null },
  order: 'once',
};
export const LEFT_BY_BEGINNING = '[begun]=1; ';

/** Each with one section that begins earlier in its thread. */
export function withEarlierSections(test: Test): Test[] {
  return test.threads.flatMap((body, thread) =>
    earlierSections(body).map((moved) => ({ ...test, threads: test.threads.with(thread, moved) })),
  );
}

function earlierSections(body: readonly Statement[]): (readonly Statement[])[] {
  return body.flatMap((one, at) => {
    const begins = one.do === 'call' && one.name === 'rcu_read_lock';
    const places = begins ? Array.from({ length: at + 1 }, (_, to) => to) : [];
    return places.map((to) => begun(body, at, to)).filter(isApart);
  });
}

function begun(body: readonly Statement[], from: number, to: number): readonly Statement[] {
  const one = body.slice(from, from + 1);
  return [
    ...body.slice(0, to),
    ...one,
    BEGINNING,
    ...body.slice(to, from),
    ...body.slice(from + 1),
  ];
}

/** Whether no section begins inside of another one, and no grace period is asked for there. */
function isApart(body: readonly Statement[]): boolean {
  let isInside = false;
  for (const one of body) {
    if (one.do !== 'call') continue;
    if (isInside && (one.name === 'rcu_read_lock' || one.name === 'synchronize_rcu')) return false;
    if (one.name === 'rcu_read_lock') isInside = true;
    if (one.name === 'rcu_read_unlock') isInside = false;
  }
  return true;
}
