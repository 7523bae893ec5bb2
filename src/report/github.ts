/**
 * Workflow commands of GitHub: findings, problems and open searches as annotations at their lines.
 *
 * Values are escaped as the runner expects it: a line end in a message would end the command, and
 * a comma in a property would begin the next one.
 */

import type { CheckResult, Finding, Position, Problem } from '../explore/result.ts';
import type { LitmusResult } from '../litmus/result.ts';
import { openText, outcomeOf } from './human.ts';
import { underModels } from './models.ts';
import type { ModelVerdict } from './models.ts';
import { propertyText } from './picture.ts';
import { detailsOf } from './problem.ts';
import type { FileName } from './relocate.ts';
import { reviewPosition } from './review.ts';
import type { IsOwn } from './review.ts';
import { slug } from './text.ts';

/** How files are named, and which belong to the repository. */
export interface Files {
  readonly name: FileName;
  readonly isOwn: IsOwn;
}

/** A finding with the search that showed it and what each model says. */
export interface Shown {
  readonly finding: Finding;
  readonly result: CheckResult;
  /** Weakest first. */
  readonly models: readonly ModelVerdict[];
}

/** What a search says beside its findings: that it is open, or that a known bug is gone. */
export function searchLines(result: CheckResult, at: Position | null, files: Files): string[] {
  const outcome = outcomeOf(result);
  const title = `${result.scenario} (${result.model})`;
  if (outcome === 'open') {
    return [command('warning', at, `${title}: open`, openText(result.open), files)];
  }
  if (outcome !== 'unexpected' || result.verdict !== 'pass') return [];
  const message = 'The scenario is declared to fail, and no execution violates a property.';
  return [command('error', at, `${title}: passes`, message, files)];
}

/** The annotation of a problem. */
export function problemLine(problem: Problem, files: Files): string {
  const message = [problem.what, ...detailsOf(problem)].join('\n');
  return command('error', problem.position, problem.code, message, files);
}

/** The annotation of a litmus test whose answer is not certain. */
export function openTestLine({ name, file, observation }: LitmusResult, files: Files): string {
  const at = { file, line: 1, column: 1 };
  return command('warning', at, `${name}: open`, `${observation}, but not certain.`, files);
}

/** The annotation of a finding: a notice where it was expected. */
export function findingLine({ finding, result, models }: Shown, files: Files): string {
  const again =
    finding.trace === null ? '' : `\nholdfast replay ${slug(result.scenario)}:${finding.id}`;
  const message = `${finding.message}\n${capital(underModels(models))}.${again}`;
  const title = `${result.scenario}: ${propertyText(finding)}`;
  const kind = result.expected === 'fail' ? 'notice' : 'error';
  return command(kind, reviewPosition(finding, files.isOwn), title, message, files);
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

function command(
  kind: 'error' | 'warning' | 'notice',
  position: Position | null,
  title: string,
  message: string,
  files: Files,
): string {
  const place =
    position === null
      ? []
      : [
          `file=${escapedProperty(files.name(position.file))}`,
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
