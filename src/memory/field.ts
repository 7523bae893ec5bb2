/**
 * Fields: typed places in shared memory, which code hands to primitives and never computes with.
 *
 * A field that stands in an expression instead of its value would be an object there: `flags & 1`
 * would be 0 whatever the memory holds. So every field refuses to become a number or a text
 * (HF036), and to have members: `s.ready.value` would be `undefined`. Comparing it with `===` or
 * testing whether it is there cannot be noticed here; that a thread names a member and hands it to
 * nobody can (field-use.ts).
 */

import { isField, notItsValue } from './argument.ts';
import { machineOrNull } from './machine.ts';
import { ASKED_BY_LANGUAGE } from './struct-key.ts';
import type { Field, Type } from './type.ts';

const prototype: object = Object.freeze(
  Object.create(withoutMembers(), { [Symbol.toPrimitive]: { value: toPrimitive } }) as object,
);

/** What is asked for a member that no field has. */
function withoutMembers(): object {
  return new Proxy(Object.prototype, {
    get(target, key, receiver) {
      const isKnown = typeof key === 'symbol' || key in target || ASKED_BY_LANGUAGE.has(key);
      if (isKnown || machineOrNull() === null || !isField(receiver)) {
        return Reflect.get(target, key, receiver) as unknown;
      }
      return notItsValue(receiver, `has no member ${key}`);
    },
  });
}

/** The field of a type at an address. */
export function fieldAt<T extends Type>(type: T, address: number): Field<T> {
  const field = Object.create(prototype) as { type: T; address: number };
  field.type = type;
  field.address = address;
  return Object.freeze(field);
}

function toPrimitive(this: Field): string {
  return machineOrNull() === null ? `field ${this.address}` : notItsValue(this);
}
