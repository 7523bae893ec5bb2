/** The command run in the test's own process: what it prints is collected. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { run } from '../../src/cli/program.ts';
import type { Io } from '../../src/cli/io.ts';

/** What a run of the command gave. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A folder of its own with a way to run the command in it. */
export interface Desk {
  readonly folder: string;
  write(name: string, text: string): string;
  run(...argv: readonly string[]): Promise<Ran>;
  /** The same with parts of the outside world replaced. */
  runWith(parts: Partial<Io>, ...argv: readonly string[]): Promise<Ran>;
  clear(): void;
}

/** Opens a desk. Printing is ASCII unless the environment says otherwise, as for any program. */
export function openDesk(name: string): Desk {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), `holdfast-${name}-`)));
  const runWith = async (parts: Partial<Io>, ...argv: readonly string[]): Promise<Ran> => {
    const out: string[] = [];
    const err: string[] = [];
    const io: Io = {
      stdout: (text) => void out.push(text),
      stderr: (text) => void err.push(text),
      status: null,
      stdoutIsTerminal: false,
      columns: null,
      folder,
      name: 'holdfast',
      environment: {},
      cores: 2,
      onInterrupt: () => () => {},
      memory: 2 ** 33,
      silentSecondsMax: 20,
      ...parts,
    };
    const code = await run(argv, io);
    return { code, out: out.join(''), err: err.join('') };
  };
  return {
    folder,
    write(file, text) {
      const path = join(folder, file);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
      return path;
    },
    run: (...argv) => runWith({}, ...argv),
    runWith,
    clear: () => rmSync(folder, { recursive: true, force: true }),
  };
}
