/** Chance that can be repeated: a seed gives the same tests on every machine. */

/** Draws numbers. */
export interface Chance {
  /** From 0 to `below` - 1. */
  number(below: number): number;
  /** True once in `times`. */
  once(times: number): boolean;
  pick<const T>(choices: readonly [T, ...T[]]): T;
}

/** A source of chance (Mulberry32, by Tommy Ettinger, public domain). */
export function chanceFrom(seed: number): Chance {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const number = (below: number): number => Math.floor(next() * below);
  return {
    number,
    once: (times) => number(times) === 0,
    pick: (choices) => choices[number(choices.length)] ?? choices[0],
  };
}
