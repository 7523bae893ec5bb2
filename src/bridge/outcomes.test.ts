/** Litmus tests as scenarios: each form of access, and what cannot be run. */
import { describe, expect, it } from 'vitest';
import type { Model } from '../explore/result.ts';
import { parseLitmus } from '../litmus/index.ts';
import { outcomesOf, stateText } from './outcomes.ts';
import type { NotRun, OutcomeOptions, Outcomes } from './outcomes.ts';
import { checkLitmus } from '../litmus/index.ts';
import { whyMeaningless } from './runnable.ts';

function run(
  threads: string,
  clauses: string,
  model: Model = 'sc',
  options: OutcomeOptions = {},
  initial = '{}',
): Outcomes | NotRun {
  const test = parseLitmus(`C t\n${initial}\n${threads}\n${clauses}`, 't.litmus');
  if ('problem' in test) throw new Error(test.problem.what);
  return outcomesOf(test, model, options);
}

/** The reachable states as texts. */
function states(...given: Parameters<typeof run>): string[] {
  const outcomes = run(...given);
  if ('reason' in outcomes) return [outcomes.reason];
  expect(outcomes.complete).toBe(true);
  return outcomes.states.map(stateText);
}

/** One thread that computes `r`, and what `r` and x can be in the end. */
function alone(statements: string, initial = '{ x = 5; }'): string {
  const code = `P0(int *x, int *y, int *p) { int r = 0; ${statements} }`;
  return states(code, 'locations [0:r; x;]', 'sc', {}, initial).join(' or ');
}

describe('one thread', () => {
  it('loads and stores, plain and marked', () => {
    expect(alone('r = *x; *x = r + 1;')).toBe('0:r=5; [x]=6;');
    expect(alone('r = READ_ONCE(*x); smp_store_release(x, 0 - r);')).toBe('0:r=5; [x]=-5;');
    expect(alone('r = smp_load_acquire(x); WRITE_ONCE(*x, 7);')).toBe('0:r=5; [x]=7;');
    expect(alone('smp_store_mb(*x, 8); r = atomic_read(x); atomic_set(x, 9);')).toBe(
      '0:r=8; [x]=9;',
    );
  });

  it('exchanges, conditionally or not', () => {
    expect(alone('r = xchg(x, 1);')).toBe('0:r=5; [x]=1;');
    expect(alone('r = xchg_relaxed(x, x);')).toBe('0:r=5; [x]=x;');
    expect(alone('r = cmpxchg_acquire(x, 5, 1);')).toBe('0:r=5; [x]=1;');
    expect(alone('r = atomic_cmpxchg_release(x, 4, 1);')).toBe('0:r=5; [x]=5;');
    expect(alone('r = atomic_add_unless(x, 2, 5);')).toBe('0:r=0; [x]=5;');
    expect(alone('r = atomic_add_unless(x, 2, 4);')).toBe('0:r=1; [x]=7;');
  });

  it('counts with atomics of every operation, giving nothing, the old value or the new', () => {
    expect(alone('atomic_add(3, x); atomic_sub(1, x); atomic_inc(x);')).toBe('0:r=0; [x]=8;');
    expect(alone('atomic_dec(x); atomic_or(3, x); atomic_and(6, x);')).toBe('0:r=0; [x]=6;');
    expect(alone('atomic_xor(7, x); atomic_andnot(2, x);')).toBe('0:r=0; [x]=0;');
    expect(alone('r = atomic_fetch_sub(2, x);')).toBe('0:r=5; [x]=3;');
    expect(alone('r = atomic_sub_return_relaxed(2, x);')).toBe('0:r=3; [x]=3;');
    expect(alone('r = atomic_sub_and_test(5, x);')).toBe('0:r=1; [x]=0;');
    expect(alone('r = atomic_add_negative(-6, x);')).toBe('0:r=1; [x]=-1;');
    expect(alone('r = atomic_fetch_andnot_acquire(1, x);')).toBe('0:r=5; [x]=4;');
  });

  it('follows pointers and compares them', () => {
    expect(alone('r = *p; *r = 3; r = (r == x);', '{ p = &x; }')).toBe('0:r=1; [x]=3;');
    expect(alone('WRITE_ONCE(*p, y); r = READ_ONCE(*p);', '{}')).toBe('0:r=y; [x]=0;');
  });

  it('branches, and goes round loops as often as is asked for', () => {
    expect(alone('if (READ_ONCE(*x) == 5) r = 1; else r = 2;')).toBe('0:r=1; [x]=5;');
    expect(alone('if (READ_ONCE(*y)) r = 1;')).toBe('0:r=0; [x]=5;');
    expect(alone('while (r < 2) { r = r + 1; atomic_inc(x); }')).toBe('0:r=2; [x]=7;');
    const loop = 'P0(int *x) { int r = 0; while (r < 3) { r = r + 1; WRITE_ONCE(*x, r); } }';
    expect(run(loop, 'exists (x=3)')).toMatchObject({ cut: true, states: [] });
    expect(run(loop, 'exists (x=3)', 'sc', { unroll: 3 })).toMatchObject({
      cut: false,
      observation: 'Always',
    });
  });
});

const SB = `P0(int *x, int *y) { WRITE_ONCE(*x, 1); int r = READ_ONCE(*y); }
  P1(int *x, int *y) { WRITE_ONCE(*y, 1); int r = READ_ONCE(*x); }`;

describe('several threads', () => {
  it('buffer their stores under tso and not under sc', () => {
    const weak = 'exists (0:r=0 /\\ 1:r=0)';
    expect(run(SB, weak, 'sc')).toMatchObject({ observation: 'Never' });
    expect(run(SB, weak, 'tso')).toMatchObject({ observation: 'Sometimes' });
    expect(states(SB, weak, 'sc')).toEqual(['0:r=0; 1:r=1;', '0:r=1; 1:r=0;', '0:r=1; 1:r=1;']);
  });

  it('wait in loops, however long', () => {
    const code = `P0(int *x, int *y)
      { while (READ_ONCE(*y) != 2) smp_rmb(); int r = READ_ONCE(*x); }
      P1(int *x, int *y) { WRITE_ONCE(*y, 1); WRITE_ONCE(*x, 1); WRITE_ONCE(*y, 2); }`;
    expect(run(code, 'exists (0:r=1)', 'tso')).toMatchObject({ observation: 'Always', cut: false });
  });

  it('take locks in turn; one that is never released leaves the others waiting', () => {
    const section = 'spin_lock(s); int r = READ_ONCE(*x); WRITE_ONCE(*x, 1);';
    const both = (end: string): string => `P0(spinlock_t *s, int *x) { ${section} ${end} }
      P1(spinlock_t *s, int *x) { ${section} ${end} }`;
    expect(states(both('spin_unlock(s);'), 'exists (0:r=1 /\\ 1:r=0)')).toEqual([
      '0:r=0; 1:r=1;',
      '0:r=1; 1:r=0;',
    ]);
    expect(states(both(''), 'exists (0:r=1 /\\ 1:r=0)')).toEqual([]);
    const one = `P0(spinlock_t *s) { int r = spin_trylock(s); }
      P1(spinlock_t *s) { int r = spin_is_locked(s); }`;
    expect(states(one, 'exists (0:r=1 /\\ 1:r=0)')).toEqual(['0:r=1; 1:r=0;', '0:r=1; 1:r=1;']);
  });

  it('are held up by grace periods of RCU and SRCU', () => {
    const reader = (enter: string, leave: string): string =>
      `P0(int *x, int *y, struct srcu_struct *s)
       { ${enter} int b = READ_ONCE(*y); int a = READ_ONCE(*x); ${leave} }`;
    const writer = (wait: string): string =>
      `P1(int *x, int *y, struct srcu_struct *s) { WRITE_ONCE(*y, 1); ${wait} WRITE_ONCE(*x, 1); }`;
    const outcome = 'exists (0:a=1 /\\ 0:b=0)';
    const rcu = reader('rcu_read_lock();', 'rcu_read_unlock();') + writer('synchronize_rcu();');
    const srcu =
      reader('int i = srcu_read_lock(s);', 'srcu_read_unlock(s, i);') +
      writer('synchronize_srcu(s);');
    for (const code of [rcu, srcu]) {
      expect(run(code, outcome)).toMatchObject({ observation: 'Never' });
      const removed = code.replace(/synchronize_\w+\(s?\);/, '');
      expect(run(removed, outcome)).toMatchObject({ observation: 'Sometimes' });
    }
  });

  it('end only as the filter lets them', () => {
    expect(states(SB, 'filter (0:r=1)\nexists (1:r=0)')).toEqual(['1:r=0;', '1:r=1;']);
    expect(states(SB, 'filter (0:r=1 /\\ 1:r=1)\nexists (x=0)')).toEqual(['[x]=1;']);
  });

  it('may race: the search says so and goes on', () => {
    const outcomes = run('P0(int *x) { *x = 1; }\nP1(int *x) { int r = *x; }', 'exists (1:r=1)');
    if ('reason' in outcomes) throw new Error(outcomes.reason);
    expect(outcomes.observation).toBe('Sometimes');
    expect(outcomes.result.findings.map(({ property }) => property.name)).toEqual([
      'data race on x',
    ]);
  });
});

describe('under weak', () => {
  /** Message passing with a fence on the writer's side. */
  const reader = (loads: string): string => {
    const code = `P0(int *x, int *y) { WRITE_ONCE(*x, 1); smp_wmb(); WRITE_ONCE(*y, 1); }
      P1(int *x, int *y, int *z) { int q; int r = READ_ONCE(*y); ${loads} }`;
    const outcomes = run(code, 'exists (1:r=1 /\\ 1:s=0)', 'weak');
    return 'reason' in outcomes ? outcomes.reason : outcomes.observation;
  };

  it('loads are reordered unless something keeps them in order', () => {
    expect(reader('int s = READ_ONCE(*x);')).toBe('Sometimes');
    expect(reader('smp_rmb(); int s = READ_ONCE(*x);')).toBe('Never');
    expect(reader('if (r) { int s = READ_ONCE(*x); }')).toBe('Sometimes');
  });

  it('an address that was computed from a load comes after it', () => {
    expect(reader('int s = READ_ONCE(*(x + (r & 0)));')).toBe('Never');
    expect(reader('q = r & 0; int *p = x + q; int s = READ_ONCE(*p);')).toBe('Never');
    expect(reader('q = 0; int s = READ_ONCE(*(x + q));')).toBe('Sometimes');
    expect(reader('int s = cmpxchg_relaxed(x + (r & 0), 2, 3);')).toBe('Never');
  });

  /** P0 stores z, then y; P1 reads y, makes an access, reads what others make of it, then z. */
  const relay = (access: string, others: string, clause: string, load: string): string[] => {
    const code = `P0(int *y, int *z) { WRITE_ONCE(*z, 1); smp_wmb(); WRITE_ONCE(*y, 1); }
      P1(int *x, int *y, int *z, int *w) { int r = READ_ONCE(*y); ${access}
        int back = ${load}; int last = READ_ONCE(*z); }
      P2(int *x, int *y, int *w) { ${others} }`;
    const clauses = `exists (1:r=1 /\\ 1:back=2 /\\ 1:last=0 /\\ ${clause})`;
    const outcomes = run(code, clauses, 'weak') as Outcomes;
    return [checkLitmus(`C t\n{}\n${code}\n${clauses}`).observation, outcomes.observation];
  };
  const stores = 'int s = READ_ONCE(*x); smp_store_release(w, 1 + s);';
  const overwrites = (word: string): string => {
    return `WRITE_ONCE(*${word}, 3); smp_wmb(); WRITE_ONCE(*w, 2);`;
  };
  const misses = 'int s = READ_ONCE(*(x + (r & 0)));';

  it.each([
    ['a store that somebody reads and passes on', 'WRITE_ONCE(*x, r);', stores, 'x=1'],
    ['a store that somebody overwrites', 'WRITE_ONCE(*w, r);', 'WRITE_ONCE(*w, 2);', 'w=2'],
    ['a load of what somebody overwrites', '', overwrites('y'), 'y=3'],
    ['a load that misses a store', misses, overwrites('x'), '1:s=0'],
  ])('what comes back from %s comes after it', (_, access, others, clause) => {
    expect(relay(access, others, clause, 'smp_load_acquire(w)')).toEqual(['Never', 'Never']);
    expect(relay(access, others, clause, 'READ_ONCE(*w)')).toEqual(['Sometimes', 'Sometimes']);
  });

  it('nothing comes back from a load that may come before the first, nor unordered', () => {
    const early = misses.replace('(r & 0)', '0');
    const late = overwrites('x').replace('smp_wmb();', '');
    for (const [access, others] of [
      [early, overwrites('x')],
      [misses, late],
    ] as const) {
      const found = relay(access, others, '1:s=0', 'smp_load_acquire(w)');
      expect(found).toEqual(['Sometimes', 'Sometimes']);
    }
  });

  it('it comes back to a load before it, too, and so to what follows a pointer read there', () => {
    const first = 'int q = READ_ONCE(*w); int r = READ_ONCE(*y);';
    const code = (last: string): string => `P0(int *y, int *z) {
      WRITE_ONCE(*z, 1); smp_wmb(); WRITE_ONCE(*y, 1); }
      P1(int *x, int *y, int *z, int *w) { ${first} ${misses} int last = READ_ONCE(*(${last})); }
      P2(int *x, int *y, int *w) { ${overwrites('x')} }`;
    const seen = (last: string): string[] => {
      const clauses = 'exists (1:r=1 /\\ 1:q=2 /\\ 1:s=0 /\\ 1:last=0)';
      const outcomes = run(code(last), clauses, 'weak') as Outcomes;
      return [checkLitmus(`C t\n{}\n${code(last)}\n${clauses}`).observation, outcomes.observation];
    };
    expect(seen('z + (q & 0)')).toEqual(['Never', 'Never']);
    expect(seen('z')).toEqual(['Sometimes', 'Sometimes']);
  });

  /** What LKMM says of a test, and what weak does. */
  const both = (code: string, condition: string): string[] => {
    const clauses = `exists (${condition})`;
    const outcomes = run(code, clauses, 'weak') as Outcomes;
    return [checkLitmus(`C t\n{}\n${code}\n${clauses}`).observation, outcomes.observation];
  };

  it('what goes through others without a barrier does not come back: a limit', () => {
    const code = `P0(int *y, int *z) { WRITE_ONCE(*z, 1); smp_wmb(); WRITE_ONCE(*y, 1); }
      P1(int *w, int *x, int *y, int *z) { int r = READ_ONCE(*y); WRITE_ONCE(*x, r);
        int s = smp_load_acquire(w); int t = READ_ONCE(*z); }
      P2(int *w, int *x) { int q = READ_ONCE(*x); WRITE_ONCE(*w, q); }`;
    const condition = '1:r=1 /\\ 1:s=1 /\\ 1:t=0';
    expect(both(code, condition)).toEqual(['Never', 'Sometimes']);
    const released = code.replace('WRITE_ONCE(*w, q)', 'smp_store_release(w, q)');
    expect(both(released, condition)).toEqual(['Never', 'Never']);
  });

  it('a grace period brings back to a section what an access before it came after', () => {
    const code = `P0(int *y, int *z) { WRITE_ONCE(*z, 1); smp_wmb(); WRITE_ONCE(*y, 1); }
      P1(int *x, int *y, int *z) { int r = READ_ONCE(*y); int s = READ_ONCE(*x);
        rcu_read_lock(); int t = READ_ONCE(*z); rcu_read_unlock(); }
      P2(int *x, int *y) { WRITE_ONCE(*y, 2); synchronize_rcu(); WRITE_ONCE(*x, 1); }`;
    const condition = '1:r=1 /\\ 1:s=1 /\\ 1:t=0 /\\ y=2';
    expect(both(code, condition)).toEqual(['Never', 'Never']);
    const bare = code.replace('rcu_read_lock();', '').replace('rcu_read_unlock();', '');
    expect(both(bare, condition)).toEqual(['Sometimes', 'Sometimes']);
  });

  it('what a grace period has left for a section moves up with a store that goes before it', () => {
    const code = `P0(int *x, int *y) { WRITE_ONCE(*y, 1); rcu_read_lock();
        int r = READ_ONCE(*x); int s = READ_ONCE(*y); rcu_read_unlock(); }
      P1(int *x, int *y) { WRITE_ONCE(*y, 2); synchronize_rcu(); WRITE_ONCE(*x, 1); }`;
    expect(both(code, '0:r=1 /\\ 0:s=1 /\\ y=2')).toEqual(['Never', 'Never']);
  });

  it('smp_rmb counts what an atomic without a result has read, if its message is read', () => {
    const code = `P0(int *x, int *z) { WRITE_ONCE(*z, 1); smp_store_release(x, 1); }
      P1(int *x, int *z) { atomic_inc(x); int r = READ_ONCE(*x); smp_rmb();
        int s = READ_ONCE(*z); }`;
    expect(both(code, '1:r=2 /\\ 1:s=0')).toEqual(['Never', 'Never']);
    expect(both(code.replace('int r = READ_ONCE(*x);', ''), 'x=2 /\\ 1:s=0')).toEqual([
      'Sometimes',
      'Sometimes',
    ]);
  });

  it('a value that is computed from a load does not hold back what an atomic reads', () => {
    const code = `P0(int *y, int *z) { WRITE_ONCE(*z, 1); smp_wmb(); WRITE_ONCE(*y, 1); }
      P1(int *x, int *y, int *z) { int r = READ_ONCE(*y); int s = FORM; int t = READ_ONCE(*z); }`;
    const seen = (form: string): string[] => {
      const threads = code.replace('FORM', form);
      const clauses = 'exists (1:r=1 /\\ 1:t=0)';
      const outcomes = run(threads, clauses, 'weak') as Outcomes;
      return [checkLitmus(`C t\n{}\n${threads}\n${clauses}`).observation, outcomes.observation];
    };
    expect(seen('atomic_fetch_add_acquire(4 + r, x)')).toEqual(['Sometimes', 'Sometimes']);
    expect(seen('atomic_fetch_add_acquire(4, x + (r & 0))')).toEqual(['Never', 'Never']);
  });

  it('a dependency reaches through what a thread stores and loads itself', () => {
    const through = (value: string): string =>
      reader(`WRITE_ONCE(*z, ${value}); q = READ_ONCE(*z); int s = READ_ONCE(*(x + q));`);
    expect(through('r & 0')).toBe('Never');
    expect(through('0')).toBe('Sometimes');
    const atomic = (operand: string): string =>
      reader(`q = atomic_fetch_add_relaxed(${operand}, z); q = READ_ONCE(*z);
        int s = READ_ONCE(*(x + (q & 0)));`);
    expect(atomic('r')).toBe('Never');
    expect(atomic('1')).toBe('Sometimes');
  });

  it('a section may begin before an access that stands before it', () => {
    const srcu = `P0(int *x, int *z, struct srcu_struct *s)
      { int r = READ_ONCE(*x); int i = srcu_read_lock(s); int q = READ_ONCE(*z);
        srcu_read_unlock(s, i); }
      P1(int *u, int *z, struct srcu_struct *s)
      { WRITE_ONCE(*z, 1); synchronize_srcu(s); WRITE_ONCE(*u, 1); }
      P2(int *u, int *x, struct srcu_struct *s)
      { int i = srcu_read_lock(s); WRITE_ONCE(*u, 2); WRITE_ONCE(*x, 1); srcu_read_unlock(s, i); }`;
    const rcu = srcu
      .replaceAll(/(int i = )?srcu_read_(un)?lock\(.*?\)/g, 'rcu_read_$2lock()')
      .replaceAll('synchronize_srcu(s)', 'synchronize_rcu()');
    // P2 is inside when the grace period ends, so it began after that; P0 has seen P2, and began
    // before the grace period all the same: nothing orders its read of x with its section.
    const outcome = 'exists (0:r=1 /\\ 0:q=0 /\\ u=2)';
    for (const code of [rcu, srcu]) {
      expect(run(code, outcome, 'weak')).toMatchObject({ observation: 'Sometimes' });
      const ordered = code.replace('READ_ONCE(*x)', 'smp_load_acquire(x)');
      expect(run(ordered, outcome, 'weak')).toMatchObject({ observation: 'Never' });
    }
  });

  it('a section of RCU has begun when one of SRCU begins or ends inside of it', () => {
    const [lock, unlock] = ['int i = srcu_read_lock(s);', 'srcu_read_unlock(s, i);'];
    const chain = `P0(int *x, int *y, struct srcu_struct *s)
      { ${lock} int r = READ_ONCE(*x); rcu_read_lock(); ${unlock} int q = READ_ONCE(*y);
        rcu_read_unlock(); }
      P1(int *x, int *y, struct srcu_struct *s)
      { WRITE_ONCE(*x, 1); synchronize_srcu(s); synchronize_rcu(); WRITE_ONCE(*y, 1); }`;
    const seen = `P0(int *x, int *y, struct srcu_struct *s)
      { rcu_read_lock(); ${lock} int q = READ_ONCE(*y); int r = READ_ONCE(*x); ${unlock}
        rcu_read_unlock(); }
      P1(int *x, int *y) { WRITE_ONCE(*x, 1); synchronize_rcu(); WRITE_ONCE(*y, 1); }`;
    const ended = seen
      .replace(`{ rcu_read_lock(); ${lock}`, `{ ${lock} rcu_read_lock(); ${unlock}`)
      .replace(`(*x); ${unlock}`, '(*x);');
    for (const code of [chain, seen, ended]) {
      for (const model of ['sc', 'tso', 'weak'] as const) {
        const found = run(code, 'exists (0:r=0 /\\ 0:q=1)', model);
        expect(found).toMatchObject({ observation: 'Never' });
      }
    }
  });

  it('pointers are followed from one to the next', () => {
    const code = `P0(int *x, int **p) { WRITE_ONCE(*x, 1); smp_store_release(p, x); }
      P1(int **p) { int *r = READ_ONCE(*p); int s = READ_ONCE(*r); }`;
    const initial = '{ int *p = &z; z = 5; }';
    expect(states(code, 'exists (1:r=x /\\ 1:s=0)', 'weak', {}, initial)).toEqual([
      '1:r=z; 1:s=5;',
      '1:r=x; 1:s=1;',
    ]);
  });

  it('barriers that belong to an atomic or a lock are none without it', () => {
    const sb = (between: string): string => {
      const thread = (number: number, one: string, other: string): string =>
        `P${number}(int *${one}, int *${other}, int *z${number}, spinlock_t *l${number})
         { WRITE_ONCE(*${one}, 1); ${between.replaceAll('N', String(number))}
           int r = READ_ONCE(*${other}); }`;
      const code = `${thread(0, 'x', 'y')}\n${thread(1, 'y', 'x')}`;
      const outcomes = run(code, 'exists (0:r=0 /\\ 1:r=0)', 'weak');
      return 'reason' in outcomes ? outcomes.reason : outcomes.observation;
    };
    expect(sb('smp_mb__before_atomic();')).toBe('Sometimes');
    expect(sb('smp_mb__before_atomic(); atomic_inc(zN);')).toBe('Never');
    expect(sb('smp_mb__after_atomic();')).toBe('Sometimes');
    expect(sb('atomic_inc(zN); smp_mb__after_atomic();')).toBe('Never');
    expect(sb('smp_mb__after_spinlock();')).toBe('Sometimes');
    expect(sb('spin_lock(lN); smp_mb__after_spinlock(); spin_unlock(lN);')).toBe('Never');
    expect(sb('spin_lock(lN); spin_unlock(lN);')).toBe('Sometimes');
  });
});

/**
 * Barriers away from what they belong to: exact LKMM and the search must say the same. `between`
 * stands between a store and a load (store buffering), `first` and `between` between two loads that
 * P1 passes a message to.
 */
describe('a barrier that stands away from what it belongs to', () => {
  const globals = 'int *x, int *y, int *z, int *w, spinlock_t *l, struct srcu_struct *s';
  const asked = (code: string, outcome: string): string => {
    const text = `C test\n{}\n${code}\n${outcome}\n`;
    const outcomes = run(code, outcome, 'weak');
    const found = 'reason' in outcomes ? outcomes.reason : outcomes.observation;
    expect(checkLitmus(text).observation).toBe(found);
    return found;
  };
  const buffering = (between: string): string => {
    const other = 'WRITE_ONCE(*y, 1); smp_mb(); int r = READ_ONCE(*x);';
    const one = `WRITE_ONCE(*x, 1); ${between} int r = READ_ONCE(*y);`;
    const code = `P0(${globals}) { int i; int q; ${one} }\nP1(int *x, int *y) { ${other} }`;
    return asked(code, 'exists (0:r=0 /\\ 1:r=0)');
  };
  const passing = (first: string, between: string): string => {
    const other = 'WRITE_ONCE(*y, 1); smp_mb(); WRITE_ONCE(*x, 1);';
    const one = `${first} int a = READ_ONCE(*x); ${between} int b = READ_ONCE(*y);`;
    const code = `P0(${globals}) { int i; int q; ${one} }\nP1(int *x, int *y) { ${other} }`;
    return asked(code, 'exists (0:a=1 /\\ 0:b=0)');
  };

  it('orders what stands on its other side', () => {
    expect(buffering('atomic_inc(z); WRITE_ONCE(*w, 1); smp_mb__after_atomic();')).toBe('Never');
    expect(buffering('smp_mb__before_atomic(); WRITE_ONCE(*w, 1); atomic_inc(z);')).toBe('Never');
    expect(buffering('smp_mb__before_atomic(); q = xchg_relaxed(z, 1);')).toBe('Never');
    const locked = 'spin_lock(l); WRITE_ONCE(*w, 1); smp_mb__after_spinlock(); spin_unlock(l);';
    expect(buffering(locked)).toBe('Never');
    const ended = 'i = srcu_read_lock(s); srcu_read_unlock(s, i); WRITE_ONCE(*w, 1);';
    expect(buffering(`${ended} smp_mb__after_srcu_read_unlock();`)).toBe('Never');
  });

  it('orders nothing that stands between', () => {
    expect(passing('atomic_inc(z);', 'smp_mb__after_atomic();')).toBe('Sometimes');
    expect(passing('', 'atomic_inc(z); smp_mb__after_atomic();')).toBe('Never');
    const locked = 'smp_mb__after_spinlock(); spin_unlock(l);';
    expect(passing('spin_lock(l);', locked)).toBe('Sometimes');
    expect(passing('', `spin_lock(l); ${locked}`)).toBe('Never');
    const again = 'spin_lock(l); spin_unlock(l); spin_lock(l);';
    const after = 'smp_mb__after_unlock_lock(); spin_unlock(l);';
    expect(passing(`WRITE_ONCE(*w, 1); ${again}`, after)).toBe('Sometimes');
    expect(passing('', `${again} ${after}`)).toBe('Never');
    expect(passing('', `${again} WRITE_ONCE(*w, 1); ${after}`)).toBe('Never');
    expect(passing('WRITE_ONCE(*w, 1); smp_mb__before_atomic();', 'atomic_inc(z);')).toBe(
      'Sometimes',
    );
    expect(passing('', 'smp_mb__before_atomic(); WRITE_ONCE(*w, 1); atomic_inc(z);')).toBe('Never');
    const behind = 'WRITE_ONCE(*w, 1); smp_mb__before_atomic(); WRITE_ONCE(*w, 2); atomic_inc(z);';
    expect(passing(behind, 'atomic_inc(z);')).toBe('Sometimes');
  });

  it('orders nothing where it has nothing to order', () => {
    expect(passing('', 'smp_mb__after_atomic();')).toBe('Sometimes');
    expect(passing('smp_mb__before_atomic();', 'atomic_inc(z);')).toBe('Sometimes');
    const ended = 'i = srcu_read_lock(s); srcu_read_unlock(s, i);';
    expect(passing(ended, 'smp_mb__after_srcu_read_unlock();')).toBe('Sometimes');
    expect(passing('', `${ended} smp_mb__after_srcu_read_unlock();`)).toBe('Never');
    expect(passing('spin_lock(l);', 'smp_mb__after_atomic(); spin_unlock(l);')).toBe('Sometimes');
    expect(passing('atomic_inc(z);', 'smp_mb__after_spinlock();')).toBe('Sometimes');
  });

  it('counts beside an atomic that fails, too, and beside no failing trylock', () => {
    const compared = (old: number): string => `q = cmpxchg_relaxed(z, ${old}, 1);`;
    for (const atomic of [compared(0), compared(7), 'q = atomic_add_unless(z, 1, 0);']) {
      expect(buffering(`smp_mb__before_atomic(); ${atomic}`)).toBe('Never');
      expect(buffering(`${atomic} smp_mb__after_atomic();`)).toBe('Never');
    }
    const tried = 'spin_lock(l); q = spin_trylock(l);';
    expect(buffering(`${tried} smp_mb__after_atomic(); spin_unlock(l);`)).toBe('Sometimes');
    expect(buffering('smp_mb__before_atomic(); q = READ_ONCE(*z);')).toBe('Sometimes');
  });
});

describe('what cannot be run is refused with the reason', () => {
  const refusal = (code: string, clauses = 'exists (x=1)'): string =>
    states(code, clauses)[0] ?? '';

  it('more registers than a thread can return', () => {
    const asked = Array.from({ length: 9 }, (_, index) => `0:r${index}=0`).join(' /\\ ');
    expect(refusal('P0(int *x) { }', `exists (${asked})`)).toBe(
      'more than 8 registers of one thread',
    );
  });

  it('numbers that stand for addresses, and numbers used as addresses', () => {
    expect(refusal('P0(int *x) { WRITE_ONCE(*x, 1798963200); }')).toContain(
      'stands for something else',
    );
    expect(refusal('P0(int *x) { WRITE_ONCE(*x, 1798967296); }')).toContain(
      'stands for something else',
    );
    expect(refusal('P0(int *x) { int r = READ_ONCE(*x); *r = 1; }')).toContain(
      'used as an address',
    );
    expect(refusal('P0(int *x) { *x = 1 / *x; }')).toContain('has no value');
  });

  it('what the memory model flags as meaningless', () => {
    expect(whyMeaningless(['data-race', 'unmatched-rcu-lock'])).toBe('flagged unmatched-rcu-lock');
    expect(whyMeaningless(['data-race', 'mixed-accesses'])).toBe(null);
  });
});
