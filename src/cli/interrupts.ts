/**
 * Ctrl-C during searches: the first asks the search for what it has, the second does not wait for
 * it. The command then prints what there is and ends with 130.
 */

import type { Context } from './context.ts';
import { Exit } from './exit.ts';

/** Runs searches; `isOver` tells them that somebody interrupted. */
export async function interruptible<T>(
  context: Context,
  searches: (isOver: () => boolean) => Promise<T>,
): Promise<T> {
  const session = context.session();
  let interrupts = 0;
  const endListening = context.io.onInterrupt(() => {
    context.happened.add(Exit.INTERRUPTED);
    if (++interrupts === 1) session.interrupt();
    else void session.close();
  });
  try {
    return await searches(() => interrupts > 0);
  } finally {
    endListening();
  }
}
