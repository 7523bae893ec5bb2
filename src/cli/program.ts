/**
 * The command: arguments in, exit code out.
 *
 * commander reads the arguments. What it cannot understand becomes a problem like every other
 * mistake, with a caret below the argument. Whatever else is thrown is a bug of ours: it goes into
 * a report file, and the exit code is 70.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { addCheck } from './commands/check.ts';
import { addDebate } from './commands/debate.ts';
import { addDoctor } from './commands/doctor.ts';
import { addExplain } from './commands/explain.ts';
import { withExamples } from './commands/help.ts';
import { addList } from './commands/list.ts';
import { addNew } from './commands/new.ts';
import { addReplay } from './commands/replay.ts';
import { addWhy } from './commands/why.ts';
import { createContext } from './context.ts';
import type { Context } from './context.ts';
import { Exit, exitCode } from './exit.ts';
import { makeFolder } from './folders.ts';
import type { Io } from './io.ts';
import { usageReport } from './usage.ts';
import { OUT_FOLDER } from './traces.ts';
import { version } from './version.ts';

/** Runs the command. Gives its exit code and never throws. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const { context, close } = createContext(io, argv);
  const program = buildProgram(context);
  const args = withDefaultCommand(argv, program);
  try {
    await program.parseAsync([...args], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) usageReport(error, args, program, context);
    else {
      context.happened.add(Exit.BUG);
      reportBug(error, argv, io);
    }
  } finally {
    await close();
  }
  return exitCode(context.happened);
}

function buildProgram(context: Context): Command {
  const program = new Command('holdfast')
    .description('Linux page pinning, checked in every possible execution.')
    .usage('<command> [scenario...] [options]')
    .version(version(), '-V, --version')
    .exitOverride()
    .configureOutput({
      writeOut: context.print,
      // Errors are printed as problems, with code and caret.
      writeErr: () => {},
      getOutHelpWidth: () => context.style().width,
    })
    .showSuggestionAfterError(false)
    .helpCommand(false);
  const commands = [addCheck, addWhy, addDebate, addReplay, addList, addNew, addExplain, addDoctor];
  for (const add of commands) add(program, context);
  withExamples(program, ['holdfast check pin-vs-share', 'holdfast why pin-vs-share']);
  return program;
}

/** `holdfast a.scenario.ts` means `check a.scenario.ts`. */
function withDefaultCommand(argv: readonly string[], program: Command): readonly string[] {
  const [first] = argv;
  if (first === undefined) return ['--help'];
  const isCommand = program.commands.some((command) => command.name() === first);
  const isGlobal = ['-h', '--help', '-V', '--version'].includes(first);
  return isCommand || isGlobal ? argv : ['check', ...argv];
}

/** Says what to send to whom, and keeps it in a file. */
export function reportBug(error: unknown, argv: readonly string[], io: Io): void {
  const text = [
    `holdfast ${version()}, node ${process.version}, ${process.platform} ${process.arch}`,
    `holdfast ${argv.join(' ')}`,
    error instanceof Error ? (error.stack ?? error.message) : String(error),
  ].join('\n\n');
  const file = join(io.folder, OUT_FOLDER, 'bug-report.txt');
  let where = `A report is in ${file}.`;
  try {
    makeFolder(join(io.folder, OUT_FOLDER));
    writeFileSync(file, `${text}\n`);
  } catch {
    where = text;
  }
  io.stderr(`This is a bug in Holdfast, not in your scenario.\n${where}\n`);
}
