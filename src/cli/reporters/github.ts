/** Annotations for GitHub: one for each finding, problem and open search. */

import { githubLines, problemLine } from '../../report/github.ts';
import type { RelativeFile } from '../../report/github.ts';
import type { Reporter } from '../report-plan.ts';

/** Writes annotations when a search has ended. */
export function githubReporter(write: (text: string) => void, relative: RelativeFile): Reporter {
  return {
    searched(_info, result) {
      const findings = githubLines({ ...result, problems: [] }, relative);
      if (result.problems.length === 0) for (const line of findings) write(`${line}\n`);
    },
    problem: (problem) => write(`${problemLine(problem, relative)}\n`),
  };
}
