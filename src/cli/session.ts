/**
 * A worker thread with a watchdog: requests in, answers out, one at a time.
 *
 * A worker that is silent for too long while it has a request is ended and the request answered
 * with a problem; the next request gets a new worker.
 */
import { Worker } from 'node:worker_threads';
import type { CheckResult, Position, Problem, Progress, Trace } from '../explore/result.ts';
import { lateFailure, silentSearch } from './problems.ts';
import { Shared } from './protocol.ts';
import { placeOfStuck } from './stuck.ts';
import type {
  Answer,
  LateFailure,
  LitmusFound,
  LitmusRequest,
  Message,
  ReplayOutcome,
  Request,
  ScenarioInfo,
  SearchOptions,
} from './protocol.ts';

/** A mistake in Holdfast itself that happened in the worker. */
export class WorkerBug extends Error {}

/** What the rest of the command asks of a worker. */
export interface Session {
  load(file: string): Promise<readonly ScenarioInfo[] | Problem>;
  check(
    scenario: ScenarioInfo,
    options: SearchOptions,
    onProgress?: (progress: Progress) => void,
  ): Promise<CheckResult | Problem>;
  replay(scenario: ScenarioInfo, trace: Trace): Promise<ReplayOutcome | Problem>;
  litmus(asked: LitmusRequest): Promise<LitmusFound | Problem>;
  /** Asks the search to stop; it answers with what it has. */
  interrupt(): void;
  close(): Promise<void>;
}

interface Settings {
  readonly silentSecondsMax: number;
  /** Gets what scenarios print with console.log, which must not mix with results. */
  readonly onPrint: (text: string) => void;
  /** Gets what a file did wrong after its search, unless it was found wrong already. */
  readonly onLate: (problem: Problem) => void;
}

interface Pending {
  readonly request: Request;
  readonly scenario: ScenarioInfo | null;
  readonly onProgress: (progress: Progress) => void;
  readonly resolve: (answer: Answer) => void;
}

/** Distinguishes the two kinds of answers that every request may have. */
export function isProblem(answer: object): answer is Problem {
  return 'code' in answer && 'what' in answer;
}

/** Starts no thread until the first request. */
export function createSession(settings: Settings): Session {
  const line = new WorkerLine(settings);
  return {
    load: async (file) => {
      const answer = await line.ask({ kind: 'load', file }, null);
      return answer.kind === 'scenarios' ? answer.scenarios : failure(answer);
    },
    check: async (scenario, options, onProgress) => {
      const { file, index } = scenario;
      const answer = await line.ask({ kind: 'check', file, index, options }, scenario, onProgress);
      return answer.kind === 'result' ? answer.result : failure(answer);
    },
    replay: async (scenario, trace) => {
      const { file, index } = scenario;
      const answer = await line.ask({ kind: 'replay', file, index, trace }, scenario);
      return answer.kind === 'replayed' ? answer.outcome : failure(answer);
    },
    litmus: async (asked) => {
      const answer = await line.ask({ kind: 'litmus', ...asked }, null);
      return answer.kind === 'litmus' ? answer.found : failure(answer);
    },
    interrupt: () => line.interrupt(),
    close: () => line.close(),
  };
}

/** The line to one worker at a time, with at most one request on it. */
class WorkerLine {
  private readonly shared = new Int32Array(new SharedArrayBuffer(4 * Shared.WORDS));
  /** Files that the user knows to be wrong: what they throw later is no news. */
  private readonly knownWrong = new Set<string>();
  private readonly settings: Settings;
  private worker: Worker | null = null;
  private pending: Pending | null = null;
  private number = 0;

  constructor(settings: Settings) {
    this.settings = settings;
  }

  async ask(
    request: Request,
    scenario: ScenarioInfo | null,
    onProgress: (progress: Progress) => void = () => {},
  ): Promise<Answer> {
    if (this.pending !== null) throw new Error('session: one request at a time');
    const asked = new Promise<Answer>((resolve) => {
      this.pending = { request, scenario, onProgress, resolve };
    });
    this.worker ??= this.start();
    this.worker.postMessage({ id: ++this.number, request });
    const seconds = patienceWith(request, this.settings.silentSecondsMax);
    const end = (): void => void this.endSilent(request, scenario, seconds);
    const watch = watchdog(this.shared, seconds, end);
    try {
      return await asked;
    } finally {
      clearInterval(watch);
    }
  }

  interrupt(): void {
    Atomics.store(this.shared, Shared.STOP, 1);
  }

  async close(): Promise<void> {
    const ending = this.worker;
    this.worker = null;
    ending?.removeAllListeners();
    // What fails while it is being ended is of no interest, but would be thrown without a listener.
    ending?.on('error', () => {});
    await ending?.terminate();
  }

  /** Ends a silent worker, unless it answers while it is asked where it is. */
  private async endSilent(
    request: Request,
    scenario: ScenarioInfo | null,
    seconds: number,
  ): Promise<void> {
    const silent = this.worker;
    const place = silent === null ? null : await placeOfStuck(silent);
    if (this.worker !== silent || this.pending?.request !== request) return;
    void this.close();
    this.settle(silentAnswer(request, scenario, seconds, place));
  }

  private start(): Worker {
    const started = new Worker(new URL('./worker.ts', import.meta.url), {
      workerData: this.shared.buffer,
      stdout: true,
    });
    started.stdout.on('data', (text: Buffer) => this.settings.onPrint(text.toString()));
    started.on('message', (message: Message) => this.receive(message));
    started.on('error', (error: unknown) =>
      this.ended(started, (request) => crashAnswer(error, request.file)),
    );
    started.on('exit', () => this.ended(started, (request) => exitAnswer(request.file)));
    return started;
  }

  private receive(message: Message): void {
    if ('late' in message) this.receiveLate(message.late);
    else if (message.id !== this.number) return;
    else if ('progress' in message) this.pending?.onProgress(message.progress);
    else this.settle(message.answer);
  }

  private receiveLate({ file, text }: LateFailure): void {
    if (file === null) this.settle({ kind: 'bug', text });
    else if (!this.knownWrong.has(file)) {
      this.settings.onLate(lateFailure(file, firstLine(text)));
      this.knownWrong.add(file);
    }
  }

  private ended(worker: Worker, answer: (request: Request) => Answer): void {
    if (this.worker === worker) this.worker = null;
    if (this.pending !== null) this.settle(answer(this.pending.request));
  }

  private settle(answer: Answer): void {
    const current = this.pending;
    this.pending = null;
    if (current !== null && saysWrong(answer)) this.knownWrong.add(current.request.file);
    current?.resolve(answer);
  }
}

function failure(answer: Answer): Problem {
  if (answer.kind === 'problem') return answer.problem;
  throw new WorkerBug(answer.kind === 'bug' ? answer.text : `unexpected answer ${answer.kind}`);
}

/** An exception that nobody caught: of the user's file if its stack says so, else ours. */
function crashAnswer(error: unknown, file: string): Answer {
  const { code, stack, message } = error as NodeJS.ErrnoException;
  if (code === 'ERR_WORKER_OUT_OF_MEMORY') {
    const details = ['Give it a limit: --until memory=1G'];
    return {
      kind: 'problem',
      problem: silentSearch('The search ran out of memory.', details, null),
    };
  }
  if (stack?.includes(file) === true)
    return { kind: 'problem', problem: lateFailure(file, message) };
  return { kind: 'bug', text: stack ?? String(error) };
}

function exitAnswer(file: string): Answer {
  const what = 'The scenario ended the thread in which it is searched.';
  const next = 'Remove the call: the command ends by itself, with its own exit code.';
  const problem = silentSearch(what, [file, 'It calls process.exit or the like.'], null, next);
  return { kind: 'problem', problem };
}

/**
 * How long a search may be silent. What has a time limit looks at it at every sign of life; so who
 * is silent for longer than that does not see it, and is ended from outside.
 */
function patienceWith(request: Request, most: number): number {
  const limit = request.kind === 'check' ? (request.options.until?.seconds ?? most) : most;
  return Math.min(most, limit + GRACE_SECONDS);
}

/** A search that ends by its limit says what it has within this time, also on a busy machine. */
const GRACE_SECONDS = 3;

/** What runs when a file is loaded stands beside its scenarios. */
const ENDLESS_FILE =
  'Look beside the scenarios for a loop that does not end, or an await that nobody answers.';

/** @param place where the worker is; null if that cannot be told */
function silentAnswer(
  request: Request,
  scenario: ScenarioInfo | null,
  seconds: number,
  place: Position | null,
): Answer {
  const what = 'The search stopped answering.';
  const file = scenario === null ? [request.file] : [];
  const ended = place === null ? 'it was ended' : 'it was ended here';
  const details = [...file, `No step for ${seconds} s, so ${ended}.`];
  const next = scenario === null && place === null ? ENDLESS_FILE : undefined;
  const problem = silentSearch(what, details, place ?? scenario?.position ?? null, next);
  return { kind: 'problem', problem };
}

function watchdog(shared: Int32Array, seconds: number, onSilence: () => void): NodeJS.Timeout {
  let beat = Atomics.load(shared, Shared.BEAT);
  let since = performance.now();
  const watch = setInterval(
    () => {
      const now = Atomics.load(shared, Shared.BEAT);
      if (now !== beat) since = performance.now();
      beat = now;
      if (performance.now() - since <= seconds * 1000) return;
      clearInterval(watch);
      onSilence();
    },
    Math.min(250, seconds * 250),
  );
  return watch;
}

function saysWrong(answer: Answer): boolean {
  if (answer.kind === 'result') return answer.result.problems.length > 0;
  return answer.kind === 'problem';
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}
