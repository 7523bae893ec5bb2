/**
 * Final states: which are looked at, what they are, how they and the condition are printed.
 *
 * Source of the notation: herdtools7 lib/constrGen.ml (propositions) and the order of locations in
 * herd/archExtra_herd.ml: registers by thread and name, then globals by name.
 */

import type { Constant, Location, Proposition } from './ast.ts';
import { mentioned } from './parse.ts';
import { constantValue, isLocation } from './program.ts';
import type { Program } from './program.ts';
import { ADDRESS, THIN_AIR } from './term.ts';

/** The value of a location at the end of an execution; null while it is unknown. */
export type FinalValue = (location: Location) => number | null;

/** The locations whose final values tell states apart, in the order in which they are printed. */
export function observed({ test }: Program): Location[] {
  const unique = new Map<string, Location>();
  for (const location of [...mentioned(test.condition), ...test.locations]) {
    unique.set(locationText(location), location);
  }
  return [...unique.values()].sort(compareLocations);
}

function compareLocations(one: Location, other: Location): number {
  if (one.kind !== other.kind) return one.kind === 'register' ? -1 : 1;
  if (one.kind === 'register' && other.kind === 'register' && one.thread !== other.thread) {
    return one.thread - other.thread;
  }
  return one.name < other.name ? -1 : one.name > other.name ? 1 : 0;
}

/** `0:r1`, `[x]` */
export function locationText(location: Location): string {
  return location.kind === 'register'
    ? `${location.thread}:${location.name}`
    : `[${location.name}]`;
}

/** A number, the name of a global for its address, `S1` for a value out of thin air. */
export function valueText(value: number, globals: readonly string[]): string {
  if (value >= THIN_AIR) return `S${value - THIN_AIR + 1}`;
  return value >= ADDRESS ? (globals[value - ADDRESS] as string) : String(value);
}

/** Whether a proposition holds in a final state; null while that is unknown. */
export function holds(
  proposition: Proposition,
  program: Program,
  final: FinalValue,
): boolean | null {
  switch (proposition.kind) {
    case 'is': {
      const left = final(proposition.left);
      const { right } = proposition;
      const value = isLocation(right) ? final(right) : constantValue(right, program.numbers);
      return left === null || value === null ? null : left === value;
    }
    case 'not':
      return negated(holds(proposition.of, program, final));
    case 'implies':
      return strongest(
        [
          negated(holds(proposition.left, program, final)),
          holds(proposition.right, program, final),
        ],
        true,
      );
    case 'and':
    case 'or': {
      const parts = proposition.of.map((part) => holds(part, program, final));
      return strongest(parts, proposition.kind === 'or');
    }
  }
}

function negated(truth: boolean | null): boolean | null {
  return truth === null ? null : !truth;
}

/** `deciding` if any part is; else unknown if any part is; else its opposite. */
function strongest(parts: readonly (boolean | null)[], deciding: boolean): boolean | null {
  if (parts.includes(deciding)) return deciding;
  return parts.includes(null) ? null : !deciding;
}

type Around = 'top' | 'and' | 'or' | 'implies';

/** A proposition as herd7 prints it. */
export function propositionText(proposition: Proposition, around: Around = 'top'): string {
  switch (proposition.kind) {
    case 'is':
      return `${locationText(proposition.left)}=${sideText(proposition.right)}`;
    case 'not':
      return `not (${propositionText(proposition.of)})`;
    case 'implies': {
      const left = propositionText(proposition.left, 'implies');
      const text = `${left} => ${propositionText(proposition.right, 'implies')}`;
      return around === 'and' || around === 'or' ? `(${text})` : text;
    }
    case 'and': {
      if (proposition.of.length === 0) return 'true';
      const text = proposition.of.map((part) => propositionText(part, 'and')).join(' /\\ ');
      return around === 'implies' ? `(${text})` : text;
    }
    case 'or': {
      if (proposition.of.length === 0) return 'false';
      const text = proposition.of.map((part) => propositionText(part, 'or')).join(' \\/ ');
      return around === 'and' || around === 'implies' ? `(${text})` : text;
    }
  }
}

function sideText(side: Constant | Location): string {
  if (isLocation(side)) return locationText(side);
  return side.kind === 'number' ? String(side.value) : side.name;
}
