/** What names, folders and patterns select: scenarios, litmus files, or both. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDesk } from '../../test/support/io.ts';
import { globPattern } from './glob.ts';
import { PACKAGE_ROOT } from './io.ts';

const desk = openDesk('select');
afterAll(() => desk.clear());

const litmus = (name: string): string =>
  readFileSync(join(PACKAGE_ROOT, 'litmus', `${name}.litmus`), 'utf8');
const example = readFileSync(join(PACKAGE_ROOT, 'examples/message-passing.scenario.ts'), 'utf8');

beforeAll(() => {
  desk.write('tests/pin.litmus', litmus('pin-and-share'));
  desk.write('tests/more of them/weak.litmus', litmus('pin-and-share-no-barrier'));
  desk.write('tests/mp.scenario.ts', example);
});

/** The first words of the lines that are about a scenario or a litmus test. */
async function answers(...names: readonly string[]): Promise<string[]> {
  const { out } = await desk.run('check', ...names);
  const lines = out.split('\n').map((line) => line.trim().split(/ {2,}/));
  return lines.flatMap(([verdict = '', name = '']) =>
    /^(pass|fails|Never|Sometimes)$/.test(verdict) ? [`${verdict} ${name}`] : [],
  );
}

const BOTH = ['Sometimes pin-and-share-no-barrier', 'Never pin-and-share'];

describe('litmus files are selected', () => {
  it('by a folder, together with its scenarios', async () => {
    expect(await answers('tests')).toEqual([...BOTH, 'pass message-passing']);
  });

  it('by a folder that has nothing else', async () => {
    expect(await answers('tests/more of them')).toEqual([BOTH[0]]);
  });

  it.each(['tests/**/*.litmus', './tests/**/*.litmus', '**/*.litmus'])(
    'by the quoted pattern %s',
    async (pattern) => {
      expect(await answers(pattern)).toEqual(BOTH);
    },
  );

  it('by a pattern with blanks, or one that leads out of this folder', async () => {
    expect(await answers('tests/more of them/*.litmus')).toEqual([BOTH[0]]);
    const outside = join('..', desk.folder.split('/').at(-1) ?? '', 'tests/*.litmus');
    expect(await answers(outside)).toEqual([BOTH[1]]);
  });

  it('beside scenario files, each once', async () => {
    const names = ['tests/mp.scenario.ts', 'tests/pin.litmus', 'tests', 'tests/*.litmus'];
    expect((await answers(...names)).toSorted()).toEqual(
      [...BOTH, 'pass message-passing'].toSorted(),
    );
  });

  it('by the name of a test that ships or stands here', async () => {
    expect(await answers('grace-period')).toHaveLength(1);
    expect(await answers('weak')).toEqual([BOTH[0]]);
  });

  it('and left out where --grep names another', async () => {
    expect(await answers('tests', '--grep', 'weak')).toEqual([BOTH[0]]);
  });

  it('for why too', async () => {
    const { code, out } = await desk.run('why', 'tests/*.litmus');
    expect({ code, out }).toMatchObject({
      code: 0,
      out: expect.stringContaining('is forbidden by'),
    });
  });
});

describe('what is not there', () => {
  it('is said of a folder and of a pattern', async () => {
    desk.write('empty/readme.txt', 'nothing');
    const folder = await desk.run('check', 'empty/');
    expect(folder.code).toBe(2);
    expect(folder.err).toContain('empty/ has no *.scenario.ts and no *.litmus.');
    const pattern = await desk.run('check', 'nowhere/*.litmus');
    expect(pattern.err).toContain('no scenario or litmus file matches nowhere/*.litmus');
    expect((await desk.run('check', 'absent.litmus')).err).toContain('HF006');
  });

  it('does not hide what is', async () => {
    const { code, out, err } = await desk.run('check', 'tests/pin.litmus', 'absent.litmus');
    expect(code).toBe(2);
    expect(out).toContain('Never');
    expect(err).toContain('HF006');
  });
});

describe('a pattern', () => {
  it.each([
    ['*.litmus', 'a.litmus', true],
    ['*.litmus', 'sub/a.litmus', false],
    ['**/*.litmus', 'sub/b/a.litmus', true],
    ['**/*.litmus', 'a.litmus', true],
    ['{a,b}?.litmus', 'b1.litmus', true],
    ['a+b.litmus', 'aab.litmus', false],
    ['a[1].litmus', 'a[1].litmus', true],
  ])('%s and %s: %s', (pattern, name, fits) => {
    expect(globPattern(pattern).test(name)).toBe(fits);
  });
});
