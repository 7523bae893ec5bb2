/** What is left out of a family though some of its cases do not have it. */
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { openDesk } from '../../test/support/io.ts';
import { schemaFaults } from '../../test/support/json-schema.ts';

const SCHEMA = JSON.parse(
  readFileSync(new URL('../../schema/holdfast-1.schema.json', import.meta.url), 'utf8'),
) as Record<string, unknown>;

const desk = openDesk('lacking');
afterAll(() => desk.clear());

desk.write(
  'family.scenario.ts',
  `import { scenario, u32 } from 'holdfast';
import { design, READ_ONCE, smp_mb, smp_rmb, WRITE_ONCE } from 'holdfast/linux';
export default scenario.each({ how: ['none', 'mb', 'rmb'] }, 'sb', (stage) => {
  const { alloc, thread, never, how } = stage;
  const x = alloc(u32, 'x');
  const y = alloc(u32, 'y');
  const one = thread('one', () => {
    WRITE_ONCE(x, 1);
    if (how === 'mb') smp_mb();
    if (how === 'rmb') smp_rmb();
    if (how === 'rmb') design('order', ['usual', 'other']);
    return READ_ONCE(y);
  });
  const two = thread('two', () => {
    WRITE_ONCE(y, 1);
    smp_mb();
    return READ_ONCE(x);
  });
  never('both read 0', () => one.result() === 0 && two.result() === 0);
}, ({ how }) => ({ expect: { tso: how === 'mb' ? 'pass' : 'fail' } }));
`,
);

describe('a defence that some cases have', () => {
  it('is left out there, and one line says who does not have it', async () => {
    const { code, out, err } = await desk.run('family.scenario.ts', '--without', 'one/smp_mb');
    expect([code, err]).toEqual([1, '']);
    const before = out.slice(0, out.indexOf('FAIL  sb'));
    expect(before.replace(/\d+\.\d s/, '0.0 s')).toMatchInlineSnapshot(`
      "
        FAIL   sb (how=mb)               2 threads   found after 18              0.0 s
        2 of 3 do not have one/smp_mb and are left out: sb (how=none) and sb (how=rmb)

        "
    `);
    expect(out).toMatch(/1 scenario   0 as expected   1 unexpected/);
  });

  it('is told as JSON too, by the schema', async () => {
    const { out } = await desk.run('family.scenario.ts', '--without', 'one/smp_mb', '-r', 'json');
    const events = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string });
    expect(events.filter(({ type }) => type === 'lacking')).toEqual([
      { type: 'lacking', scenario: 'sb (how=none)', lacks: ['one/smp_mb'] },
      { type: 'lacking', scenario: 'sb (how=rmb)', lacks: ['one/smp_mb'] },
    ]);
    expect(events.filter(({ type }) => type === 'problem')).toEqual([]);
    expect(events.flatMap((event) => schemaFaults(SCHEMA, event))).toEqual([]);
  });

  it('is a mistake where none has it, told once with what any of them has', async () => {
    const { code, err } = await desk.run('family.scenario.ts', '--without', 'one/smp_bm');
    expect(code).toBe(2);
    expect(err.match(/HF004 {2}/g)).toHaveLength(1);
    expect(err).toContain('There are: two/smp_mb, one/smp_mb, one/smp_rmb');
    expect(err).toContain('In sb (how=none), sb (how=mb) and sb (how=rmb), under tso.');
  });
});

describe('a design', () => {
  it('that one case asks about is chosen there', async () => {
    const { code, out, err } = await desk.run(
      'family.scenario.ts',
      '--design',
      'order=other',
      '-q',
    );
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain(
      '2 of 3 do not have order and are left out: sb (how=none) and sb (how=mb)',
    );
  });

  it('is not asked about by a scenario without any', async () => {
    const argv = ['family.scenario.ts', '-t', 'how=mb', '--design', 'order=other'];
    const { code, err } = await desk.run(...argv);
    expect(code).toBe(2);
    expect(`\n${err}`).toMatchInlineSnapshot(`
      "
      HF005  The scenario has no designs, so \`order\` chooses nothing.

        A design is what code asks for by design('name', [...]); nothing here does.

        Leave --design out; \`holdfast list -v\` prints the designs that scenarios ask about.
        More: holdfast explain HF005

      "
    `);
  });
});
