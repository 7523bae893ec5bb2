/** What to say of a name that nobody declared: most are misspelt, or not imported. */

import * as linux from '../../memory/index.ts';
import type { Problem } from '../result.ts';

/** What `holdfast` exports for scenarios, beside what `holdfast/linux` has too. */
const OF_SCENARIOS = ['scenario', 'assert', 'choose', 'label', 'loop', 'struct', 'array', 'flags'];

/**
 * What belongs to a problem besides its sentence.
 *
 * @param error what was thrown
 * @returns nothing where it is no unknown name
 */
export function unknownName(error: unknown): Pick<Problem, 'unknown' | 'next'> {
  if (!(error instanceof ReferenceError)) return {};
  const word = /^(?:Can't find variable: )?([\w$]+)/.exec(error.message)?.[1];
  if (word === undefined) return {};
  const module = OF_SCENARIOS.includes(word) ? 'holdfast' : 'holdfast/linux';
  const known = [...OF_SCENARIOS, ...Object.keys(linux)];
  if (known.includes(word)) return { next: `Import it: import { ${word} } from '${module}';` };
  return { unknown: { word, known } };
}
