/**
 * The whole dialect, form by form: what every primitive of linux-kernel.def does and orders, and
 * every way to write a part of a test. Expectations are derived by hand from the kernel's rules
 * (Documentation/atomic_t.txt, tools/memory-model) and from the grammar of herdtools7
 * (lib/CParser.mly, lib/stateParser.mly).
 */
import { describe, expect, it } from 'vitest';
import { checkLitmus } from './index.ts';
import type { LitmusResult } from './index.ts';
import { primitives } from './primitives.ts';

function answer(text: string): LitmusResult {
  const result = checkLitmus(text);
  if (result.problems.length > 0) throw new Error(`${result.problems[0]?.what}\n${text}`);
  return result;
}

/** `Never`, `Sometimes` or `Always` for threads without initial values. */
function observation(threads: string, condition: string): string {
  return answer(`C t\n{}\n${threads}\nexists (${condition})`).observation;
}

/** What one thread makes of x = 5 and r = 0. */
function alone(statements: string): string {
  const text = `C t\n{ x = 5; }\nP0(int *x, int *y) { int r = 0; ${statements} }\nforall (true)`;
  const { states } = answer(text.replace('forall', 'locations [0:r; x;]\nforall'));
  return states.map((state) => state.map(({ value }) => value).join(' ')).join(' | ');
}

/** The primitives whose effect a test below has shown; the last test asks for all. */
const shown = new Set<string>();

function calls(statement: string): string {
  for (const [name] of statement.matchAll(/\w+(?=\()/g)) shown.add(name);
  return statement;
}

describe('what a primitive does: r and x afterwards, from r = 0 and x = 5', () => {
  it.each([
    ['r = READ_ONCE(*x);', '5 5'],
    ['WRITE_ONCE(*x, 7);', '0 7'],
    ['r = smp_load_acquire(x);', '5 5'],
    ['smp_store_release(x, 7);', '0 7'],
    ['smp_store_mb(*x, 7);', '0 7'],
    ['rcu_assign_pointer(*x, y);', '0 y'],
    ['r = rcu_dereference(*x);', '5 5'],
    ['r = data_race(*x);', '5 5'],
    ['r = atomic_read(x);', '5 5'],
    ['r = atomic_read_acquire(x);', '5 5'],
    ['atomic_set(x, 7);', '0 7'],
    ['atomic_set_release(x, 7);', '0 7'],
    ['atomic_add(3, x);', '0 8'],
    ['atomic_sub(3, x);', '0 2'],
    ['atomic_inc(x);', '0 6'],
    ['atomic_dec(x);', '0 4'],
    ['atomic_and(3, x);', '0 1'],
    ['atomic_or(3, x);', '0 7'],
    ['atomic_xor(3, x);', '0 6'],
    ['atomic_andnot(1, x);', '0 4'],
    ['r = atomic_add_unless(x, 3, 4);', '1 8'],
    ['r = atomic_add_unless(x, 3, 5);', '0 5'],
    ['r = atomic_add_unless(x, READ_ONCE(*y) + 3, 4);', '1 8'],
    ['r = atomic_add_unless(x, 3, READ_ONCE(*y));', '1 8'],
    ['r = atomic_add_unless(x, READ_ONCE(*y) + 3, 5);', '0 5'],
    ['r = atomic_sub_and_test(5, x);', '1 0'],
    ['r = atomic_sub_and_test(4, x);', '0 1'],
    ['r = atomic_inc_and_test(x);', '0 6'],
    ['r = atomic_dec_and_test(x);', '0 4'],
    ['r = atomic_add_negative(-6, x);', '1 -1'],
    ['r = atomic_add_negative(1, x);', '0 6'],
  ])('%s', (statement, expected) => {
    expect(alone(calls(statement))).toBe(expected);
  });

  const SUFFIXES = ['', '_relaxed', '_acquire', '_release'];

  it.each([
    ['r = xchg%(x, 7);', '5 7'],
    ['r = atomic_xchg%(x, 7);', '5 7'],
    ['r = cmpxchg%(x, 5, 7);', '5 7'],
    ['r = cmpxchg%(x, 4, 7);', '5 5'],
    ['r = cmpxchg%(x, 5, READ_ONCE(*y) + 7);', '5 7'],
    ['r = cmpxchg%(x, READ_ONCE(*y) + 5, *y);', '5 0'],
    ['r = cmpxchg%(x, READ_ONCE(*y), 7);', '5 5'],
    ['r = xchg%(x, READ_ONCE(*y));', '5 0'],
    ['r = atomic_cmpxchg%(x, 5, 7);', '5 7'],
    ['r = atomic_add_return%(3, x);', '8 8'],
    ['r = atomic_sub_return%(3, x);', '2 2'],
    ['r = atomic_inc_return%(x);', '6 6'],
    ['r = atomic_dec_return%(x);', '4 4'],
    ['r = atomic_fetch_add%(3, x);', '5 8'],
    ['r = atomic_fetch_sub%(3, x);', '5 2'],
    ['r = atomic_fetch_inc%(x);', '5 6'],
    ['r = atomic_fetch_dec%(x);', '5 4'],
    ['r = atomic_fetch_and%(3, x);', '5 1'],
    ['r = atomic_fetch_or%(3, x);', '5 7'],
    ['r = atomic_fetch_xor%(3, x);', '5 6'],
    ['r = atomic_fetch_andnot%(1, x);', '5 4'],
    ['r = atomic_add_negative%(-6, x);', '1 -1'],
  ])('%s in every ordering', (statement, expected) => {
    for (const suffix of SUFFIXES) {
      expect(alone(calls(statement.replace('%', suffix)))).toBe(expected);
    }
  });
});

/** Store buffering, with a statement about a place of each thread's own in between. */
function storeBuffering(between: string): string {
  const thread = (number: number, first: string, second: string): string =>
    `P${number}(int *${first}, int *${second}, int *z${number})
     { int q; WRITE_ONCE(*${first}, 1); ${between.replaceAll('Z', `z${number}`)}
       int r = READ_ONCE(*${second}); }`;
  return observation(`${thread(0, 'x', 'y')}\n${thread(1, 'y', 'x')}`, '0:r=0 /\\ 1:r=0');
}

/** Message passing: a statement stores the flag, another loads it. */
function messagePassing(store: string, load: string): string {
  const threads = `P0(int *x, int *y) { int q; WRITE_ONCE(*x, 1); ${store} }
    P1(int *x, int *y) { int r; ${load} int s = READ_ONCE(*x); }`;
  return observation(threads, '1:r=1 /\\ 1:s=0');
}

const PUBLISH = 'smp_store_release(y, 1);';
const CONSUME = 'r = smp_load_acquire(y);';

describe('the order of a read-modify-write', () => {
  // Which of the three shapes it forbids: store buffering, its load before later loads, earlier
  // stores before its store.
  const RULES = [
    { suffix: '', forbids: [true, true, true] },
    { suffix: '_acquire', forbids: [false, true, false] },
    { suffix: '_release', forbids: [false, false, true] },
    { suffix: '_relaxed', forbids: [false, false, false] },
  ];
  const FORMS = [
    { form: 'xchg%(Z, 1)', load: 'r = xchg%(y, 1);' },
    { form: 'atomic_xchg%(Z, 1)', load: 'r = atomic_xchg%(y, 1);' },
    { form: 'cmpxchg%(Z, 0, 1)', load: 'r = cmpxchg%(y, 1, 2);' },
    { form: 'atomic_cmpxchg%(Z, 0, 1)', load: 'r = atomic_cmpxchg%(y, 1, 2);' },
    { form: 'atomic_add_return%(1, Z)', load: 'r = atomic_add_return%(0, y);' },
    { form: 'atomic_sub_return%(-1, Z)', load: 'r = atomic_sub_return%(0, y);' },
    { form: 'atomic_inc_return%(Z)', load: 'r = atomic_inc_return%(y); r = r - 1;' },
    { form: 'atomic_fetch_add%(1, Z)', load: 'r = atomic_fetch_add%(0, y);' },
    { form: 'atomic_fetch_sub%(-1, Z)', load: 'r = atomic_fetch_sub%(0, y);' },
    { form: 'atomic_fetch_inc%(Z)', load: 'r = atomic_fetch_inc%(y);' },
    { form: 'atomic_fetch_or%(1, Z)', load: 'r = atomic_fetch_or%(0, y);' },
    { form: 'atomic_fetch_xor%(1, Z)', load: 'r = atomic_fetch_xor%(0, y);' },
  ];
  const word = (forbids: boolean | undefined): string => (forbids ? 'Never' : 'Sometimes');

  it.each(FORMS)('$form: full, or what its suffix says', ({ form, load }) => {
    for (const { suffix, forbids } of RULES) {
      const call = form.replace('%', suffix);
      const consumer = load.replace('%', suffix);
      const publisher = `q = ${call.replace('Z', 'y')};`;
      expect(storeBuffering(`q = ${call};`), call).toBe(word(forbids[0]));
      expect(messagePassing(PUBLISH, consumer), consumer).toBe(word(forbids[1]));
      expect(messagePassing(publisher, CONSUME), publisher).toBe(word(forbids[2]));
    }
  });

  it.each(['atomic_inc(Z);', 'atomic_add(1, Z);', 'atomic_sub(-1, Z);', 'atomic_or(1, Z);'])(
    '%s gives nothing and orders nothing, but with a barrier beside it everything',
    (call) => {
      const publish = call.replace('Z', 'y');
      expect(storeBuffering(call)).toBe('Sometimes');
      expect(storeBuffering(`smp_mb__before_atomic(); ${call}`)).toBe('Never');
      expect(storeBuffering(`${call} smp_mb__after_atomic();`)).toBe('Never');
      expect(messagePassing(publish, CONSUME)).toBe('Sometimes');
      expect(messagePassing(`smp_mb__before_atomic(); ${publish}`, CONSUME)).toBe('Never');
    },
  );

  it('is none where it fails, and that of its barrier is gone too', () => {
    expect(storeBuffering('q = cmpxchg(Z, 1, 2);')).toBe('Sometimes');
    expect(storeBuffering('q = atomic_add_unless(Z, 1, 0);')).toBe('Sometimes');
    expect(storeBuffering('q = atomic_add_unless(Z, 1, 1);')).toBe('Never');
    expect(messagePassing(PUBLISH, 'r = cmpxchg_acquire(y, 2, 3);')).toBe('Sometimes');
    expect(storeBuffering('q = atomic_dec_and_test(Z);')).toBe('Never');
    expect(storeBuffering('q = atomic_inc_and_test(Z);')).toBe('Never');
    expect(storeBuffering('q = atomic_sub_and_test(1, Z);')).toBe('Never');
    expect(storeBuffering('q = atomic_add_negative(1, Z);')).toBe('Never');
    expect(storeBuffering('q = atomic_add_negative_release(1, Z);')).toBe('Sometimes');
  });

  it('that gives nothing hides its load from smp_rmb', () => {
    const reader = (rmw: string): string => messagePassing(PUBLISH, `${rmw} smp_rmb();`);
    expect(reader('r = atomic_fetch_add_relaxed(0, y);')).toBe('Never');
    const silent = `P0(int *x, int *y) { WRITE_ONCE(*x, 1); smp_wmb(); WRITE_ONCE(*y, 1); }
      P1(int *x, int *y) { atomic_inc(y); smp_rmb(); int s = READ_ONCE(*x); }`;
    expect(observation(silent, 'y=2 /\\ 1:s=0')).toBe('Sometimes');
    expect(observation(silent.replace('smp_rmb', 'smp_mb'), 'y=2 /\\ 1:s=0')).toBe('Never');
  });
});

describe('the order of accesses and barriers', () => {
  it('between two stores, and between two loads', () => {
    const stores = (keeper: string): string =>
      messagePassing(`${calls(keeper)} WRITE_ONCE(*y, 1);`, CONSUME);
    const loads = (keeper: string): string =>
      messagePassing(PUBLISH, `r = READ_ONCE(*y); ${keeper}`);
    const matrix = (keeper: string): string => `${stores(keeper)} ${loads(keeper)}`;
    expect(matrix('')).toBe('Sometimes Sometimes');
    expect(matrix('barrier();')).toBe('Sometimes Sometimes');
    expect(matrix('smp_wmb();')).toBe('Never Sometimes');
    expect(matrix('smp_rmb();')).toBe('Sometimes Never');
    expect(matrix('smp_mb();')).toBe('Never Never');
    expect(matrix('synchronize_rcu();')).toBe('Never Never');
    expect(matrix('synchronize_rcu_expedited();')).toBe('Never Never');
    for (const alone of ['before_atomic', 'after_atomic', 'after_spinlock', 'after_unlock_lock']) {
      expect(matrix(`smp_mb__${alone}();`)).toBe('Sometimes Sometimes');
    }
    expect(matrix('smp_mb__after_srcu_read_unlock();')).toBe('Sometimes Sometimes');
    expect(matrix('rcu_read_lock(); rcu_read_unlock();')).toBe('Sometimes Sometimes');
  });

  it('from a store to a later load', () => {
    expect(storeBuffering('')).toBe('Sometimes');
    expect(storeBuffering('smp_wmb(); smp_rmb();')).toBe('Sometimes');
    expect(storeBuffering('smp_mb();')).toBe('Never');
    expect(storeBuffering('smp_store_mb(*Z, 1);')).toBe('Never');
    expect(storeBuffering('smp_store_release(Z, 1); q = smp_load_acquire(Z);')).toBe('Sometimes');
    expect(storeBuffering('synchronize_rcu();')).toBe('Never');
  });

  it('of the accesses themselves', () => {
    expect(messagePassing('rcu_assign_pointer(*y, 1);', CONSUME)).toBe('Never');
    expect(messagePassing('atomic_set_release(y, 1);', 'r = atomic_read_acquire(y);')).toBe(
      'Never',
    );
    expect(messagePassing('atomic_set(y, 1);', CONSUME)).toBe('Sometimes');
    expect(messagePassing(PUBLISH, 'r = rcu_dereference(*y);')).toBe('Sometimes');
    expect(messagePassing('smp_store_mb(*y, 1);', CONSUME)).toBe('Sometimes');
  });

  it('by a dependency: address before loads and stores, data and control before stores', () => {
    const pointer = `C t\n{ int *p = &z; }
      P0(int *x, int **p) { WRITE_ONCE(*x, 1); smp_store_release(p, x); }
      P1(int *x, int **p) { int *r = LOAD(*p); int s = READ_ONCE(*r); }
      exists (1:r=x /\\ 1:s=0)`;
    expect(answer(pointer.replace('LOAD', 'READ_ONCE')).observation).toBe('Never');
    expect(answer(pointer.replace('LOAD', 'rcu_dereference')).observation).toBe('Never');
    const lb = (thread: string): string =>
      observation(
        `P0(int *x, int *y) { int r = READ_ONCE(*x); ${thread} }
         P1(int *x, int *y) { int r = READ_ONCE(*y); smp_mb(); WRITE_ONCE(*x, 1); }`,
        '0:r=1 /\\ 1:r=1',
      );
    expect(lb('WRITE_ONCE(*y, 1);')).toBe('Sometimes');
    expect(lb('WRITE_ONCE(*y, 1 + (r & 0));')).toBe('Never');
    expect(lb('WRITE_ONCE(*(y + (r & 0)), 1);')).toBe('Never');
    expect(lb('if (r) WRITE_ONCE(*y, 1);')).toBe('Never');
    expect(lb('if (r) { } WRITE_ONCE(*y, 1);')).toBe('Sometimes');
    expect(lb('while (r == 2) { } WRITE_ONCE(*y, 1);')).toBe('Sometimes');
    expect(lb('smp_store_release(y, 1);')).toBe('Never');
  });
});

describe('locks', () => {
  const locked = (body: string): string => `spin_lock(s); ${body} spin_unlock(s);`;

  it('keep sections apart and in order', () => {
    const both = (name: string, body: string): string =>
      `P${name}(spinlock_t *s, int *x, int *y) { int r; ${locked(body)} }`;
    const threads =
      both('0', 'WRITE_ONCE(*x, 1); r = READ_ONCE(*y);') +
      both('1', 'WRITE_ONCE(*y, 1); r = READ_ONCE(*x);');
    expect(observation(threads, '0:r=0 /\\ 1:r=0')).toBe('Never');
  });

  it('are a full barrier only with smp_mb__after_spinlock or after_unlock_lock', () => {
    const lock = 'spin_lock(Z);';
    expect(storeBuffering(`${lock} spin_unlock(Z);`)).toBe('Sometimes');
    expect(storeBuffering(`${lock} smp_mb__after_spinlock(); spin_unlock(Z);`)).toBe('Never');
    expect(storeBuffering(`${lock} spin_unlock(Z); ${lock}`)).toBe('Sometimes');
    expect(storeBuffering(`${lock} spin_unlock(Z); ${lock} smp_mb__after_unlock_lock();`)).toBe(
      'Never',
    );
  });

  it('can be tried and looked at', () => {
    const tryBoth = `P0(spinlock_t *s) { int r = spin_trylock(s); }
      P1(spinlock_t *s) { int r = spin_trylock(s); }`;
    expect(observation(tryBoth, '0:r=0 /\\ 1:r=0')).toBe('Never');
    expect(observation(tryBoth, '0:r=1 /\\ 1:r=0')).toBe('Sometimes');
    const look = `P0(spinlock_t *s) { ${locked('')} }
      P1(spinlock_t *s) { int r = spin_is_locked(s); }`;
    expect(observation(look, '1:r=1')).toBe('Sometimes');
    expect(observation(look, '1:r=0')).toBe('Sometimes');
    for (const name of ['lock', 'unlock', 'trylock', 'is_locked']) shown.add(`spin_${name}`);
  });
});

describe('RCU and SRCU', () => {
  const reader = (enter: string, leave: string): string =>
    `P0(int *x, int *y, struct srcu_struct *s)
     { int i; int k; ${calls(enter)}
       int r = READ_ONCE(*y); int t = READ_ONCE(*x); ${calls(leave)} }`;
  const writer = (grace: string): string =>
    `P1(int *x, int *y, struct srcu_struct *s, struct srcu_struct *o)
     { WRITE_ONCE(*x, 1); ${calls(grace)} WRITE_ONCE(*y, 1); }`;
  // Never in either direction: the load of x is before the grace period or the load of y behind it.
  const outcome = '0:r=1 /\\ 0:t=0';

  it('a section does not span a grace period, nor do nested ones', () => {
    const verdict = (enter: string, leave: string, grace: string): string =>
      observation(`${reader(enter, leave)}\n${writer(grace)}`, outcome);
    const nested = 'rcu_read_lock(); rcu_read_lock(); rcu_read_unlock();';
    expect(verdict('rcu_read_lock();', 'rcu_read_unlock();', 'synchronize_rcu();')).toBe('Never');
    expect(verdict(nested, 'rcu_read_unlock();', 'synchronize_rcu();')).toBe('Never');
    expect(verdict('rcu_read_lock(); rcu_read_unlock();', '', 'synchronize_rcu();')).toBe(
      'Sometimes',
    );
    expect(verdict('rcu_read_lock();', 'rcu_read_unlock();', 'smp_mb();')).toBe('Sometimes');
  });

  it('a section of SRCU does not span a grace period of the same domain', () => {
    const verdict = (grace: string): string =>
      observation(
        `${reader('i = srcu_read_lock(s);', 'srcu_read_unlock(s, i);')}\n${writer(grace)}`,
        outcome,
      );
    expect(verdict('synchronize_srcu(s);')).toBe('Never');
    expect(verdict('synchronize_srcu_expedited(s);')).toBe('Never');
    expect(verdict('synchronize_srcu(o);')).toBe('Sometimes');
    expect(verdict('synchronize_rcu();')).toBe('Sometimes');
  });

  it('overlapping sections of SRCU are told apart by their cookies', () => {
    const enter = 'i = srcu_read_lock(s); k = srcu_read_lock(s);';
    const leave = 'srcu_read_unlock(s, i); srcu_read_unlock(s, k);';
    const threads = `${reader(enter, leave)}\n${writer('synchronize_srcu(s);')}`;
    expect(observation(threads, outcome)).toBe('Never');
  });

  it('a section of SRCU can be ended on another CPU, which was handed the cookie', () => {
    const threads = `P0(int *x, int *y, int *c, struct srcu_struct *s)
      { int i = srcu_down_read(s); int r = READ_ONCE(*y);
        WRITE_ONCE(*c, i); smp_store_release(x, 1); }
      P1(int *x, int *c, struct srcu_struct *s, int *d)
      { int f = smp_load_acquire(x); int i = READ_ONCE(*c);
        int t = READ_ONCE(*d); srcu_up_read(s, i); }
      P2(int *y, int *d, struct srcu_struct *s)
      { WRITE_ONCE(*d, 1); synchronize_srcu(s); WRITE_ONCE(*y, 1); }`;
    expect(observation(threads, '0:r=1 /\\ 1:f=1 /\\ 1:t=0')).toBe('Never');
    const other = threads.replace('synchronize_srcu(s);', '');
    expect(observation(other, '0:r=1 /\\ 1:f=1 /\\ 1:t=0')).toBe('Sometimes');
    shown.add('srcu_down_read').add('srcu_up_read');
  });

  it('the end of a section of SRCU becomes a full barrier only with its barrier', () => {
    const text = (barrier: string): string => `P0(int *x, int *y, struct srcu_struct *s)
      { int i = srcu_read_lock(s); WRITE_ONCE(*x, 1); srcu_read_unlock(s, i); ${barrier}
        int r = READ_ONCE(*y); }
      P1(int *x, int *y) { WRITE_ONCE(*y, 1); smp_mb(); int r = READ_ONCE(*x); }`;
    expect(observation(text(''), '0:r=0 /\\ 1:r=0')).toBe('Sometimes');
    const barrier = 'smp_mb__after_srcu_read_unlock();';
    expect(observation(text(barrier), '0:r=0 /\\ 1:r=0')).toBe('Never');
  });
});

it('every primitive that is read occurs above', () => {
  const plainForms = [...primitives.keys()].filter((name) => !shown.has(name));
  expect(plainForms).toEqual([]);
});
