/**
 * Corners of the machines by hand: situations in which an engine that remembers states by what
 * threads have observed, or that leaves steps out, could go wrong. Both machines are asked, in
 * every manner.
 */

import { describe, expect, it } from 'vitest';
import { ALL_MANNERS } from './agree.ts';
import { engineEnds, refereeEnds } from './compare.ts';
import { call, litmus, MB, R, readable, told, W } from './litmus.ts';
import type { Call, Words } from './litmus.ts';
import type { Access, Program, Statement } from './program.ts';

const x = 0;
const z = 2;

function access(primitive: string, word: number | null, into: string | null = null): Access {
  return { do: 'access', primitive, word, operands: [], into };
}

/** Store buffering between P0 and P1, with statements between P0's store and load. P2 sets z. */
function between(...statements: readonly Statement[]): Program {
  const program = litmus({ x: 'word', y: 'word', z: 'word' }, [
    [W('x', 1), R('y')],
    [W('y', 1), MB, R('x')],
    [W('z', 1)],
  ]);
  const [store, load] = program.threads[0]?.body ?? [];
  if (store === undefined || load === undefined) throw new Error('P0 is not as expected');
  const threads = program.threads.map((thread, index) =>
    index === 0 ? { ...thread, body: [store, ...statements, load] } : thread,
  );
  return { ...program, threads };
}

const readZ = access('READ_ONCE', z, 'z');
const barrier = access('smp_mb', null);
const ifZ = (value: number): Statement => ({
  do: 'if',
  test: { register: 'z', is: '==', value },
  body: [barrier],
});
const inFunction = (...body: readonly Statement[]): Statement => ({
  do: 'call',
  name: 'f',
  parameter: 'p',
  operand: 0,
  body,
  gives: 'nothing',
  into: 'result',
});
const untilZ = (...body: readonly Statement[]): Statement => ({
  do: 'loop',
  body,
  again: { register: 'z', is: '==', value: 0 },
});

const OBSERVER: readonly Call[] = [W('y', 1), MB, R('x')];

/** A thread, a handler that interrupts it, and an observer. */
function handled(
  thread: readonly Call[],
  handler: readonly Call[],
  observer: readonly Call[] = OBSERVER,
): Program {
  return onFirst(litmus({ x: 'word', y: 'word', l: 'spin' }, [thread, handler, observer]));
}

/** The second thread as a handler on the CPU of the first. */
function onFirst(program: Program): Program {
  const threads = program.threads.map((one, index) => (index === 1 ? { ...one, on: 0 } : one));
  return { ...program, threads };
}

/** P0 spins on z, which nobody sets. */
function besideSpinner(...others: readonly (readonly Call[])[]): Program {
  const program = litmus({ x: 'word', y: 'word', z: 'word' }, [[], ...others]);
  const [spinner, ...rest] = program.threads;
  if (spinner === undefined) throw new Error('there is no P0');
  return { ...program, threads: [{ ...spinner, body: [untilZ(readZ)] }, ...rest] };
}

const QUEUE: Words = { x: 'word', y: 'word', q: 'queue' };

/** Programs on which the two must agree, whatever they say. */
const CORNERS: Readonly<Record<string, Program>> = {
  'a barrier before a choice': between(barrier, {
    ...access('choose', null, 'choice'),
    operands: [2],
  }),
  'a barrier before a call': between(barrier, inFunction()),
  'a barrier at the end of a call': between(inFunction(readZ, barrier)),
  'a barrier that a call passes on one way, with the same result': between(
    inFunction(readZ, ifZ(1)),
  ),
  'a barrier at the end of a round': between(untilZ(readZ, barrier)),
  'a barrier at the end of all rounds but the last': between(untilZ(readZ, ifZ(0))),
  'a barrier at the end of the last round': between(untilZ(readZ, ifZ(1))),
  'a store before a sleeper takes its mark away': litmus(QUEUE, [
    [call('prepare_to_wait', 'q'), W('x', 1), call('finish_wait', 'q'), R('y')],
    OBSERVER,
  ]),
  'a store before a sleeper sleeps': litmus(QUEUE, [
    [call('prepare_to_wait', 'q'), W('x', 1), call('schedule', 'q'), R('y')],
    [...OBSERVER, call('wake_up', 'q')],
  ]),
  'an attempt that looks at its own store': litmus({ x: 'word', y: 'word', l: 'spin' }, [
    [
      call('spin_lock', 'l'),
      call('spin_unlock', 'l'),
      W('x', 1),
      told('spin_trylock', 'l'),
      R('y'),
      call('spin_unlock', 'l'),
    ],
    OBSERVER,
  ]),
  'a conditional add that looks at its own store': litmus({ x: 'word', y: 'word', a: 'atomic' }, [
    [W('x', 1), call('atomic_set', 'a', 0), told('atomic_inc_not_zero', 'a'), R('y')],
    [...OBSERVER, call('atomic_set', 'a', 1)],
  ]),
  'a spinner with interrupts off, against a call to all CPUs': litmus({ x: 'word', l: 'spin' }, [
    [call('spin_lock', 'l'), call('smp_call_function'), call('spin_unlock', 'l')],
    [call('spin_lock_irq', 'l'), W('x', 1), call('spin_unlock_irq', 'l')],
  ]),
  'a reader that waits for what comes after the grace period': {
    slots: 0,
    words: [{ name: 'x', kind: 'word', initial: 0 }],
    threads: [
      {
        name: 'P0',
        count: 1,
        device: false,
        on: null,
        gives: 'number',
        body: [access('synchronize_rcu', null), { ...access('WRITE_ONCE', x), operands: [1] }],
      },
      {
        name: 'P1',
        count: 1,
        device: false,
        on: null,
        gives: 'number',
        body: [
          access('rcu_read_lock', null),
          {
            do: 'loop',
            body: [access('READ_ONCE', x, 'seen')],
            again: { register: 'seen', is: '==', value: 0 },
          },
          access('rcu_read_unlock', null),
        ],
      },
    ],
  },
  'a grace period and an earlier section': litmus({ x: 'word', y: 'word' }, [
    [call('rcu_read_lock'), W('x', 1), R('y'), call('rcu_read_unlock')],
    [W('y', 1), call('synchronize_rcu'), R('x')],
  ]),
  'a grace period and a section with preemption off': litmus({ x: 'word', y: 'word' }, [
    [call('preempt_disable'), R('y'), R('x'), call('preempt_enable')],
    [W('y', 1), call('synchronize_rcu'), W('x', 1)],
  ]),
  'a grace period and the holder of a spin lock': litmus({ x: 'word', y: 'word', l: 'spin' }, [
    [call('spin_lock', 'l'), R('y'), R('x'), call('spin_unlock', 'l')],
    [W('y', 1), call('synchronize_rcu'), W('x', 1)],
  ]),
  'a grace period and the second reader of a lock': litmus({ x: 'word', y: 'word', l: 'rwlock' }, [
    [call('read_lock', 'l'), R('y'), R('x'), call('read_unlock', 'l')],
    [call('read_lock', 'l'), R('y'), R('x'), call('read_unlock', 'l')],
    [W('y', 1), call('synchronize_rcu'), W('x', 1)],
  ]),
  'a grace period and who spins behind another holder': litmus(
    { x: 'word', y: 'word', l: 'spin' },
    [
      [call('spin_lock', 'l'), R('x'), call('spin_unlock', 'l')],
      [call('spin_lock', 'l'), R('y'), R('x'), call('spin_unlock', 'l')],
      [W('y', 1), call('synchronize_rcu'), W('x', 1)],
    ],
  ),
  'a data race beside a thread that spins for ever': besideSpinner(
    [call('store', 'x', 1)],
    [R('y'), R('x')],
  ),
  'a handler that waits for the lock of the thread it interrupts': handled(
    [call('spin_lock', 'l'), W('x', 1), call('spin_unlock', 'l')],
    [call('spin_lock', 'l'), R('x'), call('spin_unlock', 'l')],
  ),
  'a handler and a lock with interrupts off': handled(
    [call('spin_lock_irq', 'l'), W('x', 1), call('spin_unlock_irq', 'l')],
    [call('spin_lock', 'l'), R('x'), call('spin_unlock', 'l')],
  ),
  'a plain access with interrupts off and a handler': handled(
    [call('local_irq_disable'), call('store', 'x', 1), call('local_irq_enable')],
    [W('x', 2)],
    [R('y')],
  ),
  'a plain access with interrupts on and a handler': handled(
    [R('y'), call('store', 'x', 1)],
    [W('x', 2)],
    [R('y')],
  ),
  'a handler that sees the stores of its CPU': handled([W('x', 1), R('y')], [R('x'), W('y', 1)]),
  'interrupts off inside of an RCU section': litmus({ x: 'word', y: 'word', l: 'spin' }, [
    [
      call('rcu_read_lock'),
      R('x'),
      call('spin_lock_irq', 'l'),
      W('y', 1),
      call('spin_unlock_irq', 'l'),
      call('rcu_read_unlock'),
    ],
    [call('spin_lock', 'l'), call('smp_call_function'), call('spin_unlock', 'l')],
  ]),
  'a handler that stores while its thread waits for a grace period': onFirst(
    litmus({ w: 'word', x: 'word', y: 'word', z: 'word' }, [
      [W('w', 1), call('synchronize_rcu'), R('y')],
      [R('z'), W('x', 1)],
      [call('rcu_read_lock'), R('w'), W('z', 1), call('rcu_read_unlock')],
      [W('y', 1), MB, R('x')],
    ]),
  ),
  'a handler and a section of SRCU with interrupts off': onFirst(
    litmus({ s: 'srcu' }, [
      [
        call('local_irq_disable'),
        told('srcu_read_lock', 's'),
        call('srcu_read_unlock', 's', 1),
        call('local_irq_enable'),
      ],
      [told('srcu_read_lock', 's'), call('srcu_read_unlock', 's', 1)],
    ]),
  ),
  'a handler behind the end of a section of SRCU with interrupts off': onFirst(
    litmus({ x: 'word', y: 'word', z: 'word', s: 'srcu' }, [
      [
        call('srcu_read_lock', 's'),
        R('z'),
        call('local_irq_disable'),
        call('srcu_read_unlock', 's', 1),
        R('y'),
        call('local_irq_enable'),
      ],
      [R('x'), W('y', 1)],
      [W('z', 1), call('synchronize_srcu', 's'), W('x', 1)],
    ]),
  ),
  'a section of SRCU that ends inside of one of RCU': litmus({ x: 'word', y: 'word', s: 'srcu' }, [
    [
      call('srcu_read_lock', 's'),
      R('x'),
      call('rcu_read_lock'),
      call('srcu_read_unlock', 's', 1),
      R('y'),
      call('rcu_read_unlock'),
    ],
    [W('x', 1), call('synchronize_srcu', 's'), call('synchronize_rcu'), W('y', 1)],
  ]),
  'a section of SRCU that begins when the one before it ends': litmus(
    { x: 'word', y: 'word', s: 'srcu' },
    [
      [
        call('srcu_read_lock', 's'),
        R('x'),
        call('srcu_read_lock', 's'),
        call('srcu_read_unlock', 's', 1),
        R('y'),
        call('srcu_read_unlock', 's', 2),
      ],
      [W('x', 1), call('synchronize_srcu', 's'), W('y', 1)],
    ],
  ),
  'a section of SRCU that another thread ends': litmus({ x: 'word', y: 'word', s: 'srcu' }, [
    [told('srcu_down_read', 's'), W('x', 1)],
    [call('waitUntilEquals', 'x', 1), R('y'), call('srcu_up_read', 's', 1)],
    [W('y', 1), call('synchronize_srcu', 's'), W('y', 2)],
  ]),
  'a section of SRCU that is ended twice': litmus({ s: 'srcu' }, [
    [call('srcu_read_lock', 's'), call('srcu_read_unlock', 's', 1)],
    [call('srcu_read_unlock', 's', 1)],
  ]),
  'a section of SRCU that nobody ends': litmus({ s: 'srcu' }, [[call('srcu_read_lock', 's')]]),
  'a grace period in a section of its own srcu_struct': litmus({ s: 'srcu', t: 'srcu' }, [
    [call('srcu_read_lock', 's'), call('synchronize_srcu', 's'), call('srcu_read_unlock', 's', 1)],
    [call('srcu_read_lock', 's'), call('synchronize_srcu', 't'), call('srcu_read_unlock', 's', 1)],
  ]),
  'a plain store that only waits in a buffer': litmus({ x: 'word', y: 'word' }, [
    [W('y', 1), call('store', 'x', 1)],
    [W('y', 2), W('x', 1), R('y')],
  ]),
};

describe.each(Object.entries(CORNERS))('%s', (_, program) => {
  it.each(['sc', 'tso'] as const)('comes to the same ends by both under %s', (model) => {
    const referee = refereeEnds(program, model, 1e5);
    for (const manner of ALL_MANNERS) {
      expect({ manner, ends: engineEnds(program, model, manner) }).toEqual({
        manner,
        ends: referee,
      });
    }
  });
});

describe('the referee by itself', () => {
  const ends = (name: string, model: 'sc' | 'tso'): ReturnType<typeof refereeEnds> => {
    const program = CORNERS[name];
    if (program === undefined) throw new Error(`there is no corner '${name}'`);
    return refereeEnds(program, model, 1e5);
  };

  it('finds the deadlock of a spinner with interrupts off', () => {
    const found = ends('a spinner with interrupts off, against a call to all CPUs', 'sc');
    expect(found?.deadlocks).toHaveLength(1);
  });

  it('finds the deadlock of a handler that waits for the lock of its own CPU', () => {
    const found = ends('a handler that waits for the lock of the thread it interrupts', 'sc');
    expect(found?.deadlocks).not.toEqual([]);
    expect(ends('a handler and a lock with interrupts off', 'sc')?.deadlocks).toEqual([]);
  });

  it('finds no data race with a handler that interrupts off keep away', () => {
    expect(ends('a plain access with interrupts off and a handler', 'sc')?.races).toBe(false);
    expect(ends('a plain access with interrupts on and a handler', 'sc')?.races).toBe(true);
  });

  it('finds the hang of a reader that waits for what comes after the grace period', () => {
    const found = ends('a reader that waits for what comes after the grace period', 'sc');
    expect(found).toMatchObject({ hangs: true, deadlocks: [] });
  });

  it('finds the data race of a plain store', () => {
    expect(ends('a plain store that only waits in a buffer', 'tso')?.races).toBe(true);
  });

  it('lets a grace period wait for the holder of a spin lock', () => {
    const name = 'a grace period and the holder of a spin lock';
    const program = CORNERS[name] ?? litmus({}, []);
    // Who has missed y cannot see x: it is written after he has left.
    expect(readable(program, ends(name, 'tso')?.finals ?? [])).toEqual(['0 0', '1 0', '1 1']);
  });

  it('lets a grace period wait for the sections that began before it', () => {
    const name = 'a grace period and an earlier section';
    const program = CORNERS[name] as Program;
    const finals = ends(name, 'tso')?.finals ?? [];
    expect(readable(program, finals)).toEqual(['0 1', '1 0', '1 1']);
  });

  it('lets a grace period wait for sections of SRCU, each by itself', () => {
    const name = 'a section of SRCU that begins when the one before it ends';
    const finals = ends(name, 'tso')?.finals ?? [];
    // The second section may begin behind the grace period's beginning: nobody waits for it.
    expect(readable(CORNERS[name] as Program, finals)).toEqual(['0 0', '0 1', '1 0', '1 1']);
  });

  it('finds sections of SRCU that are ended twice, or by nobody', () => {
    expect(ends('a section of SRCU that is ended twice', 'sc')?.misuses).toBe(true);
    expect(ends('a section of SRCU that nobody ends', 'sc')?.misuses).toBe(true);
    expect(ends('a section of SRCU that another thread ends', 'sc')?.misuses).toBe(false);
  });

  it('gives up on a program of more states than wanted', () => {
    expect(refereeEnds(between(), 'tso', 10)).toBeNull();
  });
});
