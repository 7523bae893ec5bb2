/**
 * Bits of a flags word (Documentation/atomic_bitops.txt, 6.18). `set_bit` and its like are relaxed,
 * `test_and_` fully ordered whether the bit changes or not, `_lock` an acquire, `_unlock` a
 * release: ordering.ts.
 * A bit belongs to its word's type: `set_bit(PG_dirty, folio.flags)` compiles, another word's bit
 * does not.
 */

import { addressOf, bitMask, integer } from './argument.ts';
import { machine } from './machine.ts';
import { Modify, operation, Result, Test } from './operation.ts';
import type { Operation } from './operation.ts';
import type { PrimitiveName } from './ordering.ts';
import type { Bit, Field, FlagsType } from './type.ts';

/** A field whose bits have the names N. */
export type Flags<N extends string> = Field<FlagsType<N>>;

function perform(primitive: PrimitiveName, addr: Field, parts: Partial<Operation>): boolean {
  return machine().perform(operation(primitive, parts, addressOf(primitive, addr, 'flags'))) !== 0;
}

const setting = (nr: number): Partial<Operation> => ({
  modify: Modify.OR,
  modifyArgument: bitMask(nr),
});
const clearing = (nr: number): Partial<Operation> => ({
  modify: Modify.AND,
  modifyArgument: ~bitMask(nr),
});
const changing = (nr: number): Partial<Operation> => ({
  modify: Modify.XOR,
  modifyArgument: bitMask(nr),
});
const telling = (nr: number): Partial<Operation> => ({
  result: Result.OLD_BITS,
  resultArgument: bitMask(nr),
});

/** Whether the bit is set. */
export function test_bit<N extends string>(nr: Bit<NoInfer<N>>, addr: Flags<N>): boolean {
  return perform('test_bit', addr, telling(nr));
}

/** Whether the bit is set; every later access comes after. */
export function test_bit_acquire<N extends string>(nr: Bit<NoInfer<N>>, addr: Flags<N>): boolean {
  return perform('test_bit_acquire', addr, telling(nr));
}

/** Sets the bit. */
export function set_bit<N extends string>(nr: Bit<NoInfer<N>>, addr: Flags<N>): void {
  perform('set_bit', addr, setting(nr));
}

/** Clears the bit. */
export function clear_bit<N extends string>(nr: Bit<NoInfer<N>>, addr: Flags<N>): void {
  perform('clear_bit', addr, clearing(nr));
}

/** Inverts the bit. */
export function change_bit<N extends string>(nr: Bit<NoInfer<N>>, addr: Flags<N>): void {
  perform('change_bit', addr, changing(nr));
}

/** Clears the bit; every earlier access comes before. Releases a lock that is one bit. */
export function clear_bit_unlock<N extends string>(nr: Bit<NoInfer<N>>, addr: Flags<N>): void {
  const hold = { release: 'bit', shared: false } as const;
  perform('clear_bit_unlock', addr, { ...clearing(nr), hold });
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
  return perform('xor_unlock_is_negative_byte', addr, {
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
  perform('xor_unlock_is_negative_byte', addr, {
    modify: Modify.XOR,
    modifyArgument: integer(mask, 'a mask'),
    hold: { release: 'bit', shared: false },
  });
}

/** Sets the bit; tells whether it was set before. */
export function test_and_set_bit<N extends string>(nr: Bit<NoInfer<N>>, addr: Flags<N>): boolean {
  return perform('test_and_set_bit', addr, { ...setting(nr), ...telling(nr) });
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
  const told = { result: Result.OLD_BITS, resultArgument: integer(mask, 'a mask') };
  return perform('test_and_set_bit', addr, { ...setting(nr), ...told });
}

/** Clears the bit; tells whether it was set before. */
export function test_and_clear_bit<N extends string>(nr: Bit<NoInfer<N>>, addr: Flags<N>): boolean {
  return perform('test_and_clear_bit', addr, { ...clearing(nr), ...telling(nr) });
}

/** Inverts the bit; tells whether it was set before. */
export function test_and_change_bit<N extends string>(
  nr: Bit<NoInfer<N>>,
  addr: Flags<N>,
): boolean {
  return perform('test_and_change_bit', addr, { ...changing(nr), ...telling(nr) });
}

/**
 * Sets the bit with acquire order if it was clear; tells whether it was set before.
 * Takes a lock that is one bit.
 */
export function test_and_set_bit_lock<N extends string>(
  nr: Bit<NoInfer<N>>,
  addr: Flags<N>,
): boolean {
  const free = { test: Test.BITS_CLEAR, testArgument: bitMask(nr) };
  const hold = { take: 'bit', shared: false } as const;
  const taken = perform('test_and_set_bit_lock', addr, {
    ...free,
    ...setting(nr),
    result: Result.TESTED,
    hold,
  });
  return !taken;
}

/** Spins until the bit is clear and sets it; preemption is off while it is held. */
export function bit_spin_lock<N extends string>(nr: Bit<NoInfer<N>>, addr: Flags<N>): void {
  const free = { test: Test.BITS_CLEAR, testArgument: bitMask(nr), wait: true };
  const hold = { take: 'spin', shared: false } as const;
  perform('bit_spin_lock', addr, { ...free, ...setting(nr), hold });
}

/** Sets the bit if it is clear; tells whether it did. */
export function bit_spin_trylock<N extends string>(nr: Bit<NoInfer<N>>, addr: Flags<N>): boolean {
  const free = { test: Test.BITS_CLEAR, testArgument: bitMask(nr) };
  const hold = { take: 'spin', shared: false } as const;
  return perform('bit_spin_trylock', addr, {
    ...free,
    ...setting(nr),
    result: Result.TESTED,
    hold,
  });
}

/** Releases a bit taken by `bit_spin_lock`. */
export function bit_spin_unlock<N extends string>(nr: Bit<NoInfer<N>>, addr: Flags<N>): void {
  const hold = { release: 'spin', shared: false } as const;
  perform('bit_spin_unlock', addr, { ...clearing(nr), hold });
}

/** Sleeps until the bit is clear (include/linux/wait_bit.h). */
export function wait_on_bit<N extends string>(bit: Bit<NoInfer<N>>, word: Flags<N>): void {
  const clear = { test: Test.BITS_CLEAR, testArgument: bitMask(bit), wait: true };
  perform('wait_on_bit', word, { ...clear, hold: { sleeps: true } });
}

/** Sleeps until the bit is clear and sets it with acquire order (include/linux/wait_bit.h). */
export function wait_on_bit_lock<N extends string>(bit: Bit<NoInfer<N>>, word: Flags<N>): void {
  const free = { test: Test.BITS_CLEAR, testArgument: bitMask(bit), wait: true };
  const hold = { take: 'bit', shared: false } as const;
  perform('wait_on_bit_lock', word, { ...free, ...setting(bit), hold });
}
