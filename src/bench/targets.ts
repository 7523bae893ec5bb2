/**
 * The targets that the measurements are held against, and which of them one size meets.
 *
 * They are judged from (4,1,1) on: below, tables have their smallest size and SPIN is done before
 * its time can be told. What is compared with what, and why twice, stands in
 * docs/decisions/0004-what-is-timed.md.
 */

import type { Measurement } from './measure.ts';
import type { Size } from './protocol.ts';
import type { SpinRun } from './spin.ts';

/** Transitions in a CPU second of the plain search, at least. */
export const TRANSITIONS_PER_SECOND_MIN = 6e6;
/** CPU time of the search without symmetry as a share of SPIN's, at most. */
export const SHARE_OF_SPIN_MAX = 0.5;
/** How much faster two jobs are than one, at least; judged where one needs a second. */
export const SPEEDUP_MIN = 1.7;
export const SHARED_SECONDS_MIN = 1;
/** Bytes of a stored state in the visited set, at most. */
export const BYTES_PER_STATE_MAX = 24;

/** One target for one size; `met` is null where it is not judged. */
export interface Judgement {
  readonly target: TargetName;
  readonly value: number | null;
  readonly met: boolean | null;
}

export type TargetName =
  | 'rate, warm'
  | 'rate, cold'
  /** Whole process against `spin -a`, `gcc` and the run of the verifier. */
  | 'SPIN, from text'
  /** A search whose code has been compiled, against the run of the verifier. */
  | 'SPIN, compiled'
  /** A search in a fresh process against the run of the verifier. */
  | 'SPIN, cold'
  | 'tuned SPIN, from text'
  | 'tuned SPIN, compiled'
  | 'tuned SPIN, cold'
  | 'speed-up'
  | 'speed-up, warm'
  | 'bytes';

/** Judges one size by every target. */
export function judge(measurement: Measurement): Judgement[] {
  const { ours, spin, size } = measurement;
  const { plain } = ours;
  const fast = (value: number): boolean => value >= TRANSITIONS_PER_SECOND_MIN;
  const two = ours['two jobs'];
  const speedUp = plain.wallSeconds / two.wallSeconds;
  const warmSpeedUp = plain.warmWallSeconds / two.warmWallSeconds;
  const small = plain.bytesPerState <= BYTES_PER_STATE_MAX;
  const warm = plain.transitions / plain.warmCpuSeconds;
  const isLong = plain.wallSeconds >= SHARED_SECONDS_MIN;
  const all: Judgement[] = [
    { target: 'rate, warm', value: warm, met: fast(warm) },
    { target: 'rate, cold', value: rate(plain), met: null },
    ...sharesOf('SPIN', measurement, spin?.plain),
    ...sharesOf('tuned SPIN', measurement, spin?.tuned),
    { target: 'speed-up', value: speedUp, met: isLong ? speedUp >= SPEEDUP_MIN : null },
    { target: 'speed-up, warm', value: isLong ? warmSpeedUp : null, met: null },
    { target: 'bytes', value: plain.bytesPerState, met: small },
  ];
  return isJudged(size) ? all : all.map((one) => ({ ...one, met: null }));
}

/** The default search without symmetry, which SPIN has not, in the three comparisons. */
function sharesOf(
  whom: 'SPIN' | 'tuned SPIN',
  { ours }: Measurement,
  spin: (SpinRun & { readonly buildCpuSeconds: number }) | undefined,
): Judgement[] {
  const { processCpuSeconds, warmCpuSeconds, cpuSeconds } = ours.reduction;
  const run = spin?.cpuSeconds ?? NaN;
  const values = {
    'from text': processCpuSeconds / (run + (spin?.buildCpuSeconds ?? NaN)),
    compiled: warmCpuSeconds / run,
    cold: cpuSeconds / run,
  };
  return (['from text', 'compiled', 'cold'] as const).map((how) => {
    const value = values[how];
    const target = `${whom}, ${how}` as const;
    if (spin === undefined) return { target, value: null, met: null };
    return { target, value, met: how === 'cold' ? null : value <= SHARE_OF_SPIN_MAX };
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
