/** The form of every help screen: at most 24 lines, two examples at the end. */

import type { Command } from 'commander';

/** Adds examples below the options. */
export function withExamples(command: Command, examples: readonly string[]): void {
  const lines = examples.map((example) => `  ${example}`);
  command.addHelpText('after', `\nExamples:\n${lines.join('\n')}`);
}
