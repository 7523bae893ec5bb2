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
const grace = (primitive = 'synchronize_rcu'): StepParts => {
  return { thread: WRITER, kind: 'grace', primitive };
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

  it('stands in one that began before it, which under weak the rows may not show', () => {
    expect(said(looks(true), grace(), grace(), free, uses(true))).toBe(', in a read-side section.');
  });

  it('stands in none, so that nobody waits for it', () => {
    expect(said(looks(false), grace(), grace(), free, uses(false))).toBe(
      ', in no read-side section, so that the grace period (steps 1 and 2) has not waited for it.',
    );
  });

  it('has left its section', () => {
    expect(said(looks(true), grace(), grace(), free, uses(false))).toBe(
      ', behind the end of the read-side section of step 1.',
    );
  });

  it('and nothing is said where there are no sections, or those of SRCU, or in one thread', () => {
    expect(said(looks(false), free, uses(false))).toBe('.');
    const srcu = grace('synchronize_srcu');
    expect(said(looks(false), srcu, srcu, free, uses(false))).toBe('.');
    expect(said(looks(true), { ...free, thread: READER }, uses(false))).toBe('.');
  });
});
