/** The format of herd7, line by line. */
import { describe, expect, it } from 'vitest';
import { checkLitmus } from '../litmus/index.ts';
import { herdText } from './herd.ts';

const MP = `C MP
{}
P0(int *x, int *y) { WRITE_ONCE(*x, 1); WRITE_ONCE(*y, 1); }
P1(int *x, int *y) { int r0 = READ_ONCE(*y); int r1 = READ_ONCE(*x); }
`;

function printed(text: string): string {
  return `\n${herdText(checkLitmus(text))}`;
}

describe('the herd format', () => {
  it('of exists prints states in order, the verdict, the counts', () => {
    expect(printed(`${MP}exists (1:r0=1 /\\ 1:r1=0)`)).toMatchInlineSnapshot(`
      "
      Test MP Allowed
      States 4
      1:r0=0; 1:r1=0;
      1:r0=0; 1:r1=1;
      1:r0=1; 1:r1=0;
      1:r0=1; 1:r1=1;
      Ok
      Witnesses
      Positive: 1 Negative: 3
      Condition exists (1:r0=1 /\\ 1:r1=0)
      Observation MP Sometimes 1 3

      "
    `);
  });

  it('of ~exists swaps the witnesses, and of forall says Required', () => {
    const never = printed(`${MP}~exists (1:r0=1 /\\ 1:r1=0)`);
    expect(never).toContain('Test MP Forbidden');
    expect(never).toContain('\nNo\nWitnesses\nPositive: 3 Negative: 1\n');
    expect(never).toContain('Condition ~exists (1:r0=1 /\\ 1:r1=0)\nObservation MP Sometimes 1 3');
    const always = printed(`${MP}forall (x=1)`);
    expect(always).toContain('Test MP Required\nStates 1\n[x]=1;\nOk\n');
    expect(always).toContain('Condition forall ([x]=1)\nObservation MP Always 4 0');
  });

  it('prints addresses by name, flags one to a line, and Loop where a loop was cut', () => {
    const text = `C t
{ int *p = &x; }
P0(int **p, int *x) { int r = *p; while (*x == 0) ; }
P1(int *x) { *x = 1; }
exists (0:r=x)`;
    expect(printed(text)).toContain('States 1\n0:r=x;\nLoop Ok\n');
    expect(printed(text)).toContain('\nFlag data-race\nCondition exists (0:r=x)\n');
  });

  it('of a deadlock has no states', () => {
    const text = 'C t\n{}\nP0(spinlock_t *l) { spin_lock(l); spin_lock(l); }';
    expect(printed(text)).toContain(
      'Test t Required\nStates 0\nOk\nWitnesses\nPositive: 0 Negative: 0',
    );
    expect(printed(text)).toContain('Condition forall (true)\nObservation t Never 0 0');
  });
});
