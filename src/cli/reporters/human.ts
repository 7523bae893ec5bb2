/** Lines, pictures and the total: what a reader at a terminal gets. */

import { basename } from 'node:path';
import { checkLines, lineWidths, outcomeOf, totalLine, warningLines } from '../../report/human.ts';
import type { LineWidths } from '../../report/human.ts';
import { matrixLines, matrixTitle } from '../../report/matrix.ts';
import type { Style } from '../../report/paint.ts';
import { picture } from '../../report/picture.ts';
import { hanging, listed } from '../../report/text.ts';
import type { Context } from '../context.ts';
import { flagHint, isDecided, litmusLines, litmusTotal, NAME_WIDTH } from '../litmus-text.ts';
import type { ScenarioInfo } from '../protocol.ts';
import { shownFindings } from '../report-plan.ts';
import type { Reporter, RunPlan, ScenarioReport, ShownFinding } from '../report-plan.ts';
import { familyWarnings } from './family-warnings.ts';
import { notDrawnLines } from './not-drawn.ts';

/** What `check` was told about printing. */
export interface HumanOptions {
  readonly quiet: boolean;
  readonly verbose: boolean;
  /** Every failure was asked for, so those that are not drawn are listed. */
  readonly keepGoing?: boolean;
  readonly style: Style;
  readonly write: (text: string) => void;
}

/** Prints a line when a scenario is finished, pictures and the total at the end. */
export function humanReporter(context: Context, options: HumanOptions): Reporter {
  const { style, write } = options;
  let widths: LineWidths = lineWidths([]);
  let head: string[] = [''];
  let testWidth = NAME_WIDTH;
  let planned = 0;
  let warnings = familyWarnings([]);
  const warn = (texts: readonly string[]): void => {
    for (const line of texts.flatMap((text) => warningLines(text, style))) write(`${line}\n`);
  };
  return {
    begin({ scenarios, litmus, models }: RunPlan) {
      planned = scenarios.length;
      warnings = familyWarnings(scenarios);
      testWidth = Math.max(NAME_WIDTH, ...litmus.map(nameLength));
      widths = lineWidths(scenarios.map(({ name }) => name));
      const title = models.length > 1 ? matrixTitle(models, widths, style) : null;
      if (title !== null) head = ['', title];
    },
    finished(report) {
      if (!options.quiet || report.results.some((one) => outcomeOf(one) !== 'as expected')) {
        const lines = linesOf(warnings.hold(report), widths, style);
        for (const line of [...head, ...lines]) write(`${line}\n`);
        head = [];
      }
      warn(warnings.behind(report));
    },
    lacking(scenarios, lacked) {
      const share = `${scenarios.length} of ${planned}`;
      for (const line of lackingLines(share, scenarios, lacked, style)) write(`${line}\n`);
      planned -= scenarios.length;
    },
    litmus(report) {
      if (options.quiet && isDecided(report) && report.result.warnings.length === 0) return;
      write(`${litmusLines(report, testWidth).join('\n')}\n`);
    },
    end({ scenarios, litmus, notRead }, seconds) {
      warn(warnings.rest());
      const pictures = picturesOf(scenarios, options);
      for (const one of pictures) write(`\n${drawn(one, context, options)}\n`);
      if (options.keepGoing === true && !options.quiet) {
        const all = scenarios.flatMap(shownFindings);
        const lines = notDrawnLines(all, pictures, context.place);
        if (lines.length > 0) write(`\n${lines.join('\n')}\n`);
      }
      const results = scenarios.flatMap((report) => report.results);
      const hints = options.quiet ? [] : flagHint(litmus);
      for (const hint of hints) write(`\n${hint}\n`);
      const isMany = litmus.length + notRead > 1;
      if (isMany) write(`\n${litmusTotal(litmus, notRead, seconds)}\n`);
      const notBegun = planned - scenarios.length;
      if (results.length + notBegun === 0) return;
      write(`\n${totalLine(results, seconds, style, notBegun)}\n`);
    },
  };
}

/** More scenarios than these are only counted. */
const NAMED_MAX = 3;

function lackingLines(
  share: string,
  scenarios: readonly ScenarioInfo[],
  lacked: readonly string[],
  style: Style,
): string[] {
  const names = scenarios.slice(0, NAMED_MAX).map(({ name }) => name);
  const more = scenarios.length - names.length;
  const named = listed(more > 0 ? [...names, `${more} more`] : names);
  const [have, are] = scenarios.length === 1 ? ['does not have', 'is'] : ['do not have', 'are'];
  const text = `${share} ${have} ${listed(lacked)} and ${are} left out: ${named}`;
  return hanging('  ', text, style.width);
}

/** A test is nearly always named as its file is. */
function nameLength(file: string): number {
  return Math.min(NAME_WIDTH_MAX, basename(file, '.litmus').length);
}

const NAME_WIDTH_MAX = 56;

function linesOf(report: ScenarioReport, widths: LineWidths, style: Style): string[] {
  const [only, ...others] = report.results;
  if (only !== undefined && others.length === 0) return checkLines(only, widths, style);
  return matrixLines(report.results, widths, style);
}

/**
 * All unexpected findings. If everything is as expected, one expected finding, so that whoever runs
 * the command for the first time sees a picture; with -v all of them, with -q none.
 */
function picturesOf(reports: readonly ScenarioReport[], options: HumanOptions): ShownFinding[] {
  const all = reports.flatMap(shownFindings);
  const unexpected = all.filter(({ result }) => result.expected === 'pass');
  if (options.verbose) return all;
  if (unexpected.length > 0) return unexpected;
  return options.quiet ? [] : all.toSorted(byInterest).slice(0, 1);
}

/** Weak memory first, then the steps with the most labels: such a picture explains itself. */
function byInterest(one: ShownFinding, other: ShownFinding): number {
  return interest(other) - interest(one);
}

function interest({ finding }: ShownFinding): number {
  const steps = finding.trace?.steps ?? [];
  const stale = steps.some((step) => step.missed !== null) ? 1000 : 0;
  return stale + steps.filter((step) => step.label !== null).length;
}

function drawn(shown: ShownFinding, context: Context, options: HumanOptions): string {
  const { finding, result, models, report } = shown;
  return picture(finding, {
    style: options.style,
    unfold: options.verbose,
    states: result.states,
    scenario: report.info.name,
    expected: result.expected === 'fail',
    place: context.place,
    notes: report.notes,
    models,
  });
}
