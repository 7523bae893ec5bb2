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

/** The value of a location at the end of an execution. */
export type FinalValue = (location: Location) => number;

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
  return location.kind === 'register' ? `${location.thread}:${location.name}` : `[${location.name}]`;
}

/** A number, the name of a global for its address, `S1` for a value out of thin air. */
export function valueText(value: number, globals: readonly string[]): string {
  if (value >= THIN_AIR) return `S${value - THIN_AIR + 1}`;
  return value >= ADDRESS ? (globals[value - ADDRESS] as string) : String(value);
}

/** Whether a proposition holds in a final state. */
export function holds(proposition: Proposition, program: Program, final: FinalValue): boolean {
  switch (proposition.kind) {
    case 'is': {
      const { left, right } = proposition;
      const value = isLocation(right) ? final(right) : constantValue(right, program.numbers);
      return final(left) === value;
    }
    case 'not':
      return !holds(proposition.of, program, final);
    case 'and':
      return proposition.of.every((part) => holds(part, program, final));
    case 'or':
      return proposition.of.some((part) => holds(part, program, final));
    case 'implies':
      return !holds(proposition.left, program, final) || holds(proposition.right, program, final);
  }
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
