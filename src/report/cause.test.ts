/** What the explanation names beside the order of steps: frees that came first, pins that stay. */
import { describe, expect, it } from 'vitest';
import { onlyFinding, tried } from '../../test/support/small.ts';
import { at, steps, trace } from '../../test/support/trace.ts';
import type { PropertyName } from '../explore/result.ts';
import { kfree, kmalloc, READ_ONCE, struct, u32 } from '../memory/index.ts';
import type { Stage } from '../scenario/stage.ts';
import { causeOf } from './cause.ts';
import { layoutOf } from './layout.ts';

const box = struct('box', { x: u32 });

/** The explanation of the only finding, and the lines that it names, from that of the test on. */
async function told(body: (stage: Stage) => void): Promise<[string, ...number[]]> {
  const { trace: one, property } = onlyFinding(await tried(body));
  if (one === null) throw new Error('the finding has no trace');
  const { text, positions } = causeOf(one, layoutOf(one), property);
  const first = Math.min(...positions.map(({ line }) => line));
  return [text, ...positions.map(({ line }) => line - first)];
}

describe('an object that is not there any more', () => {
  it('was freed by somebody before another used it', async () => {
    const answer = await told(({ pool, thread }) => {
      pool(box, 1);
      const b = kmalloc(box);
      thread('left', () => {
        kfree(b);
      });
      thread('right', () => {
        READ_ONCE(b.x);
      });
    });
    expect(answer).toEqual(['left frees box#1 in step 1; right uses it in step 2.', 0, 3]);
  });

  it('was freed by somebody before another freed it again', async () => {
    const answer = await told(({ pool, thread }) => {
      pool(box, 1);
      const b = kmalloc(box);
      thread('left', () => {
        kfree(b);
      });
      thread('right', () => {
        kfree(b);
      });
    });
    const text = 'left frees box#1 in step 1; right frees it again in step 2.';
    expect(answer).toEqual([text, 0, 3]);
  });

  it('is the one that was freed last, and a free in a long picture has a row of its own', () => {
    const free = { kind: 'free', primitive: 'kfree', written: null } as const;
    const all = steps(
      { thread: 0, ...free, field: 'box#1' },
      { thread: 0, kind: 'allocation', primitive: 'kmalloc', observed: 'box#1' },
      { thread: 0, primitive: 'WRITE_ONCE', field: 'box#10.x', written: '1' },
      { thread: 0, ...free, field: 'box#1' },
      { thread: 0, ...free, field: 'box#10' },
      { thread: 0, kind: 'pending', field: 'box#1.x' },
    );
    const one = trace({ steps: all });
    const layout = layoutOf(one, { rowsMax: 1 });
    const property = { kind: 'automatic', name: 'use after free' } as const;
    const row = layout.rowOf.get(4);
    expect(layout.rows.find(({ number }) => number === row)?.text).toBe('kfree(box#1)');
    expect(causeOf(one, layout, property).text).toBe(
      `gup-fast frees box#1 in step ${row}; it uses it in step ${layout.rowOf.get(6)}.`,
    );
  });
});

describe('what may happen once', () => {
  const put = (thread: number, calls: readonly string[], observed: string) => ({
    thread,
    calls,
    primitive: 'test_and_set_bit',
    field: 'log[0].flags',
    observed,
    changes: observed === 'no' ? [['log[0].flags', '-', 'buddy'] as const] : [],
    position: at('/k/page-flags.ts', 90, 3),
    stack: [at('/k/page-flags.ts', 90, 3), at('/s/put.scenario.ts', 10 + thread, 5)],
  });

  it('is done by two, and both are named with their functions and lines', () => {
    const all = steps(put(1, ['do_munmap'], 'no'), put(0, ['gup_fast'], 'yes'));
    const one = trace({ threads: ['gup', 'munmap'], steps: all });
    const once = { kind: 'assert', name: 'a folio is freed once' } as const;
    const { text, positions } = causeOf(one, layoutOf(one), once);
    expect(text).toBe(
      'munmap does it to log[0] in step 1 (do_munmap); gup does it once more in step 2 (gup_fast).',
    );
    expect(positions).toEqual([at('/s/put.scenario.ts', 11, 5), at('/s/put.scenario.ts', 10, 5)]);
    const other = { kind: 'assert', name: 'a folio in use is not freed' } as const;
    expect(causeOf(one, layoutOf(one), other).text).not.toContain('once more');
  });
});

describe('a pin that is left', () => {
  const count = (thread: number, before: string, after: string, calls: readonly string[] = []) => ({
    thread,
    calls,
    primitive: 'atomic_add',
    field: 'log[0]._refcount',
    written: after,
    changes: [['log[0]._refcount', before, after] as const],
    position: at('/k/page_ref.ts', 49, 3),
    stack: [at('/k/page_ref.ts', 49, 3), at('/s/driver.scenario.ts', 10 + thread, 5)],
  });
  const pins = steps(
    count(0, '2', '3', ['pin_user_pages_fast']),
    count(0, '3', '1026', ['pin_user_pages_fast']),
    count(1, '1026', '2050', ['pin_user_pages']),
    count(1, '2050', '1026'),
  );

  const why = (name: string, kind: PropertyName['kind'], all = pins) => {
    const one = trace({ threads: ['driver', 'other'], steps: all });
    return causeOf(one, layoutOf(one), { kind, name } as PropertyName);
  };
  const KEPT =
    'Nobody gives back the pin of log[0] that driver takes in step 2 (pin_user_pages_fast).';

  it('is named with its folio, the thread, the step, the function and the line', () => {
    const { text, positions } = why('references', 'always');
    expect(text).toBe(KEPT);
    expect(positions).toEqual([at('/s/driver.scenario.ts', 10, 5), at('/k/page_ref.ts', 49, 3)]);
    expect(why('a pin is left', 'never').text).toBe(KEPT);
    expect(why('nothing stays pinned', 'always').text).toBe(KEPT);
  });

  it('is not named where another thread gave it back, or where the property is no such one', () => {
    const given = steps(count(0, '2', '1026'), count(1, '1026', '2'));
    expect(why('references', 'always', given).text).not.toContain('pin');
    expect(why('pinned and shared', 'never').text).not.toContain('gives back');
    expect(why('pinned, and judged unpinned', 'never').text).not.toContain('gives back');
  });
});
