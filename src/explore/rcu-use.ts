/**
 * RCU usage, as lockdep looks at it (include/linux/rcupdate.h, `rcu_dereference_check`, 6.18): a
 * pointer that is dereferenced where no grace period waits for the reader. No execution need go
 * wrong by it in this scenario, so it is a warning. Linux accepts less than this: it wants
 * rcu_read_lock itself, where here interrupts off or a held spin lock will do.
 *
 * What `--without` took away is no mistake of the code, so nobody is warned of that. Our own kernel
 * code is not warned of: it leaves sections out where nothing is freed behind a
 * grace period (its headers say so).
 */

import { isReader, isRemovedReader } from './context.ts';
import type { Context } from './context.ts';
import { callerPosition } from './position.ts';
import type { Position } from './result.ts';

/** Collects the uses of one search. */
export interface RcuUse {
  /** A thread dereferences a pointer in this context. */
  note(thread: string, context: Context, address: number): void;
  /** What to warn of, in words. */
  warnings(): string[];
}

/** Makes an empty collection. */
export function createRcuUse(nameOf: (address: number) => string): RcuUse {
  const unprotected = new Map<string, Position | null>();
  return {
    note(thread, context, address) {
      if (isReader(context) || isRemovedReader(context)) return;
      const use = `${thread} dereferences ${nameOf(address)}`;
      if (!unprotected.has(use)) unprotected.set(use, callerPosition());
    },
    warnings: () =>
      [...unprotected].flatMap(([use, position]) =>
        position !== null && KERNEL.test(position.file)
          ? []
          : [`RCU usage: ${use}${placeOf(position)} ${CAUSE}`],
      ),
  };
}

/** Our own kernel code. */
const KERNEL = /[/\\](?:src|dist)[/\\]kernel[/\\]/;

const CAUSE =
  'outside of a read-side section: no grace period waits for it; ' +
  'an updater that holds its lock reads with READ_ONCE';

function placeOf(position: Position | null): string {
  if (position === null) return '';
  const file = position.file.slice(position.file.lastIndexOf('/') + 1).replace(/\.js$/, '.ts');
  return ` (${file}:${position.line})`;
}
