/**
 * How the user calls this command, so that what it prints for copying works as it is pasted.
 *
 * Texts say `holdfast check ...`. Where npm, pnpm or yarn started it, there is no such command in
 * the user's shell: then it goes by the words that start it.
 */

import { basename, delimiter, dirname, relative } from 'node:path';
import type { Io } from './io.ts';

const RUNNERS: Readonly<Record<string, string>> = {
  npm: 'npx holdfast',
  pnpm: 'pnpm exec holdfast',
  yarn: 'yarn holdfast',
};

/**
 * The words that start this command again.
 *
 * @param script what Node was told to run, as process.argv[1] has it
 */
export function ownName(script: string, environment: Io['environment'], folder: string): string {
  const agent = environment['npm_config_user_agent']?.split('/', 1)[0] ?? '';
  const runner =
    RUNNERS[agent] ?? (environment['npm_command'] === undefined ? null : 'npx holdfast');
  if (runner !== null) return runner;
  if (!/^holdfast(?:\.\w+)?$/.test(basename(script))) return `node ${pathFrom(folder, script)}`;
  const isOnPath = (environment['PATH'] ?? '').split(delimiter).includes(dirname(script));
  const isInstalled = /node_modules[/\\]\.bin$/.test(dirname(script));
  return isInstalled && !isOnPath ? 'npx holdfast' : 'holdfast';
}

function pathFrom(folder: string, script: string): string {
  const near = relative(folder, script);
  const path = near.startsWith('..') ? script : near;
  return shellWord(path);
}

/** A path as one word of a shell. */
export function shellWord(path: string): string {
  return /^[\w./\\:@+-]+$/.test(path) ? path : `'${path}'`;
}

/** The command in a text: a word of a sentence, not of a path, and a command of its behind it. */
const COMMANDS = 'check|why|debate|replay|list|new|explain|doctor';
const COMMAND = new RegExp(
  `(?<![\\w./-]|npx |exec |yarn )holdfast(?=\\s+(?:(?:${COMMANDS})\\b|<|--help))`,
  'g',
);

/** A text with the command as its reader calls it. */
export function asCalled(text: string, name: string): string {
  return name === 'holdfast' ? text : text.replace(COMMAND, () => name);
}
