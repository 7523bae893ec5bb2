/** Annotations for GitHub: one for each violated property, problem and open search. */

import { findingLine, openTestLine, problemLine, searchLines } from '../../report/github.ts';
import type { Files } from '../../report/github.ts';
import { isDecided } from '../litmus-text.ts';
import { shownFindings } from '../report-plan.ts';
import type { Reporter } from '../report-plan.ts';

/** Writes annotations when a scenario has been searched under every model. */
export function githubReporter(write: (text: string) => void, files: Files): Reporter {
  return {
    problem: (problem) => write(`${problemLine(problem, files)}\n`),
    litmus(report) {
      if (!isDecided(report)) write(`${openTestLine(report.result, files)}\n`);
    },
    finished(report) {
      const searches = report.results.flatMap((result) =>
        searchLines(result, report.info.position, files),
      );
      const findings = shownFindings(report).map((shown) => findingLine(shown, files));
      for (const line of [...searches, ...findings]) write(`${line}\n`);
    },
  };
}
