/** docs/ARCHITECTURE.md shows three functions beside Linux's: the right side is what is there. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { functionsOf, readKernel } from './support/kernel-source.ts';

const ROOT = join(import.meta.dirname, '..');
const TEXT = readFileSync(join(ROOT, 'docs/ARCHITECTURE.md'), 'utf8');
const KERNEL = join(ROOT, 'src/kernel');
const functions = functionsOf(readKernel(KERNEL));

interface Table {
  readonly name: string;
  readonly file: string;
  readonly here: string;
  /** The names on the right side, in the order in which they stand there. */
  readonly steps: readonly string[];
}

/** The tables whose head is `function` (`file of Linux`) | here: `file`. */
const tables: Table[] = Array.from(
  TEXT.matchAll(
    /^\| `(\w+)` \(`([\w/.-]+)`\)[^|]*\| here: `([\w/.-]+)` \|\n\|---\|---\|\n((?:\|.*\n?)+)/gm,
  ),
  ([, name = '', file = '', here = '', rows = '']) => ({
    name,
    file,
    here,
    steps: rows
      .trim()
      .split('\n')
      .flatMap((row) =>
        Array.from((row.split('|')[2] ?? '').matchAll(/`(\w+)`/g), (m) => m[1] ?? ''),
      ),
  }),
);

describe('the three functions beside the kernel’s', () => {
  it('are three', () => {
    expect(tables.map(({ name }) => name)).toEqual([
      'gup_fast_pte_range',
      'wp_page_shared',
      'writeback_iter',
    ]);
  });

  it.each(tables)(
    '$name is declared with the file that the table names',
    ({ name, file, here }) => {
      const found = functions.find((one) => one.name === name);
      expect([found?.from[0], found?.file]).toEqual([file, here]);
    },
  );

  it.each(tables)('$name makes its steps in the order of the table', ({ name, here, steps }) => {
    const source = readFileSync(join(KERNEL, here), 'utf8');
    const called = new Set(functions.map((one) => one.name));
    const unknown = steps.filter((step) => !called.has(step) && !source.includes(step));
    expect(unknown).toEqual([]);
    const start = source.indexOf(`function ${name}(`);
    const [body = ''] = /^[\s\S]*?\n(?: {4}| {2})\},\n/.exec(source.slice(start)) ?? [];
    // The last call is the one of the whole way; earlier ones are of ways that give up.
    const places = steps.map((step) => body.lastIndexOf(step)).filter((place) => place >= 0);
    expect(places).toEqual(places.toSorted((one, other) => one - other));
    expect(places.length).toBeGreaterThan(4);
  });
});
