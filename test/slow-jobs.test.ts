/** Several jobs against one: every scenario that ships, and a search that outgrows its memory. */

import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadScenarioFile } from '../src/cli/load.ts';
import type { CheckResult } from '../src/index.ts';
import { isScenario } from '../src/index.ts';
import { check } from '../src/jobs/check.ts';
import { atomic_inc, atomic_t, choose, s32, WRITE_ONCE } from '../src/memory/index.ts';
import { scenario } from '../src/scenario/scenario.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const TIMEOUT_MS = 900_000;

const files = ['scenarios', 'examples'].flatMap((folder) =>
  readdirSync(ROOT + folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.scenario.ts'))
    .map((name) => `${ROOT}${folder}/${name}`),
);

/** What two jobs must tell as one does, with the reduction: everything but how much was needed. */
function told({ verdict, complete, open, problems, findings, finals }: CheckResult): object {
  return { verdict, complete, open, problems, findings, finals: verdict === 'pass' ? finals : 0 };
}

describe('two jobs from the beginning', () => {
  it.each(files.toSorted())(
    'find what one finds: %s',
    async (file) => {
      const loaded = await loadScenarioFile(file);
      if (!loaded.ok) throw new Error(loaded.error.message);
      for (const one of Object.values(loaded.namespace).flat().filter(isScenario)) {
        for (const model of ['sc', 'tso'] as const) {
          const two = await check(one, { model, jobs: 2, parallelFrom: 50 });
          expect(told(two)).toEqual(told(await check(one, { model })));
        }
      }
    },
    TIMEOUT_MS,
  );
});

describe('a search that outgrows what was reserved', () => {
  it(
    'counts the same, with any number of jobs',
    async () => {
      const wide = scenario('wide', ({ alloc, thread }) => {
        const v = alloc(atomic_t, 'v');
        for (const [i, choices] of [3, 3, 3, 4, 4, 4].entries()) {
          const own = alloc(s32, `own${i}`);
          thread(`t${i}`, () => {
            WRITE_ONCE(own, choose(choices));
            atomic_inc(v);
          });
        }
      });
      const options = { reduction: false, symmetry: false, parallelFrom: 0 } as const;
      const one = await check(wide, { ...options, jobs: 1 });
      // Twice as many slots as a first table has reserved.
      expect(one.states).toBeGreaterThan(2 ** 20);
      for (const jobs of [2, 3]) {
        const { states, transitions, finals, bytesPerState } = await check(wide, {
          ...options,
          jobs,
        });
        expect([states, transitions, finals]).toEqual([one.states, one.transitions, one.finals]);
        expect(bytesPerState).toBeLessThanOrEqual(24);
      }
    },
    TIMEOUT_MS,
  );
});
