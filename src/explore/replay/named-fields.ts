/**
 * Members of structs that a thread or a property names and never hands to a primitive:
 * `if (s.ready)` where `if (READ_ONCE(s.ready))` was meant is always true, `s.ready === 1` always
 * false, and no execution shows it. Likewise results of threads that are named and not called. A
 * warning and no mistake, because a function may take a field that it does not need in this
 * scenario.
 *
 * And negative numbers that are given for unsigned words: they are read as something else.
 */

import { watchingFields } from '../../memory/field-use.ts';
import type { FieldWatch, Named } from '../../memory/field-use.ts';
import { captureStack, NEAR } from '../position.ts';
import type { LazyStack } from '../position.ts';
import type { Position } from '../result.ts';

/** Collects them over all runs of the threads. */
export interface NamedFields {
  /** For runs of one thread, or of twins. */
  watchOf(thread: string): FieldWatch;
  /** Whether everything that was named has been handed on, too. */
  isSettled(thread: string): boolean;
  /** @param useOf a comparison or test of a member as the source has it, with what it gives */
  warnings(useOf: (member: string) => string | null): string[];
}

interface Use {
  /** Where it was named first; null where it was handed on before that. */
  readonly stack: LazyStack | null;
  handed: boolean;
}

/** What one thread or property does. */
interface Uses {
  readonly fields: Map<Named, Use>;
  /** Negative numbers for unsigned words, with where they are given first. */
  readonly wrapped: Map<number, LazyStack>;
}

/** Makes an empty collection. */
export function createNamedFields(nameOf: (address: number) => string): NamedFields {
  const threads = new Map<string, Uses & { readonly watch: FieldWatch }>();
  const begin = (): Uses & { readonly watch: FieldWatch } => {
    const uses: Uses = { fields: new Map(), wrapped: new Map() };
    return { ...uses, watch: watchInto(uses) };
  };
  return {
    watchOf(thread) {
      const known = threads.get(thread) ?? begin();
      threads.set(thread, known);
      return known.watch;
    },
    isSettled: (thread) => [...(threads.get(thread)?.fields.values() ?? [])].every(isHanded),
    warnings: (useOf) =>
      [...threads].flatMap(([thread, { fields, wrapped }]) => [
        ...[...fields].flatMap(([what, use]) =>
          typeof what === 'string'
            ? sentence(thread, `${what}.result`, use, NOT_CALLED)
            : sentence(thread, nameOf(what), use, notRead(useOf(lastPart(nameOf(what))))),
        ),
        ...wrappedWarnings(thread, wrapped),
      ]),
  };
}

/** So many answers of properties are watched in any case. */
const LOOKS_MIN = 1000;

/**
 * Watches what properties name: their first answers, and then as long as something was named and
 * not handed on, because it may be yet.
 */
export function watchingProperties(fields: NamedFields): <R>(name: string, body: () => R) => R {
  let looks = 0;
  return (name, body) => {
    if (++looks > LOOKS_MIN && fields.isSettled(name)) return body();
    return watchingFields(fields.watchOf(name), body);
  };
}

function isHanded({ handed }: Use): boolean {
  return handed;
}

function watchInto({ fields: uses, wrapped }: Uses): FieldWatch {
  return {
    named(what) {
      if (!uses.has(what)) uses.set(what, { stack: captureStack(NEAR), handed: false });
    },
    handed(what) {
      const use = uses.get(what);
      if (use === undefined) uses.set(what, { stack: null, handed: true });
      else use.handed = true;
    },
    wrapped(value) {
      if (!wrapped.has(value)) wrapped.set(value, captureStack(NEAR));
    },
  };
}

const NOT_READ = 'neither reads nor writes it there';

function notRead(use: string | null): string {
  const given = use ?? 'it is a place in memory, so a test of it always holds and === never does';
  return `${NOT_READ}: ${given}; READ_ONCE or atomic_read gives what it holds`;
}

/** `ready` of `box.ready` and of `dev.boxes[1].ready`. */
function lastPart(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}

const NOT_CALLED = 'does not call it there: result() gives what the thread returned';

function sentence(who: string, what: string, { stack, handed }: Use, omission: string): string[] {
  const position = handed ? undefined : stack?.()[0];
  // Kernel functions return early where they need a member no more.
  if (position === undefined || KERNEL.test(position.file)) return [];
  return [`HF036: ${who} names ${what} (${placeOf(position)}) and ${omission}`];
}

function placeOf({ file, line }: Position): string {
  return `${file.replace(/^.*[/\\]/, '')}:${line}`;
}

/** What to say of negative numbers for unsigned words; `who` gives them. */
export function wrappedWarnings(
  who: string,
  wrapped: ReadonlyMap<number, LazyStack>,
): readonly string[] {
  return [...wrapped].flatMap(([value, stack]) => {
    const position = stack()[0];
    if (position === undefined || KERNEL.test(position.file)) return [];
    return [
      `${who} gives ${value} for a u32 (${placeOf(position)}), which is read as ${value >>> 0}: ` +
        `in C the two are equal, but === ${value} does not hold; s32 is signed`,
    ];
  });
}

/** Our own kernel code. */
const KERNEL = /[/\\](?:src|dist)[/\\]kernel[/\\]/;
