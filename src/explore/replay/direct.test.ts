import { describe, expect, it } from 'vitest';
import {
  choose,
  defence,
  kfree,
  label,
  loop,
  READ_ONCE,
  rcu_read_lock,
  s32,
  smp_mb,
  struct,
  WRITE_ONCE,
} from '../../memory/index.ts';
import { withMachine } from '../../memory/machine.ts';
import { directMachine, UserMistake } from './direct.ts';

const node = struct('node', { value: s32 });
const field = { type: s32, address: 2 };

function run<R>(body: () => R, words: number[] = [0, 0, 0], mayWrite = true): R {
  return withMachine(
    directMachine(
      () => ({ words, offset: 0 }),
      () => 'chosen',
      mayWrite,
    ),
    body,
  );
}

function mistakeOf(body: () => unknown, mayWrite = true): string {
  try {
    run(body, [0, 0, 0], mayWrite);
  } catch (error) {
    if (error instanceof UserMistake) return `${error.problem.code} ${error.problem.what}`;
    throw error;
  }
  return 'none';
}

describe('a direct machine', () => {
  it('makes accesses at once', () => {
    const words = [0, 0, 0];
    run(() => WRITE_ONCE(field, 7), words);
    expect(words).toEqual([0, 0, 7]);
    expect(run(() => READ_ONCE(field), words)).toBe(7);
  });

  it('finds its words where they are now, with an offset', () => {
    const memory = { words: [0, 0, 0, 0, 5], offset: 2 };
    const machine = directMachine(
      () => memory,
      () => '',
      false,
    );
    expect(withMachine(machine, () => READ_ONCE(field))).toBe(5);
    memory.offset = 0;
    expect(withMachine(machine, () => READ_ONCE(field))).toBe(0);
  });

  it('passes barriers, labels, sections and defences', () => {
    const found = run(() => {
      smp_mb();
      label('step');
      rcu_read_lock();
      return defence('d', () => true);
    });
    expect(found).toBe(true);
  });

  it('runs loops to their end', () => {
    const rounds = (): number => {
      loop(() => {
        WRITE_ONCE(field, READ_ONCE(field) + 1);
        return READ_ONCE(field) < 10;
      });
      return READ_ONCE(field);
    };
    expect(run(rounds)).toBe(10);
  });

  it('refuses what needs a thread', () => {
    expect(mistakeOf(() => choose(2))).toBe('HF027 choose needs a thread.');
    expect(mistakeOf(() => kfree(node.at(1)))).toBe('HF027 kfree needs a thread.');
    expect(mistakeOf(() => loop(() => true))).toBe(
      'HF022 A loop outside of a thread does not end.',
    );
  });

  it('refuses writes where only reading is allowed', () => {
    expect(mistakeOf(() => WRITE_ONCE(field, 1), false)).toBe(
      'HF027 A property may only read memory.',
    );
    expect(mistakeOf(() => READ_ONCE(field), false)).toBe('none');
  });
});
