/** NDJSON, an object a line as it happens. */

import {
  findingEvent,
  jsonLine,
  problemEvent,
  progressEvent,
  scenarioEvent,
  startEvent,
  summaryEvent,
  verdictEvent,
} from '../../report/json.ts';
import type { JsonEvent } from '../../report/json.ts';
import { relocatedFinding, relocatedProblem } from '../../report/relocate.ts';
import type { FileName } from '../../report/relocate.ts';
import { modelsOf } from '../report-plan.ts';
import type { Reporter } from '../report-plan.ts';

/** Writes each event when it happens. */
export function jsonReporter(write: (text: string) => void, name: FileName): Reporter {
  const emit = (event: JsonEvent): void => write(jsonLine(event));
  return {
    begin({ version, models, without, designs }) {
      emit(startEvent({ version, models, without, designs }));
    },
    searching: (info, model) => emit(scenarioEvent(info.name, model, name(info.file))),
    progress: (progress) => emit(progressEvent(progress)),
    problem: (problem, info) =>
      emit(problemEvent(relocatedProblem(problem, name), info?.name ?? null)),
    searched: (_info, result) => emit(verdictEvent(result)),
    finished(report) {
      for (const result of report.results) {
        for (const finding of result.findings) {
          const models = modelsOf(report, finding);
          emit(findingEvent(result, relocatedFinding(finding, name), models));
        }
      }
    },
    end(reports, seconds, exitCode) {
      const results = reports.flatMap((report) => report.results);
      emit(summaryEvent(results, seconds, exitCode));
    },
  };
}
