/** Where the names come from that scenarios import, for imports that lead nowhere. */

import type { Problem } from '../explore/result.ts';
import * as holdfast from '../index.ts';
import * as kernel from '../kernel/index.ts';
import * as linux from '../memory/index.ts';

const MODULES: readonly (readonly [string, readonly string[]])[] = [
  ['holdfast', Object.keys(holdfast)],
  ['holdfast/linux', Object.keys(linux)],
  ['holdfast/linux/mm', Object.keys(kernel)],
];

/** The module that scenarios import a name from; null where none exports it. */
export function moduleOf(name: string): string | null {
  return MODULES.find(([, names]) => names.includes(name))?.[0] ?? null;
}

/** Everything that scenarios can import. */
export function everyExport(): readonly string[] {
  return MODULES.flatMap(([, names]) => names);
}

/** Adds to a failed import what was probably meant, or where the name is. */
export function withKnownExports(problem: Problem): Problem {
  const missing = /module '([^']*)' does not provide an export named '([^']*)'/;
  const [, module, word = ''] = missing.exec(problem.details[0] ?? '') ?? [];
  const ours = MODULES.find(([name]) => name === module);
  if (ours === undefined) return problem;
  const elsewhere = MODULES.find(([, names]) => names.includes(word));
  if (elsewhere !== undefined) {
    return { ...problem, next: `Write import { ${word} } from '${elsewhere[0]}';` };
  }
  return { ...problem, unknown: { word, known: MODULES.flatMap(([, names]) => names) } };
}
