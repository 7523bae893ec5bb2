/**
 * Mistakes that several searches meet, each told once.
 *
 * A mistake in the body of `scenario.each` is met in every case and under every model. What is the
 * same text in all of them is printed once, with the cases and models that it holds for.
 */

import type { Model, Problem } from '../explore/result.ts';
import { counted, listed } from '../report/text.ts';

/** Collects mistakes until they are told. */
export interface ProblemLog {
  /** Notes what the search of a scenario under a model met. */
  note(problem: Problem, scenario: string, model: Model): void;
  /** Tells what was noted since the last time. */
  tell(): void;
}

interface Noted {
  readonly problem: Problem;
  /** The models, by scenario. */
  readonly met: Map<string, Model[]>;
}

/** Makes an empty log that tells by `report`. */
export function createProblemLog(report: (problem: Problem) => void): ProblemLog {
  const noted = new Map<string, Noted>();
  return {
    note(problem, scenario, model) {
      // Some sentences name the case, and are the same all the same.
      const name = JSON.stringify(scenario).slice(1, -1);
      const key = JSON.stringify(problem).replaceAll(name, '*');
      const { met } = noted.get(key) ?? { met: new Map<string, Model[]>() };
      if (!noted.has(key)) noted.set(key, { problem, met });
      met.set(scenario, [...(met.get(scenario) ?? []), model]);
    },
    tell() {
      for (const { problem, met } of noted.values()) {
        const details = [...problem.details, ...searchesText(met)];
        report({ ...problem, details });
      }
      noted.clear();
    },
  };
}

/** More scenarios than these are only counted. */
const NAMED_MAX = 6;

/** Which searches met it; nothing where it was one. */
function searchesText(met: ReadonlyMap<string, readonly Model[]>): string[] {
  const scenarios = [...met.keys()];
  const models = [...new Set([...met.values()].flat())];
  if (scenarios.length * models.length === 1) return [];
  if (scenarios.length === 1) return [`Under ${listed(models)}.`];
  const more = scenarios.length - NAMED_MAX;
  const rest = more > 0 ? [counted(more, 'more case')] : [];
  const names = listed([...scenarios.slice(0, NAMED_MAX), ...rest]);
  return [`In ${names}, under ${listed(models)}.`];
}
