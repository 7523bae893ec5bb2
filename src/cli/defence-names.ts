/**
 * `--without primitive@file:line`: a defence by its place, as a reader of code names it.
 *
 * Only a search knows which defences there are, so the scenario is searched once with everything in
 * place, and the place is then turned into the stable name.
 */

import { basename } from 'node:path';
import type { Defence, Problem } from '../explore/result.ts';
import type { Context } from './context.ts';
import { unknownDefence } from './problems.ts';
import type { ScenarioInfo, SearchOptions } from './protocol.ts';
import { isProblem } from './session.ts';

/** The options with every place replaced by a name. */
export async function namedDefences(
  options: SearchOptions,
  info: ScenarioInfo,
  context: Context,
): Promise<SearchOptions | Problem> {
  const without = options.without ?? [];
  if (!without.some((text) => text.includes('@'))) return options;
  const whole = await context.session().check(info, { ...options, without: [] });
  if (isProblem(whole)) return whole;
  const named: string[] = [];
  for (const text of without) {
    const name = nameAt(text, whole.defences);
    if (name === null) return unknownDefence(text, whole.defences.map(placeName));
    named.push(name);
  }
  return { ...options, without: named };
}

function nameAt(text: string, defences: readonly Defence[]): string | null {
  const match = /^([^@=]+)@([^=]+)(=.+)?$/.exec(text);
  if (match === null) return text;
  const [, primitive = '', place = '', weaker = ''] = match;
  const found = defences.find(
    (one) => one.primitive === primitive && place === placeOf(one) && one.position !== null,
  );
  return found === undefined ? null : found.name + weaker;
}

function placeOf({ position }: Defence): string {
  return position === null ? '' : `${basename(position.file)}:${position.line}`;
}

function placeName(defence: Defence): string {
  return `${defence.primitive}@${placeOf(defence)}`;
}
