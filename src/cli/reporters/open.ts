/** From `--reporter` options to one reporter that stands for them all. */

import { writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { CheckSettings, RawSearchOptions } from '../check-options.ts';
import type { Context } from '../context.ts';
import { makeFolder } from '../folders.ts';
import type { ReporterChoice } from '../options.ts';
import { fileForPrograms, isOwnFile, sourceFile } from '../places.ts';
import { systemReason, unwritable } from '../problems.ts';
import type { Reporter } from '../report-plan.ts';
import { statusLine } from '../status.ts';
import { githubReporter } from './github.ts';
import { herdReporter } from './herd.ts';
import { humanReporter } from './human.ts';
import { jsonReporter } from './json.ts';
import { junitReporter } from './junit.ts';

/** Opens them; text for readers goes to stdout unless another reporter is there already. */
export function openReporters(
  settings: CheckSettings,
  raw: RawSearchOptions,
  context: Context,
): Reporter {
  const onStdout = settings.reporters.some(({ file }) => file === null);
  const choices: ReporterChoice[] = [...settings.reporters];
  if (!onStdout) choices.push({ name: 'auto', file: null });
  return together([
    statusReporter(settings, context),
    ...choices.map((choice) => openReporter(choice, raw, context)),
  ]);
}

function openReporter(choice: ReporterChoice, raw: RawSearchOptions, context: Context): Reporter {
  const { file } = choice;
  if (file === null) return reporterOf(choice, raw, context, context.io.stdout);
  const parts: string[] = [];
  const reporter = reporterOf(choice, raw, context, (text) => parts.push(text));
  return {
    ...reporter,
    end(reports, seconds, exitCode) {
      reporter.end?.(reports, seconds, exitCode);
      writeReport(resolve(context.io.folder, file), parts.join(''), context);
    },
  };
}

function writeReport(path: string, text: string, context: Context): void {
  try {
    makeFolder(dirname(path));
    writeFileSync(path, text);
  } catch (error) {
    context.report(unwritable(path, systemReason(error)));
  }
}

function reporterOf(
  { name, file }: ReporterChoice,
  raw: RawSearchOptions,
  context: Context,
  write: (text: string) => void,
): Reporter {
  const { folder } = context.io;
  const fileName = (path: string): string => fileForPrograms(folder, path);
  const isOwn = (path: string): boolean => isOwnFile(folder, sourceFile(path));
  if (name === 'json') return jsonReporter(write, fileName);
  if (name === 'junit') return junitReporter(write, fileName);
  if (name === 'github') return githubReporter(write, { name: fileName, isOwn });
  const forReaders = humanReporter(context, {
    quiet: raw.quiet === true,
    verbose: raw.verbose === true,
    keepGoing: raw.keepGoing === true,
    style: context.style(name === 'plain' || file !== null || raw.plain === true),
    write: file === null ? context.print : write,
  });
  return name === 'herd' ? herdReporter(write, context.io.stderr, forReaders) : forReaders;
}

/** The status line is erased before anything else is printed. */
function statusReporter(settings: CheckSettings, context: Context): Reporter {
  const status = statusLine(context.io.status);
  const erase = (): void => status.erase();
  return {
    progress: (progress) => status.show(progress, settings.search.jobs ?? 1),
    searched: erase,
    lacking: erase,
    problem: erase,
    litmus: erase,
    end: erase,
  };
}

function together(all: readonly Reporter[]): Reporter {
  return {
    begin: (plan) => all.forEach((one) => one.begin?.(plan)),
    searching: (info, model) => all.forEach((one) => one.searching?.(info, model)),
    progress: (progress) => all.forEach((one) => one.progress?.(progress)),
    problem: (problem, info) => all.forEach((one) => one.problem?.(problem, info)),
    searched: (info, result) => all.forEach((one) => one.searched?.(info, result)),
    finished: (report) => all.forEach((one) => one.finished?.(report)),
    lacking: (...left) => all.forEach((one) => one.lacking?.(...left)),
    litmus: (report) => all.forEach((one) => one.litmus?.(report)),
    end: (...last) => all.forEach((one) => one.end?.(...last)),
  };
}
