import { describe, expect, it } from 'vitest';
import { steps, trace } from '../../test/support/trace.ts';
import type { StepParts } from '../../test/support/trace.ts';
import type { Step } from '../explore/result.ts';
import { causeOf } from './cause.ts';
import { layoutOf } from './layout.ts';

const FLAGS = 'log[0].flags';
const clean: StepParts = {
  thread: 0,
  label: 'clear dirty',
  primitive: 'test_and_clear_bit',
  field: FLAGS,
  changes: [[FLAGS, 'locked dirty', 'locked']],
};
const diskReads: StepParts = {
  thread: 1,
  label: 'disk reads',
  field: 'log[0].data[0]',
  observed: '0',
};
const deviceWrites: StepParts = {
  thread: 2,
  label: 'device writes',
  primitive: 'WRITE_ONCE',
  field: 'log[0].data[0]',
  written: '7',
  changes: [['log[0].data[0]', '0', '7']],
};
const dirty: StepParts = {
  thread: 2,
  label: 'mark dirty',
  primitive: 'test_and_set_bit',
  field: FLAGS,
  changes: [[FLAGS, 'locked', 'locked dirty']],
};

function why(all: readonly Step[], name = 'log: no loss'): string {
  const one = trace({ threads: ['fsync', 'disk', 'nic'], steps: all });
  return causeOf(one, layoutOf(one), { kind: 'always', name }).text;
}

describe('a page whose contents are lost', () => {
  it('was cleaned and read before it was written', () => {
    expect(why(steps(clean, diskReads, deviceWrites))).toBe(
      'Step 1 of fsync marks log[0] clean, and step 2 of disk reads what it held then; ' +
        'step 3 of nic writes it after that, and nobody marks it dirty again.',
    );
    expect(why(steps(clean, deviceWrites, diskReads))).toContain('marks log[0] clean; step 2');
  });

  it('is none that is marked dirty again, was written before, or that nobody speaks of', () => {
    const others = [
      why(steps(clean, deviceWrites, dirty)),
      why(steps(deviceWrites, clean, diskReads)),
      why(steps(clean, diskReads, deviceWrites), 'references'),
    ];
    for (const text of others) expect(text).not.toContain('marks log[0] clean');
  });
});
