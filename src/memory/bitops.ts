/**
 * Bits of a flags word (Documentation/atomic_bitops.txt, 6.18). `set_bit` and its like are relaxed,
 * `test_and_` fully ordered whether the bit changes or not, `_lock` an acquire, `_unlock` a
 * release: ordering.ts.
 * A bit belongs to its word's type: `set_bit(PG_dirty, folio.flags)` compiles, another word's bit
 * does not.
 */

import { addressOf, allPresent, bitMask, bothPresent, integer } from './argument.ts';
import { machine } from './machine.ts';
import { Modify, operation, Result, Test } from './operation.ts';
import type { Operation } from './operation.ts';
import type { PrimitiveName } from './ordering.ts';
import type { Bit, Field, FlagsType } from './type.ts';

/** A field whose bits have the names N. */
export type Flags<N extends string> = Field<FlagsType<N>>;

/** Makes an access that does, and tells, all that is said by `shapes` of one bit. */
function perform(
  primitive: PrimitiveName,
  nr: number,
  addr: Field,
  ...shapes: readonly Shape[]
): boolean {
  // A word in the place of the bit is told by its mask: more is known of that mistake.
  if (typeof nr !== 'object') bothPresent(primitive, nr, addr);
  const parts = Object.assign({}, ...shapes.map((shape) => shape(nr))) as Partial<Operation>;
  return access(primitive, addr, parts);
}

function access(primitive: PrimitiveName, addr: Field, parts: Partial<Operation>): boolean {
  return machine().perform(operation(primitive, parts, addressOf(primitive, addr, 'flags'))) !== 0;
}

/** A part of what an access does to a bit. */
type Shape = (nr: number) => Partial<Operation>;

const setting: Shape = (nr) => ({ modify: Modify.OR, modifyArgument: bitMask(nr) });
const clearing: Shape = (nr) => ({ modify: Modify.AND, modifyArgument: ~bitMask(nr) });
const changing: Shape = (nr) => ({ modify: Modify.XOR, modifyArgument: bitMask(nr) });
const telling: Shape = (nr) => ({ result: Result.OLD_BITS, resultArgument: bitMask(nr) });
const ifClear: Shape = (nr) => ({ test: Test.BITS_CLEAR, testArgument: bitMask(nr) });
const whenClear: Shape = (nr) => ({ ...ifClear(nr), wait: true });
const tellingWhether: Shape = () => ({ result: Result.TESTED });
const taking =
  (take: 'bit' | 'spin'): Shape =>
  () => ({ hold: { take, shared: false } });
const releasing =
  (release: 'bit' | 'spin'): Shape =>
  () => ({ hold: { release, shared: false } });
const sleeping: Shape = () => ({ hold: { sleeps: true } });

/** Whether the bit is set. */
export function test_bit<N extends string>(nr: Bit<NoInfer<N>>, addr: Flags<N>): boolean {
  return perform('test_bit', nr, addr, telling);
}

/** Whether the bit is set; every later access comes after. */
export function test_bit_acquire<N extends string>(nr: Bit<NoInfer<N>>, addr: Flags<N>): boolean {
  return perform('test_bit_acquire', nr, addr, telling);
}

/** Sets the bit. */
export function set_bit<N extends string>(nr: Bit<NoInfer<N>>, addr: Flags<N>): void {
  perform('set_bit', nr, addr, setting);
}

/** Clears the bit. */
export function clear_bit<N extends string>(nr: Bit<NoInfer<N>>, addr: Flags<N>): void {
  perform('clear_bit', nr, addr, clearing);
}

/** Inverts the bit. */
export function change_bit<N extends string>(nr: Bit<NoInfer<N>>, addr: Flags<N>): void {
  perform('change_bit', nr, addr, changing);
}

/** Clears the bit; every earlier access comes before. Releases a lock that is one bit. */
export function clear_bit_unlock<N extends string>(nr: Bit<NoInfer<N>>, addr: Flags<N>): void {
  perform('clear_bit_unlock', nr, addr, clearing, releasing('bit'));
}

/**
 * Inverts the bits of `mask`; every earlier access comes before. Releases a lock that is one bit
 * (the lowest of the mask) and may change others with it; tells whether bit 7 was set, where the
 * kernel keeps PG_waiters.
 */
export function xor_unlock_is_negative_byte<N extends string>(
  mask: number,
  addr: Flags<N>,
): boolean {
  bothPresent('xor_unlock_is_negative_byte', mask, addr);
  return access('xor_unlock_is_negative_byte', addr, {
    modify: Modify.XOR,
    modifyArgument: integer(mask, 'a mask'),
    ...telling(7),
    hold: { release: 'bit', shared: false },
  });
}

/**
 * `xor_unlock_is_negative_byte` whose answer nobody wants: here who waits for a bit looks at the
 * bit itself, so nobody has to be woken. Ours, not the kernel's.
 */
export function xorUnlock<N extends string>(mask: number, addr: Flags<N>): void {
  bothPresent('xorUnlock', mask, addr);
  access('xor_unlock_is_negative_byte', addr, {
    modify: Modify.XOR,
    modifyArgument: integer(mask, 'a mask'),
    hold: { release: 'bit', shared: false },
  });
}

/** Sets the bit; tells whether it was set before. */
export function test_and_set_bit<N extends string>(nr: Bit<NoInfer<N>>, addr: Flags<N>): boolean {
  return perform('test_and_set_bit', nr, addr, setting, telling);
}

/**
 * Sets the bit; tells whether one of the bits of `mask` was set before.
 *
 * Ours, not the kernel's: for code that would read the word to look at other bits at the same time.
 */
export function testAnyAndSetBit<N extends string>(
  mask: number,
  nr: Bit<NoInfer<N>>,
  addr: Flags<N>,
): boolean {
  allPresent('testAnyAndSetBit', [mask, nr, addr]);
  const told = { result: Result.OLD_BITS, resultArgument: integer(mask, 'a mask') };
  return access('test_and_set_bit', addr, { ...setting(nr), ...told });
}

/** Clears the bit; tells whether it was set before. */
export function test_and_clear_bit<N extends string>(nr: Bit<NoInfer<N>>, addr: Flags<N>): boolean {
  return perform('test_and_clear_bit', nr, addr, clearing, telling);
}

/** Inverts the bit; tells whether it was set before. */
export function test_and_change_bit<N extends string>(
  nr: Bit<NoInfer<N>>,
  addr: Flags<N>,
): boolean {
  return perform('test_and_change_bit', nr, addr, changing, telling);
}

/**
 * Sets the bit with acquire order if it was clear; tells whether it was set before.
 * Takes a lock that is one bit.
 */
export function test_and_set_bit_lock<N extends string>(
  nr: Bit<NoInfer<N>>,
  addr: Flags<N>,
): boolean {
  const shapes = [ifClear, setting, tellingWhether, taking('bit')];
  return !perform('test_and_set_bit_lock', nr, addr, ...shapes);
}

/** Spins until the bit is clear and sets it; preemption is off while it is held. */
export function bit_spin_lock<N extends string>(bitnum: Bit<NoInfer<N>>, addr: Flags<N>): void {
  perform('bit_spin_lock', bitnum, addr, whenClear, setting, taking('spin'));
}

/** Sets the bit if it is clear; tells whether it did. */
export function bit_spin_trylock<N extends string>(
  bitnum: Bit<NoInfer<N>>,
  addr: Flags<N>,
): boolean {
  return perform(
    'bit_spin_trylock',
    bitnum,
    addr,
    ifClear,
    setting,
    tellingWhether,
    taking('spin'),
  );
}

/** Releases a bit taken by `bit_spin_lock`. */
export function bit_spin_unlock<N extends string>(bitnum: Bit<NoInfer<N>>, addr: Flags<N>): void {
  perform('bit_spin_unlock', bitnum, addr, clearing, releasing('spin'));
}

/** Sleeps until the bit is clear (include/linux/wait_bit.h). */
export function wait_on_bit<N extends string>(bit: Bit<NoInfer<N>>, word: Flags<N>): void {
  perform('wait_on_bit', bit, word, whenClear, sleeping);
}

/** Sleeps until the bit is clear and sets it with acquire order (include/linux/wait_bit.h). */
export function wait_on_bit_lock<N extends string>(bit: Bit<NoInfer<N>>, word: Flags<N>): void {
  perform('wait_on_bit_lock', bit, word, whenClear, setting, taking('bit'));
}
