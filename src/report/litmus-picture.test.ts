/** Pictures of litmus tests: executions that are allowed, and cycles that forbid them. */
import { describe, expect, it } from 'vitest';
import { checkLitmus } from '../litmus/index.ts';
import type { LitmusOptions } from '../litmus/index.ts';
import { litmusPicture } from './litmus-picture.ts';
import { asciiGlyphs, plainPaint, unicodeGlyphs } from './paint.ts';
import type { Style } from './paint.ts';

const unicode: Style = { paint: plainPaint, glyphs: unicodeGlyphs, width: 90 };

function shown(
  threads: string,
  clause: string,
  style: Style = unicode,
  options: LitmusOptions = {},
): string {
  const text = `C t\n{}\n${threads}\n${clause}`;
  const result = checkLitmus(text, { explain: true, ...options });
  expect(result.problems).toEqual([]);
  return `\n${litmusPicture(result, style)}\n`;
}

const mp = (first: string, second: string): string =>
  `P0(int *x, int *y) { WRITE_ONCE(*x, 1); ${first} WRITE_ONCE(*y, 1); }
   P1(int *x, int *y) { int r = READ_ONCE(*y); ${second} int s = READ_ONCE(*x); }`;
const STALE = 'exists (1:r=1 /\\ 1:s=0)';

describe('an allowed outcome', () => {
  it('is an execution in lanes: each load with its source, and with what it missed', () => {
    expect(shown(mp('smp_wmb();', ''), STALE)).toMatchInlineSnapshot(`
      "
        This execution ends with 1:r=1 /\\ 1:s=0.

              P0                   P1
              ─────────────────    ───────────────────────────────────────
         1    WRITE_ONCE x := 1
         2    smp_wmb
         3    WRITE_ONCE y := 1
         4                         READ_ONCE y  1  ◂ 3
         5                         READ_ONCE x  0  ◂ init  stale: missed 1
              ─────────────────    ───────────────────────────────────────
        end   1:r=1 1:s=0
      "
    `);
  });

  it('has a row for each round of a loop, and one for all that a read-modify-write does', () => {
    const rounds = `P0(int *x) { int i = 1; while (i < 3) { WRITE_ONCE(*x, i); i = i + 1; } }
      P1(int *x) { int r = 1; int i = 0; while (i < 2) { r = cmpxchg(x, 1, 3); i = i + 1; } }`;
    expect(shown(rounds, 'exists (1:r=2)', unicode, { unroll: 3 })).toMatchInlineSnapshot(`
      "
        This execution ends with 1:r=2.

              P0                   P1
              ─────────────────    ──────────────────────
         1    WRITE_ONCE x := 1
         2                         cmpxchg x := 3  1  ◂ 1
         3    WRITE_ONCE x := 2
         4                         cmpxchg x       2  ◂ 3
              ─────────────────    ──────────────────────
        end   1:r=2

        Stores  x: init, 1, 2, 3
      "
    `);
  });

  it('has the order of the stores where a location has several', () => {
    const threads = `P0(int *x, int *y) { WRITE_ONCE(*x, 1); WRITE_ONCE(*y, 2); }
      P1(int *x, int *y) { WRITE_ONCE(*y, 1); WRITE_ONCE(*x, 2); }`;
    expect(shown(threads, 'exists (x=1 /\\ y=1)')).toMatchInlineSnapshot(`
      "
        This execution ends with [x]=1 /\\ [y]=1.

              P0                   P1
              ─────────────────    ──────────────────────────────────────
         1    WRITE_ONCE x := 1
         2    WRITE_ONCE y := 2
         3                         WRITE_ONCE y := 1
         4                         WRITE_ONCE x := 2  coherence: before 1
              ─────────────────    ──────────────────────────────────────
        end   [x]=1 [y]=1

        Stores  x: init, 4, 1; y: init, 2, 3
      "
    `);
  });

  it('of load buffering has a load above the store that it reads', () => {
    const threads = `P0(int *x, int *y) { int r = READ_ONCE(*x); WRITE_ONCE(*y, 1); }
      P1(int *x, int *y) { int r = READ_ONCE(*y); WRITE_ONCE(*x, 1); }`;
    expect(shown(threads, 'exists (0:r=1 /\\ 1:r=1)')).toMatchInlineSnapshot(`
      "
        This execution ends with 0:r=1 /\\ 1:r=1.

              P0                     P1
              ───────────────────    ───────────────────
         1                           READ_ONCE y  1  ◂ 4
         2                           WRITE_ONCE x := 1
         3    READ_ONCE x  1  ◂ 2
         4    WRITE_ONCE y := 1
              ───────────────────    ───────────────────
        end   0:r=1 1:r=1
      "
    `);
  });

  it('of forall is one that does not satisfy it', () => {
    expect(
      shown('P0(int *x) { int r = xchg(x, 1); }\nP1(int *x) { atomic_inc(x); }', 'forall (x=1)'),
    ).toMatchInlineSnapshot(`
      "
        This execution ends with not ([x]=1).

              P0                        P1
              ──────────────────────    ─────────────────────────
         1    xchg x := 1  0  ◂ init
         2                              atomic_inc x := 2  1  ◂ 1
              ──────────────────────    ─────────────────────────
        end   [x]=2

        Stores  x: init, 1, 2
      "
    `);
  });

  it('shows locks, plain accesses and sections by their names', () => {
    const threads = `P0(spinlock_t *l, int *x) { spin_lock(l); *x = 1; spin_unlock(l); }
      P1(spinlock_t *l, int *x)
      { int q = spin_trylock(l); int r = spin_is_locked(l); int s = *x; }`;
    expect(shown(threads, 'exists (1:q=0 /\\ 1:r=0)')).toMatchInlineSnapshot(`
      "
        This execution ends with 1:q=0 /\\ 1:r=0.

              P0               P1
              ─────────────    ──────────────────────────────
         1    spin_lock l
         2                     spin_trylock l fails
         3    *x := 1
         4    spin_unlock l
         5                     spin_is_locked l no
         6                     *x  0  ◂ init  stale: missed 3
              ─────────────    ──────────────────────────────
        end   1:q=0 1:r=0
      "
    `);
  });
});

describe('a forbidden outcome', () => {
  it('names the fences of message passing', () => {
    expect(shown(mp('smp_wmb();', 'smp_rmb();'), STALE)).toMatchInlineSnapshot(`
      "
        No execution ends with 1:r=1 /\\ 1:s=0. This one would, and is forbidden by
        happens-before:

              P0                   P1
              ─────────────────    ───────────────────────────────────────
         1    WRITE_ONCE x := 1
         2    smp_wmb
         3    WRITE_ONCE y := 1
         4                         READ_ONCE y  1  ◂ 3
         5                         smp_rmb
         6                         READ_ONCE x  0  ◂ init  stale: missed 1
              ─────────────────    ───────────────────────────────────────
        end   1:r=1 1:s=0 ✗

        Why     Each of these would happen before the next, and the last before the first.

                 1 ->  3  smp_wmb  row 2
                 3 ->  4  rf       4 reads what 3 stores to y
                 4 ->  6  smp_rmb  row 5
                 6 ->  1  fr       6 reads x from before 1 overwrites it
      "
    `);
  });

  it('names acquire, release and address dependency', () => {
    const threads = `P0(int *x, int *y) { WRITE_ONCE(*x, 1); smp_store_release(y, 1); }
      P1(int *x, int *y) { int r = READ_ONCE(*y); int s = READ_ONCE(*(x + (r & 0))); }`;
    expect(shown(threads, STALE)).toMatchInlineSnapshot(`
      "
        No execution ends with 1:r=1 /\\ 1:s=0. This one would, and is forbidden by
        happens-before:

              P0                          P1
              ────────────────────────    ───────────────────────────────────────
         1    WRITE_ONCE x := 1
         2    smp_store_release y := 1
         3                                READ_ONCE y  1  ◂ 2
         4                                READ_ONCE x  0  ◂ init  stale: missed 1
              ────────────────────────    ───────────────────────────────────────
        end   1:r=1 1:s=0 ✗

        Why     Each of these would happen before the next, and the last before the first.

                 1 ->  2  smp_store_release  what comes before 2 stays before it
                 2 ->  3  rf                 3 reads what 2 stores to y
                 3 ->  4  addr               the address of 4 comes from what 3 reads
                 4 ->  1  fr                 4 reads x from before 1 overwrites it
      "
    `);
  });

  it('names data and control dependencies', () => {
    const threads = `P0(int *x, int *y) { int r = READ_ONCE(*x); WRITE_ONCE(*y, r); }
      P1(int *x, int *y) { int r = READ_ONCE(*y); if (r) WRITE_ONCE(*x, 1); }`;
    expect(shown(threads, 'exists (0:r=1 /\\ 1:r=1)')).toMatchInlineSnapshot(`
      "
        No execution ends with 0:r=1 /\\ 1:r=1. This one would, and is forbidden by
        happens-before:

              P0                     P1
              ───────────────────    ───────────────────
         1                           READ_ONCE y  1  ◂ 4
         2                           WRITE_ONCE x := 1
         3    READ_ONCE x  1  ◂ 2
         4    WRITE_ONCE y := 1
              ───────────────────    ───────────────────
        end   0:r=1 1:r=1 ✗

        Why     Each of these would happen before the next, and the last before the first.

                 1 ->  2  ctrl  2 is made only if 1 reads the right value
                 2 ->  3  rf    3 reads what 2 stores to x
                 3 ->  4  data  what 4 stores comes from what 3 reads
                 4 ->  1  rf    1 reads what 4 stores to y
      "
    `);
  });

  it('by propagation names the full barriers', () => {
    const threads = `P0(int *x, int *y) { WRITE_ONCE(*x, 1); smp_mb(); int r = READ_ONCE(*y); }
      P1(int *x, int *y, int *z) { WRITE_ONCE(*y, 1); int q = xchg(z, 1); int r = READ_ONCE(*x); }`;
    expect(shown(threads, 'exists (0:r=0 /\\ 1:r=0)')).toMatchInlineSnapshot(`
      "
        No execution ends with 0:r=0 /\\ 1:r=0. This one would, and is forbidden by propagation:

              P0                        P1
              ──────────────────────    ───────────────────────────────────────
         1    WRITE_ONCE x := 1
         2    smp_mb
         3    READ_ONCE y  0  ◂ init
         4                              WRITE_ONCE y := 1
         5                              xchg z := 1  0  ◂ init
         6                              READ_ONCE x  0  ◂ init  stale: missed 1
              ──────────────────────    ───────────────────────────────────────
        end   0:r=0 1:r=0 ✗

        Why     A full barrier lets no later access go on before every earlier store has reached
                all CPUs. Here each access would have to wait for the next, and the last for the
                first.

                 1 ->  3  smp_mb  row 2
                 3 ->  4  fr      3 reads y from before 4 overwrites it
                 4 ->  5  xchg    what comes before 5 stays before it
                 5 ->  6  xchg    what comes after 5 stays after it
                 6 ->  1  fr      6 reads x from before 1 overwrites it
      "
    `);
  });

  it('by locks names the unlock and the lock', () => {
    const threads = `P0(spinlock_t *l, int *x, int *y)
      { spin_lock(l); WRITE_ONCE(*x, 1); spin_unlock(l);
        spin_lock(l); WRITE_ONCE(*y, 1); spin_unlock(l); }
      P1(int *x, int *y) { int r = smp_load_acquire(y); int s = READ_ONCE(*x); }`;
    expect(shown(threads, STALE)).toMatchInlineSnapshot(`
      "
        No execution ends with 1:r=1 /\\ 1:s=0. This one would, and is forbidden by
        happens-before:

              P0                   P1
              ─────────────────    ──────────────────────────────────────────────
         1    spin_lock l
         2    WRITE_ONCE x := 1
         3    spin_unlock l
         4    spin_lock l
         5    WRITE_ONCE y := 1
         6    spin_unlock l
         7                         smp_load_acquire y  1  ◂ 5
         8                         READ_ONCE x         0  ◂ init  stale: missed 2
              ─────────────────    ──────────────────────────────────────────────
        end   1:r=1 1:s=0 ✗

        Why     Each of these would happen before the next, and the last before the first.

                 2 ->  5  spin_unlock, spin_lock  rows 3 and 4
                 5 ->  7  rf                      7 reads what 5 stores to y
                 7 ->  8  smp_load_acquire        what comes after 7 stays after it
                 8 ->  2  fr                      8 reads x from before 2 overwrites it
      "
    `);
  });

  it('by RCU names the grace period and the section', () => {
    const threads = `P0(int *x, int *y)
      { rcu_read_lock(); int r = READ_ONCE(*x); int s = READ_ONCE(*y); rcu_read_unlock(); }
      P1(int *x, int *y) { WRITE_ONCE(*y, 1); synchronize_rcu(); WRITE_ONCE(*x, 1); }`;
    expect(shown(threads, 'exists (0:r=1 /\\ 0:s=0)')).toMatchInlineSnapshot(`
      "
        No execution ends with 0:r=1 /\\ 0:s=0. This one would, and is forbidden by the law of
        RCU:

              P0                                    P1
              ────────────────────────────────────  ─────────────────
         1                                          WRITE_ONCE y := 1
         2                                          synchronize_rcu
         3                                          WRITE_ONCE x := 1
         4    rcu_read_lock
         5    READ_ONCE x  1  ◂ 3
         6    READ_ONCE y  0  ◂ init  stale: missed 1
         7    rcu_read_unlock
              ────────────────────────────────────  ─────────────────
        end   0:r=1 0:s=0 ✗

        Why     A read-side section does not span a grace period: it begins after the grace
                period began, or ends before it ended. Here it would do neither.

                 3 ->  5  rf         5 reads what 3 stores to x
                 5 ->  3  rcu-fence  section 4 to 7, grace period 2
      "
    `);
  });

  it('by RCU with two of each names them all', () => {
    const reader = (number: number, one: string, other: string): string =>
      `P${number}(int *${one}, int *${other}) { rcu_read_lock(); int r = READ_ONCE(*${one});
       WRITE_ONCE(*${other}, 1); rcu_read_unlock(); }`;
    const waiter = (number: number, one: string, other: string): string =>
      `P${number}(int *${one}, int *${other}) { int r = READ_ONCE(*${one}); synchronize_rcu();
       WRITE_ONCE(*${other}, 1); }`;
    const threads = [
      waiter(0, 'x', 'y'),
      waiter(1, 'y', 'z'),
      reader(2, 'z', 'w'),
      reader(3, 'w', 'x'),
    ].join('\n');
    const narrow = { ...unicode, width: 84 };
    expect(shown(threads, 'exists (0:r=1 /\\ 1:r=1 /\\ 2:r=1 /\\ 3:r=1)', narrow))
      .toMatchInlineSnapshot(`
        "
          No execution ends with 0:r=1 /\\ 1:r=1 /\\ 2:r=1 /\\ 3:r=1. This one would, and is
          forbidden by the law of RCU:

                P0                 P1                 P2                 P3
                ─────────────────  ─────────────────  ─────────────────  ───────────────────
           1                       READ_ONCE y  1  ◂ 14
           2                       synchronize_rcu
           3                       WRITE_ONCE z := 1
           4                                          rcu_read_lock
           5                                          READ_ONCE z  1  ◂ 3
           6                                          WRITE_ONCE w := 1
           7                                          rcu_read_unlock
           8                                                             rcu_read_lock
           9                                                             READ_ONCE w  1  ◂ 6
          10                                                             WRITE_ONCE x := 1
          11                                                             rcu_read_unlock
          12    READ_ONCE x  1  ◂ 10
          13    synchronize_rcu
          14    WRITE_ONCE y := 1
                ─────────────────  ─────────────────  ─────────────────  ───────────────────
          end   0:r=1 1:r=1 2:r=1 3:r=1 ✗

          Why     A read-side section does not span a grace period: it begins after the
                  grace period began, or ends before it ended. Here it would do neither.

                  10 -> 12  rf         12 reads what 10 stores to x
                  12 -> 10  rcu-fence  grace period 13, grace period 2, section 4 to 7,
                                       section 8 to 11
        "
      `);
  });

  it('by RCU and SRCU names each grace period, and the sections of its own kind', () => {
    const fence = (reader: string, waits: string): string => {
      const threads = `P0(int *x, int *y, struct srcu_struct *s) { ${reader} }
        P1(int *x, int *y, struct srcu_struct *s)
        { WRITE_ONCE(*x, 1); ${waits} WRITE_ONCE(*y, 1); }`;
      const wide = { ...unicode, width: 120 };
      const rows = shown(threads, 'exists (0:r=0 /\\ 0:q=1)', wide).split('\n');
      return rows.find((row) => row.includes('rcu-fence'))?.trim() ?? 'none';
    };
    const [first, second] = ['int r = READ_ONCE(*x);', 'int q = READ_ONCE(*y);'];
    const inSrcu = `int i = srcu_read_lock(s); ${first}`;
    // Rows: 1 srcu_read_lock, 4 synchronize_srcu, 7 srcu_read_unlock.
    expect(fence(`${inSrcu} ${second} srcu_read_unlock(s, i);`, 'synchronize_srcu(s);')).toBe(
      '3 ->  2  rcu-fence  grace period 4, section 1 to 7',
    );
    // 1 rcu_read_lock, 4 synchronize_srcu, 5 synchronize_rcu, 8 rcu_read_unlock.
    const both = 'synchronize_srcu(s); synchronize_rcu();';
    expect(fence(`rcu_read_lock(); ${first} ${second} rcu_read_unlock();`, both)).toBe(
      '3 ->  2  rcu-fence  grace period 4, grace period 5, section 1 to 8',
    );
    // 1 srcu_read_lock, 7 rcu_read_lock, 8 srcu_read_unlock, 10 rcu_read_unlock.
    const link = `rcu_read_lock(); srcu_read_unlock(s, i); ${second} rcu_read_unlock();`;
    expect(fence(`${inSrcu} ${link}`, both)).toBe(
      '3 ->  2  rcu-fence  grace period 4, grace period 5, section 7 to 10, section 1 to 8',
    );
  });

  it('by coherence, by atomicity and by plain coherence says so', () => {
    const corr = `P0(int *x) { WRITE_ONCE(*x, 1); }
      P1(int *x) { int r = READ_ONCE(*x); int s = READ_ONCE(*x); }`;
    expect(shown(corr, STALE)).toMatchInlineSnapshot(`
      "
        No execution ends with 1:r=1 /\\ 1:s=0. This one would, and is forbidden by coherence:

              P0                   P1
              ─────────────────    ───────────────────────────────────────
         1    WRITE_ONCE x := 1
         2                         READ_ONCE x  1  ◂ 1
         3                         READ_ONCE x  0  ◂ init  stale: missed 1
              ─────────────────    ───────────────────────────────────────
        end   1:r=1 1:s=0 ✗

        Why     The accesses to one location have an order that all CPUs agree on, and here it
                would go in a circle.

                 1 ->  2  rf  2 reads what 1 stores to x
                 2 ->  3  po  program order
                 3 ->  1  fr  3 reads x from before 1 overwrites it
      "
    `);
    const both = `P0(int *x) { int r = xchg_relaxed(x, 1); }
      P1(int *x) { int r = xchg_relaxed(x, 2); }`;
    expect(shown(both, 'exists (0:r=0 /\\ 1:r=0)')).toMatchInlineSnapshot(`
      "
        No execution ends with 0:r=0 /\\ 1:r=0. This one would, and is forbidden by atomicity:

              P0                                    P1
              ────────────────────────────────────  ──────────────────────────────
         1                                          xchg_relaxed x := 2  0  ◂ init
         2    xchg_relaxed x := 1  0  ◂ init  stale: missed 1
              ────────────────────────────────────  ──────────────────────────────
        end   0:r=0 1:r=0 ✗

        Stores  x: init, 2, 1

        Why     Another store would come between the load and the store of one atomic.

                 1 ->  2  fr  1 reads x from before 2 overwrites it
                 2 ->  1  co  2 stores to x before 1 does
      "
    `);
    const plain = `P0(int *x, int *y) { *x = 1; smp_store_release(y, 1); }
      P1(int *x, int *y) { int r = smp_load_acquire(y); int s = 0; if (r) s = *x; }`;
    expect(shown(plain, STALE)).toMatchInlineSnapshot(`
      "
        No execution ends with 1:r=1 /\\ 1:s=0. This one would, and is forbidden by the order of
        plain accesses:

              P0                          P1
              ────────────────────────    ──────────────────────────────────────────────
         1    *x := 1
         2    smp_store_release y := 1
         3                                smp_load_acquire y  1  ◂ 2
         4                                *x                  0  ◂ init  stale: missed 1
              ────────────────────────    ──────────────────────────────────────────────
        end   1:r=1 1:s=0 ✗

        Why     A plain access is ordered behind another one by barriers, and would still not
                see it.

                 1 ->  4  visibility  1 has happened, for every CPU, when 4 does
                 4 ->  1  fr          4 reads x from before 1 overwrites it
      "
    `);
  });

  it('that no values give is said to be that; one that was not decided, too', () => {
    expect(shown('P0(int *x) { WRITE_ONCE(*x, 1); }', 'exists (x=2)')).toMatchInlineSnapshot(`
      "
        No choice of what loads read and of who takes a lock gives [x]=2, in any memory model.
      "
    `);
    const loop = 'P0(int *x) { int r = 0; while (r < 9) { r = r + 1; WRITE_ONCE(*x, r); } }';
    expect(shown(loop, 'exists (x=9)')).toMatchInlineSnapshot(`
      "
        Not decided: no execution that was met ends with [x]=9.
      "
    `);
  });
});

describe('the form', () => {
  it('is a list where it is narrow, and pure ASCII when plain', () => {
    const ascii: Style = { paint: plainPaint, glyphs: asciiGlyphs, width: 50 };
    expect(shown(mp('smp_wmb();', 'smp_rmb();'), STALE, ascii)).toMatchInlineSnapshot(`
      "
        No execution ends with 1:r=1 /\\ 1:s=0. This one
        would, and is forbidden by happens-before:

         1  P0  WRITE_ONCE x := 1
         2  P0  smp_wmb
         3  P0  WRITE_ONCE y := 1
         4  P1  READ_ONCE y 1 <- 3
         5  P1  smp_rmb
         6  P1  READ_ONCE x 0 <- init stale: missed 1
        end   1:r=1 1:s=0 x

        Why     Each of these would happen before the
                next, and the last before the first.

                 1 ->  3  smp_wmb  row 2
                 3 ->  4  rf       4 reads what 3 stores
                                   to y
                 4 ->  6  smp_rmb  row 5
                 6 ->  1  fr       6 reads x from before
                                   1 overwrites it
      "
    `);
  });

  it('has each lane in program order and each row once, whatever the test', () => {
    const threads = Array.from(
      { length: 6 },
      (_, thread) =>
        `P${thread}(int *x, int *y) { int a = READ_ONCE(*x); int b = READ_ONCE(*y); int c = *x;
         smp_mb(); WRITE_ONCE(*y, ${thread}); }`,
    );
    const until = { candidates: 1000 };
    const text = shown(threads.join('\n'), 'exists (0:a=0)', unicode, { until });
    const numbers = [...text.matchAll(/^ +(\d+) {2,}/gm)].map(([, number]) => Number(number));
    expect(numbers).toEqual(Array.from({ length: 30 }, (_, at) => at + 1));
  });
});
