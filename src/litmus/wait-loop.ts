/**
 * Loops that only wait: `while (READ_ONCE(*x) == 0) ;` and the like.
 *
 * Such a loop can go round any number of times, so following it n times always leaves executions
 * out. No outcome is lost, however: take an execution that goes round more than once, and leave out
 * all rounds between the first condition and the last body. What is left out are loads and
 * barriers, so no order comes in, and the execution is still consistent; the registers are the
 * same, because the last body assigned all that any did. So one round shows every outcome.
 */

import type { Expression, Statement } from './ast.ts';

type While = Extract<Statement, { kind: 'while' }>;

/** Barriers that may be left out with their round; sections of RCU are not looked into. */
const BARRIERS = ['mb', 'rmb', 'wmb', 'barrier'];

/** Whether a loop only waits: it writes nothing, and no round depends on the one before. */
export function isWaitLoop({ condition, body }: While): boolean {
  const statements = flattened(body);
  if (statements === null || !onlyLoads(condition)) return false;
  const assigned = new Set(statements.flatMap((one) => (one.kind === 'assign' ? [one.name] : [])));
  const fresh = new Set<string>();
  for (const one of statements) {
    if (one.kind === 'fence') continue;
    const carried = namesOf(one.value).some((name) => assigned.has(name) && !fresh.has(name));
    if (carried || !onlyLoads(one.value)) return false;
    if (one.kind === 'assign') fresh.add(one.name);
  }
  return true;
}

type Simple = Extract<Statement, { kind: 'fence' | 'assign' | 'evaluate' }>;

/** The statements in order, or null where there are others than barriers and assignments. */
function flattened(statement: Statement): Simple[] | null {
  const { kind } = statement;
  if (kind === 'block') {
    const parts = statement.body.map(flattened);
    return parts.includes(null) ? null : parts.flatMap((part) => part ?? []);
  }
  if (kind === 'fence') return BARRIERS.includes(statement.fence) ? [statement] : null;
  return kind === 'assign' || kind === 'evaluate' ? [statement] : null;
}

function onlyLoads(expression: Expression): boolean {
  const { kind } = expression;
  if (kind === 'number' || kind === 'name') return true;
  if (kind === 'binary') return onlyLoads(expression.left) && onlyLoads(expression.right);
  return kind === 'load' && expression.order !== 'srcu-lock' && onlyLoads(expression.address);
}

function namesOf(expression: Expression): string[] {
  const { kind } = expression;
  if (kind === 'name') return [expression.name];
  if (kind === 'binary') return [...namesOf(expression.left), ...namesOf(expression.right)];
  return kind === 'load' ? namesOf(expression.address) : [];
}
