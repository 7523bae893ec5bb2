/**
 * Types. No outcome depends on them (every value is a 32-bit integer or an address); they are
 * recognised to tell declarations and casts from expressions, and those of parameters are compared.
 *
 * Source: herdtools7 lib/CLexer.mll (tr_name), with the kernel's short names added.
 */

import type { Reader } from './reader.ts';

const TYPES: ReadonlySet<string> = new Set(
  [
    'void char short int long signed unsigned bool _Bool size_t intptr_t uintptr_t',
    'int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t uint64_t __int128_t __uint128_t',
    's8 s16 s32 s64 u8 u16 u32 u64 __int128 spinlock_t atomic_t atomic_int atomic64_t mtx_t',
  ].flatMap((line) => line.split(' ')),
);

const QUALIFIERS: ReadonlySet<string> = new Set(['const', 'volatile', '_Atomic', '__rcu']);

/** All names of types. */
export const typeNames: Iterable<string> = TYPES;

/** Whether a word begins a type. */
export function beginsType(word: string): boolean {
  return TYPES.has(word) || QUALIFIERS.has(word) || word === 'struct';
}

/** Consumes a type with its stars, if one stands here. */
export function acceptsType(reader: Reader): boolean {
  return parseType(reader) !== null;
}

/** Consumes a type with its stars, if one stands here. @returns its words, without qualifiers */
export function parseType(reader: Reader): string | null {
  const { kind, text } = reader.peek();
  if (kind !== 'word' || !beginsType(text)) return null;
  const words: string[] = [];
  for (let token = reader.peek(); ; token = reader.peek()) {
    if (token.text === 'struct' && token.kind === 'word') {
      reader.next();
      words.push('struct', reader.expectsWord('the name of a structure').text);
    } else if (token.text === '*' || (token.kind === 'word' && beginsType(token.text))) {
      const word = reader.next().text;
      if (word !== '*' && !QUALIFIERS.has(word)) words.push(word);
    } else return words.join(' ');
  }
}
