/** Guides show what the tool prints: their pictures are made again, to be compared. */

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const HOLDFAST = join(import.meta.dirname, '../../dist/cli/main.js');

/** A command of a guide, and the picture below it. */
export const PICTURE = /```\n\$ npx holdfast ([^\n]*)\n\n[\s\S]*?\n```/g;

/** A guide with what its commands print in a folder. @param traces where they leave theirs */
export function madeAgain(guide: string, folder: string, traces: () => string): string {
  return guide.replaceAll(PICTURE, (_all, command: string) => {
    return `\`\`\`\n$ npx holdfast ${command}\n\n${printed(command, folder, traces)}\n\`\`\``;
  });
}

/** What a command prints: all of `why`; of `check` the finding, without the table and its times. */
function printed(command: string, folder: string, traces: () => string): string {
  const words = [...command.matchAll(/'([^']*)'|(\S+)/g)].map(
    ([, quoted, plain]) => quoted ?? plain ?? '',
  );
  const out = words[0] === 'check' ? ['--out', traces()] : [];
  const env = { ...process.env, npm_config_user_agent: 'npm' };
  const options = { encoding: 'utf8', cwd: folder, env } as const;
  const { stdout } = spawnSync('node', [HOLDFAST, ...words, ...out], options);
  const finding = / {2}(?:FAIL|fails) .*found after [\d ]+ states(?: .*)?\n[\s\S]*? {2}Again .*/;
  return (words[0] === 'check' ? (finding.exec(stdout)?.[0] ?? stdout) : stdout)
    .replace(/^\n+/, '')
    .trimEnd();
}
