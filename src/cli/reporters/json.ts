/** NDJSON, an object a line as it happens. */

import {
  findingEvent,
  jsonLine,
  lackingEvent,
  litmusEvent,
  problemEvent,
  progressEvent,
  scenarioEvent,
  startEvent,
  summaryEvent,
  verdictEvent,
} from '../../report/json.ts';
import type { NotRun, Outcomes } from '../../bridge/outcomes.ts';
import type { JsonEvent, LitmusOnModel } from '../../report/json.ts';
import { relocatedFinding, relocatedProblem } from '../../report/relocate.ts';
import type { FileName } from '../../report/relocate.ts';
import { isDecided } from '../litmus-text.ts';
import { modelsOf } from '../report-plan.ts';
import type { Reporter } from '../report-plan.ts';

/** A search of a litmus test: what it reached, without the states that the memory model lists. */
function onModel(one: Outcomes | NotRun, reordered: number | null): LitmusOnModel {
  const { model } = one;
  if ('reason' in one) return { model, reason: one.reason };
  const { observation, states, complete, cut, endsAtRace, unending } = one;
  const whole = complete && !cut && !endsAtRace;
  const found = { model, observation, states, complete: whole, unending };
  return model === 'weak' ? { ...found, reordered } : found;
}

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
    lacking(scenarios, lacked) {
      for (const { name: scenario } of scenarios) emit(lackingEvent(scenario, lacked));
    },
    litmus({ result, outcomes, reordered }) {
      const models = outcomes.map((one) => onModel(one, reordered));
      emit(litmusEvent({ ...result, file: name(result.file) }, models));
    },
    end({ scenarios, litmus, notRead }, seconds, exitCode) {
      const results = scenarios.flatMap((report) => report.results);
      const open = litmus.filter((report) => !isDecided(report)).length;
      const counts = { answered: litmus.length, open, notRead };
      emit(summaryEvent(results, counts, seconds, exitCode));
    },
  };
}
