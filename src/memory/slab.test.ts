import { describe, expect, it } from 'vitest';
import { finalsOf, mistakeIn, onlyFinding, tried, wrongWith } from '../../test/support/small.ts';
import { cmpxchg } from './exchange.ts';
import { READ_ONCE, rcu_assign_pointer, rcu_dereference, WRITE_ONCE } from './access.ts';
import { rcu_read_lock, rcu_read_unlock, synchronize_rcu } from './rcu.ts';
import { kfree, kmalloc } from './slab.ts';
import { pointer, struct, structAddress } from './struct.ts';
import type { Struct } from './struct.ts';
import { constant, s32 } from './type.ts';

const node = struct('node', { value: s32, next: s32 });
const toNode = pointer(node);

describe('kfree', () => {
  it('frees a struct whose first member is a constant, too', async () => {
    const object = struct('object', { type: constant(s32), value: s32 });
    const found = await wrongWith(({ pool, thread }) => {
      pool(object, 1);
      const one = kmalloc(object);
      thread('user', () => void READ_ONCE(one.value));
      thread('owner', () => kfree(one));
    });
    expect(found).toEqual(['use after free']);
  });
});

describe('kmalloc', () => {
  it('gives memory that holds 0', () => {
    const finals = finalsOf(({ pool, thread }) => {
      pool(node, 1);
      thread('t', () => {
        const first = kmalloc(node);
        WRITE_ONCE(first.value, 5);
        WRITE_ONCE(first.next, 6);
        kfree(first);
        const second = kmalloc(node);
        return second === first && READ_ONCE(second.value) === 0 && READ_ONCE(second.next) === 0;
      });
    });
    expect(finals).toEqual(['0 0 1 | true']);
  });

  it('gives different slots while they are in use', () => {
    const finals = finalsOf(({ pool, thread }) => {
      pool(node, 3);
      thread('t', () => {
        const [a, b, c] = [kmalloc(node), kmalloc(node), kmalloc(node)];
        return new Set([a, b, c].map((one) => one[structAddress])).size;
      });
    });
    expect(finals).toEqual(['0 0 1 0 0 1 0 0 1 | 3']);
  });

  it('takes fresh slots in order, since nobody can tell them apart', () => {
    const finals = finalsOf(({ pool, thread }) => {
      pool(node, 3);
      thread('t', { count: 2 }, () => WRITE_ONCE(kmalloc(node).value, 1));
    });
    expect(finals).toEqual(['1 0 1 1 0 1 0 0 0 |  ']);
  });

  it('takes a fresh slot or any freed one: both are explored', () => {
    const finals = finalsOf(({ pool, thread }) => {
      pool(node, 4);
      thread('t', () => {
        const [a, b] = [kmalloc(node), kmalloc(node)];
        kfree(a);
        kfree(b);
        const c = kmalloc(node);
        if (c === a) return 'first freed'.length;
        return c === b ? 'second'.length : 'fresh'.length;
      });
    });
    expect(finals.map((text) => Number(text.split('| ')[1])).toSorted((a, b) => a - b)).toEqual([
      5, 6, 11,
    ]);
  });

  it('from an empty pool is a mistake of the scenario', async () => {
    const found = await mistakeIn(({ pool, thread }) => {
      pool(node, 1);
      thread('t', { count: 2 }, () => void kmalloc(node));
    });
    expect(found.code).toBe('HF032');
  });

  it('without a pool is a mistake of the scenario', async () => {
    const found = await mistakeIn(({ thread }) => void thread('t', () => void kmalloc(node)));
    expect(found).toMatchObject({ code: 'HF032', what: 'kmalloc(node) has no pool to take from.' });
  });
});

describe('kfree', () => {
  it('twice is a finding', async () => {
    const result = await tried(({ pool, thread }) => {
      pool(node, 1);
      thread('t', () => {
        const one = kmalloc(node);
        kfree(one);
        kfree(one);
      });
    });
    expect(onlyFinding(result)).toMatchObject({
      property: { kind: 'automatic', name: 'double free' },
      message: 't frees node#1, which is not allocated now.',
    });
  });

  it('of memory that kmalloc did not give is a mistake', async () => {
    const found = await mistakeIn(({ alloc, thread }) => {
      const own = alloc(node);
      thread('t', () => kfree(own));
    });
    expect(found.code).toBe('HF030');
  });

  it('of the middle of a struct is a mistake', async () => {
    const inner = struct('inner', { value: s32 });
    const outer = struct('outer', { head: s32, tail: inner });
    const found = await mistakeIn(({ pool, thread }) => {
      pool(outer, 1);
      thread('t', () => kfree(kmalloc(outer).tail as Struct));
    });
    expect(found.code).toBe('HF030');
  });
});

describe('freed memory', () => {
  const uses: [string, (one: Struct<typeof node.members>) => unknown][] = [
    ['read', (one) => READ_ONCE(one.value)],
    ['written', (one) => WRITE_ONCE(one.next, 1)],
    ['compared', (one) => cmpxchg(one.value, 0, 1)],
  ];

  it.each(uses)('may not be %s', async (_, use) => {
    for (const model of ['sc', 'tso'] as const) {
      const found = await wrongWith(
        ({ pool, thread }) => {
          pool(node, 2);
          thread('t', () => {
            const one = kmalloc(node);
            kfree(one);
            use(one);
          });
        },
        { model },
      );
      expect(found).toEqual(['use after free']);
    }
  });

  it('that was never allocated may not be used either', async () => {
    const found = await wrongWith(({ alloc, pool, thread }) => {
      const published = alloc(toNode, 'published');
      pool(node, 1);
      thread('t', () => {
        const one = READ_ONCE(published);
        if (one !== null) return READ_ONCE(one.value);
        const wild = node.at(2);
        return READ_ONCE(wild.value);
      });
    });
    expect(found).toEqual(['use after free']);
  });
});

describe('a stale pointer', () => {
  /** Pops from a stack with compare-and-exchange: the classic that reused memory breaks. */
  function stack(slots: number, reused: boolean) {
    return async (): Promise<string[]> =>
      wrongWith(({ alloc, pool, thread, never }) => {
        const head = alloc(toNode, 'head');
        const seen = alloc(s32, 'seen');
        pool(node, slots);
        thread('owner', () => {
          const one = kmalloc(node);
          WRITE_ONCE(one.value, 1);
          rcu_assign_pointer(head, one);
          if (cmpxchg(head, one, null) !== one) return;
          kfree(one);
          if (!reused) return;
          const again = kmalloc(node);
          WRITE_ONCE(again.value, 2);
          rcu_assign_pointer(head, again);
        });
        thread('popper', () => {
          const one = rcu_dereference(head);
          if (one === null) return;
          if (cmpxchg(head, one, null) === one) WRITE_ONCE(seen, READ_ONCE(one.value));
        });
        never('the slot was reused in between', () => READ_ONCE(seen) === 2);
      });
  }

  it('may find its slot reused, although a fresh one was free (ABA)', async () => {
    expect(await stack(2, true)()).toEqual(['the slot was reused in between']);
  });

  it('does not if nothing is allocated again', async () => {
    expect(await stack(2, false)()).toEqual([]);
  });
});

describe('freeing after a grace period', () => {
  function readers(wait: boolean) {
    return wrongWith(({ alloc, pool, thread }) => {
      const head = alloc(toNode, 'head');
      pool(node, 2);
      thread('writer', () => {
        const one = kmalloc(node);
        rcu_assign_pointer(head, one);
        rcu_assign_pointer(head, null);
        if (wait) synchronize_rcu();
        kfree(one);
      });
      thread('reader', () => {
        rcu_read_lock();
        const one = rcu_dereference(head);
        const value = one === null ? 0 : READ_ONCE(one.value);
        rcu_read_unlock();
        return value;
      });
    });
  }

  it('is safe', async () => expect(await readers(true)).toEqual([]));
  it('is needed', async () => expect(await readers(false)).toEqual(['use after free']));
});

describe('an object of the set-up', () => {
  const list = struct('list', { first: toNode });

  it('is taken with kmalloc, and may be freed by a thread', async () => {
    const result = await tried(({ alloc, pool, thread, always }) => {
      const head = alloc(list);
      pool(node, 2);
      const first = kmalloc(node);
      WRITE_ONCE(first.value, 7);
      WRITE_ONCE(head.first, first);
      const reader = thread('reader', () => {
        rcu_read_lock();
        const found = rcu_dereference(head.first);
        const value = found === null ? 7 : READ_ONCE(found.value);
        rcu_read_unlock();
        return value;
      });
      thread('remover', () => {
        const old = READ_ONCE(head.first);
        rcu_assign_pointer(head.first, null);
        synchronize_rcu();
        kfree(old);
      });
      always('read', () => reader.result() === 7);
    });
    expect([result.problems, result.verdict]).toEqual([[], 'pass']);
  });

  it('that is freed too early, or twice, is found like any other', async () => {
    const early = await wrongWith(({ pool, thread }) => {
      pool(node, 1);
      const first = kmalloc(node);
      thread('user', () => READ_ONCE(first.value));
      thread('remover', () => kfree(first));
    });
    expect(early).toEqual(['use after free']);
    const twice = await wrongWith(({ pool, thread }) => {
      pool(node, 1);
      const first = kmalloc(node);
      thread('remover', { count: 2 }, () => kfree(first));
    });
    expect(twice).toEqual(['double free']);
  });

  it('leaves one slot less for the threads', async () => {
    const full = await mistakeIn(({ pool, thread }) => {
      pool(node, 1);
      kmalloc(node);
      thread('t', () => void kmalloc(node));
    });
    expect(full.code).toBe('HF032');
  });

  it('may be freed in the set-up: whoever kept it uses it after free', async () => {
    const found = await wrongWith(({ pool, thread }) => {
      pool(node, 1);
      const stale = kmalloc(node);
      WRITE_ONCE(stale.value, 3);
      kfree(stale);
      thread('t', () => READ_ONCE(stale.value));
    });
    expect(found).toEqual(['use after free']);
  });

  it('needs a pool with a free slot, and cannot be freed twice there', async () => {
    const none = await mistakeIn(({ thread }) => {
      thread('t', () => {});
      kmalloc(node);
    });
    expect(none).toMatchObject({
      code: 'HF032',
      what: 'kmalloc(node) has no pool to take from.',
      details: ['Declare one before: pool(node, 2).'],
    });
    const full = await mistakeIn(({ pool }) => {
      pool(node, 1);
      kmalloc(node);
      kmalloc(node);
    });
    expect(full).toMatchObject({ code: 'HF032', details: ['The pool of node has 1.'] });
    const twice = await mistakeIn(({ pool }) => {
      pool(node, 1);
      const one = kmalloc(node);
      kfree(one);
      kfree(one);
    });
    expect(twice.what).toBe('kfree of memory that is not allocated.');
    const foreign = await mistakeIn(({ alloc }) => kfree(alloc(node)));
    expect(foreign.what).toBe('kfree of memory that kmalloc did not give.');
    for (const { position } of [none, full, twice, foreign]) {
      expect(position?.file).toMatch(/slab\.test\.ts$/);
    }
  });
});
