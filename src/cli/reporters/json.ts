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
import type { Reporter } from '../report-plan.ts';

/** Writes each event when it happens. */
export function jsonReporter(write: (text: string) => void): Reporter {
  const emit = (event: JsonEvent): void => write(jsonLine(event));
  return {
    begin({ version, models, without, designs }) {
      emit(startEvent({ version, models, without, designs }));
    },
    searching: (info, model) => emit(scenarioEvent(info.name, model, info.file)),
    progress: (progress) => emit(progressEvent(progress)),
    problem: (problem, info) => emit(problemEvent(problem, info?.name ?? null)),
    searched(_info, result) {
      for (const finding of result.findings) emit(findingEvent(result, finding));
      emit(verdictEvent(result));
    },
    end(reports, seconds, exitCode) {
      const results = reports.flatMap((report) => report.results);
      emit(summaryEvent(results, seconds, exitCode));
    },
  };
}
