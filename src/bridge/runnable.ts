/**
 * Which litmus tests the state search can run, and why it cannot run the others.
 *
 * SRCU: the search knows one kind of read-side section. So sections of the only srcu_struct of a
 * test are read as sections of RCU, which have the same guarantee; several domains, SRCU beside
 * RCU, or sections that overlap would need grace periods that wait for some sections and not for
 * others.
 */

import type { Expression, LitmusTest, Statement } from '../litmus/ast.ts';
import { mentioned } from '../litmus/parse.ts';
import { THREADS_MAX, TUPLE_MAX } from '../explore/limits.ts';

/** Why the state search cannot run a test, or null. */
export function whyNotRunnable(test: LitmusTest): string | null {
  if (test.threads.length > THREADS_MAX) return `more than ${THREADS_MAX} threads`;
  if (mostRegisters(test) > TUPLE_MAX) return `more than ${TUPLE_MAX} registers of one thread`;
  return sectionTrouble(test);
}

/** How many registers of one thread are asked for: a thread returns only so many values. */
function mostRegisters({ threads, locations, filter, condition }: LitmusTest): number {
  const asked = [...locations, ...mentioned(condition), ...(filter ? mentioned(filter) : [])];
  const counts = threads.map(({ number }) => {
    const own = asked.filter((one) => one.kind === 'register' && one.thread === number);
    return new Set(own.map(({ name }) => name)).size;
  });
  return Math.max(0, ...counts);
}

/** What raised one of these flags of the memory model has no meaning for the search either. */
const MEANINGLESS = /^(unmatched|multiple|srcu-bad|invalid-sleep|mixed-lock|unpaired|lock-final)/;

/** Why a test with these flags of the exact model has no meaning as a scenario, or null. */
export function whyMeaningless(flags: readonly string[]): string | null {
  const flag = flags.find((one) => MEANINGLESS.test(one));
  return flag === undefined ? null : `flagged ${flag}`;
}

interface Sections {
  rcu: boolean;
  passedOn: boolean;
  overlap: boolean;
  readonly domains: Set<string>;
  /** The registers that hold the cookies of open sections, in the order of the text. */
  readonly open: string[];
}

function sectionTrouble(test: LitmusTest): string | null {
  const flags = { rcu: false, passedOn: false, overlap: false };
  const found: Sections = { ...flags, domains: new Set(), open: [] };
  for (const { body } of test.threads) {
    found.open.length = 0;
    for (const one of body) ofStatement(one, found);
  }
  if (found.domains.size === 0) return null;
  if (found.rcu) return 'SRCU beside RCU';
  if (found.domains.size > 1) return 'more than one SRCU domain';
  if (found.overlap) return 'SRCU sections that overlap';
  return found.passedOn ? 'an SRCU section that another thread ends' : null;
}

function ofStatement(statement: Statement, found: Sections): void {
  switch (statement.kind) {
    case 'block':
      for (const one of statement.body) ofStatement(one, found);
      return;
    case 'if':
      ofStatement(statement.whenTrue, found);
      if (statement.whenFalse !== null) ofStatement(statement.whenFalse, found);
      return;
    case 'while':
      return ofStatement(statement.body, found);
    case 'fence':
      if (['rcu-lock', 'rcu-unlock', 'sync-rcu'].includes(statement.fence)) found.rcu = true;
      return;
    case 'sync-srcu':
      return domain(statement.address, found);
    case 'store':
      if (statement.order !== 'srcu-unlock') return;
      found.passedOn ||= statement.primitive === 'srcu_up_read';
      if (statement.value.kind === 'name') closes(statement.value.name, found);
      return domain(statement.address, found);
    case 'assign':
      if (isOpening(statement.value)) found.open.push(statement.name);
      return ofValue(statement.value, found);
    case 'evaluate':
      return ofValue(statement.value, found);
    case 'lock':
    case 'unlock':
      return;
  }
}

/** Sections of RCU end in the opposite order of their beginnings, and those of SRCU need not. */
function closes(register: string, found: Sections): void {
  const at = found.open.lastIndexOf(register);
  if (at < 0) return;
  if (at < found.open.length - 1) found.overlap = true;
  found.open.splice(at, 1);
}

type Opening = Extract<Expression, { kind: 'load' }>;

function isOpening(value: Expression): value is Opening {
  return value.kind === 'load' && value.order === 'srcu-lock';
}

/** An SRCU section is opened by an assignment. */
function ofValue(value: Expression, found: Sections): void {
  if (!isOpening(value)) return;
  found.passedOn ||= value.primitive === 'srcu_down_read';
  domain(value.address, found);
}

/** A pointer to a domain could be any. */
function domain(address: Expression, found: Sections): void {
  found.domains.add(address.kind === 'name' ? address.name : '');
}
