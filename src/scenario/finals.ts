/**
 * Every final and every stuck state that a scenario can reach: for tests against other roads.
 */

import type { Program } from '../explore/program.ts';
import type { CheckResult } from '../explore/result.ts';
import { checkNow } from './check.ts';
import type { CheckOptions, Seen } from './explore.ts';
import type { Scenario } from './scenario.ts';

/** A state in which nobody steps any more. */
export interface EndState {
  /** The declared words in order of declaration. */
  readonly memory: readonly number[];
  /** What each thread returned; undefined for one that has not finished. */
  readonly results: readonly unknown[];
  readonly finished: readonly boolean[];
}

/** Every state in which an execution can end. */
export interface EndStates {
  readonly finals: readonly EndState[];
  readonly deadlocks: readonly EndState[];
  readonly result: CheckResult;
}

/** Explores a scenario and gives every state in which an execution can end. */
export function reachableFinals(scenario: Scenario, options: CheckOptions = {}): EndStates {
  const finals: EndState[] = [];
  const deadlocks: EndState[] = [];
  const result = checkNow(
    scenario,
    { ...options, keepGoing: true },
    {
      begin() {
        finals.length = 0;
        deadlocks.length = 0;
      },
      final: (program, seen) => void finals.push(endStateOf(program, seen)),
      stuck: (program, seen) => void deadlocks.push(endStateOf(program, seen)),
    },
  );
  return { finals, deadlocks, result };
}

function endStateOf(program: Program, seen: Seen): EndState {
  const { layout, automaton, records, base } = seen;
  const details = program.threads.map((_, thread) =>
    automaton.detail(records[base + layout.nodesAt + thread] ?? 0),
  );
  return {
    memory: program.words.map(({ address }) => records[base + layout.memoryAt + address] ?? 0),
    results: details.map((detail) => detail.result),
    finished: details.map((detail) => detail.operation === null && detail.failure === null),
  };
}
