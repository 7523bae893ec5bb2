/** What a trace tells of a thread that fails by itself: the way to the place, and the place. */
import { describe, expect, it } from 'vitest';
import { onlyFinding, tried } from '../../../test/support/small.ts';
import {
  assert,
  kernelFunction,
  kfree,
  kmalloc,
  local_irq_restore,
  local_irq_save,
  mutex,
  mutex_lock,
  mutex_unlock,
  preempt_disable,
  preempt_enable,
  rcu_read_lock,
  rcu_read_unlock,
  READ_ONCE,
  struct,
  u32,
} from '../../memory/index.ts';
import { picture } from '../../report/picture.ts';
import type { Stage } from '../../scenario/stage.ts';

const box = struct('box', { lock: mutex, x: u32 });

/** The picture of the only finding, without what differs from file to file. */
async function pictureOf(body: (stage: Stage) => void): Promise<string> {
  const text = picture(onlyFinding(await tried(body)));
  const lines = text.split('\n').filter((line) => !/Why|Again|\.test\.[jt]s/.test(line));
  return `\n${lines.join('\n').trimEnd()}\n`;
}

describe('a thread that fails by itself', () => {
  it('sleeps in an RCU read-side section', async () => {
    const text = await pictureOf(({ alloc, thread }) => {
      const b = alloc(box);
      thread('t', () => {
        rcu_read_lock();
        READ_ONCE(b.x);
        mutex_lock(b.lock);
        mutex_unlock(b.lock);
        rcu_read_unlock();
      });
    });
    expect(text).toMatchInlineSnapshot(`
      "
        FAIL  small   sleeping in atomic context   sc

              t
              ----------------
         1    rcu_read_lock
         2    READ_ONCE(x)  0
         3    mutex_lock(lock)
              ----------------
        end   mutex_lock may sleep, but an RCU read-side section is open. x
      "
    `);
  });

  it('sleeps before any access', async () => {
    const text = await pictureOf(({ alloc, thread }) => {
      const b = alloc(box);
      thread('t', () => {
        preempt_disable();
        mutex_lock(b.lock);
        mutex_unlock(b.lock);
        preempt_enable();
      });
    });
    expect(text).toMatchInlineSnapshot(`
      "
        FAIL  small   sleeping in atomic context   sc

              t
              ----------------
         1    preemption off
         2    mutex_lock(lock)
              ----------------
        end   mutex_lock may sleep, but preemption is off. x
      "
    `);
  });

  it('returns with interrupts off, and shows what it read on that way', async () => {
    const text = await pictureOf(({ alloc, thread }) => {
      const b = alloc(box);
      thread('t', () => {
        local_irq_save();
        if (READ_ONCE(b.x) === 0) return;
        local_irq_restore();
      });
    });
    expect(text).toMatchInlineSnapshot(`
      "
        FAIL  small   unbalanced section   sc

              t
              ---------------
         1    interrupts off
         2    READ_ONCE(x)  0
         3    return
              ---------------
        end   t has ended, but interrupts are still off. x
      "
    `);
  });

  it('returns from inside an RCU read-side section that a kernel function entered', async () => {
    const enter = kernelFunction(
      'test.c',
      '6.18',
      function enter(word: Parameters<typeof READ_ONCE>[0]) {
        READ_ONCE(word);
        rcu_read_lock();
      },
    );
    const text = await pictureOf(({ alloc, thread }) => {
      const b = alloc(box);
      thread('t', () => {
        rcu_read_lock();
        rcu_read_unlock();
        enter(b.x);
        READ_ONCE(b.x);
      });
    });
    expect(text).toMatchInlineSnapshot(`
      "
        FAIL  small   unbalanced section   sc

              t
              ---------------
         1    enter: READ_ONCE(x)  0
         2    rcu_read_lock
         3    READ_ONCE(x)  0
         4    return
              ---------------
        end   t has ended, but an RCU read-side section is still open. x
      "
    `);
  });

  it('asserts what is false before any access', async () => {
    const text = await pictureOf(({ thread }) => {
      thread('t', () => assert(false, 'the page is locked'));
    });
    expect(text).toMatchInlineSnapshot(`
      "
        FAIL  small   assert "the page is locked"   sc

              t
              ------
         1    assert
              ------
        end   the page is locked. x
      "
    `);
  });

  it('frees twice, named by the object', async () => {
    const text = await pictureOf(({ pool, thread }) => {
      pool(box, 1);
      thread('t', () => {
        const one = kmalloc(box);
        kfree(one);
        kfree(one);
      });
    });
    expect(text).toMatchInlineSnapshot(`
      "
        FAIL  small   double free   sc

              t                         box#1
              ------------------        ---------
        init                            fresh
         1    kmalloc  box#1            allocated
         2    kfree(box#1)              freed
         3    next: kfree(box#1)
              ------------------        ---------
        end   t frees box#1, which is
              not allocated now.        freed      x
      "
    `);
  });
});
