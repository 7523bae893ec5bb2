/** The section of the litmus corpus, on measurements made by hand. */
import { expect, it } from 'vitest';
import { judged } from './litmus.ts';

const run = (path: string, cpuSeconds: number, herdSeconds: number, herdObservation: string) => ({
  path,
  cpuSeconds,
  herdSeconds,
  observation: 'Never',
  herdObservation,
});

it('shows the share of herd7, what it gave up, and the slowest tests', () => {
  const runs = [run('a', 0.1, 4, 'Never'), run('b', 0.2, 6, 'Never'), run('c', 3, 20, 'TIMEOUT')];
  const { text, faults } = judged({ runs, processCpuSeconds: 3.9 });
  expect(faults).toEqual([]);
  expect(`\n${text}\n`).toMatchInlineSnapshot(`
    "
    ┌─────────────────────┬───────┬────────────────┐
    │ 2 litmus tests      │ CPU s │ share of herd7 │
    ├─────────────────────┼───────┼────────────────┤
    │ herd7               │ 10.00 │              1 │
    │ Holdfast            │  0.30 │          0.030 │
    │ Holdfast with start │  0.90 │          0.090 │
    └─────────────────────┴───────┴────────────────┘
    Target: at most 0.1 with start. yes
    1 more tests, which herd7 gave up after about 20 s each: 3.00 s.

    ┌─────────────┬───────┬─────────────┐
    │ our slowest │ CPU s │ herd7 CPU s │
    ├─────────────┼───────┼─────────────┤
    │ c           │ 3.000 │        > 20 │
    │ b           │ 0.200 │       6.000 │
    │ a           │ 0.100 │       4.000 │
    └─────────────┴───────┴─────────────┘
    "
  `);
});

it('says which answers differ from herd7', () => {
  const runs = [run('a', 2, 4, 'Sometimes'), run('b', 0.2, 6, 'ERROR')];
  const { text, faults } = judged({ runs, processCpuSeconds: 3 });
  expect(faults).toEqual(['a: Never, and herd7 says Sometimes']);
  expect(text).toContain('NO');
});
