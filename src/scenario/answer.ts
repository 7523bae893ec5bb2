/** From the outcome of a search to the result that everybody reads. */

import { failedResult } from '../explore/failed-result.ts';
import { problem } from '../explore/problem.ts';
import { parseRemoval } from '../explore/replay/sites.ts';
import type { CheckResult, Defence, Finding, Model, Problem, Verdict } from '../explore/result.ts';
import type { TraceHead } from '../explore/trace/trace.ts';
import { missProbability } from '../explore/visited.ts';
import { comparedFields, memberUse } from './compared-fields.ts';
import type { Asked, Explored } from './explore.ts';
import { findingsOf } from './findings.ts';
import type { Expectation, Scenario } from './scenario.ts';

/** What a scenario is expected to say under a model. */
export function expectation(expect: Expectation, model: Model): 'pass' | 'fail' {
  if (typeof expect === 'string') return expect;
  const { tso = 'pass', weak = tso } = expect;
  return { sc: expect.sc ?? 'pass', tso, weak }[model];
}

export function expectedOf(scenario: Scenario, model: Model): 'pass' | 'fail' {
  return expectation(scenario.options.expect ?? 'pass', model);
}

function verdictOf(complete: boolean, findings: readonly Finding[]): Verdict {
  if (findings.length > 0) return 'fail';
  return complete ? 'pass' : 'open';
}

/** The whole answer of a search, or of the mistake that prevented it. */
export function resultOf(
  scenario: Scenario,
  asked: Asked,
  explored: Explored | Problem,
): CheckResult {
  if ('code' in explored) return failed(scenario, asked, explored);
  const { model, without, designs } = asked;
  const head: TraceHead = { model, without, designs };
  const { program, outcome, input, world } = explored;
  const properties = input.judge.reports(outcome.complete);
  const { findings, open } = findingsOf(explored, head);
  const complete = outcome.complete && open === null;
  // Where a limit ended the search, what it has not seen handed on may be handed on later; before a
  // finding the random executions have taken every thread to its end.
  const isKnown = complete || findings.length > 0;
  const useOf = (member: string): string | null => memberUse(scenario.text, member);
  const forgotten = isKnown ? world.namedFields.warnings(useOf) : [];
  const isAlone = (name: string): boolean => program.words.some((word) => word.name === name);
  const problems = world.sites.unmatched().map((name) => unknownDefence(name, world.sites.list()));
  return {
    scenario: program.name,
    model: head.model,
    verdict: verdictOf(complete, findings),
    expected: program.expected,
    complete,
    open,
    states: outcome.states,
    transitions: outcome.transitions,
    depth: outcome.depth,
    finals: outcome.finals,
    threads: program.threads.length,
    automatonStates: input.automaton.states(),
    runs: input.automaton.runs(),
    seconds: (performance.now() - asked.started) / 1000,
    bytesPerState: outcome.visitedBytes / outcome.states,
    missProbability: missProbability(outcome.states),
    findings,
    properties,
    problems,
    defences: world.sites.list(),
    designs: world.designsUsed(),
    warnings: [
      ...program.warnings,
      ...world.lockOrder.warnings(),
      ...world.rcuUse.warnings(),
      ...forgotten,
      ...comparedFields(scenario.text, isAlone),
    ],
  };
}

/** What is wrong with an entry of `--without`: the defence, its place, or the weaker form. */
function unknownDefence(text: string, known: readonly Defence[]): Problem {
  const { place, weaker, primitive } = parseRemoval(text);
  const [target = ''] = text.split('=', 1);
  const found = known.find(({ name }) => name === target);
  if (found !== undefined && weaker !== null) return unknownForm(found, weaker);
  const names = known.map(({ name }) => name);
  const details = [names.length === 0 ? 'It meets none.' : `There are: ${names.join(', ')}`];
  if (place !== null) {
    const what = `No ${primitive || 'defence'} is met at ${place.file}:${place.line}.`;
    return problem('HF004', { what, details, absent: target });
  }
  const what = `The scenario meets no defence \`${target}\`.`;
  const unknown = { word: target, known: names };
  return problem('HF004', { what, details, unknown, absent: target });
}

function unknownForm({ name, kind, primitive, weaker }: Defence, wanted: string): Problem {
  const what = `\`${wanted}\` is not a weaker form of ${name}.`;
  const subject = kind === 'barrier' ? primitive : `A ${kind}`;
  const rest = kind === 'barrier' ? ', or be left out:' : ':';
  const forms =
    weaker.length > 0
      ? `It can become ${weaker.join(' or ')}${rest} --without '${name}'`
      : `${subject} has no weaker form; leave it out: --without '${name}'`;
  return problem('HF004', { what, details: [forms], unknown: { word: wanted, known: weaker } });
}

/** The answer when a mistake of the user prevented the search. */
export function failed(scenario: Scenario, { model }: Asked, found: Problem): CheckResult {
  const expected = expectedOf(scenario, model);
  return failedResult({ scenario: scenario.name, model, expected }, found);
}
