/**
 * Kernel functions: plain functions with a provenance; and functions of ours beside them.
 *
 * When such a function returns, everything it observed is replaced by its result: that keeps a
 * thread's history short and lets states meet. So it speaks to its caller only through its result
 * and through shared memory; it must not write into its caller's objects or variables.
 */

import { described, refuse } from './argument.ts';
import { machine } from './machine.ts';
import type { KernelResult, Provenance } from './machine.ts';

interface Declared {
  readonly provenance: Provenance;
  readonly body: (...args: never) => unknown;
}

/** Every function that was declared, by name. */
const functions = new Map<string, Declared>();

/**
 * Declares a kernel function of the library. A call must give every parameter that has no default:
 * a scenario's types are stripped before it runs, and in C the call would not compile.
 *
 * @param file the path in the Linux tree
 * @param version the version whose behaviour it has
 * @param body the function, named as in the kernel
 * @returns the same function; its calls are recorded with their name
 */
export function kernelFunction<A extends readonly unknown[], R extends KernelResult | void>(
  file: string,
  version: string,
  body: (...args: A) => R,
): (...args: A) => R {
  return complete(body, usersKernelFunction(file, version, body));
}

/**
 * Declares a function of the library that is not the kernel's: what hardware does, a user, or a
 * caller that is not modelled step by step. Its parameters are asked for as a kernel function's.
 *
 * @param standsFor who does it; pictures put it before the names of its steps
 * @param body the function, with a name of ours
 * @returns the same function; its calls are recorded with their name
 */
export function modelFunction<A extends readonly unknown[], R extends KernelResult | void>(
  standsFor: string,
  body: (...args: A) => R,
): (...args: A) => R {
  return complete(body, usersModelFunction(standsFor, body));
}

/** `kernelFunction` for users: what may be left out of a call stood in the types, and is gone. */
export function usersKernelFunction<A extends readonly unknown[], R extends KernelResult | void>(
  file: string,
  version: string,
  body: (...args: A) => R,
): (...args: A) => R {
  checkDeclaration('kernelFunction takes a file of Linux, a version', [file, version], body);
  return declared({ file, version }, body);
}

/** `modelFunction` for users. */
export function usersModelFunction<A extends readonly unknown[], R extends KernelResult | void>(
  standsFor: string,
  body: (...args: A) => R,
): (...args: A) => R {
  checkDeclaration('modelFunction takes what it stands for', [standsFor], body);
  return declared({ standsFor }, body);
}

function declared<A extends readonly unknown[], R extends KernelResult | void>(
  provenance: Provenance,
  body: (...args: A) => R,
): (...args: A) => R {
  const { name } = body;
  functions.set(name, { provenance, body });
  const called = (...args: A): R =>
    machine().call(name, provenance, () => body(...args) as KernelResult, args) as R;
  return Object.defineProperty(called, 'name', { value: name });
}

/** The same function, which refuses a call that leaves out what the body needs. */
function complete<A extends readonly unknown[], R>(
  body: (...args: A) => unknown,
  call: (...args: A) => R,
): (...args: A) => R {
  const { name, length } = body;
  const checked = (...args: A): R => {
    for (let at = 0; at < length; at++) if (args[at] === undefined) incomplete(body, args);
    return call(...args);
  };
  return Object.defineProperty(checked, 'name', { value: name });
}

/**
 * A call without its last arguments is a mistake in writing. One that is `undefined`, as beyond the
 * end of an array, may be so on some path only: it throws, so that the path is shown.
 */
function incomplete(body: (...args: never) => unknown, args: readonly unknown[]): never {
  const names = parametersIn(body);
  const missing = names.slice(0, body.length).filter((_, at) => args[at] === undefined);
  const declaration = `${body.name}(${names.join(', ')})`;
  if (args.length < body.length) {
    return refuse('HF037', `${declaration} is called without ${missing.join(' and ')}.`);
  }
  throw new TypeError(`${declaration} is given undefined as ${missing.join(' and ')}`);
}

/** Defences, pictures and messages name a function: an arrow function handed over has none. */
function checkDeclaration(takes: string, texts: readonly unknown[], body: unknown): void {
  const wanted = `${takes} and a named function`;
  if (typeof body !== 'function' || texts.some((text) => typeof text !== 'string')) {
    refuse('HF037', `${wanted}, not (${[...texts, body].map(described).join(', ')}).`);
  }
  if (body.name === '') refuse('HF037', `${wanted}; this function has no name.`);
}

/** Where a function comes from; undefined if none of that name was declared. */
export function provenanceOf(name: string): Provenance | undefined {
  return functions.get(name)?.provenance;
}

/** The names of a function's parameters, for messages; none if nobody declared it. */
export function parametersOf(name: string): readonly string[] {
  const known = functions.get(name);
  return known === undefined ? [] : parametersIn(known.body);
}

/** As the source names them; what is taken apart at once has no name but its members. */
function parametersIn(body: (...args: never) => unknown): readonly string[] {
  const list = /^[^(]*\(([^)]*)\)/.exec(String(body))?.[1] ?? '';
  return [...list.matchAll(/(\{[^}]*\}|[\w$]+)[^,]*/g)].flatMap(([, name]) => name ?? []);
}
