/**
 * What a replayed thread needs to know of the world around it: names of words, what is held, which
 * defences are removed and which designs are selected.
 */

import { createLockOrder } from './lock-order.ts';
import type { LockOrder } from './lock-order.ts';
import { createNamedFields } from './named-fields.ts';
import type { NamedFields } from './named-fields.ts';
import { createRcuUse } from './rcu-use.ts';
import type { RcuUse } from './rcu-use.ts';
import { createSites, parseRemoval } from './sites.ts';
import type { Sites } from './sites.ts';
import type { Context } from './context.ts';
import { EMPTY_CONTEXT } from './context.ts';
import type { Operation } from '../../memory/operation.ts';
import type { Callback, Callbacks } from '../../memory/machine.ts';
import type { StructType } from '../../memory/struct.ts';
import { callStack } from '../position.ts';
import { problem } from '../problem.ts';
import type { Program } from '../program.ts';
import { allocationFrom } from './replay.ts';
import type { Defence, DesignUse, Model, Position, Problem } from '../result.ts';

type Stop = (found: Problem) => never;

/** Interned contexts. */
export interface Contexts {
  numberOf(context: Context): number;
  at(number: number): Context;
}

/** The world around a replayed thread. */
export interface ReplayWorld {
  readonly model: Model;
  /** Where the scenario is declared. */
  readonly position: Position | null;
  /** The fields around every barrier are wanted, for pairing. */
  readonly pairs: boolean;
  readonly sites: Sites;
  readonly lockOrder: LockOrder;
  readonly rcuUse: RcuUse;
  readonly namedFields: NamedFields;
  readonly contexts: Contexts;
  /** Whether a handler interrupts a thread, or a twin of it. */
  readonly isInterrupted: (thread: string) => boolean;
  /** Whether a thread is an interrupt handler. */
  readonly isHandler: (thread: string) => boolean;
  /** The full name of the word at an address. */
  readonly nameOf: (address: number) => string;
  /** The value of a word that nobody writes after the set-up; undefined for any other. */
  readonly constantAt: (address: number) => number | undefined;
  /** The choice in force for a design question. */
  design(name: string, choices: readonly string[], stop: Stop): string;
  readonly designsUsed: () => DesignUse[];
  readonly callbacks: Callbacks;
  /** The operation that takes a struct of this type. */
  allocation(type: StructType, stop: Stop): Operation;
}

/** What of the world the user chooses. */
export interface WorldOptions {
  readonly model: Model;
  readonly without: readonly string[];
  readonly pairs?: boolean;
  readonly designs: Readonly<Record<string, string>>;
  /** The defences of a complete search, which `name#2` refers to. */
  readonly numbered: readonly Defence[];
}

/** Makes the world of one search. */
export function createWorld(program: Program, options: WorldOptions): ReplayWorld {
  const names = new Map(program.words.map((word) => [word.address, word.name]));
  const constants = new Map(
    program.words
      .filter(({ type }) => type.constant)
      .map(({ address, initial }) => [address, initial]),
  );
  const used = new Map(program.designs.map((one) => [one.name, one]));
  const hosts = hostsOf(program);
  const handlers = new Set(
    program.threads.filter((one) => one.kind === 'irq').map((one) => one.name),
  );
  const nameOf = (address: number): string => names.get(address) ?? `word ${address}`;
  return {
    model: options.model,
    position: program.position,
    pairs: options.pairs ?? false,
    sites: createSites(options.without.map(parseRemoval), options.numbered),
    contexts: createContexts(),
    nameOf,
    constantAt: (address) => constants.get(address),
    lockOrder: createLockOrder(nameOf),
    rcuUse: createRcuUse(nameOf),
    namedFields: createNamedFields(nameOf),
    isHandler: (thread) => handlers.has(thread),
    isInterrupted: (thread) => hosts.has(thread),
    design(name, choices, stop) {
      const chosen = options.designs[name] ?? choices[0] ?? '';
      if (!choices.includes(chosen)) stop(unknownChoice(name, chosen, choices));
      used.set(name, { name, choices, chosen });
      return chosen;
    },
    designsUsed: () => [...used.values()],
    callbacks: createCallbacks(program),
    allocation(type, stop) {
      const pool = program.pools.findIndex((one) => one.type === type);
      return pool < 0 ? stop(noPool(type)) : allocationFrom(pool);
    },
  };
}

/** The names by which the automata of interrupted threads go: that of the first twin. */
function hostsOf({ threads }: Program): ReadonlySet<string> {
  const groups = threads.map(({ interrupts }) => threads[interrupts ?? -1]?.group ?? -1);
  const first = (group: number): string => threads.find((one) => one.group === group)?.name ?? '';
  return new Set(groups.filter((group) => group >= 0).map(first));
}

/**
 * Numbers callbacks by head and source text. Not by identity: each build of a scenario has closures
 * of its own. The last one that was given does what all of them do.
 */
function createCallbacks({ callbacks }: Program): Callbacks {
  const given = new Map<number, { readonly text: string; callback: Callback }[]>();
  const words = callbacks.map(({ word }) => word);
  return {
    wordOf: (head) => callbacks.find((one) => one.head === head)?.word ?? 0,
    words: () => words,
    numberOf(head, callback) {
      const own = given.get(head) ?? [];
      given.set(head, own);
      const text = `${callback.name} ${String(callback)}`;
      const at = own.findIndex((one) => one.text === text);
      const known = own[at];
      if (known === undefined) return own.push({ text, callback });
      known.callback = callback;
      return at + 1;
    },
    functionOf(head, number) {
      const found = given.get(head)?.[number - 1];
      if (found === undefined) throw new Error(`world: there is no callback ${number}`);
      return found.callback;
    },
  };
}

function createContexts(): Contexts {
  const numbers = new Map<string, number>();
  const contexts: Context[] = [];
  // Most runs come by contexts that earlier ones gave: those need not be written out again.
  const given = new WeakMap<Context, number>();
  const intern = (context: Context): number => {
    const key = JSON.stringify(context);
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, contexts.length);
    return contexts.push(context) - 1;
  };
  return {
    numberOf(context) {
      const number = given.get(context) ?? intern(context);
      given.set(context, number);
      return number;
    },
    at: (number) => contexts[number] ?? EMPTY_CONTEXT,
  };
}

/** What to say of a design that there is not. */
export function unknownChoice(name: string, chosen: string, choices: readonly string[]): Problem {
  const what = `\`${chosen}\` is not a choice of the design ${name}.`;
  const position = callStack()[0] ?? null;
  const details = [`There are: ${choices.join(', ')}`];
  const next = `The first is the default: --design '${name}=${choices[0] ?? ''}'`;
  return problem('HF005', {
    what,
    position,
    details,
    unknown: { word: chosen, known: choices },
    next,
  });
}

/** What to say of an allocation of a type that has no pool. */
export function noPool(type: StructType): Problem {
  const what = `kmalloc(${type.struct}) has no pool to take from.`;
  const details = [`Declare one before: pool(${type.struct}, 2).`];
  return problem('HF032', { what, position: callStack()[0] ?? null, details });
}
