import { describe, expect, it } from 'vitest';
import { mistakeIn, tried, wrongWith } from '../../../test/support/small.ts';
import {
  call_rcu,
  container_of,
  kernelFunction,
  kfree,
  kfree_rcu,
  kmalloc,
  local_irq_disable,
  local_irq_enable,
  local_irq_restore,
  local_irq_save,
  pointer,
  preempt_disable,
  preempt_enable,
  rcu_assign_pointer,
  rcu_dereference,
  rcu_head,
  rcu_read_lock,
  rcu_read_unlock,
  READ_ONCE,
  s32,
  smp_call_function,
  spin_lock,
  spin_lock_bh,
  spin_lock_irq,
  spin_lock_irqsave,
  spin_unlock,
  spin_unlock_bh,
  spin_unlock_irq,
  spin_unlock_irqrestore,
  spinlock_t,
  struct,
  synchronize_rcu,
  WRITE_ONCE,
} from '../../memory/index.ts';
import type { Field, Struct } from '../../memory/index.ts';
import type { CheckOptions } from '../../scenario/check.ts';
import type { Stage } from '../../scenario/stage.ts';
import type { Defence } from '../result.ts';

const foo = struct('foo', { value: s32, rcu: rcu_head });
const toFoo = pointer(foo);
type Foo = ReturnType<typeof foo.at>;
type SpinLock = (lock: Field<typeof spinlock_t>) => void;

const look = kernelFunction('mm/x.c', '6.18', function look(global: Field<typeof toFoo>): number {
  rcu_read_lock();
  const one = rcu_dereference(global);
  if (one === null) {
    rcu_read_unlock();
    return 0;
  }
  rcu_read_lock();
  const value = READ_ONCE(one.value);
  rcu_read_unlock();
  rcu_read_unlock();
  return value;
});

/** A reader in a section, and one that takes the object away and frees it in some way. */
function freed(free: (one: Foo) => void): (stage: Stage) => void {
  return ({ alloc, thread, pool }) => {
    const global = alloc(toFoo, 'global');
    pool(foo, 1);
    thread('reader', () => look(global));
    thread('updater', () => {
      const one = kmalloc(foo);
      WRITE_ONCE(one.value, 1);
      rcu_assign_pointer(global, one);
      rcu_assign_pointer(global, null);
      free(one);
    });
  };
}

const waiting = freed((one) => {
  synchronize_rcu();
  kfree(one);
});

/** The updater publishes by rcu_assign_pointer, too. */
const withoutOrders = (defences: readonly Defence[]): readonly Defence[] =>
  defences.filter(({ kind }) => kind !== 'order');

const models: CheckOptions[] = [{ model: 'sc' }, { model: 'tso' }, { model: 'weak' }];

describe('a read-side section', () => {
  it('is a defence, and each that a function enters has a number', async () => {
    const { defences } = await tried(waiting);
    expect(withoutOrders(defences).map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'section look/rcu_read_lock#1',
      'section look/rcu_read_lock#2',
      'grace period updater/synchronize_rcu',
    ]);
  });

  it.each(models)('that is left out keeps nobody waiting: %o', async (options) => {
    const without = (...names: string[]): CheckOptions => ({ ...options, without: names });
    expect(await wrongWith(waiting, options)).toEqual([]);
    expect(await wrongWith(waiting, without('look/rcu_read_lock#1'))).toEqual(['use after free']);
    expect(await wrongWith(waiting, without('look/rcu_read_lock'))).toEqual(['use after free']);
  });

  it('goes with its end, not with that of a section around it or inside', async () => {
    const without = (...names: string[]): CheckOptions => ({ model: 'sc', without: names });
    expect(await wrongWith(waiting, without('look/rcu_read_lock#2'))).toEqual([]);
    const { warnings, findings } = await tried(
      freed(() => {}),
      without('look/rcu_read_lock#1'),
    );
    expect({ warnings, findings }).toEqual({ warnings: [], findings: [] });
  });

  it('that was never entered is still left wrongly', async () => {
    const body = ({ thread }: Stage): void => {
      thread('t', () => {
        rcu_read_lock();
        rcu_read_unlock();
        rcu_read_unlock();
      });
    };
    expect(await wrongWith(body, { without: ['t/rcu_read_lock'] })).toEqual(['wrong unlock']);
  });
});

describe('rcu_dereference', () => {
  const reader = ({ alloc, thread }: Stage, read: (global: Field<typeof toFoo>) => void): void => {
    const global = alloc(toFoo, 'global');
    thread('reader', () => read(global));
  };

  it('is warned of outside of a section, not where the section was left out', async () => {
    const inSection = await tried((stage) => reader(stage, look), {
      without: ['look/rcu_read_lock'],
    });
    expect(inSection.warnings).toEqual([]);
    const underLock = await tried(
      (stage) => {
        const lock = stage.alloc(spinlock_t, 'lock');
        reader(stage, (global) => {
          spin_lock(lock);
          rcu_dereference(global);
          spin_unlock(lock);
        });
      },
      { without: ['reader/spin_lock'] },
    );
    expect(underLock.warnings).toEqual([]);
    const behind = await tried(
      (stage) =>
        reader(stage, (global) => {
          look(global);
          rcu_dereference(global);
        }),
      { without: ['look/rcu_read_lock'] },
    );
    expect(behind.warnings).toHaveLength(1);
  });
});

describe('a section with interrupts or preemption off', () => {
  /** A page table that is freed when each CPU has taken an interrupt. */
  const walked = (enter: () => void, leave: () => void) => {
    return ({ alloc, thread, never }: Stage): void => {
      const [table, freed_] = [alloc(s32, 'table'), alloc(s32, 'freed')];
      const walker = thread('walker', () => {
        enter();
        const isThere = READ_ONCE(table) === 0;
        const isFreed = READ_ONCE(freed_) === 1;
        leave();
        return isThere && isFreed;
      });
      thread('freeing', () => {
        WRITE_ONCE(table, 1);
        smp_call_function();
        WRITE_ONCE(freed_, 1);
      });
      never('walks a freed table', () => walker.result());
    };
  };

  it.each([
    ['local_irq_save', local_irq_save, local_irq_restore],
    ['local_irq_disable', local_irq_disable, local_irq_enable],
  ])('%s keeps off who waits for an interrupt', async (name, enter, leave) => {
    const body = walked(enter, leave);
    for (const options of models) {
      expect(await wrongWith(body, options)).toEqual([]);
      for (const one of [`walker/${name}`, 'freeing/smp_call_function']) {
        const wrong = await wrongWith(body, { ...options, without: [one] });
        expect(wrong).toEqual(['walks a freed table']);
      }
    }
  });

  it('of a handler is no section of its code', async () => {
    const { defences } = await tried(({ alloc, thread }) => {
      const x = alloc(s32, 'x');
      const t = thread('t', () => READ_ONCE(x));
      thread.irq('handler', () => WRITE_ONCE(x, 1), { on: t });
    });
    expect(defences).toEqual([]);
  });

  it('allows sleeping when it is left out', async () => {
    const body = ({ thread }: Stage): void => {
      thread('t', () => {
        preempt_disable();
        synchronize_rcu();
        preempt_enable();
      });
    };
    expect(await wrongWith(body)).toEqual(['sleeping in atomic context']);
    expect(await wrongWith(body, { without: ['t/preempt_disable'] })).toEqual([]);
  });
});

describe('a spin lock that keeps interrupts off', () => {
  /** The handler takes the lock, too. */
  const handled = (take: SpinLock, giveBack: SpinLock) => {
    return ({ alloc, thread, always }: Stage): void => {
      const [lock, x] = [alloc(spinlock_t, 'lock'), alloc(s32, 'x')];
      const add = (): void => WRITE_ONCE(x, READ_ONCE(x) + 1);
      const t = thread('t', () => {
        take(lock);
        add();
        giveBack(lock);
      });
      const handler = (): void => {
        spin_lock(lock);
        add();
        spin_unlock(lock);
      };
      thread.irq('handler', handler, { on: t });
      always('x is 2', () => READ_ONCE(x) === 2);
    };
  };

  it.each([
    ['spin_lock_irq', spin_lock_irq, spin_unlock_irq],
    ['spin_lock_irqsave', spin_lock_irqsave, spin_unlock_irqrestore],
  ])('%s can become spin_lock', async (name, take, giveBack) => {
    const body = handled(take, giveBack);
    const { defences, verdict } = await tried(body);
    expect(verdict).toBe('pass');
    expect(defences).toMatchObject([
      { kind: 'section', name: `t/${name}`, weaker: ['spin_lock'] },
      { kind: 'lock', name: 't/spin_lock', weaker: [] },
      { kind: 'lock', name: 'handler/spin_lock' },
    ]);
    for (const one of [`t/${name}`, `t/${name}=spin_lock`]) {
      expect(await wrongWith(body, { without: [one] })).toEqual(['deadlock']);
    }
    expect(await mistakeIn(body, { without: [`t/${name}=smp_mb`] })).toMatchObject({
      details: [`It can become spin_lock: --without 't/${name}'`],
    });
  });

  it('and one that keeps bottom halves off, too', async () => {
    const { defences } = await tried(handled(spin_lock_bh, spin_unlock_bh), { keepGoing: true });
    expect(defences).toMatchObject([
      { kind: 'section', name: 't/spin_lock_bh', weaker: ['spin_lock'] },
      { kind: 'lock', name: 't/spin_lock' },
      { kind: 'lock', name: 'handler/spin_lock' },
    ]);
  });
});

describe('a grace period', () => {
  const ways: Record<string, (one: Foo) => void> = {
    synchronize_rcu: (one) => {
      synchronize_rcu();
      kfree(one);
    },
    kfree_rcu: (one) => kfree_rcu(one, 'rcu'),
    call_rcu: (one) => call_rcu(one.rcu, (head) => kfree(container_of(head, foo, 'rcu') as Struct)),
  };

  it.each(Object.entries(ways))('that is left out does not wait: %s', async (name, free) => {
    const body = freed(free);
    for (const options of models) {
      expect(await wrongWith(body, options)).toEqual([]);
      const without = [`updater/${name}`];
      expect(await wrongWith(body, { ...options, without })).toEqual(['use after free']);
    }
  });

  it('of the thread that runs callbacks is none of the code', async () => {
    const { defences } = await tried(freed((one) => kfree_rcu(one, 'rcu')));
    expect(withoutOrders(defences).map(({ name }) => name)).toEqual([
      'look/rcu_read_lock#1',
      'look/rcu_read_lock#2',
      'updater/kfree_rcu',
    ]);
  });
});
