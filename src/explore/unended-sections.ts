/**
 * Sections of SRCU that nobody has ended when an execution ends. A thread alone cannot tell, since
 * another one may end its sections.
 */

import type { Violation } from './judge.ts';
import type { Layout } from './layout.ts';
import type { Program } from './program.ts';

/** What is wrong with a final state. */
type Look = (records: Int32Array, base: number) => Violation[];

/** Looks at the srcu_structs of a program. */
export function lookForUnended({ words }: Program, { memoryAt }: Layout): Look {
  const domains = words.filter(({ type }) => type.kind === 'srcu_struct');
  const isOpen = (records: Int32Array, base: number, address: number): boolean =>
    records[base + memoryAt + address] !== 0;
  return (records, base) =>
    domains
      .filter(({ address }) => isOpen(records, base, address))
      .map(({ name }) => unended(name));
}

function unended(name: string): Violation {
  const message = `The execution ends with a section of ${name} open.`;
  const property = { kind: 'automatic', name: 'unbalanced section' } as const;
  return { property, message, node: -1, pending: [] };
}
