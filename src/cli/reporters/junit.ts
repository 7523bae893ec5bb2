/**
 * JUnit XML: a suite for each scenario and model, a test case for each property.
 *
 * An open search is an error and no failure: nothing is known to be wrong, but nobody may read it
 * as a pass. A scenario of a known bug is one test case that passes when the bug is found.
 */

import junit from 'junit-report-builder';
import type { Builder, TestCase, TestSuite } from 'junit-report-builder';
import type { CheckResult, Finding, Position, Problem } from '../../explore/result.ts';
import { openText } from '../../report/human.ts';
import { picture, propertyText } from '../../report/picture.ts';
import { problemText } from '../../report/problem.ts';
import { modelsOf } from '../report-plan.ts';
import type { FileName } from '../../report/relocate.ts';
import { isDecided, litmusOpenText } from '../litmus-text.ts';
import type { LitmusReport, Reporter, ScenarioReport } from '../report-plan.ts';

/** The package is CommonJS and its types describe an ES module: the value is the builder itself. */
const builder = junit as unknown as Builder;

/** Collects everything and writes one document at the end. */
export function junitReporter(write: (text: string) => void, name: FileName): Reporter {
  const outside: Problem[] = [];
  return {
    problem(problem, info) {
      if (info === null) outside.push(problem);
    },
    end({ scenarios: reports, litmus }) {
      const report = builder.newBuilder();
      for (const one of reports) {
        for (const result of one.results) {
          const suite = report.testSuite().name(`${result.scenario} (${result.model})`);
          suite.time(result.seconds);
          addCases(suite, one, result, name);
        }
      }
      if (litmus.length > 0) addTests(report.testSuite().name('litmus'), litmus, name);
      for (const problem of outside) {
        const suite = report.testSuite().name('holdfast');
        errorCase(suite.testCase().name(problem.code), problem, name);
      }
      write(`${legal(report.build())}\n`);
    },
  };
}

/** A litmus test expects nothing; it is wrong only not to know its answer. */
function addTests(suite: TestSuite, litmus: readonly LitmusReport[], fileName: FileName): void {
  for (const report of litmus) {
    const { name, file, observation, open, cut } = report.result;
    const test = suite.testCase().className('litmus').name(`${name}: ${observation}`);
    test.file(fileName(file));
    if (isDecided(report)) continue;
    test.error(open === null ? loopText(cut) : litmusOpenText(open), 'open');
  }
}

function loopText(cut: boolean): string {
  return cut ? 'a loop was cut' : 'a model of the search could not decide it';
}

function addCases(
  suite: TestSuite,
  report: ScenarioReport,
  result: CheckResult,
  fileName: FileName,
): void {
  const begin = (name: string): TestCase =>
    suite.testCase().className(result.scenario).name(name).file(fileName(report.info.file));
  const [problem] = result.problems;
  if (problem !== undefined) return errorCase(begin('scenario'), problem, fileName);
  const judge = (test: TestCase, finding: Finding | undefined): void =>
    judged(test, report, result, finding, fileName);
  if (result.expected === 'fail') return knownBug(begin('finds the known bug'), result);
  for (const { property } of result.properties) {
    const name = `${property.kind} ${property.name}`;
    const found = result.findings.find((one) => sameProperty(one, property));
    judge(begin(name), found);
  }
  const automatic = result.findings.filter(
    (one) => !result.properties.some(({ property }) => sameProperty(one, property)),
  );
  if (automatic.length === 0) judge(begin('always on'), undefined);
  for (const finding of automatic) judge(begin(propertyText(finding)), finding);
}

function sameProperty({ property }: Finding, other: Finding['property']): boolean {
  const kind = property.kind === 'vacuous' ? other.kind : property.kind;
  return kind === other.kind && property.name === other.name;
}

function judged(
  test: TestCase,
  report: ScenarioReport,
  result: CheckResult,
  finding: Finding | undefined,
  fileName: FileName,
): void {
  if (finding !== undefined) {
    const place = placeWith(fileName);
    const models = modelsOf(report, finding);
    test.failure(legal(finding.message), finding.property.kind);
    test.stacktrace(legal(picture(finding, { scenario: result.scenario, models, place })));
  } else if (result.verdict === 'open') {
    test.error(openText(result.open), 'open');
  }
}

function knownBug(test: TestCase, result: CheckResult): void {
  if (result.verdict === 'open') test.error(openText(result.open), 'open');
  if (result.verdict === 'pass') test.failure('The known bug was not found.', 'pass');
}

function errorCase(test: TestCase, problem: Problem, fileName: FileName): void {
  const text = problemText(problem, { place: placeWith(fileName) });
  test.error(legal(problem.what), problem.code, legal(text));
}

function placeWith(fileName: FileName): (position: Position) => string {
  return ({ file, line, column }) => `${fileName(file)}:${line}:${column}`;
}

/** XML 1.0 has no way to write most control characters. */
function legal(text: string): string {
  // oxlint-disable-next-line no-control-regex -- exactly the characters that must not be there
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '?');
}
