/** The state search against exact models on random litmus tests: compare.ts. */
import { expect, it } from 'vitest';
import { chainTest, compareOnRandomTests, detourTest, looseTest, THEMSELVES } from './compare.ts';
import type { Instead } from './compare.ts';

const TIMEOUT_MS = 300_000;

it(
  'each model reaches what its axioms allow on 300 random tests',
  () => {
    expect(compareOnRandomTests({ seed: 1, count: 300 })).toBeGreaterThan(250);
  },
  TIMEOUT_MS,
);

it(
  'each model keeps sections and barriers that stand in no pairs: 300 random tests',
  () => {
    const compared = compareOnRandomTests({ seed: 1, count: 300, make: looseTest });
    expect(compared).toBeGreaterThan(250);
  },
  TIMEOUT_MS,
);

it(
  'each model keeps what sections order that overlap: 150 random chains',
  () => {
    expect(compareOnRandomTests({ seed: 100, count: 150, make: chainTest })).toBe(150);
  },
  TIMEOUT_MS,
);

it(
  'each model keeps what comes back from others in order: 150 random tests',
  () => {
    expect(compareOnRandomTests({ seed: 777, count: 150, make: detourTest })).toBe(150);
  },
  TIMEOUT_MS,
);

it('what only weaker CPUs do is missed by tso', { timeout: TIMEOUT_MS }, () => {
  const [first, ...test] = complaint({ ...THEMSELVES, weak: 'tso' });
  expect(first).toMatch(/is reached by LKMM with \[R\];po;\[W\] and not by weak\.$/);
  expect(test.join('\n')).toMatchInlineSnapshot(`
    "
    C poWR+fre+coi+poWR.synchronize_rcu+fre

    {}

    P0(int *x, int *y)
    {
    	int r0;
    	WRITE_ONCE(*x, 1);
    	r0 = READ_ONCE(*y);
    }

    P1(int *x, int *y)
    {
    	int r0;
    	WRITE_ONCE(*y, 1);
    	synchronize_rcu();
    	r0 = READ_ONCE(*x);
    }

    locations [0:r0; 1:r0; x; y;]
    exists (0:r0=0 /\\ 1:r0=0 /\\ y=2)
    "
  `);
});

/** What a comparison throws, line by line. */
function complaint(instead: Instead): string[] {
  try {
    compareOnRandomTests({ seed: 1, count: 300, instead });
  } catch (thrown) {
    return (thrown as Error).message.split('\n');
  }
  return ['nothing'];
}

it('a disagreement is shrunk and printed: sc has no store buffer', { timeout: TIMEOUT_MS }, () => {
  const [first, ...test] = complaint({ ...THEMSELVES, sc: 'tso' });
  expect(first).toMatch(/is reached by sc and not by the axioms of sc\.$/);
  expect(test.join('\n')).toMatchInlineSnapshot(`
    "
    C poWW.smp_mb+rfe+poRR.address+fre+poWR+fre

    {}

    P0(int *x, int *y)
    {
    	WRITE_ONCE(*x, 1);
    	WRITE_ONCE(*y, 1);
    }

    P1(int *y, int *z)
    {
    	int r0;
    	int r1;
    	r0 = READ_ONCE(*y);
    	r1 = READ_ONCE(*z);
    }

    P2(int *x, int *z)
    {
    	int r0;
    	WRITE_ONCE(*z, 1);
    	r0 = READ_ONCE(*x);
    }

    locations [1:r0; 1:r1; 2:r0; x; y; z;]
    exists (1:r0=1 /\\ 1:r1=0 /\\ 2:r0=0)
    "
  `);
});

it('a missing outcome is found as well', { timeout: TIMEOUT_MS }, () => {
  const [first] = complaint({ ...THEMSELVES, tso: 'sc' });
  expect(first).toMatch(/is reached by the axioms of tso and not by tso\.$/);
});

it('a section may begin before accesses that stand before it', { timeout: TIMEOUT_MS }, () => {
  // In the second of these tests a section without accesses begins before an earlier load.
  expect(compareOnRandomTests({ seed: 1_015_681, count: 3 })).toBe(3);
});
