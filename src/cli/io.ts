/**
 * The outside world as the command sees it: streams, folder, environment, interrupts.
 *
 * Everything goes through this object, so a test can run the whole command in its own process and
 * look at what it printed.
 */
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

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
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly cores: number;
  /** Calls the listener at each interrupt (Ctrl-C); gives a function that ends this. */
  readonly onInterrupt: (listener: () => void) => () => void;
  /** How long a search may be silent before it is ended. */
  readonly silentSecondsMax: number;
}

/** The folder of this installation. */
export const PACKAGE_ROOT: string = fileURLToPath(new URL('../..', import.meta.url));

const SILENT_SECONDS_MAX = 20;

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
    environment: process.env,
    cores: availableParallelism(),
    onInterrupt: (listener) => {
      process.on('SIGINT', listener);
      return () => void process.off('SIGINT', listener);
    },
    silentSecondsMax: SILENT_SECONDS_MAX,
  };
}

/** `holdfast check | head` closes the pipe early; that is not an error of anybody. */
function endQuietlyOnClosedPipe(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0);
    throw error;
  });
}
