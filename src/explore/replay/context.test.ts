import { describe, expect, it } from 'vitest';
import { operation } from '../../memory/operation.ts';
import type { Operation } from '../../memory/operation.ts';
import {
  afterAccess,
  afterHold,
  afterNesting,
  atomicReason,
  beginsSection,
  EMPTY_CONTEXT,
  inSection,
  leftHeld,
  releaseOfRemoved,
  withRemovedLock,
} from './context.ts';
import type { Context, ContextStep } from './context.ts';

const nameOf = (address: number): string => `word ${address}`;

const take = (address: number, shared = false): Operation =>
  operation('spin_lock', { address, hold: { take: 'spin', shared } });
const release = (address: number, shared = false): Operation =>
  operation('spin_unlock', { address, hold: { release: 'spin', shared } });
const down = operation('down_write', { address: 7, hold: { take: 'sleep', shared: false } });
const downgrade = operation('downgrade_write', { address: 7, hold: { downgrade: true } });

function contextOf(step: ContextStep): Context {
  if ('wrong' in step) throw new Error(step.wrong);
  return step.context;
}

/** The context after operations, from the empty one. */
function after(...operations: readonly Operation[]): Context {
  return operations.reduce(
    (context, one) => contextOf(afterHold(context, one, nameOf)),
    EMPTY_CONTEXT,
  );
}

function nested(...changes: ['rcu' | 'irq' | 'preempt', 1 | -1][]): Context {
  return changes.reduce(
    (context, [what, change]) => contextOf(afterNesting(context, what, change)),
    EMPTY_CONTEXT,
  );
}

describe('what a thread holds', () => {
  it('grows with each lock and shrinks with each release', () => {
    expect(after(take(3), take(4)).held.map(({ address }) => address)).toEqual([3, 4]);
    expect(after(take(3), take(4), release(3)).held.map(({ address }) => address)).toEqual([4]);
    expect(after(take(3), release(3))).toEqual(EMPTY_CONTEXT);
  });

  it('does not forget one of two readers', () => {
    const twice = after(take(3, true), take(3, true), release(3, true));
    expect(twice.held).toHaveLength(1);
  });

  it('cannot be released when it is not held, nor as if it were held otherwise', () => {
    const wrong = { wrong: 'word 3 is released by a thread that does not hold it' };
    expect(afterHold(EMPTY_CONTEXT, release(3), nameOf)).toEqual(wrong);
    expect(afterHold(after(take(4)), release(3), nameOf)).toEqual(wrong);
    expect(afterHold(after(take(3, true)), release(3), nameOf)).toEqual(wrong);
  });

  it('is told apart bit by bit', () => {
    const bit = (nr: number): Operation =>
      operation('bit_spin_lock', {
        address: 3,
        modify: 4,
        modifyArgument: 1 << nr,
        hold: { take: 'spin', shared: false },
      });
    const unlock = (nr: number): Operation =>
      operation('bit_spin_unlock', {
        address: 3,
        modify: 3,
        modifyArgument: ~(1 << nr),
        hold: { release: 'spin', shared: false },
      });
    expect(after(bit(0), bit(31)).held.map((one) => one.bit)).toEqual([0, 31]);
    expect(after(bit(0), bit(31), unlock(0)).held.map((one) => one.bit)).toEqual([31]);
    expect(afterHold(after(bit(0)), unlock(1), nameOf)).toHaveProperty('wrong');
  });

  it('may be a bit that another thread took', () => {
    const unlock = operation('clear_bit_unlock', {
      address: 3,
      modify: 3,
      modifyArgument: ~1,
      hold: { release: 'bit', shared: false },
    });
    expect(afterHold(EMPTY_CONTEXT, unlock, nameOf)).toEqual({ context: EMPTY_CONTEXT });
  });

  it('is the lowest of the bits that an unlock changes together', () => {
    const lock = (nr: number): Operation =>
      operation('wait_on_bit_lock', {
        address: 3,
        modify: 4,
        modifyArgument: 1 << nr,
        hold: { take: 'bit', shared: false },
      });
    const unlock = operation('xor_unlock_is_negative_byte', {
      address: 3,
      modify: 5,
      modifyArgument: 0b1100,
      hold: { release: 'bit', shared: false },
    });
    expect(after(lock(2), unlock).held).toEqual([]);
    expect(after(lock(3), unlock).held).toMatchObject([{ bit: 3 }]);
  });

  it('turns from writer to reader by a downgrade', () => {
    expect(after(down, downgrade).held).toMatchObject([{ address: 7, shared: true }]);
    expect(afterHold(EMPTY_CONTEXT, downgrade, nameOf)).toEqual({
      wrong: 'word 7 is downgraded but not held for writing',
    });
  });
});

describe('sections', () => {
  it('count how deep they are', () => {
    expect(nested(['rcu', 1], ['rcu', 1], ['rcu', -1]).rcu).toBe(1);
    expect(afterNesting(EMPTY_CONTEXT, 'irq', -1)).toEqual({
      wrong: 'local_irq_enable without local_irq_disable',
    });
    expect(afterNesting(EMPTY_CONTEXT, 'rcu', -1)).toEqual({
      wrong: 'rcu_read_unlock without rcu_read_lock',
    });
  });

  it('begin with their first access', () => {
    const entered = nested(['rcu', 1]);
    expect([entered.inReader, beginsSection(entered)]).toEqual([false, true]);
    const begun = afterAccess(entered);
    expect([begun.inReader, begun.inIrqOff, beginsSection(begun)]).toEqual([true, false, false]);
    expect(beginsSection(EMPTY_CONTEXT)).toBe(false);
  });

  it.each(['rcu', 'irq', 'preempt'] as const)('of %s are read-side sections', (what) => {
    const begun = inSection(nested([what, 1]));
    expect([begun.inReader, begun.inIrqOff]).toEqual([true, what === 'irq']);
  });

  it('are also a held spin lock, from its taking to its release', () => {
    const held = afterAccess(after(take(3)));
    expect([held.inReader, held.inIrqOff, beginsSection(held)]).toEqual([true, false, false]);
    const inner = contextOf(afterNesting(inSection({ ...held, rcu: 1 }), 'rcu', -1));
    expect(inner.inReader).toBe(true);
    expect(afterAccess(contextOf(afterHold(held, release(3), nameOf)))).toEqual(EMPTY_CONTEXT);
    expect(afterAccess(after(down)).inReader).toBe(false);
  });

  it('end with the outermost leave', () => {
    const begun = inSection(nested(['rcu', 1], ['irq', 1]));
    const irqOver = contextOf(afterNesting(begun, 'irq', -1));
    expect([irqOver.inReader, irqOver.inIrqOff]).toEqual([true, false]);
    const over = contextOf(afterNesting(irqOver, 'rcu', -1));
    expect(over).toEqual(EMPTY_CONTEXT);
  });
});

describe('a full barrier', () => {
  it('is passed until the next access', () => {
    const passed = { ...EMPTY_CONTEXT, barrier: true };
    expect(afterAccess(passed)).toEqual(EMPTY_CONTEXT);
  });
});

describe('sleeping is forbidden', () => {
  const cases: [string, Context, string | null][] = [
    ['nowhere without reason', EMPTY_CONTEXT, null],
    ['with interrupts off', nested(['irq', 1]), 'interrupts are off'],
    ['with preemption off', nested(['preempt', 1]), 'preemption is off'],
    ['in a read-side section', nested(['rcu', 1]), 'an RCU read-side section is open'],
    ['under a spin lock', after(take(3)), 'a spin lock is held'],
    ['not under a sleeping lock', after(down), null],
  ];

  it.each(cases)('%s', (_, context, reason) => {
    expect(atomicReason(context)).toBe(reason);
  });
});

describe('at the end of a thread', () => {
  it('nothing may be left', () => {
    expect(leftHeld(EMPTY_CONTEXT, nameOf)).toBeNull();
    expect(leftHeld(after(take(3)), nameOf)).toBe('word 3 is still held');
    expect(leftHeld(nested(['irq', 1]), nameOf)).toBe('interrupts are still off');
    expect(leftHeld(nested(['preempt', 1]), nameOf)).toBe('preemption is still off');
    expect(leftHeld(nested(['rcu', 1]), nameOf)).toBe('an RCU read-side section is still open');
  });

  it('a page lock may be left: the end of the read releases it', () => {
    const lock = operation('wait_on_bit_lock', {
      address: 3,
      modify: 4,
      modifyArgument: 1,
      hold: { take: 'bit', shared: false },
    });
    expect(leftHeld(after(lock), nameOf)).toBeNull();
  });
});

describe('a lock that was removed by name', () => {
  const removed = withRemovedLock(EMPTY_CONTEXT, take(3));

  it('is not missed at the end', () => {
    expect(leftHeld(removed, nameOf)).toBeNull();
  });

  it('neither forbids sleeping nor holds a grace period back', () => {
    expect(atomicReason(removed)).toBeNull();
    expect(inSection(removed).inReader).toBe(false);
  });

  it('takes its release with it', () => {
    expect(releaseOfRemoved(removed, release(3))).toEqual(EMPTY_CONTEXT);
  });

  it('leaves the releases of others alone', () => {
    expect(releaseOfRemoved(removed, release(4))).toBeNull();
    expect(releaseOfRemoved(after(take(3)), release(3))).toBeNull();
    expect(releaseOfRemoved(removed, take(3))).toBeNull();
  });
});
