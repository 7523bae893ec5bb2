/** What several searches meet is told once, and a search that did not do as asked shows nothing. */
import { afterAll, describe, expect, it } from 'vitest';
import { openDesk } from '../../test/support/io.ts';

const desk = openDesk('problem-log');
afterAll(() => desk.clear());

describe('a mistake that several searches meet', () => {
  it('is printed once, with the cases and models that it holds for', async () => {
    desk.write(
      'each.scenario.ts',
      `import { scenario, u32 } from 'holdfast';
export const all = scenario.each({ order: ['x', 'y', 'z'] }, 'family', (stage) => {
  stage.alloc(u32, 'x');
});
`,
    );
    const { code, err } = await desk.run('each.scenario.ts', '-m', 'sc,tso');
    expect(code).toBe(2);
    expect(`\n${err}`).toMatchInlineSnapshot(`
      "
      HF020  'family (order=x)' declares no thread.

        each.scenario.ts:2:29
          2 |   export const all = scenario.each({ order: ['x', 'y', 'z'] }, 'family', (stage) => {
            |                               ^^^^
        In family (order=x), family (order=y) and family (order=z), under sc and tso.

        Declare one in its body: thread('name', () => { ... });
        More: holdfast explain HF020

      "
    `);
    const json = await desk.run('each.scenario.ts', '-m', 'sc,tso', '-r', 'json');
    expect(json.out.match(/"type":"problem"/g)).toHaveLength(6);
    const asked = await desk.run('why', 'each.scenario.ts');
    expect(asked.err.match(/HF020 {2}/g)).toHaveLength(1);
  });

  it('is told of as many cases as one can read', async () => {
    desk.write(
      'many.scenario.ts',
      `import { scenario } from 'holdfast';
export const all = scenario.each({ n: [1, 2, 3, 4, 5, 6, 7, 8] }, 'many', () => {});
`,
    );
    const { err } = await desk.run('many.scenario.ts');
    expect(err.match(/In many.*/)?.[0]).toMatchInlineSnapshot(
      `"In many (n=1), many (n=2), many (n=3), many (n=4), many (n=5), many (n=6) and 2 more"`,
    );
  });
});

describe('a search without a defence that is never met', () => {
  it('shows no finding, saves none, and gives no verdict', async () => {
    desk.write(
      'buffer.scenario.ts',
      `import { scenario, u32 } from 'holdfast';
import { READ_ONCE, smp_mb, WRITE_ONCE } from 'holdfast/linux';
export default scenario('buffer', ({ alloc, thread, never }) => {
  const [x, y] = [alloc(u32, 'x'), alloc(u32, 'y')];
  const one = thread('one', () => (WRITE_ONCE(x, 1), smp_mb(), READ_ONCE(y)));
  const two = thread('two', () => (WRITE_ONCE(y, 1), smp_mb(), READ_ONCE(x)));
  never('both', () => one.result() === 0 && two.result() === 0);
});
`,
    );
    const argv = ['buffer.scenario.ts', '--without', 'one/smp_mb', '--without', 'one/smp_wmb'];
    const { code, out, err } = await desk.run(...argv);
    expect(code).toBe(2);
    expect(out.replace(/\d+\.\d s/, 'N s')).toMatchInlineSnapshot(`
      "
        ERROR  buffer                    2 threads   HF004

        1 scenario   0 as expected   1 not usable   tso   N s
      "
    `);
    expect(err).toContain('HF004  The scenario meets no defence `one/smp_wmb`.');
    const json = (await desk.run(...argv, '-r', 'json')).out;
    expect(json).toContain('"verdict":"open"');
    expect(json).not.toContain('"type":"finding"');
  });
});
