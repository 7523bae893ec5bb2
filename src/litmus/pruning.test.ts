/**
 * The pruned search against one that prunes nothing.
 *
 * The search builds `coherence` and `atomic` into the choice of candidates and drops sources
 * early. Here all sources and all orders are tried, and the two axioms are tested as
 * linux-kernel.cat writes them; the counts of consistent executions must be the same.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { visitAll } from './check.ts';
import type { Judged } from './check.ts';
import { checkLitmus, parseLitmus } from './index.ts';
import { both, inverse, isAcyclic, seq, union } from './relation.ts';

/** Whether a candidate satisfies `acyclic po-loc | com` and `empty rmw & (fre ; coe)`. */
function isCoherent({ model, ruling }: Judged): boolean {
  const { po, loc, ext, rmw } = model.bell;
  const { co, fr } = ruling.orders;
  const com = union(model.reads.rf, co, fr);
  const between = seq(both(fr, ext), both(co, ext));
  return isAcyclic(union(both(po, loc), com)) && both(rmw, between).isEmpty();
}

/** null where there are too many candidates without pruning. */
function unpruned(text: string): { positive: number; negative: number } | null {
  const test = parseLitmus(text, 'a.litmus');
  if ('problem' in test) throw new Error(JSON.stringify(test.problem));
  const count = { positive: 0, negative: 0 };
  const look = (judged: Judged): void => {
    if (judged.ruling.violated !== null || !isCoherent(judged)) return;
    if (judged.positive) count.positive++;
    else count.negative++;
  };
  const { open } = visitAll(test, { until: { candidates: 50_000 } }, look, true);
  return open === null ? count : null;
}

const place = fc.constantFrom('x', 'y');
const statement = fc.oneof(
  place.map((at) => `r = READ_ONCE(*${at});`),
  place.map((at) => `r = *${at};`),
  fc
    .tuple(place, fc.constantFrom('1', '2', 'r'))
    .map(([at, value]) => `WRITE_ONCE(*${at}, ${value});`),
  fc.tuple(place, fc.constantFrom('1', 'r')).map(([at, value]) => `*${at} = ${value};`),
  place.map((at) => `r = xchg_relaxed(${at}, 3);`),
  place.map((at) => `r = cmpxchg(${at}, 0, 4);`),
  place.map((at) => `atomic_inc(${at});`),
  place.map((at) => `smp_store_release(${at}, 5);`),
  place.map((at) => `r = smp_load_acquire(${at});`),
  fc.constantFrom('smp_mb();', 'smp_wmb();', 'smp_rmb();'),
  place.map((at) => `if (r == 1) WRITE_ONCE(*${at}, 6);`),
);
const thread = fc.array(statement, { minLength: 1, maxLength: 3 });
const program = fc.array(thread, { minLength: 2, maxLength: 3 });

describe('random programs', () => {
  it('have the same consistent executions with and without pruning', () => {
    fc.assert(
      fc.property(program, (threads) => {
        const code = threads.map(
          (body, number) => `P${number}(int *x, int *y) { int r = 0; ${body.join(' ')} }`,
        );
        const text = `C t\n{}\n${code.join('\n')}\nlocations [y;]\nexists (x=1 /\\ 0:r=1)`;
        const { positive, negative } = checkLitmus(text);
        const expected = unpruned(text);
        fc.pre(expected !== null);
        expect({ positive, negative }, text).toEqual(expected);
      }),
      { numRuns: 150, seed: 1 },
    );
  });

  it('have an fr that is the inverse of rf, then co', () => {
    const code = 'P0(int *x) { *x = 1; }\nP1(int *x) { int r = *x; *x = 2; }';
    const text = `C t\n{}\n${code}\nexists (x=1)`;
    const test = parseLitmus(text, 'a.litmus');
    if ('problem' in test) throw new Error(JSON.stringify(test.problem));
    visitAll(test, {}, ({ model, ruling }) => {
      const { co, fr } = ruling.orders;
      expect([...fr.rows]).toEqual([...seq(inverse(model.reads.rf), co).rows]);
    });
  });
});
