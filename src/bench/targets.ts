/**
 * The targets that the measurements are held against, and which of them one size meets.
 *
 * They are judged from (4,1,1) on: below, a search is over before its code has been compiled, and
 * tables have their smallest size.
 */

import type { Measurement } from './measure.ts';
import type { Size } from './protocol.ts';

/** Transitions in a CPU second of the plain search, at least. */
export const TRANSITIONS_PER_SECOND_MIN = 6e6;
/** CPU time of the search without symmetry as a share of SPIN's, at most. */
export const SHARE_OF_SPIN_MAX = 0.5;
/** How much faster two jobs are than one, at least; judged where a search is worth sharing. */
export const SPEEDUP_MIN = 1.7;
const SHARED_STATES_MIN = 500_000;
/** Bytes of a stored state in the visited set, at most. */
export const BYTES_PER_STATE_MAX = 24;

/** One target for one size; `met` is null where it is not judged. */
export interface Judgement {
  readonly target: TargetName;
  readonly value: number | null;
  readonly met: boolean | null;
}

export type TargetName =
  | 'rate'
  | 'share of SPIN'
  | 'share of tuned SPIN'
  /** Whole process against `spin -a`, `gcc` and the run of the verifier. */
  | 'share with build'
  | 'speed-up'
  | 'bytes';

/** Judges one size by every target. */
export function judge(measurement: Measurement): Judgement[] {
  const { ours, spin, size } = measurement;
  const { plain, reduction } = ours;
  const share = (spent: number, ofSpin: number | undefined): number | null =>
    ofSpin === undefined ? null : spent / ofSpin;
  const { cpuSeconds, processCpuSeconds } = reduction;
  const built = spin === null ? undefined : spin.plain.cpuSeconds + spin.plain.buildCpuSeconds;
  const small = (value: number): boolean => value <= SHARE_OF_SPIN_MAX;
  const values: [TargetName, number | null, (value: number) => boolean][] = [
    ['rate', rate(plain), (value) => value >= TRANSITIONS_PER_SECOND_MIN],
    ['share of SPIN', share(cpuSeconds, spin?.plain.cpuSeconds), small],
    ['share of tuned SPIN', share(cpuSeconds, spin?.tuned.cpuSeconds), small],
    ['share with build', share(processCpuSeconds, built), small],
    ['speed-up', plain.wallSeconds / ours['two jobs'].wallSeconds, (value) => value >= SPEEDUP_MIN],
    ['bytes', plain.bytesPerState, (value) => value <= BYTES_PER_STATE_MAX],
  ];
  return values.map(([target, value, holds]) => {
    const judged = isJudged(size) && (target !== 'speed-up' || plain.states >= SHARED_STATES_MIN);
    return { target, value, met: judged && value !== null ? holds(value) : null };
  });
}

/** Transitions in a CPU second. */
export function rate(run: { readonly transitions: number; readonly cpuSeconds: number }): number {
  return run.transitions / run.cpuSeconds;
}

/** (4,1,1), (3,1,2), (3,2,2) and what is larger in every way. */
function isJudged({ pinners, rounds }: Size): boolean {
  return pinners >= 4 || (pinners === 3 && rounds >= 2);
}

/** What is wrong with the verdicts and counts of one size; empty if nothing is. */
export function disagreements({ ours, spin, size }: Measurement): string[] {
  const name = `(${size.pinners},${size.writers},${size.rounds})`;
  const faults: string[] = [];
  for (const [who, { verdict }] of Object.entries({ ...ours, ...spin })) {
    if (verdict !== 'pass') faults.push(`${name}: ${who} says ${verdict}, the protocol is correct`);
  }
  if (ours['two jobs'].states !== ours.plain.states) {
    faults.push(
      `${name}: two jobs find ${ours['two jobs'].states} states, one ${ours.plain.states}`,
    );
  }
  return faults;
}
