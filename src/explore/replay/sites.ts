/**
 * Defences: the barriers, locks, orders, sections and named tests that kernel code was seen to use,
 * by name.
 *
 * A barrier or a lock is named after the kernel function it stands in (`submitFolio/folio_lock`),
 * and so are the others; a test has a name of its own (`gup_fast_pte_range/pte unchanged`). If one
 * function has several of a kind, they are numbered in the order of the source.
 * `--without` names what to leave out (`name`), to weaken (`name=smp_rmb`), or the place
 * (`smp_mb@gup.ts:41`).
 */

import type { PrimitiveName } from '../../memory/ordering.ts';
import { relaxedForm } from '../../memory/relaxed-form.ts';
import { callerPosition } from '../position.ts';
import type { Defence, Position } from '../result.ts';

/** One entry of `--without`, taken apart. */
export interface Removal {
  readonly text: string;
  /** `function/primitive` or `function/test`; empty when only a place is given. */
  readonly name: string;
  /** Which of several in one function, from 1; 0 for all. */
  readonly number: number;
  readonly primitive: string;
  readonly place: { readonly file: string; readonly line: number } | null;
  /** The primitive to use instead, or null to leave it out. */
  readonly weaker: string | null;
}

/** Takes an entry of `--without` apart. */
export function parseRemoval(text: string): Removal {
  const [target = '', weaker = null] = text.split('=', 2);
  const placed = /^([^@]*)@(.+):(\d+)$/.exec(target);
  if (placed !== null) {
    const [, primitive = '', file = '', line] = placed;
    return { text, name: '', number: 0, primitive, place: { file, line: Number(line) }, weaker };
  }
  const numbered = /^(.*)#(\d+)$/.exec(target);
  const name = numbered?.[1] ?? target;
  const primitive = name.slice(name.lastIndexOf('/') + 1);
  return { text, name, number: Number(numbered?.[2] ?? 0), primitive, place: null, weaker };
}

interface Site {
  readonly name: string;
  readonly kind: Defence['kind'];
  readonly primitive: string;
  readonly position: Position | null;
  readonly threads: Set<string>;
  /** The accesses around it, each with how near it comes: 0 for the next. */
  readonly before: Map<string, number>;
  readonly after: Map<string, number>;
}

/** Collects the defences of one search. */
export interface Sites {
  /** Notes that a defence was met; gives its key for `noteAccess`. */
  note(
    kind: Defence['kind'],
    thread: string,
    calls: readonly string[],
    name: string,
    primitive: string,
  ): string;
  /** Notes an access before or after a defence, and how many stand between the two. */
  noteAccess(key: string, side: 'before' | 'after', access: string, between: number): void;
  /** What is asked to happen to a defence: `keep`, `remove`, or the weaker primitive. */
  asked(thread: string, calls: readonly string[], name: string): 'keep' | 'remove' | PrimitiveName;
  /** The entries of `--without` that never matched anything. */
  unmatched(): readonly string[];
  list(): Defence[];
}

const WEAKER: Readonly<Record<string, readonly PrimitiveName[]>> = {
  smp_mb: ['smp_rmb', 'smp_wmb'],
  smp_mb__before_atomic: ['smp_rmb', 'smp_wmb'],
  smp_mb__after_atomic: ['smp_rmb', 'smp_wmb'],
  smp_mb__after_spinlock: ['smp_rmb', 'smp_wmb'],
  spin_lock_irq: ['spin_lock'],
  spin_lock_irqsave: ['spin_lock'],
  spin_lock_bh: ['spin_lock'],
};

/**
 * Makes an empty collection.
 *
 * @param removals what the search leaves out or weakens
 * @param numbered the defences of a complete search without removals, which `name#2` refers to
 */
export function createSites(removals: readonly Removal[], numbered: readonly Defence[]): Sites {
  const sites = new Map<string, Site>();
  const matched = new Set<string>();
  const places = new Map(removals.map((removal) => [removal, placeOf(removal, numbered)] as const));

  const matches = (removal: Removal, name: string, full: string): boolean => {
    if (removal.place === null && removal.number === 0) return removal.name === full;
    if (removal.place !== null ? removal.primitive !== name : removal.name !== full) return false;
    const place = places.get(removal) ?? null;
    const here = callerPosition();
    return place !== null && here !== null && isAt(here, place);
  };

  return {
    note(kind, thread, calls, name, primitive) {
      const full = fullName(thread, calls, name);
      const position = callerPosition();
      const key = `${full} ${position?.file}:${position?.line}:${position?.column}`;
      if (!sites.has(key)) {
        sites.set(key, { name: full, kind, primitive, position, ...emptySets() });
      }
      sites.get(key)?.threads.add(thread);
      return key;
    },
    noteAccess(key, side, access, between) {
      const known = sites.get(key)?.[side];
      known?.set(access, Math.min(between, known.get(access) ?? between));
    },
    asked(thread, calls, name) {
      if (removals.length === 0) return 'keep';
      const full = fullName(thread, calls, name);
      const removal = removals.find((one) => matches(one, name, full) && isPossible(one, name));
      if (removal === undefined) return 'keep';
      matched.add(removal.text);
      return removal.weaker === null ? 'remove' : (removal.weaker as PrimitiveName);
    },
    unmatched: () => removals.map((one) => one.text).filter((text) => !matched.has(text)),
    list: () => listOf([...sites.values()]),
  };
}

function emptySets(): Pick<Site, 'threads' | 'before' | 'after'> {
  return { threads: new Set(), before: new Map(), after: new Map() };
}

function isPossible({ weaker }: Removal, primitive: string): boolean {
  return weaker === null || weakerForms(primitive).includes(weaker);
}

/** A barrier can be weakened; what else has such a form becomes that where it is left out. */
function weakerForms(primitive: string): readonly string[] {
  const relaxed = relaxedForm(primitive);
  return WEAKER[primitive] ?? (relaxed === null ? [] : [relaxed]);
}

/** The name of a defence: the kernel function or the thread that it stands in, then what it is. */
function fullName(thread: string, calls: readonly string[], name: string): string {
  return `${calls.at(-1) ?? thread.replace(/#\d+$/, '')}/${name}`;
}

interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number | null;
}

function placeOf(removal: Removal, numbered: readonly Defence[]): Place | null {
  if (removal.place !== null) return { ...removal.place, column: null };
  return (
    numbered.find((defence) => defence.name === `${removal.name}#${removal.number}`)?.position ??
    null
  );
}

function isAt(here: Position, place: Place): boolean {
  const sameFile = here.file === place.file || here.file.endsWith(`/${place.file}`);
  const alike = sameFile || here.file.replace(/\.js$/, '.ts').endsWith(`/${place.file}`);
  return alike && here.line === place.line && (place.column ?? here.column) === here.column;
}

function listOf(sites: readonly Site[]): Defence[] {
  const sorted = sites.toSorted(bySource);
  return sorted.map((site) => {
    const alike = sorted.filter((other) => other.name === site.name);
    const suffix = alike.length > 1 ? `#${alike.indexOf(site) + 1}` : '';
    return {
      name: site.name + suffix,
      kind: site.kind,
      primitive: site.primitive,
      position: site.position,
      threads: [...site.threads].toSorted(),
      weaker: weakerForms(site.primitive),
      before: nearestFirst(site.before),
      after: nearestFirst(site.after),
    };
  });
}

function nearestFirst(accesses: ReadonlyMap<string, number>): string[] {
  const sorted = [...accesses].toSorted(([one, a], [other, b]) => a - b || (one < other ? -1 : 1));
  return sorted.map(([access]) => access);
}

function bySource(a: Site, b: Site): number {
  // Not localeCompare: loading its tables takes 14 ms, as long as a small search.
  const [one, two] = [a.position, b.position];
  if (one === null || two === null) return a.name < b.name ? -1 : 1;
  if (one.file !== two.file) return one.file < two.file ? -1 : 1;
  return one.line - two.line || one.column - two.column;
}
