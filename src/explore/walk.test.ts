import { describe, expect, it } from 'vitest';
import { allStates } from '../../test/support/states.ts';
import { tried } from '../../test/support/small.ts';
import {
  atomic_inc,
  atomic_t,
  choose,
  kfree,
  kmalloc,
  loop,
  rcu_assign_pointer,
  rcu_dereference,
  pointer,
  rcu_read_lock,
  rcu_read_unlock,
  READ_ONCE,
  s32,
  spin_lock,
  spin_unlock,
  spinlock_t,
  struct,
  synchronize_rcu,
  wait_event,
  wait_queue_head_t,
  wake_up,
  WRITE_ONCE,
} from '../memory/index.ts';
import type { Stage } from '../scenario/stage.ts';

const node = struct('node', { value: s32, next: s32 });

const programs: Record<string, (stage: Stage) => void> = {
  'stores and reads of two twins and another thread'({ alloc, thread }) {
    const [x, y] = [alloc(s32, 'x'), alloc(s32, 'y')];
    thread('twin', { count: 2 }, () => {
      WRITE_ONCE(x, choose(2));
      WRITE_ONCE(y, READ_ONCE(x));
    });
    thread('other', () => WRITE_ONCE(x, 7));
  },
  'a lock and a counter'({ alloc, thread }) {
    const [lock, v, x] = [alloc(spinlock_t, 'lock'), alloc(atomic_t, 'v'), alloc(s32, 'x')];
    thread('twin', { count: 3 }, () => {
      spin_lock(lock);
      WRITE_ONCE(x, READ_ONCE(x) + 1);
      spin_unlock(lock);
      atomic_inc(v);
    });
  },
  'a loop and a handler'({ alloc, thread, sometimes }) {
    const [x, y] = [alloc(s32, 'x'), alloc(s32, 'y')];
    const seen = sometimes('seen');
    const host = thread('host', () => {
      WRITE_ONCE(y, 1);
      loop(() => READ_ONCE(x) === 0);
      seen.mark();
      WRITE_ONCE(y, 2);
    });
    thread.irq('handler', () => WRITE_ONCE(x, READ_ONCE(y)), { on: host });
    thread.device('nic', (dma) => dma.write(x, 3));
  },
  'memory that is freed after a grace period'({ alloc, pool, thread }) {
    const head = alloc(pointer(node), 'head');
    pool(node, 2);
    thread('writer', () => {
      const one = kmalloc(node);
      WRITE_ONCE(one.value, 5);
      rcu_assign_pointer(head, one);
      rcu_assign_pointer(head, null);
      synchronize_rcu();
      kfree(one);
      WRITE_ONCE(kmalloc(node).next, 6);
    });
    thread('reader', () => {
      rcu_read_lock();
      const one = rcu_dereference(head);
      if (one !== null) READ_ONCE(one.value);
      rcu_read_unlock();
    });
  },
  'a wait queue'({ alloc, thread }) {
    const [queue, x] = [alloc(wait_queue_head_t, 'queue'), alloc(s32, 'x')];
    thread('waiter', { count: 2 }, () => wait_event(queue, () => READ_ONCE(x) > 0));
    thread('waker', () => {
      WRITE_ONCE(x, 1);
      wake_up(queue);
    });
  },
};

describe.each(Object.entries(programs))('the hash of a state of %s', (_, body) => {
  describe.each(['sc', 'tso'] as const)('under %s', (model) => {
    it.each([false, true])('is kept up to date step by step (symmetric: %s)', (symmetric) => {
      const { written } = allStates(body, { model }, symmetric);
      for (const { hash, rehash } of written) expect(hash).toBe(rehash);
    });

    it('tells all states apart', () => {
      const { states } = allStates(body, { model }, false);
      expect(new Set(states.map(({ hash }) => hash)).size).toBe(states.length);
    });

    it('is the same exactly for states that differ by who is who', () => {
      const { states, input } = allStates(body, { model }, true);
      const byHash = new Map<string, string>();
      const byForm = new Map<string, string>();
      for (const { words, hash } of states) {
        const form = canonical(words, input);
        expect([byHash.get(hash) ?? form, byForm.get(form) ?? hash]).toEqual([form, hash]);
        byHash.set(hash, form);
        byForm.set(form, hash);
      }
    });

    it('gives a search without reduction as many states and transitions as there are', async () => {
      const { states, transitions } = allStates(body, { model }, false);
      const found = await tried(body, { model, reduction: false, symmetry: false });
      expect([found.states, found.transitions]).toEqual([states.length, transitions]);
      expect(found.depth).toBe(Math.max(...states.map(({ depth }) => depth)));
    });
  });
});

type Input = ReturnType<typeof allStates>['input'];

/** A state with the interchangeable threads in order: their states and buffers go together. */
function canonical(words: readonly number[], { layout, program }: Input): string {
  const { nodesAt, buffersAt, bufferWords, graceAt, memoryAt, bufferOf, interrupts } = layout;
  const parts = program.threads.map(({ group }, thread) => {
    const isTied = interrupts.includes(thread) || (interrupts[thread] ?? -1) >= 0;
    const from = buffersAt + bufferWords * thread - 2;
    const count = bufferOf[thread] === thread ? (words[from] ?? 0) : 0;
    const buffer = words.slice(from + 1, from + 1 + 2 * count);
    const text = `${words[nodesAt + thread - 2]} [${buffer.join()}]`;
    return `${isTied ? `own ${thread}` : group}: ${text}`;
  });
  const grace = words.slice(graceAt - 2, buffersAt - 2);
  return [parts.toSorted().join('; '), grace.join(), words.slice(memoryAt - 1).join()].join(' | ');
}

describe('allocation', () => {
  it('chooses among a fresh slot and every freed one', async () => {
    const { transitions } = await tried(({ pool, thread }) => {
      pool(node, 5);
      thread('t', () => {
        const all = [kmalloc(node), kmalloc(node), kmalloc(node)];
        for (const one of all) kfree(one);
        kmalloc(node);
      });
    });
    expect(transitions).toBe(3 + 3 + 4);
  });
});
