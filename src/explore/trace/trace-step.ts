/** A step of a trace with nothing said about memory yet: what every kind of step begins with. */

import type { Step } from '../result.ts';

/** A step without the changes that it makes. */
export type BareStep = Omit<Step, 'changes'>;

/** Who does what, called from where. */
export interface StepHead {
  readonly number: number;
  readonly thread: number;
  readonly primitive: string;
  readonly calls: Step['calls'];
  readonly stack: Step['stack'];
}

/** An access of no field that tells and changes nothing. */
export function emptyStep(head: StepHead): BareStep {
  return {
    kind: 'access',
    label: null,
    field: null,
    observed: null,
    written: null,
    buffered: false,
    readsFrom: null,
    missed: null,
    behind: null,
    barriers: [],
    inSection: false,
    order: 'relaxed',
    position: head.stack[0] ?? null,
    ...head,
  };
}
