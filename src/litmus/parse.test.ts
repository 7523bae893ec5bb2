/** The front end: what is read, and what is said about what cannot be read. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkLitmus, parseLitmus } from './index.ts';
import type { LitmusTest } from './index.ts';
import { propositionText } from './outcome.ts';
import { primitives } from './primitives.ts';

function read(text: string): LitmusTest {
  const test = parseLitmus(text, 'a.litmus');
  if ('problem' in test) throw new Error(JSON.stringify(test.problem));
  return test;
}

function body(text: string): LitmusTest {
  return read(`C t\n{}\nP0(int *x, int *y)\n{\n${text}\n}\nexists (x=0)`);
}

/** `HF104 5:2 text details` of the first problem. */
function complaint(text: string): string {
  const test = parseLitmus(text, 'a.litmus');
  if (!('problem' in test)) return 'no problem';
  const { code, what, position, details } = test.problem;
  return [code, `${position?.line}:${position?.column}`, what, ...details].join(' ');
}

function complaintAbout(statement: string): string {
  return complaint(`C t\n{}\nP0(int *x)\n{\n\t${statement}\n}\nexists (x=0)`);
}

describe('the header', () => {
  it('is C and a name; strings, Key=value lines and nested comments may follow', () => {
    const test = read(
      'C MP+x.litmus\n"PodWW Rfe"\nCycle=Rfe\n(* a (* b *) *)\n{ x=1; }\nP0(int *x) { }',
    );
    expect(test.name).toBe('MP+x');
    expect(test.initial).toHaveLength(1);
  });

  it('ends at the first brace, on whichever line that stands', () => {
    expect(read('C t { x=1; }\nP0(int *x) { }').initial).toHaveLength(1);
    const words = 'C t\nOrig={a}\nwith x as follows: {x=1;}\nP0(int *x) { }';
    expect(read(words).initial).toHaveLength(1);
    expect(complaint('C\n{}\nP0(int *x) { }')).toMatch(/^HF101 1:1 After C the name/);
  });

  it('of another language is refused', () => {
    expect(complaint('AArch64 MP\n{}\n')).toMatch(/^HF101 1:1 .*AArch64/);
    expect(complaint('')).toMatch(/^HF101/);
  });
});

describe('the initial state', () => {
  it('knows values, addresses, types and registers', () => {
    const text = `C t
{ x=1; y=&x; int a = -2; int *p = &x; int *q = x; 0:r1=5; 0:r2=y; spinlock_t s; int z;
  atomic_t n = ATOMIC_INIT(3); [w]=0x10; struct srcu_struct ss; uint64_t 0:r3=y; *pp = x }
P0(int *x) { }`;
    const { initial } = read(text);
    const printed = initial.map(({ location, value }) => {
      const left =
        location.kind === 'register' ? `${location.thread}:${location.name}` : location.name;
      return `${left}=${value.kind === 'number' ? value.value : value.name}`;
    });
    expect(printed.join(' ')).toBe(
      'x=1 y=x a=-2 p=x q=x 0:r1=5 0:r2=y s=0 z=0 n=3 w=16 ss=0 0:r3=y pp=x',
    );
  });
});

describe('a thread', () => {
  it('may declare, assign, store, branch, loop, cast and throw values away', () => {
    const test = body(`int r1 = READ_ONCE(*x), *r2; int r3;
      *y = r1; *(int *)y = 2; r3 = *x + (int)*y * 2;
      if (r1 == 1) { WRITE_ONCE(*y, 1); } else if (r1) *y = 3; else ;
      while (READ_ONCE(*x) != 1) smp_rmb();
      (void)xchg(x, 1); atomic_inc(y); xchg(x, 2); // comment (* not one
      /* another */`);
    const kinds = test.threads[0]?.body.map(({ kind }) => kind);
    expect(kinds?.join(' ')).toBe('assign store store assign if while evaluate evaluate evaluate');
  });

  it('may have a dereference where a comment would begin outside of threads', () => {
    expect(body('int r = READ_ONCE(*x) + (*y);').threads[0]?.body).toHaveLength(1);
  });

  it('binds operators as herd7 does: `&` looser than `==`', () => {
    const [statement] = body('int r = 1 | 2 ^ 3 & 4 == 5 + 6 * 7 - 8;').threads[0]?.body ?? [];
    const print = (value: unknown): string => {
      const { kind, operator, left, right, value: number } = value as Record<string, never>;
      return kind === 'binary' ? `(${print(left)}${operator}${print(right)})` : String(number);
    };
    if (statement?.kind !== 'assign') throw new Error('an assignment was expected');
    expect(print(statement.value)).toBe('(1|(2^(3&(4==((5+(6*7))-8)))))');
  });

  it('may call every primitive of linux-kernel.def', () => {
    for (const [name, { takes, gives }] of primitives) {
      const args = takes.map((kind) => ({ lvalue: '*x', pointer: 'x', value: '1' })[kind]);
      const call = `${name}(${args.join(', ')})`;
      const statement = gives === 'value' ? `int r = ${call};` : `${call};`;
      expect(complaintAbout(statement), statement).toBe('no problem');
    }
  });
});

describe('the final clauses', () => {
  const final = (text: string): LitmusTest => read(`C t\n{}\nP0(int *x) { }\n${text}`);

  it('are exists, ~exists, forall, or nothing for forall true', () => {
    expect(final('exists (x=1)').quantifier).toBe('exists');
    expect(final('~exists x=1').quantifier).toBe('not exists');
    expect(final('not exists x=1').quantifier).toBe('not exists');
    expect(final('forall (true)').quantifier).toBe('forall');
    expect(final('(x=1)').quantifier).toBe('exists');
    expect(final('').quantifier).toBe('forall');
  });

  it('may be preceded by locations and a filter', () => {
    const test = final('locations [x; 0:r1 int; [y];]\nfilter (x=1 /\\ true)\nexists (P0:r1=x)');
    expect(test.locations.map(({ name }) => name)).toEqual(['x', 'r1', 'y']);
    expect(test.filter?.kind).toBe('and');
  });

  it('are printed with the parentheses that herd7 prints', () => {
    const printed = (text: string): string => propositionText(final(`exists (${text})`).condition);
    expect(printed('0:r1=1 /\\ (x=2 \\/ ~[y]!=x)')).toBe(
      '0:r1=1 /\\ ([x]=2 \\/ not (not ([y]=x)))',
    );
    expect(printed('(x=1 /\\ y=2) /\\ z=3 \\/ 0:a=0:b')).toBe(
      '[x]=1 /\\ [y]=2 /\\ [z]=3 \\/ 0:a=0:b',
    );
    expect(printed('x=1 => (y=2 \\/ false)')).toBe('[x]=1 => ([y]=2 \\/ false)');
  });
});

describe('a mistake', () => {
  it('in the name of a primitive comes with the names that are near', () => {
    expect(complaintAbout('smp_mb_acquire();')).toBe(
      'HF104 5:2 `smp_mb_acquire` is not a kernel primitive that Holdfast knows. ' +
        'Did you mean smp_mb, smp_load_acquire or cmpxchg_acquire?',
    );
    expect(complaintAbout('READ_ONCEE(*x);')).toMatch(/^HF104 5:2 .* Did you mean READ_ONCE\?$/);
  });

  it('is a primitive that the kernel or its model has not: with what to write instead', () => {
    const of = (name: string): string => complaintAbout(`r = ${name}(*x);`);
    expect(of('lockless_dereference')).toMatch(/^HF104 5:6 .*: write READ_ONCE\(\*p\)\.$/);
    expect(of('atomic_inc_not_zero')).toMatch(/^HF104 5:6 .* `r = atomic_add_unless\(v, 1, 0\);`/);
    expect(complaintAbout('smp_read_barrier_depends();')).toMatch(/^HF104 5:2 .*leave the barrier/);
    expect(of('smp_cond_load_acquire')).toMatch(/`while \(r == 0\) r = smp_load_acquire\(x\);`\.$/);
    expect(of('atomic_load_explicit')).toMatch(/It is of C11: the kernel has READ_ONCE/);
  });

  it('in the grammar says what was expected', () => {
    expect(complaintAbout('r1 = 1')).toMatch(/^HF102 6:1 Here stands `}`, but `;` or an operator/);
    expect(complaint('C t\n{ x=1 y=2; }\nP0(int *x) {}')).toMatch(/^HF102 2:7 .*`;` or `}`/);
    expect(complaint('C t\n{}\nP0(int *x) {}\nexists (x=1')).toMatch(
      /^HF102 4:12 .*the end of the file/,
    );
    expect(complaint('C t\n{}\nexists (x=1)')).toMatch(/^HF102 3:1 .*a thread/);
  });

  it('in the order of the clauses, or in a comment outside of threads, is named', () => {
    const end = (clauses: string): string => complaint(`C t\n{}\nP0(int *x) {}\n${clauses}`);
    expect(end('filter (x=1)\nlocations [x;]\nexists (x=1)')).toMatch(
      /^HF102 5:1 `locations` stands too late or twice\. The order is /,
    );
    expect(end('filter (x=1)\nfilter (x=1)')).toMatch(/^HF102 5:1 `filter` stands too late/);
    expect(end('exists /* all */ (x=1)')).toMatch(/^HF102 4:8 .*comments are \(\* \.\.\. \*\)\.$/);
  });

  it('that is C but not this dialect says what to write instead', () => {
    expect(complaintAbout('if (!r1) *x = 1;')).toMatch(/^HF103 5:6 .*Write `e == 0`/);
    expect(complaintAbout('if (r1 && r2) *x = 1;')).toMatch(/^HF103 5:9/);
    expect(complaintAbout('r1++;')).toMatch(/^HF103 5:4/);
    expect(complaintAbout('r1 += 1;')).toMatch(/^HF103 5:5/);
    expect(complaintAbout('for (;;) ;')).toMatch(/^HF103 5:2 .*while/);
    expect(complaintAbout('int a[2];')).toMatch(/^HF103 5:7/);
    expect(complaintAbout('r1 = x->next;')).toMatch(/^HF103 5:8/);
    expect(complaintAbout('again: r1 = 1;')).toMatch(/^HF103 5:2 Labels/);
  });

  it('in arguments, numbers, types and threads is named', () => {
    expect(complaintAbout('WRITE_ONCE(x, 1);')).toMatch(/^HF106 5:13 .*Write \*x\./);
    expect(complaintAbout('WRITE_ONCE(*x);')).toMatch(/^HF105 5:12 .*2 arguments/);
    expect(complaintAbout('r1 = smp_mb();')).toMatch(/^HF105 5:7 .*no value/);
    expect(complaintAbout('r1 = 0xffffffff;')).toMatch(/^HF108 5:7/);
    expect(complaintAbout('spinlok_t r1;')).toMatch(/^HF111 5:2 .*Did you mean spinlock_t/);
    expect(complaint('C t\n{}\nP1(int *x) {}')).toMatch(/^HF110 3:1 Here P0/);
    expect(complaint('C t\n{}\nP0(int *x) {}\nexists (3:r1=1)')).toMatch(/^HF110 4:9/);
    expect(complaint('C t\n{}\nP0(int *x) { /* }')).toMatch(/^HF107 3:14/);
    expect(complaint('C t\n(* {}')).toMatch(/^HF107 2:1/);
  });
});

describe('whatever the text', () => {
  it('there is a test or a problem with a position, and nothing is thrown', () => {
    const piece = fc.constantFrom(
      '"',
      '\0',
      '🔒',
      'C t\n',
      ...'{} { } P0(int *x) P1(int *y) exists (x=1) ( ) ; if while r1 = 0x 1 - & ~ (* *)'.split(
        ' ',
      ),
      ...'READ_ONCE(*x) *x 0:r1 /\\ spin_lock(x); filter locations [ ] \n'.split(' '),
    );
    const text = fc.oneof(
      fc.string(),
      fc.array(piece).map((parts) => parts.join(' ')),
    );
    fc.assert(
      fc.property(text, (some) => {
        const test = parseLitmus(some, 'a.litmus');
        if (!('problem' in test)) return;
        expect(test.problem.code).toMatch(/^HF1[01][0-9]$/);
        expect(test.problem.position?.line ?? 1).toBeGreaterThan(0);
      }),
      { numRuns: 2000 },
    );
  });

  it('spaces and comments between tokens change nothing', () => {
    const tokens =
      'P0 ( int * x ) { int r = READ_ONCE ( * x ) ; if ( r == 1 ) * x = r + 1 ; }'.split(' ');
    const gap = fc.constantFrom(' ', '\n', '\t', '/* a */', ' // b\n');
    fc.assert(
      fc.property(fc.array(gap, { minLength: tokens.length, maxLength: tokens.length }), (gaps) => {
        const code = tokens.map((token, index) => token + gaps[index]).join('');
        const text = `C t\n{ x=1; }\n${code}\nexists (x=2)`;
        const { positive, negative, problems } = checkLitmus(text);
        expect({ positive, negative, problems }).toEqual({
          positive: 1,
          negative: 0,
          problems: [],
        });
      }),
      { numRuns: 100 },
    );
  });
});
