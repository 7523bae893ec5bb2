/** Sections that a thread enters by a function with a name: each can be left out by that name. */

import { machine } from './machine.ts';
import type { Nesting } from './machine.ts';

/** Enters a section, unless it is left out; its end is `machine().nest(what, -1)`. */
export function enterSection(what: Nesting, name: string): void {
  machine().nest(what, 1, machine().defended(name, 'section'));
}
