/**
 * What looks like a slip of the author: herd7 answers such a test without a word, and Holdfast
 * gives the same answer, but says so.
 */

import type { LitmusTest } from './ast.ts';
import { strayReads } from './stray-names.ts';
import { unknownNames } from './unknown-names.ts';

/** A sentence for each. */
export function warningsOf(test: LitmusTest): string[] {
  return [...unknownNames(test), ...strayReads(test), ...twoTypes(test), ...asksNothing(test)];
}

/** Globals that are parameters of types that exclude each other: only the name matters here. */
function twoTypes({ threads }: LitmusTest): string[] {
  const uses = threads.flatMap(({ number, parameters, types }) =>
    parameters.map((name, at) => ({ name, type: types[at] ?? '', thread: number })),
  );
  return uses.flatMap(({ name, type, thread }, at) => {
    const first = uses.findIndex((one) => one.name === name);
    const former = uses[first];
    if (former === undefined || kindOf(former.type) === kindOf(type)) return [];
    const alike = uses.findIndex((one) => one.name === name && kindOf(one.type) === kindOf(type));
    if (alike < at) return [];
    const said = `${name} is ${former.type} in P${former.thread} and ${type} in P${thread}`;
    return [`${said}: both are the one global of that name.`];
  });
}

/** Numbers of whatever width are one kind; what has primitives of its own is another. */
function kindOf(type: string): string {
  return /^(spinlock_t|struct srcu_struct|atomic\w*)$/.test(type) ? type : 'number';
}

/** Without a condition herd7 takes `forall (true)`: a listing of states is all one can want. */
function asksNothing({ quantifier, condition, locations }: LitmusTest): string[] {
  const isEmpty = condition.kind === 'and' && condition.of.length === 0;
  if (quantifier !== 'forall' || !isEmpty || locations.length > 0) return [];
  return ['the test asks for nothing, so it holds always: end it with exists, ~exists or forall.'];
}
