/**
 * Where a thread is that does not answer: V8's inspector is asked, from the main thread, to pause
 * it in the middle of its loop and to tell its calls.
 *
 * Asked only when a thread has been silent for too long, so nobody else pays: no debugger is
 * attached before, and no counter runs in the code of threads. session.ts ends the thread then.
 */
import type { Debugger, NodeWorker, Session } from 'node:inspector';
import { join, sep } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { userPositions } from '../explore/position.ts';
import type { Position } from '../explore/result.ts';
import { PACKAGE_ROOT } from './io.ts';

/** A loop is paused within 0.3 s; while a thread waits for a promise, nothing can be paused. */
const PATIENCE_MILLISECONDS = 3000;

/** The innermost place in the user's code or in kernel code where a thread is; null if nowhere. */
export async function placeOfStuck(worker: Worker): Promise<Position | null> {
  const session = await openSession();
  if (session === null) return null;
  try {
    const stack = await pausedStack(session, worker.threadId);
    return userPositions(stack).find(({ file }) => !isCommand(file)) ?? null;
  } finally {
    // The thread goes on as soon as nobody is attached to it.
    session.disconnect();
  }
}

/** A Node that was built without an inspector has none to import. */
async function openSession(): Promise<Session | null> {
  try {
    const inspector = await import('node:inspector');
    const session = new inspector.Session();
    session.connect();
    return session;
  } catch {
    return null;
  }
}

/** The stack of a thread, as an Error in it would tell; empty if it was not paused in time. */
function pausedStack(session: Session, threadId: number): Promise<string> {
  const urls = new Map<string, string>();
  return new Promise((resolve) => {
    const patience = setTimeout(() => resolve(''), PATIENCE_MILLISECONDS);
    session.on('NodeWorker.attachedToWorker', ({ params: { sessionId, workerInfo } }) => {
      // `workerId` is a number of the inspector; the title has that of the thread.
      if (!workerInfo.title.startsWith(`[worker ${threadId}]`)) return;
      tell(session, sessionId, 'Debugger.enable');
      tell(session, sessionId, 'Debugger.pause');
    });
    session.on('NodeWorker.receivedMessageFromWorker', ({ params }) => {
      const event = JSON.parse(params.message) as FromThread;
      // All scripts are named before the pause is told: `enable` was asked for first.
      if (event.method === 'Debugger.scriptParsed') {
        urls.set(event.params.scriptId, event.params.url);
      }
      if (event.method !== 'Debugger.paused') return;
      tell(session, params.sessionId, 'Debugger.resume');
      clearTimeout(patience);
      resolve(event.params.callFrames.map((call) => stackLine(call, urls)).join('\n'));
    });
    session.post('NodeWorker.enable', { waitForDebuggerOnStart: false });
  });
}

/** What the thread's inspector says; answers to requests have no method. */
type FromThread =
  | { method: 'Debugger.scriptParsed'; params: Debugger.ScriptParsedEventDataType }
  | { method: 'Debugger.paused'; params: Debugger.PausedEventDataType }
  | { method?: undefined };

/** Nobody waits for the answer, so every request may have the same number. */
function tell(session: Session, sessionId: NodeWorker.SessionID, method: string): void {
  const message = JSON.stringify({ id: 1, method });
  session.post('NodeWorker.sendMessageToWorker', { sessionId, message });
}

/** The inspector counts lines and columns from 0. */
function stackLine({ location }: Debugger.CallFrame, urls: ReadonlyMap<string, string>): string {
  const { scriptId, lineNumber, columnNumber = 0 } = location;
  return `at ${urls.get(scriptId) ?? ''}:${lineNumber + 1}:${columnNumber + 1}`;
}

/** The command itself is between Node and the user's file; kernel code is there to be read. */
function isCommand(file: string): boolean {
  const built = join(PACKAGE_ROOT, 'dist') + sep;
  return file.startsWith(built) && !file.startsWith(`${built}kernel${sep}`);
}
