/** Where a reader stands that uses what was freed: the sentence that ends the cause. */

import { describe, expect, it } from 'vitest';
import { causeOf } from './cause.ts';
import { layoutOf } from './layout.ts';
import { steps, trace } from '../../test/support/trace.ts';
import type { StepParts } from '../../test/support/trace.ts';

const [READER, WRITER] = [0, 1];
const uses = (inSection: boolean): StepParts => {
  return { thread: READER, kind: 'pending', field: 'box#1.x', inSection };
};
const looks = (inSection: boolean): StepParts => {
  return {
    thread: READER,
    primitive: 'rcu_dereference',
    field: 'p',
    observed: '&box#1',
    inSection,
  };
};
const free: StepParts = { thread: WRITER, kind: 'free', primitive: 'kfree', field: 'box#1' };
const grace = (field: string | null = null): StepParts => {
  return {
    thread: WRITER,
    kind: 'grace',
    primitive: field === null ? 'synchronize_rcu' : 'synchronize_srcu',
    field,
  };
};
const enters = (field: string): StepParts => {
  return { thread: READER, kind: 'grace', primitive: 'srcu_read_lock', field };
};

/** What is said behind the step in which the object is used. */
function said(...all: readonly StepParts[]): string {
  const one = trace({ threads: ['reader', 'writer'], steps: steps(...all) });
  const property = { kind: 'automatic', name: 'use after free' } as const;
  const [, rest] = causeOf(one, layoutOf(one), property).text.split(/uses it in step \d+/);
  return rest ?? '';
}

describe('a reader that uses what was freed', () => {
  it('stands in a section that nobody has waited for', () => {
    expect(said(looks(true), free, uses(true))).toBe(
      ', in a read-side section that writer has not waited for.',
    );
  });

  it('stands in a section that it began behind the grace period', () => {
    expect(said(looks(false), grace(), grace(), looks(true), free, uses(true))).toBe(
      ", in a read-side section that it began behind writer's grace period (steps 1 and 2).",
    );
  });

  it('and has a pointer from before it, from another section or from none', () => {
    for (const inSection of [true, false]) {
      expect(said(looks(inSection), grace(), grace(), free, uses(true))).toMatch(
        /^, in a .* \(steps \d and \d\), with a pointer that it had found before, in step 1\.$/,
      );
    }
  });

  it('stands in none, so that nobody waits for it', () => {
    expect(said(looks(false), grace(), grace(), free, uses(false))).toBe(
      ', in no read-side section, so that the grace period (steps 1 and 2) has not waited for it.',
    );
  });

  it('has left the section in which it found it', () => {
    expect(said(looks(true), grace(), grace(), free, uses(false))).toBe(
      ', behind the end of the read-side section in which it found it, in step 1.',
    );
  });

  it('stands in one of SRCU that nobody, or that somebody else has waited for', () => {
    const rest = [free, uses(false)];
    expect(said(enters('s1'), ...rest)).toBe(
      ', in a section of s1 that writer has not waited for.',
    );
    expect(said(enters('s1'), grace('s2'), grace('s2'), ...rest)).toBe(
      ', in a section of s1, and writer has waited for those of s2 only.',
    );
    expect(said(grace('s1'), grace('s1'), enters('s1'), ...rest)).toBe(
      ", in a section of s1 that it began behind writer's grace period (steps 1 and 2).",
    );
    expect(said(looks(true), grace('s1'), grace('s1'), free, uses(true))).toBe(
      ', in a read-side section, and writer has waited for those of s1 only.',
    );
  });

  it('and nothing is said where there are no sections, or in one thread', () => {
    expect(said(looks(false), free, uses(false))).toBe('.');
    expect(said(looks(false), grace('s1'), grace('s1'), free, uses(false))).toBe('.');
    expect(said(looks(true), { ...free, thread: READER }, uses(false))).toBe('.');
  });
});
