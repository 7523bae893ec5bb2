/**
 * Workflow commands of GitHub: each unexpected finding as an annotation at its line.
 *
 * Values are escaped as the runner expects it: a line end in a message would end the command, and
 * a comma in a property would begin the next one.
 */

import type { CheckResult, Finding, Position, Problem } from '../explore/result.ts';
import { openText, outcomeOf } from './human.ts';
import { propertyText } from './picture.ts';
import { slug } from './text.ts';

/** From an absolute file name to one relative to the repository. */
export type RelativeFile = (file: string) => string;

/** The annotations of one search, a line each. */
export function githubLines(result: CheckResult, relative: RelativeFile): string[] {
  const outcome = outcomeOf(result);
  const problems = result.problems.map((problem) => problemLine(problem, relative));
  if (outcome === 'open') {
    const title = `${result.scenario}: open`;
    return [...problems, command('warning', null, title, openText(result.open), relative)];
  }
  const expected = result.expected === 'fail';
  const findings = result.findings.map((finding) =>
    findingLine(result, finding, expected, relative),
  );
  if (outcome === 'unexpected' && result.verdict === 'pass') {
    const title = `${result.scenario}: passes`;
    const message = 'The scenario is declared to fail, and every execution is right.';
    return [...problems, command('error', null, title, message, relative)];
  }
  return [...problems, ...findings];
}

/** The annotation of a problem. */
export function problemLine(problem: Problem, relative: RelativeFile): string {
  const message = [problem.what, ...problem.details].join('\n');
  return command('error', problem.position, problem.code, message, relative);
}

function findingLine(
  result: CheckResult,
  finding: Finding,
  expected: boolean,
  relative: RelativeFile,
): string {
  const address = `${slug(result.scenario)}:${finding.id}`;
  const message = `${finding.message}\nModel ${result.model}. holdfast replay ${address}`;
  const title = `${result.scenario}: ${propertyText(finding)}`;
  const kind = expected ? 'notice' : 'error';
  return command(kind, finding.position ?? lastPosition(finding), title, message, relative);
}

/** Where the last step with a known place stands: the one that completes the violation. */
function lastPosition(finding: Finding): Position | null {
  return finding.trace?.steps.findLast((step) => step.position !== null)?.position ?? null;
}

function command(
  kind: 'error' | 'warning' | 'notice',
  position: Position | null,
  title: string,
  message: string,
  relative: RelativeFile,
): string {
  const place =
    position === null
      ? []
      : [
          `file=${escapedProperty(relative(position.file))}`,
          `line=${position.line}`,
          `col=${position.column}`,
        ];
  const properties = [...place, `title=${escapedProperty(title)}`].join(',');
  return `::${kind} ${properties}::${escaped(message)}`;
}

function escaped(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapedProperty(text: string): string {
  return escaped(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
