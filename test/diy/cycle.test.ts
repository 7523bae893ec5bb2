/** Tests made from cycles: what is printed is read, and its condition asks for the cycle. */
import { describe, expect, it } from 'vitest';
import { visitAll } from '../../src/litmus/check.ts';
import type { Judged } from '../../src/litmus/check.ts';
import { checkLitmus, parseLitmus } from '../../src/litmus/index.ts';
import { randomProgram } from './any-program.ts';
import { randomCycle } from './cycle.ts';
import type { CycleTest, Node } from './cycle.ts';
import { printed } from './print.ts';
import { flattened } from './program.ts';
import { chanceFrom } from './random.ts';

const CANDIDATES_MAX = 2000;
const TIMEOUT_MS = 60_000;

/** The events of the nodes: each access by its thread, its location, and its place among those. */
function eventsOf({ nodes }: CycleTest, { model, tally }: Judged): number[] {
  const { events } = model.bell;
  const { globals } = tally.program;
  const accesses = ({ thread, location, direction }: Node): number[] =>
    events.flatMap(({ kind, thread: own, location: place, tag }, number) => {
      const isLock = ['LKR', 'LKW', 'UL'].includes(tag);
      const sameKind = kind === (direction === 'R' ? 'read' : 'write') && !isLock;
      return sameKind && own === thread && globals[place] === location ? [number] : [];
    });
  return nodes.map((node, at) => {
    const alike = nodes.filter(
      (one, index) =>
        index < at &&
        one.thread === node.thread &&
        one.location === node.location &&
        one.direction === node.direction,
    );
    return accesses(node)[alike.length] ?? -1;
  });
}

/** The edges of the cycle that an execution does not have. */
function missingEdges(cycle: CycleTest, judged: Judged): string[] {
  const events = eventsOf(cycle, judged);
  const { co, fr } = judged.ruling.orders;
  const { po, rmw } = judged.model.bell;
  const { rf } = judged.model.reads;
  const relations = { rf, co, fr, po, rmw };
  return cycle.nodes.flatMap(({ edge }, at) => {
    const [from, to] = [events[at] ?? -1, events[(at + 1) % events.length] ?? -1];
    return relations[edge.kind].has(from, to) ? [] : [`${edge.kind} ${from} ${to}`];
  });
}

describe('a test made from a cycle', () => {
  it('is read, and asks for executions that have every edge', { timeout: TIMEOUT_MS }, () => {
    let shown = 0;
    for (let seed = 0; seed < 150; seed++) {
      const cycle = randomCycle(chanceFrom(seed));
      const text = printed(cycle.test);
      const test = parseLitmus(text, 'cycle.litmus');
      if ('problem' in test) throw new Error(`${test.problem.what}\n${text}`);
      const until = { candidates: CANDIDATES_MAX };
      visitAll(test, { until }, (judged) => {
        if (!judged.positive) return;
        shown++;
        expect(missingEdges(cycle, judged), text).toEqual([]);
      });
    }
    expect(shown).toBeGreaterThan(100);
  });

  it('comes with every keeper of order, every communication, and all exchanges', () => {
    const texts = Array.from({ length: 1000 }, (_, seed) => randomCycle(chanceFrom(seed)).test);
    const names = new Set(texts.flatMap(({ name }) => name.split('+')));
    const kept = (ends: string, keepers: string): string[] =>
      keepers.split(' ').map((keeper) => `po${ends}.${keeper}`);
    const expected = [
      ...'rfe fre coe rfi fri coi rmw poRR poRW poWR poWW'.split(' '),
      ...kept('RR', 'smp_mb smp_rmb acquire address control section synchronize_rcu unlock-lock'),
      ...kept('RW', 'smp_mb acquire release address data control section synchronize_rcu'),
      ...kept('WR', 'smp_mb section synchronize_rcu unlock-lock unlock-lock-mb'),
      ...kept('WW', 'smp_mb smp_wmb release section smp_mb__before_atomic smp_mb__after_atomic'),
    ];
    // A store before an atomic goes to its load; an atomic before a store ends with its own store.
    const possible = expected.filter((name) => name !== 'poWW.smp_mb__before_atomic');
    expect(possible.filter((name) => !names.has(name))).toEqual([]);
    const forms = texts.flatMap(({ threads }) =>
      threads.flatMap((body) =>
        [...flattened(body)].flatMap((one) =>
          one.do === 'rmw' ? [`${one.form} ${one.order}`] : [],
        ),
      ),
    );
    expect(new Set(forms).size).toBe(16);
  });

  it('is the same for the same seed', () => {
    const text = (seed: number): string => printed(randomCycle(chanceFrom(seed)).test);
    expect(text(7)).toBe(text(7));
    expect(text(7)).not.toBe(text(8));
  });

  it('is printed as a person would write it', () => {
    expect(`\n${printed(randomCycle(chanceFrom(3)).test)}`).toMatchInlineSnapshot(`
      "
      C rmw+rfe+poRW+coi+rfe+poRW.release+rfe

      {}

      P0(int *x)
      {
      	int r0;
      	r0 = atomic_fetch_add_release(1, x);
      }

      P1(int *x, int *y)
      {
      	int r0;
      	r0 = rcu_dereference(*x);
      	WRITE_ONCE(*y, 1);
      	WRITE_ONCE(*y, 2);
      }

      P2(int *x, int *y)
      {
      	int r0;
      	r0 = READ_ONCE(*y);
      	rcu_assign_pointer(*x, 1);
      }

      locations [0:r0; 1:r0; 2:r0; x; y;]
      exists (0:r0=1 /\\ 1:r0=2 /\\ 2:r0=2 /\\ x=2 /\\ y=2)
      "
    `);
  });
});

describe('a test of any shape', () => {
  it('is read and answered', { timeout: TIMEOUT_MS }, () => {
    for (let seed = 0; seed < 150; seed++) {
      const text = printed(randomProgram(chanceFrom(seed), { plain: true, grace: true }));
      const { problems } = checkLitmus(text, { until: { candidates: 100 } });
      expect(problems, text).toEqual([]);
    }
  });
});
