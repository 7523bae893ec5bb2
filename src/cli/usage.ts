/** What commander could not understand, as a problem with a caret below the argument. */

import { CommanderError } from 'commander';
import type { Command } from 'commander';
import type { Problem } from '../explore/result.ts';
import { didYouMean } from '../report/closest.ts';
import type { Context } from './context.ts';
import { usageProblem } from './problems.ts';

/** Prints it; help and version, which commander reports in the same way, are no mistakes. */
export function usageReport(
  error: CommanderError,
  args: readonly string[],
  program: Command,
  context: Context,
): void {
  if (error.exitCode === 0) return;
  const command = program.commands.find((one) => one.name() === args[0]) ?? program;
  const word = /'([^']*)'/.exec(error.message)?.[1] ?? '';
  const { what, details } = described(error, word, command);
  const line = ['holdfast', ...args].join(' ');
  const token = args.find((arg) => arg === word || arg.startsWith(`${word}=`)) ?? '';
  const column = token === '' ? line.length + 2 : line.indexOf(token) + 1;
  const position = { file: 'command line', line: 1, column };
  const problem: Problem = { ...usageProblem(what, details), position };
  context.report(problem, Math.max(1, token.length), line);
}

function described(
  error: CommanderError,
  word: string,
  command: Command,
): { what: string; details: string[] } {
  const name = command.parent === null ? 'holdfast' : `holdfast ${command.name()}`;
  const options = command.options.flatMap(({ long, short }) => [long ?? '', short ?? '']);
  switch (error.code) {
    case 'commander.unknownOption': {
      const suggestion = didYouMean(
        word,
        options.filter((one) => one.startsWith('--')),
      );
      return { what: `\`${word}\` is not an option of ${name}.`, details: [suggestion] };
    }
    case 'commander.optionMissingArgument':
      return { what: `\`${word}\` needs a value.`, details: [] };
    case 'commander.missingArgument':
      return { what: `${name} needs a ${word}.`, details: [] };
    case 'commander.excessArguments':
      return { what: `${name} takes no more arguments.`, details: [] };
    default:
      return { what: error.message.replace(/^error: /, ''), details: [] };
  }
}
