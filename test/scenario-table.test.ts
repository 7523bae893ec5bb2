/** docs/scenarios.md names scenarios that ship, and those that it says fail or pass do. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expectedOf } from '../src/scenario/answer.ts';
import type { Model } from '../src/index.ts';
import { shippedScenarios } from './support/shipped.ts';

const TEXT = readFileSync(join(import.meta.dirname, '../docs/scenarios.md'), 'utf8');

/** Of each scenario, without the names of its cases, the verdicts that its cases must have. */
const verdicts = new Map<string, Set<string>>();
for (const one of await shippedScenarios()) {
  const name = one.name.replace(/ \(.*/, '');
  const all = verdicts.get(name) ?? new Set();
  for (const model of ['sc', 'tso', 'weak'] satisfies Model[]) all.add(expectedOf(one, model));
  verdicts.set(name, all);
}

const rows = TEXT.split('\n').filter(
  (line) => line.startsWith('| ') && !line.startsWith('| what |'),
);
const cells = rows.map((line) => line.split('|').map((cell) => cell.trim()));
const namesIn = (cell = ''): string[] => Array.from(cell.matchAll(/`([^`]+)`/g), (m) => m[1] ?? '');

describe('the table of scenarios', () => {
  it.each(cells.map((row) => [row[1] ?? '', row] as const))('%s', (_, [, , passing, failing]) => {
    const wrong = [
      ...namesIn(passing).filter((name) => !verdicts.get(name)?.has('pass')),
      ...namesIn(failing).filter((name) => !verdicts.get(name)?.has('fail')),
    ];
    expect(wrong).toEqual([]);
    expect(namesIn(passing).length).toBeGreaterThan(0);
  });

  it('is read as a whole', () => {
    expect(rows.length).toBe(TEXT.split('\n').filter((line) => line.startsWith('|')).length - 2);
  });
});
