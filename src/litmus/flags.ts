/** Flags of an execution: a relation that should be empty, and the events that show it is not. */

import type { Relation } from './relation.ts';
import type { Flagged } from './result.ts';
import type { Structure } from './structure.ts';

/** A flag, with one or two events of the execution that raises it. */
export interface Raised {
  readonly flag: string;
  readonly events: readonly number[];
}

/** The flags whose relations hold something, each with the first events that are related. */
export function raised(all: readonly (readonly [flag: string, relation: Relation])[]): Raised[] {
  return all.flatMap(([flag, relation]) => {
    const events = firstPair(relation);
    return events === null ? [] : [{ flag, events }];
  });
}

function firstPair(relation: Relation): number[] | null {
  if (relation.isEmpty()) return null;
  const from = relation.rows.findIndex((word) => word !== 0);
  const event = Math.floor(from / relation.space.words);
  const [other] = relation.after(event);
  return [...new Set([event, other ?? event])].sort((one, next) => one - next);
}

/** A flag with the places of its events. */
export function flagged(
  { flag, events }: Raised,
  structure: Structure,
  globals: readonly string[],
): Flagged {
  const places = events.flatMap((number) => {
    const event = structure.events[number];
    if (event === undefined) return [];
    const { thread, kind, primitive, location, at } = event;
    return [{ thread, kind, primitive, location: globals[location] ?? null, at }];
  });
  return { flag, events: places };
}
