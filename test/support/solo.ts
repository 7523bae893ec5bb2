/**
 * What a primitive does in a thread of its own: every case in one scenario, chosen by `choose`.
 */

import { expect } from 'vitest';
import { choose, READ_ONCE, WRITE_ONCE } from '../../src/memory/index.ts';
import { s32 } from '../../src/memory/type.ts';
import type { Field, Type } from '../../src/memory/type.ts';
import { directMachine } from '../../src/explore/replay/direct.ts';
import { withMachine } from '../../src/memory/machine.ts';
import { endsOf } from './small.ts';

/** One case: what the word holds, what the call tells, what the word holds afterwards. */
export interface Case {
  readonly old: number;
  readonly told: number | boolean | undefined;
  readonly left: number;
}

/** What a call tells as a word that a state can hold. */
function wordOf(told: unknown): number {
  if (typeof told === 'boolean') return told ? 1 : 0;
  return typeof told === 'number' ? told | 0 : -77;
}

/**
 * Runs `calls[i]` on a word that holds `cases[i].old`, under both models, and behind a store that
 * waits in the buffer; and on the machine that makes initial states.
 *
 * @param type the type of the word that the calls are for
 */
export function expectCases<T extends Type>(
  type: T,
  cases: readonly Case[],
  call: (field: Field<T>, index: number) => unknown,
): void {
  const wanted = cases.map(({ told, left }, i) => `${i}: ${wordOf(told)}, then ${left}`);
  expect(cases.map((one, i) => direct(type, one, (field) => call(field, i)))).toEqual(
    wanted.map((text) => text.replace(/^\d+: /, '')),
  );
  for (const model of ['sc', 'tso'] as const) {
    const { finals, result } = endsOf(
      ({ alloc, thread }) => {
        const [chosen, told] = [alloc(s32, 'chosen'), alloc(s32, 'told')];
        const first = alloc(type, 'word');
        const others = cases.slice(1).map((_, i) => alloc(type, `word${i}`));
        const fields = [first, ...others];
        fields.forEach((field, i) => WRITE_ONCE(raw(field), cases[i]?.old ?? 0));
        thread('only', () => {
          const index = choose(cases.length);
          const field = fields[index] ?? first;
          WRITE_ONCE(chosen, index);
          WRITE_ONCE(told, wordOf(call(field, index)));
          return READ_ONCE(raw(field));
        });
      },
      { model },
    );
    expect(result.problems).toEqual([]);
    expect(result.findings).toEqual([]);
    const seen = finals.map(({ memory: [index = 0, told, ...words], results }) => {
      expect(words[index]).toBe(results[0]);
      return `${index}: ${told}, then ${words[index]}`;
    });
    expect(seen.toSorted(byNumber)).toEqual(wanted);
  }
}

const byNumber = (a: string, b: string): number => Number.parseInt(a, 10) - Number.parseInt(b, 10);

/** The same word as a number. */
function raw(field: Field): Field<typeof s32> {
  return { type: s32, address: field.address };
}

function direct<T extends Type>(type: T, one: Case, call: (field: Field<T>) => unknown): string {
  const words = [0, one.old];
  const memory = { words, offset: 0 };
  const machine = directMachine(
    () => memory,
    () => '',
    true,
  );
  const told = withMachine(machine, () => call({ type, address: 1 }));
  return `${wordOf(told)}, then ${words[1]}`;
}
