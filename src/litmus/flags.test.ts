/** Flags: where the events stand that raise them, and a page for each. */

import { describe, expect, it } from 'vitest';
import { explanation } from '../report/explain.ts';
import { checkLitmus } from './index.ts';

/** What raises each flag of a test whose threads begin in line 3, one a line. */
function flagged(threads: readonly string[], clause = 'exists (true)'): string[] {
  const result = checkLitmus(`C t\n{}\n${threads.join('\n')}\n${clause}\n`);
  expect(result.problems).toEqual([]);
  expect(result.flagged.map(({ flag }) => flag)).toEqual(result.flags);
  return result.flagged.map(({ flag, events }) => {
    const places = events.map(
      ({ thread, primitive, location, at }) =>
        `P${thread} ${primitive} ${location} ${at?.line}:${at?.column}`,
    );
    return `${flag}: ${places.join(', ')}`;
  });
}

const SRCU = 'int r; int q; r = srcu_read_lock(s);';

describe('a flag names what raises it:', () => {
  it('a data race both accesses, of whatever threads', () => {
    const threads = ['P0(int *x) { WRITE_ONCE(*x, 1); }', 'P1(int *x) { int r; r = *x; }'];
    expect(flagged(threads)).toEqual(['data-race: P0 WRITE_ONCE x 3:14, P1 * x 4:25']);
    const idle = 'P0(int *y) { WRITE_ONCE(*y, 1); }';
    expect(flagged([idle, 'P1(int *x) { *x = 1; }', 'P2(int *x) { *x = 2; }'])).toEqual([
      'data-race: P1 * x 4:14, P2 * x 5:14',
    ]);
  });

  it('plain stores beside marked accesses, in one thread', () => {
    expect(flagged(['P0(int *x) { *x = 1; WRITE_ONCE(*x, 2); }'])).toEqual([
      'mixed-accesses: P0 * x 3:14, P0 WRITE_ONCE x 3:22',
    ]);
  });

  it('sections of RCU without an end, or without a begin', () => {
    expect(flagged(['P0(int *x) { rcu_read_lock(); }'])).toEqual([
      'unmatched-rcu-lock: P0 rcu_read_lock null 3:14',
    ]);
    expect(flagged(['P0(int *x) { rcu_read_unlock(); }'])).toEqual([
      'unmatched-rcu-unlock: P0 rcu_read_unlock null 3:14',
    ]);
  });

  it('sections of SRCU', () => {
    const said = (rest: string): string[] => flagged([`P0(struct srcu_struct *s) { ${rest} }`]);
    expect(said(SRCU)).toEqual(['unmatched-srcu-lock: P0 srcu_read_lock s 3:47']);
    expect(said('srcu_read_unlock(s, 0);')).toEqual([
      'unmatched-srcu-unlock: P0 srcu_read_unlock s 3:29',
    ]);
    expect(said(`${SRCU} srcu_read_unlock(s, r); srcu_read_unlock(s, r);`)).toEqual([
      'multiple-srcu-matches: P0 srcu_read_unlock s 3:66, P0 srcu_read_unlock s 3:90',
    ]);
    expect(said(`${SRCU} q = r + 1; srcu_read_unlock(s, q);`)).toEqual([
      'srcu-bad-value-match: P0 srcu_read_lock s 3:47, P0 srcu_read_unlock s 3:77',
    ]);
  });

  it('a sleep within a section of RCU: the section', () => {
    const code = 'rcu_read_lock(); synchronize_srcu(s); rcu_read_unlock();';
    expect(flagged([`P0(struct srcu_struct *s) { ${code} }`])).toEqual([
      'invalid-sleep: P0 rcu_read_lock null 3:29, P0 rcu_read_unlock null 3:67',
    ]);
  });

  it('locks that are not taken, are numbers too, or are asked for', () => {
    expect(flagged(['P0(spinlock_t *l) { spin_unlock(l); }'])).toEqual([
      'unmatched-unlock: P0 spin_unlock l 3:21',
    ]);
    const lock = 'P0(spinlock_t *l) { spin_lock(l); spin_unlock(l); }';
    expect(flagged([lock, 'P1(int *l) { WRITE_ONCE(*l, 1); }'])).toEqual([
      'mixed-lock-accesses: P0 spin_lock l 3:21, P1 WRITE_ONCE l 4:14',
    ]);
    expect(flagged([lock], 'exists (l=0)')).toEqual(['lock-final: P0 spin_lock l 3:21']);
  });
});

it.each([
  'data-race',
  'mixed-accesses',
  'unmatched-rcu-lock',
  'unmatched-rcu-unlock',
  'unmatched-srcu-lock',
  'unmatched-srcu-unlock',
  'multiple-srcu-matches',
  'invalid-sleep',
  'srcu-bad-value-match',
  'unmatched-unlock',
  'mixed-lock-accesses',
  'lock-final',
])('%s has a page, and the page of flags names it', (flag) => {
  expect(explanation(flag, 92)).not.toBeNull();
  expect(explanation('flag', 92)).toContain(flag);
});
