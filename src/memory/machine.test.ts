import { describe, expect, it } from 'vitest';
import { directMachine } from '../explore/replay/direct.ts';
import { machine, withMachine } from './machine.ts';
import type { Machine } from './machine.ts';

function another(): Machine {
  return directMachine(
    () => ({ words: [0], offset: 0 }),
    () => '',
    true,
  );
}

describe('the machine in force', () => {
  it('is none outside of a scenario', () => {
    expect(() => machine()).toThrow('a primitive was called outside of a scenario');
  });

  it('is the innermost one', () => {
    const [outer, inner] = [another(), another()];
    withMachine(outer, () => {
      expect(machine()).toBe(outer);
      withMachine(inner, () => expect(machine()).toBe(inner));
      expect(machine()).toBe(outer);
    });
    expect(() => machine()).toThrow();
  });

  it('is the previous one again after a throw', () => {
    const outer = another();
    withMachine(outer, () => {
      const fails = (): never => {
        throw new Error('inside');
      };
      expect(() => withMachine(another(), fails)).toThrow('inside');
      expect(machine()).toBe(outer);
    });
  });

  it('gives what the body gives', () => {
    expect(withMachine(another(), () => 5)).toBe(5);
  });
});
