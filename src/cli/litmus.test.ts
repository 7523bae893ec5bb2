/** Litmus files on the command line. */

import { afterAll, describe, expect, it } from 'vitest';
import { openDesk } from '../../test/support/io.ts';

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

describe('litmus files', () => {
  it('get a line each', async () => {
    const { code, out } = await desk.run('check', 'weak.litmus', 'full.litmus');
    expect(code).toBe(0);
    expect(out).toMatchInlineSnapshot(`
      "  Sometimes  SB                                       1 of 4 executions   4 states   lkmm
        Never      SB                                       0 of 3 executions   3 states   lkmm
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

  it('say which cycle forbids an outcome', async () => {
    const { code, out } = await desk.run('why', 'full.litmus');
    expect(code).toBe(0);
    expect(out).toMatchInlineSnapshot(`
      "
        Never      SB                                       0 of 3 executions   3 states   lkmm

        Forbidden by propagation: this would be a cycle.

          P0: READ_ONCE y=0                  fr                   P1: WRITE_ONCE y=1
          P1: WRITE_ONCE y=1                 smp_mb               P1: READ_ONCE x=0
          P1: READ_ONCE x=0                  fr                   P0: WRITE_ONCE x=1
          P0: WRITE_ONCE x=1                 smp_mb               P0: READ_ONCE y=0

      "
    `);
  });

  it('show an execution that has the outcome', async () => {
    expect((await desk.run('why', 'weak.litmus')).out).toMatchInlineSnapshot(`
      "
        Sometimes  SB                                       1 of 4 executions   4 states   lkmm

          P0: WRITE_ONCE x=1
          P0: READ_ONCE y=0                    reads from init: initial value y=0
          P1: WRITE_ONCE y=1
          P1: READ_ONCE x=0                    reads from init: initial value x=0

      "
    `);
  });

  it('that do not parse, or do not exist, exit with 2 and no stack trace', async () => {
    desk.write('bad.litmus', 'C bad\n{}\nP0(int *x) { smp_mb_acquire(); }\nexists (x=1)\n');
    const wrong = await desk.run('check', 'bad.litmus', 'absent.litmus');
    expect(wrong.code).toBe(2);
    expect(wrong.err).toContain('HF104');
    expect(wrong.err).toContain('HF006');
    expect(wrong.err).not.toMatch(/^\s+at /m);
  });
});
