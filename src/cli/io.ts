/**
 * The outside world as the command sees it: streams, folder, environment, interrupts.
 *
 * Everything goes through this object, so a test can run the whole command in its own process and
 * look at what it printed.
 */
import { availableParallelism, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Exit } from './exit.ts';
import { ownName } from './own-name.ts';

/** What a command may touch of the process it runs in. */
export interface Io {
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  /** Where the status line goes; null where there is no terminal to show it. */
  readonly status: NodeJS.WriteStream | null;
  readonly stdoutIsTerminal: boolean;
  /** Columns of the terminal, or null where there is none. */
  readonly columns: number | null;
  readonly folder: string;
  /** How the user starts this command: `holdfast`, or what stands for it (own-name.ts). */
  readonly name: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly cores: number;
  /** Calls the listener at each interrupt (Ctrl-C, `kill`); gives a function that ends this. */
  readonly onInterrupt: (listener: () => void) => () => void;
  /** Bytes of memory that this process may take: of the machine, or of its container. */
  readonly memory: number;
  /** How long a search may be silent before it is ended. */
  readonly silentSecondsMax: number;
}

/** The folder of this installation. */
export const PACKAGE_ROOT: string = fileURLToPath(new URL('../..', import.meta.url));

const SILENT_SECONDS_MAX = 20;

/** `timeout 60 holdfast check` sends SIGTERM; a terminal that is closed sends SIGHUP. */
const INTERRUPTS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The real one. */
export function processIo(): Io {
  endQuietlyOnClosedPipe();
  return {
    stdout: (text) => void process.stdout.write(text),
    stderr: (text) => void process.stderr.write(text),
    status: process.stderr.isTTY ? process.stderr : null,
    stdoutIsTerminal: process.stdout.isTTY,
    columns: process.stdout.isTTY ? process.stdout.columns : null,
    folder: process.cwd(),
    name: ownName(process.argv[1] ?? '', process.env, process.cwd()),
    environment: process.env,
    cores: availableParallelism(),
    onInterrupt: (listener) => {
      for (const signal of INTERRUPTS) process.on(signal, listener);
      return () => {
        for (const signal of INTERRUPTS) process.off(signal, listener);
      };
    },
    memory: memoryHere(),
    silentSecondsMax: SILENT_SECONDS_MAX,
  };
}

/** A container has less than its machine; where there is none, the figure is 0 or absurd. */
function memoryHere(): number {
  const all = totalmem();
  const constrained = process.constrainedMemory();
  return constrained > 0 && constrained < all ? constrained : all;
}

/**
 * `holdfast check | head` closes the pipe early; that is not an error of anybody, but no pass
 * either: what was not read may be a finding.
 */
function endQuietlyOnClosedPipe(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(process.exitCode ?? Exit.NOT_READ);
    throw error;
  });
}
