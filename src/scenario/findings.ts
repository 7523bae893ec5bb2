/** From what a search met to findings with their traces. */

import type { FoundViolation, SearchInput, SearchOutcome } from '../explore/counting.ts';
import { findLivelock } from '../explore/livelock.ts';
import type { Program } from '../explore/program.ts';
import type { Finding, Position } from '../explore/result.ts';
import { shortestExecution } from '../explore/shortest.ts';
import { Feature } from '../explore/tables.ts';
import { findingId, tellExecution } from '../explore/trace.ts';
import type { TraceHead } from '../explore/trace.ts';
import type { Explored } from './explore.ts';

export function findingsOf(explored: Explored, head: TraceHead): Finding[] {
  const { outcome, input, program } = explored;
  const found = outcome.violations.map((one) => findingOf(explored, head, one));
  if (!outcome.complete) return found;
  if (found.length === 0) found.push(...livelocks(explored, head));
  for (const { name, position } of input.judge.unfulfilled()) {
    const message = `No execution fulfils '${name}'.`;
    const property = { kind: 'sometimes', name } as const;
    found.push({ id: 'none', property, message, position, trace: null });
  }
  return found.length > 0 ? found : vacuous(program, outcome);
}

function findingOf(explored: Explored, head: TraceHead, found: FoundViolation): Finding {
  const { input, program } = explored;
  const { property } = found.violation;
  const execution = shortestExecution(input, property, found.depth);
  if (execution === null) {
    throw new Error(`check: '${property.name}' was found with reduction and not without`);
  }
  const { choices, violation } = execution;
  const trace = tellExecution(input, head, choices, violation.pending);
  const position = violation.node < 0 ? null : failurePosition(input, violation.node);
  const id = findingId(program, property, trace);
  return { id, property, message: violation.message, position, trace };
}

function failurePosition(input: SearchInput, node: number): Position | null {
  return input.automaton.detail(node).failure?.position ?? null;
}

function livelocks(explored: Explored, head: TraceHead): Finding[] {
  const { input, program } = explored;
  const { features } = input.automaton.tables;
  if (features[Feature.LOOP] !== 1) return [];
  const symmetric = input.options.symmetry && features[Feature.OWN_BIT] !== 1;
  const answer = findLivelock(input, symmetric && features[Feature.GRACE] !== 1);
  if (answer.kind !== 'found') return [];
  const property = { kind: 'automatic', name: 'livelock' } as const;
  const trace = tellExecution(input, head, answer.choices, []);
  const message = 'From here on threads can step for ever, but no execution can finish.';
  return [{ id: findingId(program, property, trace), property, message, position: null, trace }];
}

/** A property that was never judged has not been shown to hold. */
function vacuous(program: Program, outcome: SearchOutcome): Finding[] {
  const judged = program.properties.find((one) => one.kind !== 'sometimes' && !one.everyState);
  if (judged === undefined || outcome.finals > 0) return [];
  const { name, position } = judged;
  const message = `'${name}' was never judged: no execution finishes.`;
  return [{ id: 'none', property: { kind: 'vacuous', name }, message, position, trace: null }];
}
