/**
 * Names in a thread that are no parameter and that nothing is assigned to.
 *
 * herd7 takes each as a register that holds 0, and so does Holdfast; but a global that was left out
 * of the parameters looks the same, and following it is a mistake that has a better name than 0.
 */

import type { Expression, LitmusTest, Place, Statement, ThreadText } from './ast.ts';
import { Mistake } from './mistake.ts';
import { assignedIn } from './unknown-names.ts';

/** A name that has no value of its own. */
export interface Stray {
  readonly thread: number;
  readonly name: string;
  readonly at: Place;
  /** The access that follows it, or null where it is only read. */
  readonly access: Place | null;
}

/** All such names, in order of the text. */
export function strayNames(test: LitmusTest): Stray[] {
  return test.threads.flatMap((thread) => {
    const known = namesOf(test, thread);
    return thread.body
      .flatMap(usedInStatement)
      .filter(({ name }) => !known.has(name))
      .map((used) => ({ ...used, thread: thread.number }));
  });
}

/** A sentence for each that is only read. */
export function strayReads(test: LitmusTest): string[] {
  const sentences = strayNames(test)
    .filter(({ access }) => access === null)
    .map(({ thread, name }) => `${name} is assigned nowhere in P${thread}, so it is 0.`);
  return [...new Set(sentences)];
}

/** The mistake of following a number, told by the name where such a name is what is followed. */
export function withName(thrown: unknown, test: LitmusTest): unknown {
  if (!(thrown instanceof Mistake) || thrown.code !== 'HF112') return thrown;
  const { at } = thrown;
  const isHere = ({ access }: Stray): boolean =>
    access !== null && access.line === at?.line && access.column === at.column;
  const stray = strayNames(test).find(isHere);
  if (stray === undefined) return thrown;
  const { name, thread } = stray;
  const what = `\`${name}\` is no parameter of P${thread}, and nothing is assigned to it.`;
  const details = ['So it is a register that holds 0, and no address.'];
  const next = `A global is a parameter of each thread that uses it: P${thread}(int *${name}).`;
  return new Mistake('HF112', what, stray.at, details, next);
}

function namesOf(test: LitmusTest, { number, parameters, body }: ThreadText): Set<string> {
  const initial = test.initial.flatMap(({ location }) =>
    location.kind === 'register' && location.thread === number ? [location.name] : [],
  );
  return new Set([...parameters, ...initial, ...body.flatMap(assignedIn)]);
}

type Used = Omit<Stray, 'thread'>;

function usedInStatement(statement: Statement): Used[] {
  switch (statement.kind) {
    case 'store':
      return [...followed(statement), ...used(statement.value)];
    case 'lock':
    case 'unlock':
    case 'sync-srcu':
      return followed(statement);
    case 'assign':
    case 'evaluate':
      return used(statement.value);
    case 'fence':
      return [];
    case 'block':
      return statement.body.flatMap(usedInStatement);
    case 'while':
      return [...used(statement.condition), ...usedInStatement(statement.body)];
    case 'if': {
      const { condition, whenTrue, whenFalse } = statement;
      const others = whenFalse === null ? [] : usedInStatement(whenFalse);
      return [...used(condition), ...usedInStatement(whenTrue), ...others];
    }
  }
}

/** What stands for the address of an access. */
function followed(access: { readonly address: Expression; readonly at: Place }): Used[] {
  const { address, at } = access;
  if (address.kind !== 'name') return used(address);
  return [{ name: address.name, at: address.at, access: at }];
}

function used(expression: Expression): Used[] {
  switch (expression.kind) {
    case 'number':
      return [];
    case 'name':
      return [{ name: expression.name, at: expression.at, access: null }];
    case 'binary':
      return [...used(expression.left), ...used(expression.right)];
    case 'load':
    case 'trylock':
    case 'is-locked':
      return followed(expression);
    case 'exchange':
      return [...followed(expression), ...used(expression.value)];
    case 'compare-exchange':
      return [...followed(expression), ...used(expression.old), ...used(expression.value)];
    case 'atomic':
      return [...followed(expression), ...used(expression.operand)];
    case 'add-unless':
      return [...followed(expression), ...used(expression.amount), ...used(expression.unless)];
  }
}
