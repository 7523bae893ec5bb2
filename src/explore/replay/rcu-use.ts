/**
 * RCU usage, as lockdep looks at it (include/linux/rcupdate.h, `rcu_dereference_check`, 6.18): a
 * pointer that is dereferenced where no grace period of RCU waits for the reader; a section of SRCU
 * has a primitive of its own. No execution need go wrong by it in this scenario, so it is a
 * warning. Linux accepts less than this: it wants rcu_read_lock itself, where here interrupts off
 * or a held spin lock will do.
 *
 * What `--without` took away is no mistake of the code, so nobody is warned of that. Our own kernel
 * code is not warned of: it leaves sections out where nothing is freed behind a
 * grace period (its headers say so).
 */

import { isReader, isRemovedReader } from './context.ts';
import type { Context } from './context.ts';
import { callerPosition } from '../position.ts';
import type { Position } from '../result.ts';

/** Where a pointer is dereferenced. */
export interface Around {
  readonly context: Context;
  /** The srcu_structs of the sections of SRCU that are open. */
  readonly srcu: readonly number[];
}

/** Collects the uses of one search. */
export interface RcuUse {
  /** A thread dereferences a pointer there. */
  note(thread: string, around: Around, address: number): void;
  /** What to warn of, in words. */
  warnings(): string[];
}

/** Makes an empty collection. */
export function createRcuUse(nameOf: (address: number) => string): RcuUse {
  const unprotected = new Map<string, Unprotected>();
  return {
    note(thread, { context, srcu }, address) {
      if (isReader(context) || isRemovedReader(context)) return;
      const use = `${thread} dereferences ${nameOf(address)}`;
      const section = srcu.at(-1);
      const cause = section === undefined ? CAUSE : inSrcu(nameOf(address), nameOf(section));
      const key = use + cause;
      if (!unprotected.has(key)) unprotected.set(key, { use, cause, position: callerPosition() });
    },
    warnings: () =>
      [...unprotected.values()].flatMap(({ use, cause, position }) =>
        position !== null && KERNEL.test(position.file)
          ? []
          : [`RCU usage: ${use}${placeOf(position)} ${cause}`],
      ),
  };
}

interface Unprotected {
  /** Who dereferences what. */
  readonly use: string;
  readonly cause: string;
  readonly position: Position | null;
}

/** Our own kernel code. */
const KERNEL = /[/\\](?:src|dist)[/\\]kernel[/\\]/;

const CAUSE =
  'outside of a read-side section: no grace period waits for it; ' +
  'an updater that holds its lock reads with READ_ONCE';

/** What lockdep says of it too, since it looks for rcu_read_lock (CONFIG_PROVE_RCU). */
function inSrcu(pointer: string, ssp: string): string {
  return (
    `by rcu_dereference where only a section of SRCU is open, of ${ssp}: lockdep warns of that ` +
    `(CONFIG_PROVE_RCU), and only synchronize_srcu waits for it; ` +
    `srcu_dereference(${pointer}, ${ssp}) is the primitive for it`
  );
}

function placeOf(position: Position | null): string {
  if (position === null) return '';
  const file = position.file.slice(position.file.lastIndexOf('/') + 1).replace(/\.js$/, '.ts');
  return ` (${file}:${position.line})`;
}
