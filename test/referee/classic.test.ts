import { describe, expect, it } from 'vitest';
import { engineEnds, refereeEnds } from './compare.ts';
import { call, litmus, MB, R, readable, told, W } from './litmus.ts';
import type { Call } from './litmus.ts';
import type { Program } from './program.ts';

/** A classic with the exact outcomes under sc, and those that tso adds. */
interface Classic {
  readonly name: string;
  readonly program: Program;
  readonly finalWords?: readonly string[];
  readonly sc: readonly string[];
  readonly tso: readonly string[];
}

const words = { x: 'word', y: 'word' } as const;

function storeBuffering(name: string, first: readonly Call[], tso: readonly string[]): Classic {
  const swapped = { x: 'y', y: 'x', l: 'm', m: 'l' } as Record<string, string>;
  const second = first.map((one) => ({ ...one, word: one.word && (swapped[one.word] ?? null) }));
  const program = litmus({ ...words, l: 'spin', m: 'spin' }, [first, second]);
  return { name: `SB${name}`, program, sc: ['0 1', '1 0', '1 1'], tso };
}

const RELAXED = ['0 0'];

const STORE_BUFFERING: readonly Classic[] = [
  storeBuffering('', [W('x', 1), R('y')], RELAXED),
  storeBuffering('+mbs', [W('x', 1), MB, R('y')], []),
  storeBuffering('+wmbs', [W('x', 1), call('smp_wmb'), R('y')], RELAXED),
  storeBuffering('+rmbs', [W('x', 1), call('smp_rmb'), R('y')], RELAXED),
  storeBuffering(
    '+release-acquire',
    [call('smp_store_release', 'x', 1), told('smp_load_acquire', 'y')],
    RELAXED,
  ),
  storeBuffering('+store_mb', [call('smp_store_mb', 'x', 1), R('y')], []),
  storeBuffering('+xchg', [call('xchg', 'x', 1), R('y')], []),
  storeBuffering('+xchg_relaxed', [call('xchg_relaxed', 'x', 1), R('y')], []),
  storeBuffering('+failed cmpxchg between', [W('x', 1), call('cmpxchg', 'x', 5, 6), R('y')], []),
  storeBuffering(
    '+smp_mb__after_atomic',
    [W('x', 1), call('smp_mb__after_atomic'), R('y')],
    RELAXED,
  ),
  storeBuffering(
    '+unlock between',
    [call('spin_lock', 'l'), W('x', 1), call('spin_unlock', 'l'), R('y')],
    RELAXED,
  ),
  storeBuffering(
    '+lock between',
    [W('x', 1), call('spin_lock', 'l'), R('y'), call('spin_unlock', 'l')],
    [],
  ),
];

const OTHERS: readonly Classic[] = [
  {
    name: 'SB with one barrier',
    program: litmus(words, [
      [W('x', 1), MB, R('y')],
      [W('y', 1), R('x')],
    ]),
    sc: ['0 1', '1 0', '1 1'],
    tso: RELAXED,
  },
  {
    name: 'SB in one spin lock',
    program: litmus({ ...words, l: 'spin' }, [
      [call('spin_lock', 'l'), W('x', 1), R('y'), call('spin_unlock', 'l')],
      [call('spin_lock', 'l'), W('y', 1), R('x'), call('spin_unlock', 'l')],
    ]),
    sc: ['0 1', '1 0'],
    tso: [],
  },
  {
    name: 'SB with mutexes of their own',
    program: litmus({ ...words, l: 'mutex', m: 'mutex' }, [
      [call('mutex_lock', 'l'), W('x', 1), call('mutex_unlock', 'l'), R('y')],
      [call('mutex_lock', 'm'), W('y', 1), call('mutex_unlock', 'm'), R('x')],
    ]),
    sc: ['0 1', '1 0', '1 1'],
    tso: [],
  },
  {
    name: 'SB+rfi: a thread sees its own store first',
    program: litmus(words, [
      [W('x', 1), R('x'), R('y')],
      [W('y', 1), R('y'), R('x')],
    ]),
    sc: ['1 0 1 1', '1 1 1 0', '1 1 1 1'],
    tso: ['1 0 1 0'],
  },
  ...[[], [call('smp_wmb')]].map((barrier): Classic => ({
    name: barrier.length === 0 ? 'MP' : 'MP+wmb+rmb',
    program: litmus(words, [
      [W('x', 1), ...barrier, W('y', 1)],
      [R('y'), ...barrier.map(() => call('smp_rmb')), R('x')],
    ]),
    sc: ['0 0', '0 1', '1 1'],
    tso: [],
  })),
  {
    name: 'MP+release+acquire',
    program: litmus(words, [
      [W('x', 1), call('smp_store_release', 'y', 1)],
      [told('smp_load_acquire', 'y'), R('x')],
    ]),
    sc: ['0 0', '0 1', '1 1'],
    tso: [],
  },
  {
    name: 'LB',
    program: litmus(words, [
      [R('x'), W('y', 1)],
      [R('y'), W('x', 1)],
    ]),
    sc: ['0 0', '0 1', '1 0'],
    tso: [],
  },
  {
    name: 'IRIW',
    program: litmus(words, [[W('x', 1)], [W('y', 1)], [R('x'), R('y')], [R('y'), R('x')]]),
    sc: allOf(4).filter((outcome) => outcome !== '1 0 1 0'),
    tso: [],
  },
  ...[[], [MB]].map((barrier): Classic => ({
    name: barrier.length === 0 ? '2+2W' : '2+2W+mbs',
    program: litmus(words, [
      [W('x', 1), ...barrier, W('y', 2)],
      [W('y', 1), ...barrier, W('x', 2)],
    ]),
    finalWords: ['x', 'y'],
    sc: ['x=1 y=2', 'x=2 y=1', 'x=2 y=2'],
    tso: [],
  })),
  {
    name: 'CoRR',
    program: litmus(words, [[W('x', 1)], [R('x'), R('x')]]),
    sc: ['0 0', '0 1', '1 1'],
    tso: [],
  },
  {
    name: 'CoWW and CoWR: a thread never misses its own stores',
    program: litmus(words, [
      [W('x', 1), W('x', 2), R('x')],
      [R('x'), R('x')],
    ]),
    finalWords: ['x'],
    sc: ['2 0 0', '2 0 1', '2 0 2', '2 1 1', '2 1 2', '2 2 2'].map((text) => `${text} | x=2`),
    tso: [],
  },
  ...[[], [MB]].map((barrier): Classic => ({
    name: barrier.length === 0 ? 'R' : 'R+po+mb',
    program: litmus(words, [
      [W('x', 1), W('y', 1)],
      [W('y', 2), ...barrier, R('x')],
    ]),
    finalWords: ['y'],
    sc: ['0 | y=1', '1 | y=1', '1 | y=2'],
    tso: barrier.length === 0 ? ['0 | y=2'] : [],
  })),
  {
    name: 'R+mb+po: the barrier is needed on the other side',
    program: litmus(words, [
      [W('x', 1), MB, W('y', 1)],
      [W('y', 2), R('x')],
    ]),
    finalWords: ['y'],
    sc: ['0 | y=1', '1 | y=1', '1 | y=2'],
    tso: ['0 | y=2'],
  },
  {
    name: 'S',
    program: litmus(words, [
      [W('x', 2), W('y', 1)],
      [R('y'), W('x', 1)],
    ]),
    finalWords: ['x'],
    sc: ['0 | x=1', '0 | x=2', '1 | x=1'],
    tso: [],
  },
  {
    name: 'WRC',
    program: litmus(words, [[W('x', 1)], [R('x'), W('y', 1)], [R('y'), R('x')]]),
    sc: allOf(3).filter((outcome) => outcome !== '1 1 0'),
    tso: [],
  },
  {
    name: 'atomic increments are not lost',
    program: litmus({ a: 'atomic' }, [
      [told('atomic_inc_return_relaxed', 'a')],
      [told('atomic_inc_return_relaxed', 'a')],
    ]),
    finalWords: ['a'],
    sc: ['1 2 | a=2', '2 1 | a=2'],
    tso: [],
  },
];

/** Every outcome of n registers of 0 and 1. */
function allOf(n: number): string[] {
  if (n === 0) return [''];
  return allOf(n - 1).flatMap((rest) => ['0', '1'].map((one) => `${rest} ${one}`.trim()));
}

describe.each([...STORE_BUFFERING, ...OTHERS])('$name', ({ program, finalWords = [], sc, tso }) => {
  const expected = { sc: [...sc].sort(), tso: [...sc, ...tso].sort() };

  it.each(['sc', 'tso'] as const)('has exactly its outcomes under %s by the referee', (model) => {
    const ends = refereeEnds(program, model, 1e5);
    expect(ends?.deadlocks).toEqual([]);
    expect(readable(program, ends?.finals ?? [], finalWords)).toEqual(expected[model]);
  });

  it.each(['sc', 'tso'] as const)('has exactly its outcomes under %s by the engine', (model) => {
    const { finals, deadlocks } = engineEnds(program, model);
    expect(deadlocks).toEqual([]);
    expect(readable(program, finals, finalWords)).toEqual(expected[model]);
  });
});
