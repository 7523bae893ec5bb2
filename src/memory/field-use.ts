/**
 * Who is told when code names a member of a struct, and when it hands one to a primitive.
 *
 * `if (s.ready)` names a member and asks nobody what it holds: in C that is a load, here it is
 * always true. Nothing in JavaScript tells the one from the other; that a thread names a member and
 * never hands it on does.
 */

import type { Field } from './type.ts';

/** Told of every member that is named or handed on while it looks on. */
export interface FieldWatch {
  named(address: number): void;
  handed(address: number): void;
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

/** Declares a member of a view, so that naming it is noticed. */
export function defineMember(view: object, name: string, field: Field): void {
  const { address } = field;
  const get = (): Field => {
    looking?.named(address);
    return field;
  };
  Object.defineProperty(view, name, { get, enumerable: true });
}

/** A primitive, or a function that computes with places, takes a field. */
export function handedOn(address: number): void {
  looking?.handed(address);
}
