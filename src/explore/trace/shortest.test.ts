import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shortestViolation } from '../../../test/support/brute.ts';
import type { Access } from '../../../test/support/brute.ts';
import { linesOf, onlyFinding, traceOf, tried } from '../../../test/support/small.ts';
import {
  assert,
  atomic_add,
  atomic_t,
  choose,
  mutex,
  mutex_lock,
  mutex_unlock,
  READ_ONCE,
  s32,
  smp_mb,
  store,
  WRITE_ONCE,
} from '../../memory/index.ts';
import type { Stage } from '../../scenario/stage.ts';
import { inputFor } from '../../scenario/check.ts';
import { scenario } from '../../scenario/scenario.ts';
import { endsOf } from '../../../test/support/small.ts';
import type { SearchInput } from '../counting.ts';
import { probe } from '../automaton/probe.ts';
import type { Trace } from '../result.ts';
import { search } from '../search.ts';
import { shortestExecutions } from './shortest.ts';

/** The program of `brute.ts` as a scenario. */
function scenarioOf(program: readonly (readonly Access[])[]) {
  return ({ alloc, thread }: Stage): void => {
    const words = [alloc(s32, 'x'), alloc(s32, 'y')];
    program.forEach((accesses, i) => {
      thread(`t${i}`, () => {
        for (const { kind, word, value } of accesses) {
          const field = words[word] ?? { type: s32, address: 1 };
          if (kind === 'read') READ_ONCE(field);
          if (kind === 'write') WRITE_ONCE(field, value);
          if (kind === 'add') atomic_add(value, { type: atomic_t, address: field.address });
          if (kind === 'mb') smp_mb();
          if (kind === 'assert') assert(READ_ONCE(field) !== value, 'wanted');
        }
      });
    });
  };
}

function switchesOf({ choices }: Trace): number {
  return choices.filter(([thread], i) => i > 0 && thread !== choices[i - 1]?.[0]).length;
}

const access: fc.Arbitrary<Access> = fc.record({
  kind: fc.constantFrom('read', 'write', 'write', 'add', 'mb', 'assert'),
  word: fc.nat(1),
  value: fc.integer({ min: 1, max: 2 }),
});
const program = fc.array(fc.array(access, { minLength: 1, maxLength: 4 }), {
  minLength: 2,
  maxLength: 3,
});

describe.each(['sc', 'tso'] as const)('a counterexample under %s', (model) => {
  it('has as few steps as any, and among those as few switches as any', async () => {
    let violated = 0;
    await fc.assert(
      fc.asyncProperty(program, async (threads) => {
        const wanted = shortestViolation(threads, model);
        const result = await tried(scenarioOf(threads), { model });
        expect(result.problems).toEqual([]);
        expect(result.verdict).toBe(wanted === null ? 'pass' : 'fail');
        if (wanted === null) return;
        violated++;
        const trace = traceOf(result);
        expect({ steps: trace.choices.length, switches: switchesOf(trace) }).toEqual(wanted);
      }),
      { numRuns: 150, seed: 5 },
    );
    expect(violated).toBeGreaterThan(20);
  });

  it('is the same text each time, whatever the search did on its way', async () => {
    const samples = fc.sample(program, { numRuns: 40, seed: 9 });
    for (const threads of samples) {
      const texts = new Set<string>();
      for (const options of [{}, { reduction: false }, { symmetry: false }, {}]) {
        const { findings } = await tried(scenarioOf(threads), { model, ...options });
        texts.add(JSON.stringify(findings));
      }
      expect([...texts]).toHaveLength(1);
    }
  });
});

describe('the shortest way', () => {
  it('to a deadlock changes threads once', async () => {
    const trace = traceOf(
      await tried(({ alloc, thread }) => {
        const [a, b, x] = [alloc(mutex, 'a'), alloc(mutex, 'b'), alloc(s32, 'x')];
        const both = (first: typeof a, second: typeof a) => (): void => {
          READ_ONCE(x);
          mutex_lock(first);
          READ_ONCE(x);
          mutex_lock(second);
          mutex_unlock(second);
          mutex_unlock(first);
        };
        thread('left', both(a, b));
        thread('right', both(b, a));
      }),
    );
    expect([trace.choices.length, switchesOf(trace)]).toEqual([6, 1]);
  });

  it('to a violation at the end of an execution is complete', async () => {
    const trace = traceOf(
      await tried(({ alloc, thread, never }) => {
        const x = alloc(s32, 'x');
        thread('a', () => WRITE_ONCE(x, 1));
        thread('b', () => {
          WRITE_ONCE(x, 2);
          READ_ONCE(x);
        });
        never('x is 1', () => READ_ONCE(x) === 1);
      }),
    );
    expect(trace.choices).toHaveLength(3);
  });

  it('to one of two findings does not go through the other', async () => {
    const { findings } = await tried(
      ({ alloc, thread }) => {
        const x = alloc(s32, 'x');
        thread('a', () => {
          WRITE_ONCE(x, 1);
          assert(READ_ONCE(x) === 1, 'a');
        });
        thread('b', () => {
          READ_ONCE(x);
          WRITE_ONCE(x, 2);
          assert(READ_ONCE(x) === 2, 'b');
        });
      },
      { keepGoing: true },
    );
    const lengths = findings.map(({ property, trace }) => [property.name, trace?.choices.length]);
    expect(new Map(lengths as [string, number][])).toEqual(
      new Map([
        ['a', 4],
        ['b', 4],
      ]),
    );
  });

  it('is found through outcomes of choices', async () => {
    const trace = traceOf(
      await tried(({ thread }) => {
        thread('t', () => {
          const [a, b] = [choose(5), choose(7)];
          assert(a !== 3 || b !== 6);
        });
      }),
    );
    expect(trace.choices).toEqual([
      [0, 3],
      [0, 6],
    ]);
    expect(linesOf(trace)).toEqual(['t choice choose -> 3', 't choice choose -> 6']);
  });

  it('of interchangeable threads names one of them', async () => {
    const result = await tried(({ alloc, thread }) => {
      const x = alloc(s32, 'x');
      thread('t', { count: 3 }, () => {
        store(x, 1);
      });
    });
    const { trace, property } = onlyFinding(result);
    expect(property.name).toBe('data race on x');
    expect(trace?.steps).toHaveLength(2);
    const threads = new Set(trace?.steps.map(({ thread }) => thread));
    expect(threads.size).toBe(2);
  });
});

it('the brute force agrees with the engine about what can be violated', () => {
  const threads: Access[][] = [
    [{ kind: 'write', word: 0, value: 1 }],
    [{ kind: 'assert', word: 0, value: 1 }],
  ];
  expect(shortestViolation(threads, 'sc')).toEqual({ steps: 2, switches: 1 });
  expect(shortestViolation(threads, 'tso')).toEqual({ steps: 3, switches: 1 });
  const { result } = endsOf(scenarioOf(threads));
  expect(result.findings).toHaveLength(1);
});

describe('a counterexample under weak that would take too long to find', () => {
  const lengthOf = (
    body: (stage: Stage) => void,
    states: number,
    options: Partial<SearchInput['options']> = {},
  ): number | undefined => {
    const input = inputFor(scenario('small', body), { model: 'weak' });
    if ('code' in input) throw new Error(input.what);
    probe(input, 100, 1);
    const { retry, violations } = search(input);
    expect(retry).toBe(null);
    const asked = { ...input, options: { ...input.options, ...options } };
    const [first] = shortestExecutions(asked, null, violations[0]?.depth ?? 0, states);
    expect(first?.violation.property.name).toBe('too soon');
    return first?.choices.length;
  };
  const aSecond = { since: 0, seconds: 1 };

  it('is found with the reduction, and may be longer', () => {
    const body = ({ alloc, thread }: Stage): void => {
      const [x, y, z] = [alloc(s32, 'x'), alloc(s32, 'y'), alloc(s32, 'z')];
      thread('writer', () => {
        WRITE_ONCE(x, 1);
        WRITE_ONCE(y, 1);
      });
      thread('other', () => WRITE_ONCE(z, 1));
      thread('reader', () => {
        const isReady = READ_ONCE(y) === 1;
        assert(!isReady || READ_ONCE(x) === 1, 'too soon');
      });
    };
    expect(lengthOf(body, 1000)).toBe(4);
    // As many states as if the search had met next to none.
    expect(lengthOf(body, -1e6)).toBe(5);
    expect(lengthOf(body, 1000, { ...aSecond, now: () => 0.9 })).toBe(4);
    expect(lengthOf(body, 1000, { ...aSecond, now: () => 1.1 })).toBe(5);
  });
});
