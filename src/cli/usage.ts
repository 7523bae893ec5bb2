/** What commander could not understand, as a problem with a caret below the argument. */

import { CommanderError } from 'commander';
import type { Command } from 'commander';
import type { Problem } from '../explore/result.ts';
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
  const described = problemOf(error, word, command);
  const line = [context.io.name, ...args].join(' ');
  const token = args.find((arg) => arg === word || arg.startsWith(`${word}=`)) ?? '';
  const column = token === '' ? line.length + 2 : line.indexOf(token) + 1;
  const position = { file: 'command line', line: 1, column };
  context.report({ ...described, position }, Math.max(1, token.length), line);
}

function problemOf(error: CommanderError, word: string, command: Command): Problem {
  const name = command.parent === null ? 'holdfast' : `holdfast ${command.name()}`;
  const next = `\`${name} --help\` shows how it is written.`;
  switch (error.code) {
    case 'commander.unknownOption': {
      const known = command.options.flatMap(({ long }) => long ?? []);
      const unknown = { word, known };
      return usageProblem(`\`${word}\` is not an option of ${name}.`, [], { unknown, next });
    }
    case 'commander.optionMissingArgument':
      return usageProblem(`\`${word}\` needs a value.`, [], { next });
    case 'commander.missingArgument':
      return usageProblem(`${name} needs a ${word}.`, [], { next });
    case 'commander.excessArguments':
      return usageProblem(`${name} takes no more arguments.`, [], { next });
    default:
      return usageProblem(error.message.replace(/^error: /, ''), [], { next });
  }
}
