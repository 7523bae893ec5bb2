import { describe, expect, it } from 'vitest';
import { linesOf, onlyFinding, traceOf, tried } from '../../../test/support/small.ts';
import {
  assert,
  atomic_add_unless,
  atomic_inc,
  atomic_t,
  bool,
  choose,
  cmpxchg,
  flags,
  kernelFunction,
  kfree,
  kmalloc,
  label,
  READ_ONCE,
  readEquals,
  s32,
  set_bit,
  smp_mb,
  spin_lock,
  spinlock_t,
  struct,
  synchronize_rcu,
  test_bit,
  WRITE_ONCE,
} from '../../memory/index.ts';
import type { Field } from '../../memory/type.ts';
import { check } from '../../scenario/check.ts';
import type { CheckOptions } from '../../scenario/check.ts';
import { scenario } from '../../scenario/scenario.ts';
import type { Stage } from '../../scenario/stage.ts';
import type { Trace } from '../result.ts';

type Word = Field<typeof s32>;
const tso = { model: 'tso' } as const;
const words = ({ alloc }: Stage): [Word, Word] => [alloc(s32, 'x'), alloc(s32, 'y')];

async function told(body: (stage: Stage) => void, options: CheckOptions = {}): Promise<Trace> {
  return traceOf(await tried(body, options));
}

describe('the steps of an execution', () => {
  it('say what is read and written, in the words of the types', async () => {
    const PF = flags('page-flags', ['PG_locked', 'PG_dirty']);
    const trace = await told(({ alloc, thread }) => {
      const [page, full] = [alloc(PF, 'page.flags'), alloc(bool, 'full')];
      const [v, x] = [alloc(atomic_t, 'v'), alloc(s32, 'x')];
      thread('t', () => {
        set_bit(PF.bit.PG_dirty, page);
        WRITE_ONCE(full, true);
        atomic_add_unless(v, 3, 0);
        atomic_add_unless(v, 3, 1);
        cmpxchg(x, 5, 6);
        readEquals(x, 0);
        test_bit(PF.bit.PG_dirty, page);
        assert(!READ_ONCE(full), 'not full');
      });
    });
    expect(linesOf(trace)).toEqual([
      't set_bit page.flags := dirty',
      't WRITE_ONCE full := true',
      't atomic_add_unless v -> no',
      't atomic_add_unless v -> yes := 3',
      't cmpxchg x -> 0',
      't READ_ONCE x -> yes',
      't test_bit page.flags -> yes',
      't READ_ONCE full -> true',
    ]);
    expect(trace.steps.flatMap(({ changes }) => changes)).toEqual([
      { field: 'page.flags', before: '-', after: 'dirty' },
      { field: 'full', before: 'false', after: 'true' },
      { field: 'v', before: '0', after: '3' },
    ]);
    expect(trace.initial).toEqual([
      { field: 'page.flags', value: '-' },
      { field: 'full', value: 'false' },
      { field: 'v', value: '0' },
    ]);
  });

  it('are numbered from 1 and belong to threads', async () => {
    const trace = await told((stage) => {
      const [x] = words(stage);
      stage.thread('a', () => WRITE_ONCE(x, 1));
      stage.thread('b', () => assert(READ_ONCE(x) === 0));
    });
    expect(trace.threads).toEqual(['a', 'b']);
    expect(trace.steps.map(({ number, thread }) => [number, thread])).toEqual([
      [1, 0],
      [2, 1],
    ]);
  });

  it('know the kernel functions around them, outermost first', async () => {
    const inner = kernelFunction('mm/x.c', '6.18', function inner(x: Word): void {
      WRITE_ONCE(x, 1);
    });
    const outer = kernelFunction('mm/x.c', '6.18', function outer(x: Word): void {
      READ_ONCE(x);
      inner(x);
      READ_ONCE(x);
    });
    const trace = await told((stage) => {
      const [x] = words(stage);
      stage.thread('t', () => {
        outer(x);
        assert(READ_ONCE(x) === 0);
      });
    });
    expect(trace.steps.map(({ calls }) => calls)).toEqual([
      ['outer'],
      ['outer', 'inner'],
      ['outer'],
      [],
    ]);
  });

  it('have a position, and the calls around it', async () => {
    const read = (x: Word): number => READ_ONCE(x);
    const trace = await told((stage) => {
      const [x] = words(stage);
      stage.thread('t', () => {
        assert(read(x) === 1);
      });
    });
    const [step] = trace.steps;
    expect(step?.position).toEqual(step?.stack[0]);
    expect(step?.stack.length).toBeGreaterThanOrEqual(2);
    expect(step?.stack[1]?.line).toBeGreaterThan(step?.stack[0]?.line ?? 0);
  });

  it('the stack of a step ends where the thread begins', async () => {
    const body = (stage: Stage): void => {
      const [x] = words(stage);
      stage.thread('t', () => {
        assert(READ_ONCE(x) === 1);
      });
    };
    const deep = (calls: number): Promise<Trace> => (calls === 0 ? told(body) : deep(calls - 1));
    const [shallow, deeper] = [await told(body), await deep(9)];
    expect(deeper.steps[0]?.stack).toEqual(shallow.steps[0]?.stack);
    expect(shallow.steps[0]?.stack).toHaveLength(1);
  });

  it('carry labels', async () => {
    const trace = await told((stage) => {
      const [x] = words(stage);
      stage.thread('t', () => {
        label('look');
        assert(READ_ONCE(x) === 1);
      });
    });
    expect(trace.steps.map((step) => step.label)).toEqual(['look']);
  });

  it('are of several kinds', async () => {
    const node = struct('node', { value: s32 });
    const trace = await told(({ pool, thread }) => {
      pool(node, 1);
      thread('t', () => {
        const one = kmalloc(node);
        choose(1);
        synchronize_rcu();
        kfree(one);
        assert(false);
      });
    });
    expect(trace.steps.map(({ kind, primitive }) => `${kind} ${primitive}`)).toEqual([
      'allocation kmalloc',
      'choice choose',
      'grace synchronize_rcu',
      'grace synchronize_rcu',
      'free kfree',
    ]);
  });
});

describe('what a read reads from', () => {
  const readsFrom = (trace: Trace): (number | null)[] => trace.steps.map((one) => one.readsFrom);

  it('is the last step that changed the word, or the initial value', async () => {
    const trace = await told((stage) => {
      const [x, y] = words(stage);
      stage.thread('t', () => {
        READ_ONCE(x);
        WRITE_ONCE(x, 1);
        WRITE_ONCE(y, 1);
        READ_ONCE(x);
        cmpxchg(x, 1, 2);
        assert(READ_ONCE(x) === 0);
      });
    });
    expect(readsFrom(trace)).toEqual([0, null, null, 2, 2, 5]);
  });

  it('may be a store of the same value, or an atomic that tells nothing', async () => {
    const trace = await told(({ alloc, thread }) => {
      const x = alloc(s32, 'x');
      const count = alloc(atomic_t, 'count');
      thread('t', () => {
        WRITE_ONCE(x, 0);
        atomic_inc(count);
        atomic_inc(count);
        assert(READ_ONCE(x) === 1);
      });
    });
    expect(readsFrom(trace)).toEqual([null, 0, 2, 1]);
  });

  it('is the own store while it waits in the buffer', async () => {
    const trace = await told((stage) => {
      const [x] = words(stage);
      stage.thread('t', () => {
        WRITE_ONCE(x, 1);
        assert(READ_ONCE(x) === 0);
      });
    }, tso);
    expect(readsFrom(trace)).toEqual([null, 1]);
    expect(trace.steps.map(({ buffered }) => buffered)).toEqual([true, false]);
    expect(trace.steps[0]?.changes).toEqual([]);
  });
});

describe('under tso', () => {
  const storeBuffering = (stage: Stage): void => {
    const [x, y] = words(stage);
    const left = stage.thread('left', () => {
      WRITE_ONCE(x, 1);
      return READ_ONCE(y);
    });
    const right = stage.thread('right', () => {
      WRITE_ONCE(y, 1);
      return READ_ONCE(x);
    });
    stage.never('both read 0', () => left.result() === 0 && right.result() === 0);
  };

  it('a store goes into the buffer, and memory changes when it is drained', async () => {
    const trace = await told(storeBuffering, tso);
    const lines = linesOf(trace);
    expect(lines.filter((line) => line.includes('drain'))).toHaveLength(2);
    expect(lines.filter((line) => line.endsWith('buffered'))).toHaveLength(2);
    for (const step of trace.steps) {
      if (step.kind === 'drain') expect(step.changes).toHaveLength(1);
      if (step.buffered) expect(step.changes).toEqual([]);
    }
  });

  it('a read names the store that it missed', async () => {
    const trace = await told(storeBuffering, tso);
    const reads = trace.steps.filter((step) => step.observed !== null);
    expect(reads.map(({ observed }) => observed)).toEqual(['0', '0']);
    const missed = reads.map((step) => step.missed).filter((step) => step !== null);
    expect(missed.length).toBeGreaterThanOrEqual(1);
    for (const number of missed) {
      expect(trace.steps[number - 1]).toMatchObject({ buffered: true, primitive: 'WRITE_ONCE' });
    }
    for (const read of reads) {
      const store = trace.steps[(read.missed ?? 1) - 1];
      if (read.missed !== null) expect(store?.field).toBe(read.field);
    }
  });

  it('a drain is told with the store whose value it brings to memory', async () => {
    const trace = await told((stage) => {
      const [x, y] = words(stage);
      stage.thread('writer', () => {
        WRITE_ONCE(x, 1);
        WRITE_ONCE(y, 2);
      });
      stage.thread('reader', () => assert(READ_ONCE(y) === 0));
    }, tso);
    expect(linesOf(trace)).toEqual([
      'writer WRITE_ONCE x := 1 buffered',
      'writer WRITE_ONCE y := 2 buffered',
      'writer drain WRITE_ONCE x := 1',
      'writer drain WRITE_ONCE y := 2',
      'reader READ_ONCE y -> 2',
    ]);
    expect(trace.choices).toEqual([
      [0, 0],
      [0, 0],
      [0, -1],
      [0, -1],
      [1, 0],
    ]);
    expect(trace.steps[4]).toMatchObject({ readsFrom: 4, missed: null });
  });

  it('a barrier is no step, but drains come before the access after it', async () => {
    const trace = await told((stage) => {
      const [x, y] = words(stage);
      stage.thread('t', () => {
        WRITE_ONCE(x, 1);
        smp_mb();
        assert(READ_ONCE(y) === 1);
      });
    }, tso);
    expect(linesOf(trace)).toEqual([
      't WRITE_ONCE x := 1 buffered',
      't drain WRITE_ONCE x := 1',
      't READ_ONCE y -> 0',
    ]);
  });
});

describe('a step that is not made', () => {
  it('is told as pending and changes nothing', async () => {
    const trace = await told(({ alloc, thread }) => {
      const lock = alloc(spinlock_t, 'lock');
      thread('t', () => {
        spin_lock(lock);
        spin_lock(lock);
      });
    });
    expect(linesOf(trace)).toEqual(['t spin_lock lock := held', 't pending spin_lock lock']);
    expect(trace.choices).toHaveLength(1);
  });
});

describe('the id of a finding', () => {
  const find = async (name: string, body: (stage: Stage) => void): Promise<string> =>
    onlyFinding(await check(scenario(name, body))).id;

  it('is short and the same each time', async () => {
    const body = (stage: Stage): void => {
      const [x] = words(stage);
      stage.thread('t', () => assert(READ_ONCE(x) === 1));
    };
    const id = await find('a', body);
    expect(id).toMatch(/^[0-9a-z]{5}$/);
    expect(await find('a', body)).toBe(id);
    expect(await find('b', body)).not.toBe(id);
  });

  it('does not depend on where the source stands', async () => {
    const here = (stage: Stage): void => {
      const [x] = words(stage);
      stage.thread('t', () => assert(READ_ONCE(x) === 1));
    };

    const there = (stage: Stage): void => {
      const [x] = words(stage);
      stage.thread('t', () => {
        const seen = READ_ONCE(x);
        assert(seen === 1);
      });
    };
    expect(await find('a', there)).toBe(await find('a', here));
  });

  it('depends on what happens', async () => {
    const wants =
      (value: number) =>
      (stage: Stage): void => {
        const [x] = words(stage);
        stage.thread('t', () => {
          WRITE_ONCE(x, value);
          assert(false);
        });
      };
    expect(await find('a', wants(1))).not.toBe(await find('a', wants(2)));
  });
});
