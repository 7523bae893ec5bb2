/** What to say when a replayed thread leaves its history. */

import { callStack } from '../position.ts';
import { problem } from '../problem.ts';
import { suspendWith } from './replay-state.ts';
import type { State } from './replay-state.ts';

export function different(state: State, expected: string): never {
  const what = `The thread makes other steps when it is run again: ${expected} came unexpectedly.`;
  const position = callStack()[0] ?? null;
  return suspendWith(state)(problem('HF021', { what, position }));
}
