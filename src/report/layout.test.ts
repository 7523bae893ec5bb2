/** What a picture shows and where, as data: rows, numbers, marks, state columns. */
import { describe, expect, it } from 'vitest';
import { storeBuffering, steps, trace } from '../../test/support/trace.ts';
import type { Step, Trace } from '../explore/result.ts';
import { causeOf } from './cause.ts';
import { settledDrains } from './drains.ts';
import { layoutOf } from './layout.ts';

function texts(one: Trace, options = {}): string[] {
  return layoutOf(one, options).rows.map((row) => `${row.number ?? '-'} ${row.text}`);
}

function sb(): Trace {
  return storeBuffering().trace as Trace;
}

describe('rows', () => {
  it('are accesses, written as code, where there are no labels', () => {
    expect(texts(sb())).toEqual([
      '1 WRITE_ONCE(x, 1)',
      '2 READ_ONCE(y)',
      '3 WRITE_ONCE(y, 1)',
      '4 READ_ONCE(x)',
      '5 visible: x 1',
    ]);
  });

  it('say which of its two steps a wait for a grace period makes', () => {
    const grace = (thread: number, primitive: string) =>
      ({ thread, kind: 'grace', primitive }) as const;
    const all = steps(
      grace(0, 'synchronize_rcu'),
      grace(1, 'synchronize_rcu'),
      grace(0, 'smp_mb'),
      grace(0, 'synchronize_rcu'),
      grace(0, 'synchronize_rcu'),
    );
    expect(texts(trace({ steps: all }), { unfold: true })).toEqual([
      '1 synchronize_rcu begins',
      '2 synchronize_rcu begins',
      '3 smp_mb',
      '4 synchronize_rcu ends',
      '5 synchronize_rcu begins',
    ]);
  });

  const labelled = trace({
    steps: steps(
      { thread: 0, label: 'B1 pin', calls: ['pin'], primitive: 'atomic_add', field: 'f.refs' },
      { thread: 0, calls: ['pin'], primitive: 'set_bit', field: 'f.flags', written: '0' },
      { thread: 0, calls: ['pin', 'inner'], primitive: 'spin_unlock', field: 'f.lock' },
      { thread: 1, label: 'A1 look', field: 'f.refs', observed: '2' },
      { thread: 0, calls: ['pin'], primitive: 'WRITE_ONCE', field: 'f.flags', written: '1' },
      { thread: 0, calls: [], primitive: 'WRITE_ONCE', field: 'f.flags', written: '2' },
    ),
  });

  it('take up what belongs to the label, until another thread comes between', () => {
    expect(texts(labelled)).toEqual([
      '1 B1 pin',
      '2 A1 look',
      '3 WRITE_ONCE(flags, 1)',
      '4 WRITE_ONCE(flags, 2)',
    ]);
    expect(layoutOf(labelled).rows[0]?.steps).toHaveLength(3);
  });

  /** What follows a labelled step, in the row of that or in one of its own. */
  const behind = (label: string, head: Partial<Step>, next: Partial<Step>): string[] => {
    const change = { primitive: 'atomic_sub_and_test', field: 'f.refs', written: '1' };
    const changes = [['f.refs', '2', '1'] as const];
    const all = steps(
      { thread: 0, calls: ['put'], ...head, changes: [], label },
      { thread: 0, calls: ['put'], ...change, observed: 'no', ...next, changes },
      { thread: 1, field: 'f.refs', observed: '1', readsFrom: 2 },
    );
    return layoutOf(trace({ steps: all })).rows.map(({ text, detail }) => `${text} ${detail}`);
  };
  const PUT = 'atomic_sub_and_test(refs) no';
  const LOOK = 'READ_ONCE(refs) 1';

  it('never show under the label of a lock what is done behind it', () => {
    const unlock = { primitive: 'spin_unlock', field: 'f.lock', written: 'free' };
    expect(behind('unlock the page table', unlock, { calls: ['put', 'inner'] })).toEqual([
      'unlock the page table ',
      PUT,
      LOOK,
    ]);
    expect(behind('unlock the page table', unlock, {})).toContain(PUT);
  });

  it('never show under a question or a wait what follows from the answer', () => {
    const look = { field: 'f.flags', observed: 'dirty' };
    expect(behind('dirty?', look, {})).toEqual(['dirty? dirty', PUT, LOOK]);
    const wait = { primitive: 'wait_for_completion', field: 'f.done', written: '0' };
    expect(behind('wait for the device', wait, {})).toEqual(['wait for the device ', PUT, LOOK]);
  });

  it('show what the same function does for a label, and not what an inner one does', () => {
    const store = { primitive: 'set_bit', field: 'f.flags', written: '0' };
    expect(behind('mark and put', store, {})).toEqual(['mark and put ', LOOK]);
    expect(behind('mark', store, { calls: ['put', 'inner'] })).toEqual(['mark ', PUT, LOOK]);
  });

  it('tell what a labelled store writes, and not only what it replaces', () => {
    const details = (primitive: string, observed: string | null, change: boolean): string[] => {
      const one = { thread: 0, label: 'device writes the page', primitive, field: 'p.data' };
      const changes = change ? [['p.data', '0', '7'] as const] : [];
      const all = steps({ ...one, observed, written: '7', changes });
      return layoutOf(trace({ steps: all })).rows.map(({ detail }) => detail);
    };
    expect(details('xchg', '0', true)).toEqual(['0 -> 7']);
    expect(details('WRITE_ONCE', null, true)).toEqual(['']);
    expect(details('WRITE_ONCE', null, false)).toEqual(['7']);
    expect(details('set_bit', null, false)).toEqual(['']);
  });

  it('have the barrier of an atomic with it, unless another thread came between', () => {
    const atomic = { thread: 0, calls: ['get'], primitive: 'atomic_inc_return', field: 'f.refs' };
    const fence = { thread: 0, calls: ['get'], primitive: 'atomic_inc_return' };
    const barrier = { ...fence, kind: 'fence' } as const;
    const look = { thread: 1, field: 'f.refs', observed: '1' };
    const one = { ...atomic, written: '1' };
    expect(texts(trace({ steps: steps(barrier, one, barrier, look) }))).toEqual([
      '1 atomic_inc_return(refs)',
      '2 READ_ONCE(refs)',
    ]);
    const apart = layoutOf(trace({ steps: steps(one, look, barrier) })).rows;
    expect(apart.map(({ prefix, text }) => `${prefix}: ${text}`)).toEqual([
      'get: atomic_inc_return(refs)',
      ': READ_ONCE(refs)',
      'get: full barrier of atomic_inc_return',
    ]);
  });

  it('are single accesses when unfolded', () => {
    expect(texts(labelled, { unfold: true })).toHaveLength(6);
  });

  it('leave out looks at what nobody changes, labelled ones only where there are many', () => {
    const reads = { thread: 0, field: 'f.order', observed: '0' };
    const writes = { thread: 1, primitive: 'WRITE_ONCE', field: 'f.refs', written: '3' };
    const one = trace({ steps: steps(reads, { ...reads, label: 'order?' }, writes) });
    expect(texts(one)).toEqual(['1 order?', '2 WRITE_ONCE(refs, 3)']);
    expect(texts(one, { rowsMax: 1 })).toEqual(['1 WRITE_ONCE(refs, 3)']);
  });

  it('say what a stuck thread would do next', () => {
    const stuck = trace({
      steps: steps({ thread: 0, kind: 'pending', primitive: 'spin_lock', field: 'a.lock' }),
    });
    expect(texts(stuck)).toEqual(['1 next: spin_lock(lock)']);
  });
});

describe('stale marks', () => {
  it('name rows, not steps', () => {
    const marks = layoutOf(sb()).rows.map((row) => row.stale);
    expect(marks[3]).toEqual({ source: 'init', missed: '1' });
    expect(marks.filter((mark) => mark !== null)).toHaveLength(1);
  });
});

describe('drains', () => {
  const kinds = (all: readonly Step[]): string[] =>
    settledDrains(all).map(
      ({ step, drain }) => `${step.kind} ${step.field}${drain === null ? '' : ' +drain'}`,
    );
  const store = { thread: 0, primitive: 'WRITE_ONCE', written: '1', buffered: true } as const;
  const drain = { thread: 0, kind: 'drain', written: '1' } as const;

  it('join their store when nobody looks in between', () => {
    const all = steps(
      { ...store, field: 'x' },
      { thread: 1, field: 'y' },
      { ...drain, field: 'x' },
    );
    expect(kinds(all)).toEqual(['access x +drain', 'access y']);
  });

  it('stay behind a look of another thread', () => {
    const all = steps(
      { ...store, field: 'x' },
      { thread: 1, field: 'x' },
      { ...drain, field: 'x' },
    );
    expect(kinds(all)).toEqual(['access x', 'access x', 'drain x']);
  });

  it('keep their order: a later store is not visible before an earlier one', () => {
    const all = steps(
      { ...store, field: 'x' },
      { ...store, field: 'z' },
      { thread: 1, field: 'x' },
      { ...drain, field: 'x' },
      { ...drain, field: 'z' },
    );
    expect(kinds(all)).toEqual(['access x', 'access z', 'access x', 'drain x', 'drain z']);
  });

  it('never pass a drain of the same word by another thread', () => {
    const all = steps(
      { ...store, field: 'x' },
      { ...store, thread: 1, field: 'x' },
      { ...drain, thread: 1, field: 'x' },
      { ...drain, field: 'x' },
    );
    expect(kinds(all)).toEqual(['access x', 'access x +drain', 'drain x']);
  });
});

describe('state columns', () => {
  it('are the fields that change, under short names where these are clear', () => {
    const one = trace({
      initial: [
        { field: 'a.refs', value: '1' },
        { field: 'b.refs', value: '1' },
        { field: 'b.flags', value: '-' },
        { field: 'b.lock', value: 'free' },
      ],
      steps: steps(
        { thread: 0, primitive: 'atomic_inc', field: 'a.refs', changes: [['a.refs', '1', '2']] },
        { thread: 0, primitive: 'atomic_inc', field: 'b.refs', changes: [['b.refs', '1', '2']] },
        { thread: 0, primitive: 'set_bit', field: 'b.flags', changes: [['b.flags', '-', 'dirty']] },
        {
          thread: 0,
          primitive: 'spin_lock',
          field: 'b.lock',
          changes: [['b.lock', 'free', 'held']],
        },
      ),
    });
    expect(layoutOf(one).columns.map(({ title, final }) => `${title}=${final}`)).toEqual([
      'a.refs=2',
      'b.refs=2',
      'flags=dirty',
    ]);
  });
});

describe('the cause', () => {
  const NEVER = { kind: 'never', name: 'it' } as const;
  const why = (one: Trace): string => causeOf(one, layoutOf(one), NEVER).text;

  const pendingCause = (name: string, all: readonly Step[]): string => {
    const one = trace({ threads: ['left', 'right'], steps: all });
    return causeOf(one, layoutOf(one), { kind: 'automatic', name }).text;
  };
  const take = (thread: number, field: string) => {
    const changes = [[field, 'free', 'held'] as const];
    return { thread, primitive: 'spin_lock', field, written: 'held', changes };
  };
  const wants = (thread: number, field: string, primitive = 'spin_lock') =>
    ({ thread, kind: 'pending', primitive, field }) as const;

  it('of a deadlock is who took what the others wait for', () => {
    const told = pendingCause(
      'deadlock',
      steps(take(0, 'box.a'), take(1, 'box.b'), wants(0, 'box.b'), wants(1, 'box.a')),
    );
    expect(told).toBe(
      'left waits for b, which right took in step 2; right waits for a, which left took in step 1.',
    );
    expect(pendingCause('stuck thread', steps(take(0, 'box.a'), wants(0, 'box.a')))).toBe(
      'left waits for a, which it took itself in step 1.',
    );
    expect(pendingCause('stuck thread', steps(wants(0, 'box.x', 'wait_event')))).toBe(
      'left waits in wait_event(x), and no thread is left to end that.',
    );
  });

  it('of a data race without store buffers is that nothing orders the two', () => {
    const told = pendingCause(
      'data race on x',
      steps(wants(0, 'x', 'store'), wants(1, 'x', 'READ_ONCE')),
    );
    expect(told).toBe('Nothing orders step 1 and step 2: either may come first.');
  });

  it('of a stale read is the store that still waits', () => {
    expect(why(sb())).toBe(
      'Step 2 is done before step 1 is visible: the store waits in the store buffer of left, and ' +
        'no full barrier stands between them. So step 4 still reads the old value.',
    );
  });

  it('of an interleaving is the change between look and act', () => {
    const one = trace({
      steps: steps(
        { thread: 0, field: 'c.n', observed: '0' },
        {
          thread: 1,
          primitive: 'WRITE_ONCE',
          field: 'c.n',
          written: '1',
          changes: [['c.n', '0', '1']],
        },
        {
          thread: 0,
          primitive: 'WRITE_ONCE',
          field: 'c.n',
          written: '1',
          changes: [['c.m', '1', '1']],
        },
      ),
    });
    expect(why(one)).toBe(
      'Step 1 of gup-fast looks at n; step 2 of ksm changes it before step 3 overwrites it.',
    );
  });

  it('of a lost update is the store that overwrites what another wrote', () => {
    const look = { primitive: 'READ_ONCE', field: 'c.n', observed: '0', readsFrom: 0 };
    const update = { primitive: 'WRITE_ONCE', field: 'c.n', written: '1' };
    const all = steps(
      { thread: 0, ...look },
      { thread: 1, ...look },
      { thread: 1, ...update, changes: [['c.n', '0', '1']] },
      { thread: 0, ...update, changes: [] },
    );
    expect(why(trace({ steps: all }))).toBe(
      'Step 1 of gup-fast looks at n; step 3 of ksm changes it before step 4 overwrites it.',
    );
  });

  it('of a leaked lock is where it was taken, and not one that was given back', () => {
    const all = steps(
      { thread: 0, primitive: 'spin_lock', field: 'b.one' },
      { thread: 0, primitive: 'spin_lock', field: 'b.two' },
      { thread: 0, primitive: 'spin_unlock', field: 'b.two' },
    );
    expect(pendingCause('leaked lock', all)).toBe(
      'left takes it in step 1 and does not give it back.',
    );
  });

  it('of one thread is that thread', () => {
    expect(why(trace({ steps: steps({ thread: 0 }) }))).toContain('One thread alone does it');
  });
});
