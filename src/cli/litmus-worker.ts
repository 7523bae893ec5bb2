/** A litmus test in the worker thread: the exact memory model, then each model of the search. */

import { outcomesOf } from '../bridge/outcomes.ts';
import { reorderedStates } from '../bridge/reordered.ts';
import { whyMeaningless } from '../bridge/runnable.ts';
import { checkLitmus, parseLitmus } from '../litmus/index.ts';
import type { LitmusFound, LitmusRequest } from './protocol.ts';

/** Answers a request; `stop` is asked now and then. */
export function litmusFound(
  { file, text, explain, unroll, until, models }: LitmusRequest,
  stop: () => boolean,
): LitmusFound {
  const follow = unroll === null ? {} : { unroll };
  const seconds = until.seconds === undefined ? {} : { until: { seconds: until.seconds } };
  const options = { file, explain, stop, ...follow, ...seconds };
  const result = checkLitmus(text, options);
  const test = parseLitmus(text, file);
  if (models.length === 0 || result.problems.length > 0 || 'problem' in test) {
    return { result, outcomes: [], reordered: null };
  }
  const reason = whyMeaningless(result.flags);
  const outcomes = models.map((model) =>
    reason === null ? outcomesOf(test, model, { ...follow, until, stop }) : { model, reason },
  );
  const weak = outcomes.find((one) => one.model === 'weak');
  const reordered =
    weak === undefined || 'reason' in weak ? null : reorderedStates(result, weak, text, options);
  return { result, outcomes, reordered };
}
