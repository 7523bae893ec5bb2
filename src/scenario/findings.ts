/** From what a search met to findings with their traces. */

import type { SearchInput, SearchOutcome } from '../explore/counting.ts';
import { findLivelock } from '../explore/trace/livelock.ts';
import type { Program } from '../explore/program.ts';
import type { Finding, OpenReason, Position, PropertyName } from '../explore/result.ts';
import { shortestExecutions } from '../explore/trace/shortest.ts';
import type { Execution } from '../explore/trace/shortest.ts';
import { Feature } from '../explore/automaton/tables.ts';
import { findingId } from '../explore/trace/finding-id.ts';
import { tellExecution } from '../explore/trace/trace.ts';
import type { TraceHead } from '../explore/trace/trace.ts';
import type { Explored } from './explore.ts';

/** What is wrong, and what could not be decided. */
export interface Found {
  readonly findings: readonly Finding[];
  /** Why the search for livelocks was not finished, or null. */
  readonly open: OpenReason | null;
}

/** Everything that is wrong, each with the shortest execution that shows it. */
export function findingsOf(explored: Explored, head: TraceHead): Found {
  const { outcome, input, program } = explored;
  const findings = violationsOf(explored, head);
  const livelock = findings.length === 0 && maySpin(outcome) ? livelockOf(explored, head) : null;
  if (livelock !== null && !('limit' in livelock)) findings.push(livelock);
  if (!outcome.complete) return { findings, open: outcome.open };
  if (livelock !== null && 'limit' in livelock) return { findings, open: livelock };
  for (const { name, position } of input.judge.unfulfilled()) {
    const message = `No execution fulfils '${name}'.`;
    const property = { kind: 'sometimes', name } as const;
    findings.push({ id: 'none', property, message, position, trace: null });
  }
  if (findings.length === 0) findings.push(...vacuous(program, outcome));
  return { findings, open: null };
}

/**
 * Whether to look for livelocks. A loop that stores in every round makes old messages without end
 * (weak): it may be such a loop that nobody leaves.
 */
function maySpin({ complete, open }: SearchOutcome): boolean {
  return complete || open?.limit === 'messages';
}

/**
 * The violations of the smallest depth, whatever the reduction made the search meet first; all that
 * were met if it went on.
 */
function violationsOf(explored: Explored, head: TraceHead): Finding[] {
  const { outcome, input } = explored;
  const { violations } = outcome;
  if (violations.length === 0) return [];
  const targets = input.options.keepGoing
    ? violations.map(({ violation, depth }) => ({ target: violation.property, depth }))
    : [{ target: null, depth: Math.min(...violations.map(({ depth }) => depth)) }];
  return targets.flatMap(({ target, depth }) => {
    const executions = shortestExecutions(input, target, depth, outcome.states);
    if (executions.length === 0) throw new Error('check: found with reduction and not without');
    return executions.map((execution) => findingOf(explored, head, execution));
  });
}

function findingOf(explored: Explored, head: TraceHead, execution: Execution): Finding {
  const { input, program } = explored;
  const { choices, violation } = execution;
  const { property, message } = violation;
  const trace = tellExecution(input, head, choices, violation.pending);
  const position =
    violation.node < 0
      ? propertyPosition(program, property)
      : failurePosition(input, violation.node);
  return { id: findingId(program, property, trace), property, message, position, trace };
}

function failurePosition(input: SearchInput, node: number): Position | null {
  return input.automaton.detail(node).failure?.position ?? null;
}

/** Where the property is declared; null for one that is always on. */
function propertyPosition({ properties }: Program, { kind, name }: PropertyName): Position | null {
  return properties.find((one) => one.kind === kind && one.name === name)?.position ?? null;
}

function livelockOf(explored: Explored, head: TraceHead): Finding | OpenReason | null {
  const { input, program } = explored;
  const { features } = input.automaton.tables;
  if (features[Feature.LOOP] !== 1) return null;
  const symmetric = input.options.symmetry && features[Feature.OWN_BIT] !== 1;
  const answer = findLivelock(input, symmetric && features[Feature.GRACE] !== 1);
  if (answer.kind === 'open') return answer.open;
  if (answer.kind === 'none') return null;
  const property = { kind: 'automatic', name: 'livelock' } as const;
  const trace = tellExecution(input, head, answer.choices, answer.trapped);
  const message = 'From here on threads can step for ever, but no execution can finish.';
  return { id: findingId(program, property, trace), property, message, position: null, trace };
}

/** A property that was never judged has not been shown to hold. */
function vacuous(program: Program, outcome: SearchOutcome): Finding[] {
  const judged = program.properties.find((one) => one.kind !== 'sometimes' && !one.everyState);
  if (judged === undefined || outcome.finals > 0) return [];
  const { name, position } = judged;
  const message = `'${name}' was never judged: no execution finishes.`;
  return [{ id: 'none', property: { kind: 'vacuous', name }, message, position, trace: null }];
}
