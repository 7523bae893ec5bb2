/**
 * Every HF code: what it means, the most likely cause, what to do.
 *
 * A bug that a search finds (a deadlock, a leaked lock, a data race) is a finding and has no code.
 */

import type { Code } from './code.ts';
import { litmusCodes } from './codes-litmus.ts';
import { scenarioCodes } from './codes-scenario.ts';
import { usageCodes } from './codes-usage.ts';

/** All codes in order. */
export const codes: readonly Code[] = [...usageCodes, ...scenarioCodes, ...litmusCodes];

/** The entry of a code; undefined for a code that does not exist. */
export function codeOf(code: string): Code | undefined {
  return codes.find((one) => one.code === code);
}
