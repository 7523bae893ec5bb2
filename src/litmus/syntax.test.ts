/**
 * Every way to write a part of a test, each with the verdict that shows how it was understood.
 *
 * Source of the forms: herdtools7 lib/splitter.mll, lib/stateLexer.mll, lib/stateParser.mly,
 * lib/CLexer.mll, lib/CParser.mly.
 */
import { describe, expect, it } from 'vitest';
import { checkLitmus } from './index.ts';

function verdict(text: string): string {
  const { problems, observation, positive, negative } = checkLitmus(text);
  const [problem] = problems;
  if (problem !== undefined) return `${problem.code} ${problem.position?.line ?? ''}`;
  return `${observation} ${positive} ${negative}`;
}

describe('the head of a file', () => {
  const rest = '{}\nP0(int *x) { WRITE_ONCE(*x, 1); }\nexists (x=1)\n';

  it.each([
    ['C t\n', 'plain'],
    ['C   t.litmus  \n', 'with a suffix and blanks'],
    ['C t+po-mb_x.1\n', 'with signs in the name'],
    ['C t\n"PodWW Rfe PodRR Fre"\nCycle=Rfe Fre\nRelax=\nSafe=Fre\n', 'as diy writes it'],
    ['C t\n(* one (* inside *) the other *)\n\n', 'with nested comments'],
    ['C t // a comment\n', 'with a comment to the end of the line'],
    ['\uFEFFC t\n', 'with a byte order mark'],
    ['C t\r\n', 'with the line ends of another system'],
    ['\n\n  C t\n', 'after empty lines'],
    ['(* first *)\nC t\n', 'after a comment'],
  ])('%j: %s', (head) => {
    expect(verdict(head + rest)).toBe('Always 1 0');
  });
});

describe('the initial state', () => {
  const state = (items: string, condition: string, body = ''): string =>
    verdict(`C t\n${items}\nP0(int *x, int *y) { int r; ${body} }\nexists (${condition})`);

  it.each([
    ['{}', 'x=0'],
    ['{ }', 'x=0'],
    ['{ x=1; }', 'x=1'],
    ['{ x=1 }', 'x=1'],
    ['{\n\tx = 1;\n\ty = 2;\n}', 'x=1 /\\ y=2'],
    ['{ x=-1; y=0x1f; }', 'x=-1 /\\ y=31'],
    ['{ x=0X7fffffff; y=-2147483648; }', 'x=2147483647 /\\ y=-2147483648'],
    ['{ [x]=1; }', 'x=1'],
    ['{ int x=1; }', 'x=1'],
    ['{ int x; y=1; }', 'x=0 /\\ y=1'],
    ['{ x; y=1; }', 'x=0 /\\ y=1'],
    ['{ long x = 1; unsigned int y = 2; }', 'x=1 /\\ y=2'],
    ['{ volatile int x = 1; _Atomic int y = 2; }', 'x=1 /\\ y=2'],
    ['{ atomic_t x = ATOMIC_INIT(1); }', 'x=1'],
    ['{ atomic_t x = ATOMIC_INIT(-1); spinlock_t s; struct srcu_struct ss; }', 'x=-1'],
    ['{ x=y; }', 'x=y'],
    ['{ x=&y; }', 'x=y'],
    ['{ int *x = &y; }', 'x=y'],
    ['{ int *x = y; int **y = &x; }', 'x=y /\\ y=x'],
    ['{ *x = y; void *y; }', 'x=y /\\ y=0'],
    ['{ x=z; z=1; }', 'x=z'],
    ['{ (* a *) x=1; (* b (* c *) *) }', 'x=1'],
    ['{ 0:r=1; }', '0:r=1'],
    ['{ P0:r=1; }', '0:r=1'],
    ['{ int 0:r=1; uint64_t 0:q = y; int *0:p = &y; }', '0:r=1 /\\ 0:q=y /\\ 0:p=y'],
    ['{ 0:r=x; }', '0:r=x'],
  ])('%j', (items, condition) => {
    expect(state(items, condition)).toBe('Always 1 0');
  });

  it.each([
    ['{ int x[2] = {1, 2}; }', 'HF103 2'],
    ['{ x=1 y=2; }', 'HF102 2'],
    ['{ x=4294967296; }', 'HF108 2'],
    ['{ 1:r=1; }', 'HF110 2'],
    ['{ x=1;', 'HF102 3'],
  ])('%j is refused', (items, problem) => {
    expect(state(items, 'true')).toBe(problem);
  });
});

describe('a thread', () => {
  const thread = (head: string, body = 'WRITE_ONCE(*x, 1);'): string =>
    verdict(`C t\n{}\n${head}\n{\n${body}\n}\nexists (x=1)`);

  it.each([
    'P0(int *x)',
    'P0 (int* x, int*y)',
    'void P0(int *x)',
    'static void P0(volatile int *x)',
    'P0(const volatile int *x, int **p, void *v, char *c)',
    'P0(atomic_t *x, spinlock_t *s, struct srcu_struct *ss, struct foo *f)',
    'P0(intptr_t *x, uint32_t *a, u64 *b, unsigned long *c, bool *d, size_t *e)',
    'P0(int *x, volatile __int128* a, __uint128_t *b)',
    'P0(_Atomic int *x, int * volatile *y)',
    'P0(int *x,\n   int *y)',
  ])('%j', (head) => {
    expect(thread(head)).toBe('Always 1 0');
  });

  it.each([
    'int r = 1; WRITE_ONCE(*x, r);',
    'int r; r = 1; *x = r;',
    'int r = 1, q = r; *x = q;',
    'r = 1; *x = r;',
    'int *p = x; *p = 1;',
    'int *p; p = x; WRITE_ONCE(*p, 1);',
    '*(int *)x = 1;',
    '*x = (int)1;',
    '*x = (unsigned long)(int)1;',
    '(void)xchg(x, 1);',
    'xchg(x, 1);',
    '{ { *x = 1; } }',
    ';;*x = 1;;',
    'if (1) *x = 1;',
    'if (0) *x = 2; else *x = 1;',
    'if (*x == 0) { *x = 1; } else { *x = 2; }',
    'if (*x) *x = 2; else if (*x == 0) *x = 1; else *x = 3;',
    'if (*x == 0) if (*x == 1) *x = 2; else *x = 1;',
    'while (*x == 0) *x = 1;',
    '*x = 2 - 1; /* a * b */ // c',
    '*x = 7 & 1 | 4 == 5 * 1 + 0 - 0;',
    '*x = (1 < 2) + (2 <= 1) + (1 > 2) + (1 >= 2);',
    '*x = 3 / 2; *x = (*x != 0);',
    '*x = 0x1;',
    '*x = - 1 + 2;',
    'WRITE_ONCE (*x , 1) ;',
    'WRITE_ONCE(*(x), 1);',
    'smp_store_release((x), 1);',
    'WRITE_ONCE(*x, READ_ONCE(*x) + 1);',
    'int P = 1; *x = P;',
    'int locations = 1; int exists = locations; *x = exists;',
  ])('%s', (body) => {
    expect(thread('P0(int *x)', body)).toBe('Always 1 0');
  });

  it.each([
    ['for (int i = 0; i < 2; i++) *x = 1;', 'HF103 5'],
    ['do { *x = 1; } while (0);', 'HF103 5'],
    ['*x += 1;', 'HF103 5'],
    ['if (!*x) *x = 1;', 'HF103 5'],
    ['if (*x && 1) *x = 1;', 'HF103 5'],
    ['*x = *x ? 1 : 2;', 'HF103 5'],
    ['int r = &x;', 'HF103 5'],
    ['int a[2]; *x = 1;', 'HF103 5'],
    ['*x = s->next;', 'HF103 5'],
    ['*x = 1UL;', 'HF102 5'],
    ['rwlock_t l; read_lock(l);', 'HF111 5'],
    ['call_rcu(x, x);', 'HF104 5'],
    ['spin_lock_irq(x);', 'HF104 5'],
    ['WRITE_ONCE(*x, 1)', 'HF102 6'],
    ['READ_ONCE(x);', 'HF106 5'],
    ['*x = "1";', 'HF102 5'],
  ])('%s is refused', (body, problem) => {
    expect(thread('P0(int *x)', body)).toBe(problem);
  });
});

describe('the final clauses', () => {
  const clauses = (text: string): string =>
    verdict(`C t\n{ x=1; y=2; 0:p=x; }\nP0(int *x, int *y) { int r = READ_ONCE(*y); }\n${text}`);

  it.each([
    'exists (x=1)',
    'exists x=1',
    'exists (x=1 /\\ y=2);',
    'final (x=1)',
    '(x=1)',
    'exists (x==1)',
    'exists ([x]=1 /\\ [y]!=[x])',
    'exists (0:r=2 /\\ 0:r==2 /\\ P0:r=2)',
    'exists (0:r != 1 /\\ 0:r <> 3)',
    'exists (0:r=0:r /\\ 0:p=x /\\ 0:p=&x)',
    'exists (y=0:r)',
    'exists (~(x=2))',
    'exists (not (x=2) /\\ not x=3)',
    'exists (~~x=1)',
    'exists (x=2 \\/ y=2)',
    'exists (x=2 /\\ y=3 \\/ x=1)',
    'exists (x=1 \\/ x=2 /\\ y=3)',
    'exists (x=2 => y=7)',
    'exists (x=2 /\\ y=2 => y=7 \\/ x=1)',
    'exists (true)',
    'exists (false \\/ true)',
    'exists (x = 0x1 /\\ y = 0x0002)',
    'forall (x=1)',
    'forall x=1 /\\ y=2',
    '~exists (x=1)',
    'not exists (x=1)',
    '',
    'locations [x;]\nexists (x=1)',
    'locations [x; 0:r]\nexists (x=1)',
    'locations [x int; 0:r int *; [y];]\nfilter (x=1)\nexists (y=2)',
    'locations []\nexists (x=1)',
    'filter (x=1 /\\ ~y=1) exists (x=1)',
    'filter x=1\nexists x=1',
    'filter (x=1)',
    'exists (x=1 (* a (* b *) *))\n(* c *)',
  ])('%j', (text) => {
    expect(clauses(text)).toBe('Always 1 0');
  });

  it.each([
    ['exists (x=1) exists (y=2)', 'HF102 4'],
    ['exists (x=1', 'HF102 4'],
    ['exists ()', 'HF102 4'],
    ['exists (1:r=1)', 'HF110 4'],
    ['exists (x=1 && y=2)', 'HF102 4'],
    ['exists (x=1)\nlocations [x;]', 'HF102 5'],
    ['exists (x[0]=1)', 'HF102 4'],
    ['exists (x=1 with tso: exists)', 'HF102 4'],
  ])('%j is refused', (text, problem) => {
    expect(clauses(text)).toBe(problem);
  });

  it('a filter leaves executions out before they are counted', () => {
    const test = (filter: string): string =>
      verdict(`C t\n{}\nP0(int *x) { int r = READ_ONCE(*x); }\nP1(int *x) { WRITE_ONCE(*x, 1); }
${filter}\nexists (0:r=1)`);
    expect(test('')).toBe('Sometimes 1 1');
    expect(test('filter (0:r=1)')).toBe('Always 1 0');
    expect(test('filter (0:r=2)')).toBe('Never 0 0');
  });
});

describe('names', () => {
  it('of threads reach to 63, of registers and globals anywhere', () => {
    const threads = Array.from({ length: 12 }, (_, number) => `P${number}(int *_x1) { }`);
    expect(verdict(`C t\n{ _x1=4; }\n${threads.join('\n')}\nexists (_x1=4)`)).toBe('Always 1 0');
  });

  it('of parameters bind to the global of that name, whatever their place and type', () => {
    const text = `C t\n{ b=1; a=2; }\nP0(spinlock_t *b, int **a) { int r = READ_ONCE(*a); }
exists (0:r=2)`;
    expect(verdict(text)).toBe('Always 1 0');
  });

  it('of registers belong to their thread; one that is never assigned is 0', () => {
    const text = `C t\n{}\nP0(int *x) { int r = 1; }\nP1(int *x) { int r = 2; }
exists (0:r=1 /\\ 1:r=2 /\\ 0:q=0)`;
    expect(verdict(text)).toBe('Always 1 0');
  });
});
