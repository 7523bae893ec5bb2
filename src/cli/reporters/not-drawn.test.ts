import { afterAll, describe, expect, it } from 'vitest';
import { openDesk } from '../../../test/support/io.ts';

const desk = openDesk('not-drawn');
afterAll(() => desk.clear());

desk.write(
  'three.scenario.ts',
  `import { scenario, u32 } from 'holdfast';
import { load, READ_ONCE, store, WRITE_ONCE } from 'holdfast/linux';
export default scenario.fails('three', ({ alloc, thread, never, always }) => {
  const x = alloc(u32, 'x');
  const y = alloc(u32, 'y');
  thread('a', () => {
    WRITE_ONCE(x, 1);
    store(y, 2);
  });
  thread('b', () => {
    load(y);
    WRITE_ONCE(y, 1);
  });
  always('x is 2', () => READ_ONCE(x) === 2);
  never('y is 1', () => READ_ONCE(y) === 1);
});
`,
);

/** What stands behind the only picture. */
async function listed(...argv: string[]): Promise<string> {
  const { out } = await desk.run('three.scenario.ts', '-m', 'sc', ...argv);
  expect(out.match(/\n {2}Again /g)).toHaveLength(1);
  return out.slice(out.indexOf('Again'), out.indexOf('1 scenario'));
}

describe('what --keep-going found and does not draw', () => {
  it('has a line each: property, place, and how to see its picture', async () => {
    expect(await listed('--keep-going')).toMatchInlineSnapshot(`
      "Again   holdfast replay three:y6cug

        Not drawn, one line each:
          always "x is 2"  three.scenario.ts:14:3  holdfast replay three:ggjtz
          never "y is 1"   three.scenario.ts:15:3  holdfast replay three:cmo4j

        "
    `);
  });

  it('can be seen so', async () => {
    const id = /always "x is 2" .*replay (three:\w+)/.exec(await listed('--keep-going'))?.[1] ?? '';
    const { code, out } = await desk.run('replay', id);
    expect([code, out.includes('always "x is 2"')]).toEqual([0, true]);
  });

  it('is not listed where nobody asked for all of it', async () => {
    expect(await listed()).not.toContain('Not drawn');
  });
});
