/**
 * Members that do not exist.
 *
 * In C a misspelt member does not compile. JavaScript gives `undefined`, which would wander through
 * the code until something breaks elsewhere. So views on structs and sets of bits say at once what
 * is not there, and what was probably meant.
 */

import { refuse } from './argument.ts';
import { machineOrNull } from './machine.ts';
import { ASKED_BY_LANGUAGE } from './struct-key.ts';

/**
 * A prototype for objects whose members are all known.
 *
 * @param what the object in words, for example `struct folio`
 * @param names its members
 * @param kind what they are called
 */
export function knownMembers(what: string, names: readonly string[], kind = 'member'): object {
  return new Proxy(Object.prototype, {
    get(target, key, receiver) {
      if (key === Symbol.toPrimitive && machineOrNull() !== null) {
        refuse('HF037', `A ${what} is used as a number or a text.`);
      }
      if (typeof key === 'symbol' || key in target || ASKED_BY_LANGUAGE.has(key)) {
        return Reflect.get(target, key, receiver) as unknown;
      }
      if (machineOrNull() === null) return undefined;
      return refuse('HF037', `${what} has no ${kind} ${key}.${meant(key, names)}`);
    },
  });
}

function meant(key: string, names: readonly string[]): string {
  const near = nearest(key, names);
  if (near !== null) return ` Did you mean ${near}?`;
  return names.length === 0 ? '' : ` It has ${names.slice(0, NAMES_MAX).join(', ')}.`;
}

const NAMES_MAX = 8;

/** The name with the fewest different letters, if not more than half of them differ; else null. */
export function nearest(wanted: string, names: readonly string[]): string | null {
  const scored = names.map((name) => ({ name, far: distance(plain(wanted), plain(name)) }));
  const [best] = scored.toSorted((a, b) => a.far - b.far);
  return best !== undefined && best.far <= wanted.length / 2 ? best.name : null;
}

/** Without capitals and underscores: `refcount` for `_refcount`. */
function plain(name: string): string {
  return name.toLowerCase().replaceAll('_', '');
}

/** How many letters must be changed, added or left out (Levenshtein). */
function distance(one: string, other: string): number {
  let before = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let row = 1; row <= one.length; row++) {
    const line = [row];
    for (let at = 1; at <= other.length; at++) {
      const change = (before[at - 1] ?? 0) + (one[row - 1] === other[at - 1] ? 0 : 1);
      line.push(Math.min(change, (before[at] ?? 0) + 1, (line[at - 1] ?? 0) + 1));
    }
    before = line;
  }
  return before[other.length] ?? 0;
}
