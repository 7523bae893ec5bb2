/**
 * Installs the hooks of hooks.ts, once in each thread that asks.
 *
 * Importing this file is enough (`node --import`, a test's setup file); load.ts calls the function.
 */
import * as module from 'node:module';
import { loadSync, resolveSync } from './hooks.ts';

type RegisterHooks = (hooks: { resolve: unknown; load: unknown }) => void;

/** One copy of this file may be loaded under two addresses; the mark is shared by both. */
const MARK: unique symbol = Symbol.for('holdfast.hooks');
const shared: Record<symbol, boolean> = globalThis as unknown as Record<symbol, boolean>;

export function registerHooks(): void {
  if (shared[MARK]) return;
  shared[MARK] = true;
  const inThread = (module as unknown as { registerHooks?: RegisterHooks }).registerHooks;
  if (inThread === undefined) module.register(new URL('./hooks.ts', import.meta.url));
  else inThread({ resolve: resolveSync, load: loadSync });
}

registerHooks();
