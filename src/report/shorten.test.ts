/** Long pictures made short: what is folded, what never is, and what a fold says. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { steps, trace } from '../../test/support/trace.ts';
import type { Trace } from '../explore/result.ts';
import { layoutOf } from './layout.ts';
import type { Layout, Row } from './layout.ts';
import { shortened } from './shorten.ts';

function texts({ rows }: Layout): string[] {
  return rows.map(({ number, text }) => `${number ?? '-'} ${text}`);
}

const quiet = { thread: 0, calls: ['outer', 'inner'], field: 'own', observed: '0', readsFrom: 0 };

/** Thread 0 does something for itself between a store of thread 1 and its own look at it. */
const handOver: Trace = trace({
  threads: ['left', 'right'],
  initial: [{ field: 'own', value: '0' }],
  steps: steps(
    { thread: 1, label: 'tell', primitive: 'WRITE_ONCE', field: 'word', written: '1' },
    { ...quiet, label: 'begin', calls: ['elsewhere'] },
    { ...quiet, primitive: 'WRITE_ONCE', written: '1', changes: [['own', '0', '1']] },
    { ...quiet, primitive: 'WRITE_ONCE', written: '2', changes: [['own', '1', '2']] },
    { ...quiet, label: 'look', field: 'word', observed: '1', readsFrom: 1 },
    { ...quiet, label: 'think', calls: ['outer'] },
    { ...quiet, label: 'think again', calls: ['outer'] },
    { thread: 0, label: 'end', field: 'own', observed: '2', readsFrom: 4 },
    { thread: 1, label: 'gone' },
  ),
});

const whole = layoutOf(handOver, { rowsMax: 99 });

describe('a picture that is too long', () => {
  it('stays as it is while it fits', () => {
    expect(shortened(whole, '', whole.rows.length)).toBe(whole);
  });

  it('folds one call of what one thread does for itself first, with the values it leaves', () => {
    const { rows } = shortened(whole, '', 8);
    expect(texts({ ...whole, rows })).toEqual([
      '1 tell',
      '2 begin',
      '- 3-4: inner',
      '5 look',
      '6 think',
      '7 think again',
      '8 end',
      '9 gone',
    ]);
    expect(rows[2]).toMatchObject({ kind: 'fold', values: ['2'] });
  });

  it('folds labelled looks then, and what goes from one thread to another last', () => {
    expect(texts(shortened(whole, '', 6))).toEqual([
      '1 tell',
      '- 2-4: 3 steps',
      '5 look',
      '- 6-7: outer',
      '8 end',
      '9 gone',
    ]);
    const fewest = ['1 tell', '- 2-7: 6 steps', '8 end', '9 gone'];
    expect(texts(shortened(whole, '', 1))).toEqual(fewest);
  });

  it('folds no more than it must: what a larger fold makes needless is shown again', () => {
    const own = { thread: 0, field: 'own', observed: '0', readsFrom: 0 };
    const store = { thread: 0, primitive: 'WRITE_ONCE', field: 'own', written: '1' };
    const one = trace({
      threads: ['left', 'right'],
      initial: [{ field: 'own', value: '0' }],
      steps: steps(
        { thread: 1, label: 'begin' },
        { ...store, calls: ['quiet'], changes: [['own', '0', '1']] },
        { ...store, calls: ['quiet'], changes: [['own', '1', '2']] },
        { thread: 1, label: 'between' },
        ...['a', 'b', 'c', 'd'].map((label) => ({ ...own, label, calls: ['look'] })),
        { thread: 0, label: 'end' },
      ),
    });
    expect(texts(shortened(layoutOf(one, { rowsMax: 99 }), '', 6))).toEqual([
      '1 begin',
      '2 WRITE_ONCE(own, 1)',
      '3 WRITE_ONCE(own, 1)',
      '4 between',
      '- 5-8: look',
      '9 end',
    ]);
  });

  it('keeps the rows that the explanation names', () => {
    expect(texts(shortened(whole, 'Step 7 is done, then step 3.', 1))).toEqual([
      '1 tell',
      '2 begin',
      '3 WRITE_ONCE(own, 1)',
      '- 4-6: outer',
      '7 think again',
      '8 end',
      '9 gone',
    ]);
  });
});

const field = fc.constantFrom('a', 'b', 'c');
const anyStep = fc.record({
  thread: fc.constantFrom(0, 1),
  label: fc.constantFrom(null, 'look', 'act'),
  calls: fc.constantFrom([], ['f'], ['f', 'g'], ['h']),
  primitive: fc.constantFrom('READ_ONCE', 'spin_lock'),
  kind: fc.constantFrom('access', 'access', 'access', 'failure') as fc.Arbitrary<'access'>,
  field,
  observed: fc.constantFrom(null, '1'),
  readsFrom: fc.nat(30),
  changes: fc.array(fc.tuple(field, fc.constant('0'), fc.nat(9).map(String)), { maxLength: 1 }),
});

/** The rows that a row of a shortened picture stands for. */
function rowsOf(row: Row): number[] {
  const [first = 0, last = first] = [...(row.text.match(/^\d+(?=-)|(?<=-)\d+/g) ?? [])].map(Number);
  if (row.number !== null) return [row.number];
  return Array.from({ length: last - first + 1 }, (_none, at) => first + at);
}

it('of any execution: every row is there or in a fold of its thread, and no value is lost', () => {
  fc.assert(
    fc.property(fc.array(anyStep, { minLength: 1, maxLength: 30 }), fc.nat(30), (parts, max) => {
      const initial = ['a', 'b', 'c'].map((name) => ({ field: name, value: '0' }));
      const one = trace({ initial, steps: steps(...parts) });
      const all = layoutOf(one, { rowsMax: 99 });
      const { rows } = shortened(all, '', max);
      expect(rows.flatMap(rowsOf)).toEqual(all.rows.map(({ number }) => number));
      for (const row of rows) {
        const stands = all.rows.filter(({ number }) => rowsOf(row).includes(number ?? 0));
        expect(new Set(stands.map(({ thread }) => thread))).toEqual(new Set([row.thread]));
        expect(row.kind === 'fold' && stands.some(({ kind }) => kind !== 'step')).toBe(false);
        const left = all.columns.map((_column, at) => {
          return stands.findLast(({ values }) => values[at] !== null)?.values[at] ?? null;
        });
        expect(row.values).toEqual(left);
      }
    }),
  );
});
