/** Litmus files on the command line. */

import { afterAll, describe, expect, it } from 'vitest';
import { readFileSync } from 'node:fs';
import { openDesk } from '../../test/support/io.ts';
import { schemaFaults } from '../../test/support/json-schema.ts';

const SCHEMA = JSON.parse(
  readFileSync(new URL('../../schema/holdfast-1.schema.json', import.meta.url), 'utf8'),
) as Record<string, unknown>;

const desk = openDesk('litmus');
afterAll(() => desk.clear());

const storeBuffering = (between: string): string => `C SB

{}

P0(int *x, int *y)
{
	int r0;

	WRITE_ONCE(*x, 1);${between}
	r0 = READ_ONCE(*y);
}

P1(int *x, int *y)
{
	int r0;

	WRITE_ONCE(*y, 1);${between}
	r0 = READ_ONCE(*x);
}

exists (0:r0=0 /\\ 1:r0=0)
`;
desk.write('weak.litmus', storeBuffering(''));
desk.write('full.litmus', storeBuffering('\n\tsmp_mb();'));

/** What `-r json` printed, which the schema describes. */
function eventsOf(out: string): Record<string, unknown>[] {
  const lines = out.trim().split('\n');
  const events = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(events.flatMap((event) => schemaFaults(SCHEMA, event))).toEqual([]);
  return events;
}

describe('litmus files', () => {
  it('get a line each', async () => {
    const { code, out } = await desk.run('check', 'weak.litmus', 'full.litmus');
    expect(code).toBe(0);
    expect(out.replace(/[\d.]+ s$/m, '0.1 s')).toMatchInlineSnapshot(`
      "  Sometimes  SB                               1 of 4 executions   4 states   lkmm
        Never      SB                               0 of 3 executions   3 states   lkmm

        2 litmus tests   1 Never   1 Sometimes   0.1 s
      "
    `);
  });

  it('are answered in the format of herd7 when asked for', async () => {
    const { out } = await desk.run('check', 'full.litmus', '-r', 'herd');
    expect(out).toMatchInlineSnapshot(`
      "Test SB Allowed
      States 3
      0:r0=0; 1:r0=1;
      0:r0=1; 1:r0=0;
      0:r0=1; 1:r0=1;
      No
      Witnesses
      Positive: 0 Negative: 3
      Condition exists (0:r0=0 /\\ 1:r0=0)
      Observation SB Never 0 3


      "
    `);
  });

  it('are followed by no total in the format of herd7, which scripts read', async () => {
    const one = await desk.run('check', 'weak.litmus', '-r', 'herd');
    const other = await desk.run('check', 'full.litmus', '-r', 'herd');
    const both = await desk.run('check', 'weak.litmus', 'full.litmus', '-r', 'herd');
    expect(both.out).toBe(one.out + other.out);
  });

  it('are run as scenarios under each model that is named', async () => {
    const { code, out } = await desk.run('check', 'weak.litmus', 'full.litmus', '-m', 'sc,tso');
    expect(code).toBe(0);
    expect(out.replace(/[\d.]+ s$/m, '0.1 s')).toMatchInlineSnapshot(`
      "  Sometimes  SB                               1 of 4 executions   4 states   lkmm
        Never      SB                               3 states   12 states searched   sc
        Sometimes  SB                               4 states   23 states searched   tso
        Never      SB                               0 of 3 executions   3 states   lkmm
        Never      SB                               3 states   12 states searched   sc
        Never      SB                               3 states   14 states searched   tso

        2 litmus tests   1 Never   1 Sometimes   0.1 s
      "
    `);
  });

  it('with a data race are open under the model that finds it: it ends an execution', async () => {
    desk.write(
      'race.litmus',
      [
        'C race',
        '{}',
        'P0(int *x, int *f)\n{\n\t*x = 1;\n\tWRITE_ONCE(*f, 1);\n}',
        'P1(int *x, int *f)\n{\n\tint r0;\n\tint r1;\n\n\tr0 = READ_ONCE(*f);',
        '\tif (r0) {\n\t\tr1 = *x;\n\t}\n}',
        'exists (1:r0=1 /\\ 1:r1=0)\n',
      ].join('\n'),
    );
    const { code, out } = await desk.run('check', 'race.litmus', '-m', 'tso,weak');
    expect(code).toBe(3);
    expect(out).toMatch(/Sometimes +race .* data-race +lkmm/);
    expect(out).toMatch(/Never +race .* searched +tso/);
    expect(out).toMatch(/Never +race .* data-race +OPEN +weak/);
    expect(out).toContain('an execution ends at its data race: what could follow is not known');
    desk.write('cut.litmus', 'C cut\n{}\nP0(int *x) { WRITE_ONCE(*x');
    const both = await desk.run('check', 'race.litmus', 'weak.litmus', 'cut.litmus', '-m', 'weak');
    expect(both.code).toBe(2);
    const herd = await desk.run('check', 'race.litmus', '-m', 'weak', '-r', 'herd');
    expect(herd.err).toContain('"race.litmus": weak is open, an execution ends at its data race');
    const json = await desk.run('check', 'race.litmus', 'cut.litmus', '-m', 'weak', '-r', 'json');
    const summary = eventsOf(json.out).at(-1);
    expect(summary).toMatchObject({ litmus: 1, open: 1, unusable: 1, exitCode: 2 });
    expect(both.out).toMatch(
      / 3 litmus tests {3}2 Sometimes {3}1 open under another model {3}1 not read {3}[\d.]+ s\n$/,
    );
  });

  it('under weak say how many states of LKMM need a store before an earlier load', async () => {
    desk.write(
      'lb.litmus',
      [
        'C LB\n{}',
        'P0(int *x, int *y) { int r = READ_ONCE(*x); WRITE_ONCE(*y, 1); }',
        'P1(int *x, int *y) { int r = READ_ONCE(*y); WRITE_ONCE(*x, 1); }',
        'exists (0:r=1 /\\ 1:r=1)\n',
      ].join('\n'),
    );
    const { code, out } = await desk.run('check', 'lb.litmus', '-m', 'weak');
    expect(code).toBe(0);
    expect(out).toMatchInlineSnapshot(`
      "  Sometimes  LB                               1 of 4 executions   4 states   lkmm
        Never      LB                               3 states   12 states searched   weak
                   1 of LKMM's 4 states needs a store before an earlier load, which weak leaves out
      "
    `);
    const json = await desk.run('check', 'lb.litmus', 'weak.litmus', '-m', 'weak', '-r', 'json');
    const found = eventsOf(json.out).filter(({ type }) => type === 'litmus');
    expect(found).toMatchObject([
      { models: [{ model: 'weak', reordered: 1 }] },
      { models: [{ model: 'weak', reordered: 0 }] },
    ]);
  });

  it('that are flagged say where, and which page tells what that means', async () => {
    desk.write(
      'flagged.litmus',
      'C flagged\n{}\nP0(int *x) { *x = 1; }\nP1(int *x) {\n\tint r = *x;\n}\nexists (1:r=1)\n',
    );
    const { code, out } = await desk.run('check', 'flagged.litmus');
    expect(code).toBe(0);
    expect(out).toMatchInlineSnapshot(`
      "  Sometimes  flagged                          1 of 2 executions   2 states   data-race   lkmm
                   data-race: P0 store(x) at 3:14, P1 load(x) at 5:10

        What a flag means: holdfast explain data-race
      "
    `);
    const json = await desk.run('check', 'flagged.litmus', '-r', 'json');
    const events = eventsOf(json.out);
    expect(events[1]?.['flagged']).toMatchObject([
      { events: [{ at: { line: 3, column: 14 } }, { at: { line: 5, column: 10 } }] },
    ]);
  });

  it('of which no execution ends say which thread waits where', async () => {
    desk.write(
      'twice.litmus',
      'C twice\n{}\nP0(spinlock_t *s, int *x) {\n\tspin_lock(s);\n\tspin_lock(s);\n' +
        '\tWRITE_ONCE(*x, 1);\n}\nexists (x=1)\n',
    );
    const { code, out } = await desk.run('check', 'twice.litmus', '-m', 'sc');
    expect(code).toBe(0);
    expect(out).toMatchInlineSnapshot(`
      "  Never      twice                            0 of 0 executions   0 states   lkmm
                   no execution comes to its end: deadlock, filter or the memory model forbid each
        Never      twice                            0 states   2 states searched   sc
                   no execution ends: P0 waits for ever in spin_lock(s) at 5:2
      "
    `);
    const json = await desk.run('check', 'twice.litmus', '-m', 'sc', '-r', 'json');
    expect(eventsOf(json.out)[1]?.['models']).toMatchObject([
      { unending: { all: true, waits: [{ location: 's', at: { line: 5, column: 2 } }] } },
    ]);
  });

  it('that are no scenarios say why', async () => {
    desk.write(
      'open.litmus',
      `C open
{}
P0(int *x) { rcu_read_lock(); }
exists (true)
`,
    );
    const { code, out } = await desk.run('check', 'open.litmus', '-m', 'sc');
    expect(code).toBe(3);
    expect(out).toMatch(/Always +open .* unmatched-rcu-lock +lkmm/);
    expect(out).toMatch(/not run +open +flagged unmatched-rcu-lock +sc/);
  });

  it('that only wait are decided whatever the number of rounds', async () => {
    desk.write(
      'wait.litmus',
      'C wait\n{}\nP0(int *x) { while (READ_ONCE(*x) == 0) ; }\n' +
        'P1(int *x) { WRITE_ONCE(*x, 1); }\nexists (x=0)\n',
    );
    const { code, out } = await desk.run('check', 'wait.litmus');
    expect(code).toBe(0);
    expect(out).toMatchInlineSnapshot(`
      "  Never      wait                             0 of 3 executions   1 state   lkmm
                   a loop was cut: the verdict is certain, the counts are not complete
      "
    `);
  });

  it('say which cycle forbids an outcome', async () => {
    const { code, out } = await desk.run('why', 'full.litmus');
    expect(code).toBe(0);
    expect(out).toContain('This one would, and is forbidden by propagation:');
    const [, cycle] = out.split('the last for the first.\n\n');
    expect(cycle).toMatchInlineSnapshot(`
      "           1 ->  3  smp_mb  row 2
                 3 ->  4  fr      3 reads y from before 4 overwrites it
                 4 ->  6  smp_mb  row 5
                 6 ->  1  fr      6 reads x from before 1 overwrites it

      "
    `);
  });

  it('show an execution that has the outcome', async () => {
    expect((await desk.run('why', 'weak.litmus')).out).toMatchInlineSnapshot(`
      "
        Sometimes  SB                               1 of 4 executions   4 states   lkmm

        This execution ends with 0:r0=0 /\\ 1:r0=0.

              P0                         P1
              -----------------------    ----------------------------------------
         1    WRITE_ONCE x := 1
         2    READ_ONCE y  0  <- init
         3                               WRITE_ONCE y := 1
         4                               READ_ONCE x  0  <- init  stale: missed 1
              -----------------------    ----------------------------------------
        end   0:r0=0 1:r0=0

      "
    `);
  });

  it('with loops are followed twice, or as often as asked for', async () => {
    desk.write(
      'loop.litmus',
      'C loop\n{}\nP0(int *x) { int r = 0; while (r < 3) { r = r + 1; *x = r; } }\nexists (x=3)\n',
    );
    const twice = await desk.run('check', 'loop.litmus');
    expect(twice.code).toBe(3);
    expect(twice.out).toMatchInlineSnapshot(`
      "  Never      loop                             0 of 0 executions   0 states   OPEN   lkmm
                   a loop was cut: more rounds could lead elsewhere (--unroll)
      "
    `);
    const often = await desk.run('check', 'loop.litmus', '--unroll', '3');
    expect(often.code).toBe(0);
    expect(often.out).toMatchInlineSnapshot(`
      "  Always     loop                             1 of 1 execution   1 state   lkmm
      "
    `);
    const herd = await desk.run('check', 'loop.litmus', '-r', 'herd');
    expect(herd.out).toContain('\nLoop No\n');
    expect(herd.err).toMatchInlineSnapshot(`
      "Warning: File "loop.litmus": unrolling limit exceeded at loop, legal outcomes may be missing.
      "
    `);
    expect((await desk.run('check', 'loop.litmus', '--unroll', '0')).code).toBe(2);
  });

  it('that do not parse, or do not exist, exit with 2 and no stack trace', async () => {
    desk.write('bad.litmus', 'C bad\n{}\nP0(int *x) { smp_mb_acquire(); }\nexists (x=1)\n');
    const wrong = await desk.run('check', 'bad.litmus', 'absent.litmus');
    expect(wrong.code).toBe(2);
    expect(wrong.err).toContain('HF104');
    expect(wrong.err).toContain('HF006');
    expect(wrong.err).not.toMatch(/^\s+at /m);
  });

  it('that ask for what nothing can change are warned about', async () => {
    const asks = (what: string): string =>
      storeBuffering('').replace('exists (0:r0=0', `exists (${what} /\\ 0:r0=0`);
    desk.write('misspelt.litmus', asks('0:r9=1'));
    desk.write('absent-global.litmus', asks('z=1'));
    const { out } = await desk.run('check', 'misspelt.litmus', 'absent-global.litmus');
    expect(out).toContain('warning: 0:r9 is assigned nowhere, so it is 0: P0 assigns r0.');
    expect(out).toContain('warning: z is in no thread and has no initial value: it is 0.');
    const herd = await desk.run('check', 'misspelt.litmus', '-r', 'herd');
    expect(herd.err).toMatch(/^Warning: File "misspelt.litmus": 0:r9 is assigned nowhere/);
  });
});

describe('reporters for programs', () => {
  it('json: an event for each test, as the schema says', async () => {
    const argv = ['check', 'weak.litmus', 'bad.litmus', '-m', 'sc', '-r', 'json'];
    const { code, out } = await desk.run(...argv);
    expect(code).toBe(2);
    const events = eventsOf(out);
    expect(events.map(({ type }) => type)).toEqual(['start', 'litmus', 'problem', 'summary']);
    const { states, models, ...rest } = events[1] ?? {};
    expect(rest).toMatchObject({ name: 'SB', observation: 'Sometimes', positive: 1, negative: 3 });
    expect(states).toHaveLength(4);
    expect(models).toMatchObject([{ model: 'sc', observation: 'Never', complete: true }]);
  });

  it('junit and github: what is open is told, and no other line is printed', async () => {
    const writes = Array.from({ length: 600 }, () => 'WRITE_ONCE(*x, 1);').join('\n');
    desk.write('long.litmus', `C long\n{}\nP0(int *x) {\n${writes}\n}\nexists (x=2)\n`);
    const junit = await desk.run('check', 'weak.litmus', 'long.litmus', '-r', 'junit');
    expect(junit.code).toBe(3);
    expect(junit.out).toMatch(/^<\?xml/);
    expect(junit.out).toContain('<testcase classname="litmus" name="SB: Sometimes"');
    expect(junit.out).toContain('an execution has 600 events; the limit is 512');
    const github = await desk.run('check', 'weak.litmus', 'long.litmus', '-r', 'github');
    expect(github.out).toBe(
      '::warning file=long.litmus,line=1,col=1,title=long%3A open::Never, but not certain.\n',
    );
    const herd = await desk.run('check', 'long.litmus', '-r', 'herd');
    expect(herd.err).toMatch(/not decided, an execution has 600 events/);
  });

  it('readers: columns fit the longest name, and a total stands at the end', async () => {
    const name = 'a-test-whose-name-is-longer-than-the-column';
    desk.write(`${name}.litmus`, storeBuffering('').replace('C SB', `C ${name}`));
    const { out } = await desk.run('check', 'weak.litmus', `${name}.litmus`);
    const [first = '', second = '', , total] = out.split('\n');
    expect(first.indexOf('1 of 4')).toBe(second.indexOf('1 of 4'));
    expect(total).toMatch(/^ {2}2 litmus tests {3}2 Sometimes {3}/);
  });
});
