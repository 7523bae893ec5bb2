/**
 * Names in a condition that nothing in the test can change.
 *
 * herd7 takes a register that is assigned nowhere as 0, and so does Holdfast; but where a condition
 * asks for it, somebody misspelt a name, and `Never` would be believed.
 */

import type { LitmusTest, Location, Statement } from './ast.ts';
import { locationText } from './outcome.ts';
import { mentioned } from './parse.ts';

/** A sentence for each name that is asked for and that no thread and no initial value has. */
export function unknownNames(test: LitmusTest): string[] {
  const { condition, filter, locations } = test;
  const asked = [...mentioned(condition), ...(filter === null ? [] : mentioned(filter))];
  const sentences = [...asked, ...locations]
    .filter((location) => !isKnown(test, location))
    .map((location) => sentence(test, location));
  return [...new Set(sentences)];
}

function isKnown(test: LitmusTest, location: Location): boolean {
  const { kind, name } = location;
  const initial = test.initial.some(
    (one) => one.location.kind === kind && locationText(one.location) === locationText(location),
  );
  if (initial) return true;
  if (location.kind === 'register') return registersOf(test, location.thread).has(name);
  const values = test.initial.map(({ value }) => (value.kind === 'address' ? value.name : null));
  return values.includes(name) || test.threads.some(({ parameters }) => parameters.includes(name));
}

/** What a thread has: parameters, and what it assigns. */
function registersOf({ threads }: LitmusTest, number: number): ReadonlySet<string> {
  const thread = threads[number];
  if (thread === undefined) return new Set();
  return new Set([...thread.parameters, ...thread.body.flatMap(assignedIn)]);
}

/** The registers that a statement may assign. */
export function assignedIn(statement: Statement): string[] {
  if (statement.kind === 'assign') return [statement.name];
  if (statement.kind === 'block') return statement.body.flatMap(assignedIn);
  if (statement.kind === 'while') return assignedIn(statement.body);
  if (statement.kind !== 'if') return [];
  const { whenTrue, whenFalse } = statement;
  return [...assignedIn(whenTrue), ...(whenFalse === null ? [] : assignedIn(whenFalse))];
}

function sentence(test: LitmusTest, location: Location): string {
  if (location.kind === 'global') {
    return `${location.name} is in no thread and has no initial value: it is 0.`;
  }
  const { thread, name } = location;
  const assigned = test.threads[thread]?.body.flatMap(assignedIn) ?? [];
  const has = assigned.length === 0 ? 'nothing' : [...new Set(assigned)].join(', ');
  return `${thread}:${name} is assigned nowhere, so it is 0: P${thread} assigns ${has}.`;
}
