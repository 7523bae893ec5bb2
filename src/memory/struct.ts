/**
 * Structs: named, typed fields over shared memory.
 *
 * `struct` declares a layout; `at` gives a view on an address, in which each member is the `Field`
 * (the lvalue) at that place. A view holds no data, so two views on one address are the same object
 * and pointers compare with `===` as they do in C.
 */

import { allPresent, bothPresent, noValue } from './argument.ts';
import { defineMember, handedOn } from './field-use.ts';
import { fieldAt } from './field.ts';
import { knownMembers } from './missing.ts';
import { structAddress, structType } from './struct-key.ts';
import type { Field, NameAt, Type } from './type.ts';

export { structAddress, structType } from './struct-key.ts';

/** A member of a struct: a word, an array of members or a struct inside the struct. */
export type Member = Type | ArrayType<Member> | StructType;

/** The members of a struct by name. */
export interface Members {
  readonly [name: string]: Member;
}

/** `array(type, length)`: members one after the other. */
export interface ArrayType<M = Type> {
  readonly array: M;
  readonly length: number;
}

/** A view on a struct in shared memory: the address and a field for each member. */
export type Struct<M extends Members = Members> = { readonly [structAddress]: number } & {
  readonly [structType]: StructType<M>;
} & { readonly [Name in keyof M]: View<M[Name]> };

type View<M> =
  M extends StructType<infer Inner>
    ? Struct<Inner>
    : M extends ArrayType<infer Item>
      ? readonly View<Item>[]
      : M extends Type
        ? Field<M>
        : never;

/** A struct's layout, and its views. */
export interface StructType<M extends Members = Members> {
  readonly struct: string;
  /** Its size in words. */
  readonly size: number;
  readonly members: M;
  /** The view on the struct at an address (in words; never 0, which is NULL). */
  at(address: number): Struct<M>;
}

/** Every layout, by the number that recorded results name it by. */
const declared: StructType[] = [];

/**
 * Declares a struct.
 *
 * @param name its name in messages and pictures, spelled as in the kernel
 * @param members its fields in order; each word takes one address
 */
export function struct<const M extends Members>(name: string, members: M): StructType<M> {
  bothPresent('struct', name, members);
  const views = new Map<number, Struct<M>>();
  const prototype = knownMembers(`struct ${name}`, Object.keys(members));
  const type: StructType<M> = {
    struct: name,
    size: sizeOfMembers(members),
    members,
    at(address) {
      let view = views.get(address);
      if (view === undefined) {
        view = makeView(type, address, prototype);
        views.set(address, view);
      }
      return view;
    },
  };
  declared.push(type as unknown as StructType);
  return type;
}

/** Declares an array member of `length` items. */
export function array<const M extends Member>(item: M, length: number): ArrayType<M> {
  return { array: item, length };
}

/** A pointer to a struct, NULL as `null`. */
export function pointer<M extends Members>(
  target: StructType<M> | (() => StructType<M>),
): Type<'pointer', Struct<M> | null> {
  const type = (): StructType<M> => (typeof target === 'function' ? target() : target);
  return {
    kind: 'pointer',
    name: 'pointer',
    decode: (word) => (word === 0 ? null : type().at(word)),
    encode(value) {
      if (value === null) return 0;
      const given: unknown = isStruct(value) ? value[structType] : null;
      if (given === type()) return value[structAddress];
      return noValue(value, `A pointer to ${type().struct}`, `null or a struct ${type().struct}`);
    },
    target: () => type().size,
    format: (word, nameAt) => (word === 0 ? 'NULL' : `&${structName(type(), word, nameAt)}`),
  };
}

/** The name of the struct at an address, which is that of its first word without the member. */
function structName(type: StructType, address: number, nameAt?: NameAt): string {
  const name = nameAt?.(address) ?? '';
  const first = `.${firstPath(type)}`;
  return name.endsWith(first) ? name.slice(0, -first.length) : `${type.struct}@${address}`;
}

function firstPath(type: StructType): string {
  let first: string | null = null;
  forEachWord(type, 0, (path) => (first ??= path));
  return first ?? '';
}

/**
 * A struct that is declared in another file: C's `struct inode;`. Structs point to each other in
 * circles, files may not import each other so.
 *
 * @param name the name that `struct` gives it, unique among the structs that are forward-declared
 */
export function forward<M extends Members>(name: string): () => StructType<M> {
  let found: StructType | undefined;
  return () => {
    found ??= declared.find((type) => type.struct === name);
    if (found === undefined) throw new Error(`struct: nobody declares ${name}`);
    return found as StructType<M>;
  };
}

/**
 * The struct around a member of it (include/linux/container_of.h): `container_of(head, foo, 'rcu')`
 * where C writes `container_of(head, struct foo, rcu)`.
 */
export function container_of<M extends Members>(
  ptr: Field | Struct,
  type: StructType<M>,
  member: keyof M & string,
): Struct<M> {
  allPresent('container_of', [ptr, type, member]);
  const address = isStruct(ptr) ? ptr[structAddress] : ptr.address;
  handedOn(address);
  return type.at(address - offsetOf(type, member));
}

function offsetOf(type: Pick<StructType, 'struct' | 'members'>, name: string): number {
  let offset = 0;
  for (const [one, member] of Object.entries(type.members)) {
    if (one === name) return offset;
    offset += sizeOf(member);
  }
  throw new Error(`container_of: ${type.struct} has no member ${name}`);
}

/** Whether a value is a view on a struct. */
export function isStruct(value: unknown): value is Struct {
  return typeof value === 'object' && value !== null && structAddress in value;
}

/** The number of a view's layout, by which a recorded result can be given back. */
export function numberOfStructType(view: Struct): number {
  return declared.indexOf(view[structType]);
}

/** The view of a recorded result: the inverse of `numberOfStructType` and the address. */
export function viewOfRecord(typeNumber: number, address: number): Struct {
  const type = declared[typeNumber];
  if (type === undefined) throw new Error(`struct: no layout has the number ${typeNumber}`);
  return type.at(address);
}

/** The size of a member in words. */
export function sizeOf(member: Member): number {
  if ('struct' in member) return member.size;
  if ('array' in member) return sizeOf(member.array) * member.length;
  return 1;
}

/**
 * Calls `visit` for each word of a struct, lowest address first.
 *
 * @param visit is given the path of the word (`flags`, `page[1].flags`), its type and its address
 */
export function forEachWord(
  type: StructType,
  address: number,
  visit: (path: string, type: Type, address: number) => void,
): void {
  let next = address;
  for (const [name, member] of Object.entries(type.members)) {
    visitMember(name, member, next, visit);
    next += sizeOf(member);
  }
}

function visitMember(
  path: string,
  member: Member,
  address: number,
  visit: (path: string, type: Type, address: number) => void,
): void {
  if ('struct' in member) {
    forEachWord(member, address, (inner, type, at) => visit(`${path}.${inner}`, type, at));
  } else if ('array' in member) {
    const size = sizeOf(member.array);
    for (let i = 0; i < member.length; i++) {
      visitMember(`${path}[${i}]`, member.array, address + i * size, visit);
    }
  } else {
    visit(path, member, address);
  }
}

function sizeOfMembers(members: Members): number {
  return Object.values(members).reduce((sum, member) => sum + sizeOf(member), 0);
}

function makeView<M extends Members>(
  type: StructType<M>,
  address: number,
  prototype: object,
): Struct<M> {
  const view = Object.create(prototype) as Record<string | symbol, unknown>;
  view[structAddress] = address;
  view[structType] = type;
  let next = address;
  for (const [name, member] of Object.entries(type.members)) {
    const of = viewOfMember(member, next);
    if ('array' in member || 'struct' in member) view[name] = of;
    else defineMember(view, name, of as Field);
    next += sizeOf(member);
  }
  return Object.freeze(view) as Struct<M>;
}

function viewOfMember(member: Member, address: number): unknown {
  if ('struct' in member) return member.at(address);
  if ('array' in member) {
    const size = sizeOf(member.array);
    return Object.freeze(
      Array.from({ length: member.length }, (_, i) =>
        viewOfMember(member.array, address + i * size),
      ),
    );
  }
  return fieldAt(member, address);
}
