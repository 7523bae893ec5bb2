/**
 * The litmus files of the project: each says in its first comment what is expected of it.
 *
 * They hold the corners that the reference model was probed for; every count was checked by hand.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { checkLitmus } from './index.ts';
import type { LitmusResult } from './index.ts';

const FOLDER = fileURLToPath(new URL('../../litmus/', import.meta.url));

function summary(result: LitmusResult): string {
  const { observation, positive, negative, states, flags, cut } = result;
  const count = `${states.length} state${states.length === 1 ? '' : 's'}`;
  const notes = [count, ...flags, ...(cut ? ['loop cut'] : [])].join(', ');
  return `${observation} ${positive} ${negative}, ${notes}.`;
}

describe('each litmus file of the project', () => {
  for (const name of readdirSync(FOLDER).filter((one) => one.endsWith('.litmus'))) {
    it(`has the outcome that it states: ${name}`, () => {
      const text = readFileSync(FOLDER + name, 'utf8');
      const result = checkLitmus(text, { file: name });
      expect(result.problems).toEqual([]);
      expect(summary(result)).toBe(/Expected: (.*)/.exec(text)?.[1]);
      expect(result.name).toBe(name.replace(/\.litmus$/, ''));
    });
  }
});
