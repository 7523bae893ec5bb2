/**
 * Who is told when code names a member of a struct, and when it hands one to a primitive.
 *
 * `if (s.ready)` names a member and asks nobody what it holds: in C that is a load, here it is
 * always true. Nothing in JavaScript tells the one from the other; that a thread names a member and
 * never hands it on does. So it is with the result of a thread, which is a function.
 */

import type { Field } from './type.ts';

/** A member, by its address; or the result of a thread, by the name of the thread. */
export type Named = number | string;

/** Told of everything that is named, and then handed on or called, while it looks on. */
export interface FieldWatch {
  named(what: Named): void;
  handed(what: Named): void;
  /** A negative number is given for an unsigned word. */
  wrapped(value: number): void;
}

let looking: FieldWatch | null = null;

/** Tells `watch` what `body` names and hands on. */
export function watchingFields<R>(watch: FieldWatch | null, body: () => R): R {
  const before = looking;
  looking = watch;
  try {
    return body();
  } finally {
    looking = before;
  }
}

/** A negative number is given for an unsigned word: C compares the two as equal, `===` does not. */
export function wrappedAround(value: number): void {
  looking?.wrapped(value);
}

/** Declares a member of a view, so that naming it is noticed. */
export function defineMember(view: object, name: string, field: Field): void {
  const { address } = field;
  const get = (): Field => {
    looking?.named(address);
    return field;
  };
  Object.defineProperty(view, name, { get, enumerable: true });
}

/** Declares the `result` of a thread, so that naming it is noticed. */
export function defineResult(handle: object, thread: string, result: () => unknown): void {
  const called = (): unknown => {
    looking?.handed(thread);
    return result();
  };
  const get = (): unknown => {
    looking?.named(thread);
    return called;
  };
  Object.defineProperty(handle, 'result', { get, enumerable: true });
}

/** A primitive, or a function that computes with places, takes a field. */
export function handedOn(address: number): void {
  looking?.handed(address);
}
