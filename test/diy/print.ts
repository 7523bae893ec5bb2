/** Tests as `.litmus` text. */

import { assignedBy, flattened, globalOf } from './program.ts';
import type { Atom, LoadOrder, Place, Statement, Test, Value } from './program.ts';

/** Prints a test; all its registers and globals tell states apart. */
export function printed({ name, threads, condition, srcu = false }: Test): string {
  const globals = [...new Set(threads.flatMap((body) => namesIn(body)))].toSorted();
  const texts = threads.map((body, number) => threadText(body, number));
  const bodies = srcu ? texts.map((text) => asSrcu(text)) : texts;
  const locations = [
    ...threads.flatMap((body, number) =>
      registersIn(body).map((register) => `${number}:${register};`),
    ),
    ...globals.filter((global) => typeOf(global) === 'int').map((global) => `${global};`),
  ];
  return [
    `C ${name}`,
    '',
    '{}',
    '',
    ...bodies,
    `locations [${locations.join(' ')}]`,
    `exists (${condition.length === 0 ? 'true' : condition.map(atomText).join(' /\\ ')})`,
    '',
  ].join('\n');
}

/** The same thread with an srcu_struct: the cookie of a section is in register c. */
function asSrcu(text: string): string {
  return text
    .replace(/^(P\d+\()(\)?)/, (_, head: string, end: string) =>
      end === '' ? `${head}struct srcu_struct *s, ` : `${head}struct srcu_struct *s)`,
    )
    .replaceAll('rcu_read_lock()', 'c = srcu_read_lock(s)')
    .replaceAll('rcu_read_unlock()', 'srcu_read_unlock(s, c)')
    .replaceAll('synchronize_rcu()', 'synchronize_srcu(s)');
}

/** Locks and srcu_structs have names of their own. */
function isLock(name: string): boolean {
  return name.startsWith('lock');
}

function isDomain(name: string): boolean {
  return /^s\d/.test(name);
}

function typeOf(name: string): string {
  if (isLock(name)) return 'spinlock_t';
  return isDomain(name) ? 'struct srcu_struct' : 'int';
}

function namesIn(body: readonly Statement[]): string[] {
  const names = [...flattened(body)].map(globalOf).filter((one) => one !== null);
  return [...new Set(names)].toSorted();
}

function registersIn(body: readonly Statement[]): string[] {
  const all = [...flattened(body)].map(assignedBy).filter((one) => one !== null);
  return [...new Set(all)].toSorted();
}

function threadText(body: readonly Statement[], number: number): string {
  const parameters = namesIn(body).map((name) => `${typeOf(name)} *${name}`);
  const cookies = [...flattened(body)].map((one) => (one.do === 'enter' ? one.cookie : null));
  const named = [...registersIn(body), ...cookies.filter((one) => one !== null)];
  const declared = named.map((register) => `\tint ${register};`);
  const lines = body.flatMap((statement) => statementLines(statement, '\t'));
  const head = `P${number}(${parameters.join(', ')})`;
  return [head, '{', ...declared, ...lines, '}', ''].join('\n');
}

function statementLines(statement: Statement, indent: string): string[] {
  switch (statement.do) {
    case 'load':
      return [`${indent}${statement.into} = ${loadText(statement)};`];
    case 'store':
      return [`${indent}${storeText(statement)};`];
    case 'rmw':
      return [`${indent}${rmwText(statement)};`];
    case 'call':
      return [`${indent}${statement.name}();`];
    case 'lock':
    case 'unlock':
      return [`${indent}spin_${statement.do}(${statement.lock});`];
    case 'enter':
      return [`${indent}${statement.cookie} = srcu_read_lock(${statement.domain});`];
    case 'leave':
      return [`${indent}srcu_read_unlock(${statement.domain}, ${statement.cookie});`];
    case 'grace':
      return [`${indent}synchronize_srcu(${statement.domain});`];
    case 'trylock':
    case 'is_locked':
      return [`${indent}${statement.into} = spin_${statement.do}(${statement.lock});`];
    case 'wait':
      return [`${indent}while (${loadText(statement)} != ${statement.until}) { }`];
    case 'if':
      return [
        `${indent}if (${statement.register} == ${statement.is}) {`,
        ...statement.body.flatMap((one) => statementLines(one, `${indent}\t`)),
        `${indent}}`,
      ];
  }
}

function addressText({ name, depends }: Place): string {
  return depends === null ? name : `(${name} + (${depends} & 0))`;
}

function valueText({ number, depends }: Value): string {
  return depends === null ? String(number) : `${number} + (${depends} & 0)`;
}

function loadText({ from, order }: { from: Place; order: LoadOrder }): string {
  const address = addressText(from);
  switch (order) {
    case 'plain':
      return `*${address}`;
    case 'once':
      return `READ_ONCE(*${address})`;
    case 'acquire':
      return `smp_load_acquire(${address})`;
    case 'dereference':
      return `rcu_dereference(*${address})`;
  }
}

function storeText({ to, value, order }: Extract<Statement, { do: 'store' }>): string {
  const [address, written] = [addressText(to), valueText(value)];
  switch (order) {
    case 'plain':
      return `*${address} = ${written}`;
    case 'once':
      return `WRITE_ONCE(*${address}, ${written})`;
    case 'release':
      return `smp_store_release(${address}, ${written})`;
    case 'assign':
      return `rcu_assign_pointer(*${address}, ${written})`;
  }
}

function rmwText({ form, order, into, at, old, value }: Extract<Statement, { do: 'rmw' }>): string {
  const [address, operand] = [addressText(at), valueText(value)];
  const suffix = order === 'full' ? '' : `_${order}`;
  const result = into === null ? '' : `${into} = `;
  switch (form) {
    case 'xchg':
      return `${result}xchg${suffix}(${address}, ${operand})`;
    case 'cmpxchg':
      return `${result}cmpxchg${suffix}(${address}, ${old}, ${operand})`;
    case 'atomic_fetch_add':
    case 'atomic_add_return':
      return `${result}${form}${suffix}(${operand}, ${address})`;
    case 'atomic_add_unless':
      return `${result}atomic_add_unless(${address}, ${operand}, ${old})`;
    case 'atomic_inc':
      return `atomic_inc(${address})`;
  }
}

function atomText({ thread, name, value }: Atom): string {
  return `${thread === null ? '' : `${thread}:`}${name}=${value}`;
}
