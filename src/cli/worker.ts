/**
 * The worker thread: loads scenario files and searches.
 *
 * The command line stays responsive while a search runs, and a scenario that neither ends nor
 * touches memory can be ended from outside: this thread counts up a shared word whenever the search
 * looks whether it should stop, and the main thread watches that word.
 */
import { parentPort, workerData } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { check, isScenario, replayTrace } from '../index.ts';
import type { CheckOptions, Scenario } from '../index.ts';
import { MODELS } from '../explore/models.ts';
import type { Step, Trace } from '../explore/result.ts';
import { accessText } from '../report/names.ts';
import { withKnownExports } from './known-exports.ts';
import { litmusFound } from './litmus-worker.ts';
import { loadScenarioFile } from './load.ts';
import { loadProblem, noScenarioProblem } from './problems.ts';
import { Shared } from './protocol.ts';
import type { Answer, Message, NumberedRequest, Request, ScenarioInfo } from './protocol.ts';

const shared = new Int32Array(workerData as SharedArrayBuffer);
/** News of a search at most this often: more is not seen, and each is a message. */
const PROGRESS_MILLISECONDS = 200;

/** Every file that was loaded, so that a late failure can be told from a bug of ours. */
const loadedFiles = new Set<string>();

async function answer(id: number, request: Request, port: MessagePort): Promise<Answer> {
  if (request.kind === 'litmus') return { kind: 'litmus', found: litmusFound(request, stop) };
  const loaded = await scenariosOf(request.file);
  if (!Array.isArray(loaded)) return loaded as Answer;
  const scenarios = loaded as Scenario[];
  if (request.kind === 'load') {
    return { kind: 'scenarios', scenarios: scenarios.map(info(request.file)) };
  }
  const scenario = scenarios[request.index];
  if (scenario === undefined) throw new Error(`worker: ${request.file} has no ${request.index}`);
  if (request.kind === 'replay') return replayed(scenario, request.trace);
  const result = await check(scenario, optionsOf(id, request.options, port));
  return { kind: 'result', result };
}

function replayed(scenario: Scenario, trace: Trace): Answer {
  const again = replayTrace(scenario, trace);
  if ('code' in again) return { kind: 'problem', problem: again };
  const { matched, divergence } = again;
  const text =
    divergence === null
      ? null
      : `Step ${matched + 1} was ${told(divergence.recorded, trace)}, ` +
        `now it is ${told(divergence.now, again.trace)}.`;
  return { kind: 'replayed', outcome: { matched, divergence: text } };
}

function told(step: Step | null, trace: Trace): string {
  if (step === null) return 'none';
  const observed = step.observed === null ? '' : ` ${step.observed}`;
  return `${accessText(step, (field) => field)}${observed} of ${trace.threads[step.thread] ?? ''}`;
}

/** The scenarios that a file exports, alone or in arrays; or what is wrong with the file. */
async function scenariosOf(file: string): Promise<Scenario[] | Answer> {
  loadedFiles.add(file);
  const loaded = await loadScenarioFile(file);
  if (!loaded.ok) return { kind: 'problem', problem: withKnownExports(loadProblem(loaded.error)) };
  const exported = Object.values(loaded.namespace).flat(1);
  const scenarios = [...new Set(exported.filter(isScenario))];
  if (scenarios.length > 0) return scenarios;
  return { kind: 'problem', problem: noScenarioProblem(file, loaded.namespace) };
}

function info(file: string): (scenario: Scenario, index: number) => ScenarioInfo {
  return ({ name, options, position }, index) => ({
    file,
    index,
    name,
    about: options.about ?? null,
    expected: expectations(options),
    position,
  });
}

function expectations({ expect = 'pass' }: Scenario['options']): ScenarioInfo['expected'] {
  const each = MODELS.map((model) => [
    model,
    typeof expect === 'object' ? (expect[model] ?? 'pass') : expect,
  ]);
  return Object.fromEntries(each) as ScenarioInfo['expected'];
}

/** Asked now and then by whatever searches: it is alive, and shall it end? */
function stop(): boolean {
  Atomics.add(shared, Shared.BEAT, 1);
  return Atomics.load(shared, Shared.STOP) === 1;
}

function optionsOf(id: number, options: CheckOptions, port: MessagePort): CheckOptions {
  let last = 0;
  return {
    ...options,
    stop,
    onProgress: (progress) => {
      Atomics.add(shared, Shared.BEAT, 1);
      const now = performance.now();
      if (now - last < PROGRESS_MILLISECONDS) return;
      last = now;
      port.postMessage({ id, progress } satisfies Message);
    },
  };
}

function serve(port: MessagePort): void {
  port.on('message', ({ id, request }: NumberedRequest) => {
    answer(id, request, port)
      .catch((error: unknown): Answer => {
        const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
        return { kind: 'bug', text };
      })
      .then(async (given) => {
        await afterPromises();
        port.postMessage({ id, answer: given } satisfies Message);
      })
      .catch((error: unknown) => {
        throw error;
      });
  });
}

/** What promises of the scenario threw is told before the answer, after which nobody listens. */
function afterPromises(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** A scenario may leave timers and promises behind; what they throw must not end the search. */
function reportLate(port: MessagePort, error: unknown): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const file = [...loadedFiles].find((one) => text.includes(one)) ?? null;
  port.postMessage({ late: { file, text } } satisfies Message);
}

/** From where kernel code throws to the scenario that calls it there may be many calls. */
const STACK_CALLS = 60;

if (parentPort !== null) {
  const port = parentPort;
  Error.stackTraceLimit = STACK_CALLS;
  process.on('uncaughtException', (error) => reportLate(port, error));
  process.on('unhandledRejection', (error) => reportLate(port, error));
  serve(port);
}
