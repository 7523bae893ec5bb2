/**
 * The reporter `herd`: the verdict on a litmus test in herd7's own format, line by line.
 *
 * Scripts that compare herd7's output with ours work unchanged; only the lines `Time` and `Hash`
 * differ (herd7 hashes its own syntax tree) and are left out unless the time is asked for.
 *
 * Source: herdtools7 herd/top_herd.ml (the order of the lines) and lib/constrGen.ml (the words).
 */

/** One location and its value, printed. */
interface Entry {
  readonly location: string;
  readonly value: string;
}

/** The parts of a litmus result that herd7 prints. */
export interface HerdVerdict {
  readonly name: string;
  readonly quantifier: 'exists' | '~exists' | 'forall';
  readonly condition: string;
  readonly observation: string;
  readonly ok: boolean;
  readonly positive: number;
  readonly negative: number;
  readonly states: readonly (readonly Entry[])[];
  readonly flags: readonly string[];
  readonly cut: boolean;
  readonly seconds: number;
}

const KINDS = { exists: 'Allowed', '~exists': 'Forbidden', forall: 'Required' } as const;

/**
 * A verdict as herd7 prints it.
 *
 * @param verdict of a test without problems
 * @param withTime print the line `Time`, which is different on every run
 */
export function herdText(verdict: HerdVerdict, withTime = false): string {
  const { name, quantifier, condition, states, flags, positive, negative } = verdict;
  const result = `${verdict.cut ? 'Loop ' : ''}${verdict.ok ? 'Ok' : 'No'}`;
  const swapped = quantifier === '~exists';
  return [
    `Test ${name} ${KINDS[quantifier]}`,
    `States ${states.length}`,
    ...states.map(stateLine),
    result,
    'Witnesses',
    `Positive: ${swapped ? negative : positive} Negative: ${swapped ? positive : negative}`,
    ...flags.map((flag) => `Flag ${flag}`),
    `Condition ${quantifier} (${condition})`,
    `Observation ${name} ${verdict.observation} ${positive} ${negative}`,
    ...(withTime ? [`Time ${name} ${verdict.seconds.toFixed(2)}`] : []),
    '',
    '',
  ].join('\n');
}

/** What herd7 says on stderr when a loop was not followed to its end. */
export function herdWarning(file: string): string {
  const what = 'unrolling limit exceeded at loop, legal outcomes may be missing.';
  return `Warning: File "${file}": ${what}\n`;
}

/** `0:r1=1; [x]=2;` */
function stateLine(state: readonly Entry[]): string {
  return state.map(({ location, value }) => `${location}=${value};`).join(' ');
}
