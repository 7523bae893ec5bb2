/** Why outcomes are allowed or forbidden. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkLitmus } from './index.ts';
import type { LitmusResult, Picture } from './index.ts';

function explained(threads: string, condition: string): LitmusResult {
  return checkLitmus(`C t\n{}\n${threads}\nexists (${condition})`, { explain: true });
}

function own(name: string): LitmusResult {
  const text = readFileSync(new URL(`../../litmus/${name}.litmus`, import.meta.url), 'utf8');
  return checkLitmus(text, { explain: true });
}

function called(picture: Picture, number: number): string {
  const event = picture.events[number];
  const value = event?.value ?? '';
  return `P${event?.thread}:${event?.kind === 'read' ? 'R' : 'W'}${event?.location}${value}`;
}

/** `axiom: event -edge-> event -edge->` */
function refusal({ refusal: found }: LitmusResult): string {
  if (found === null) return 'allowed';
  const { picture, cycle, axiom } = found;
  if (picture === null) return axiom;
  return `${axiom}: ${cycle.map(({ from, by }) => `${called(picture, from)} -${by}->`).join(' ')}`;
}

const mp = (first: string, second: string): LitmusResult =>
  explained(
    `P0(int *x, int *y) { WRITE_ONCE(*x, 1); ${first} WRITE_ONCE(*y, 1); }
     P1(int *x, int *y) { int r = READ_ONCE(*y); ${second} int s = READ_ONCE(*x); }`,
    '1:r=1 /\\ 1:s=0',
  );

describe('an allowed outcome', () => {
  it('is shown by an execution: events, sources of reads, orders of writes, final state', () => {
    const { witness, refusal: none } = mp('', '');
    expect(none).toBe(null);
    if (witness === null) throw new Error('no witness');
    const sources = witness.rf.map(
      ([from, to]) => `${called(witness, from)} ${called(witness, to)}`,
    );
    expect(sources).toEqual(['P0:Wy1 P1:Ry1', 'P-1:Wx0 P1:Rx0']);
    expect(witness.co.map((order) => order.map((one) => called(witness, one)))).toEqual([
      ['P-1:Wx0', 'P0:Wx1'],
      ['P-1:Wy0', 'P0:Wy1'],
    ]);
    expect(witness.state).toEqual([
      { location: '1:r', value: '1' },
      { location: '1:s', value: '0' },
    ]);
    const write = witness.events[2];
    expect(write).toMatchObject({
      primitive: 'WRITE_ONCE',
      tag: 'once',
      at: { line: 3, column: 22 },
    });
  });
});

describe('a forbidden outcome', () => {
  it('of message passing is a happens-before cycle; its edges name the fences', () => {
    expect(refusal(mp('smp_wmb();', 'smp_rmb();'))).toBe(
      'happens-before: P1:Ry1 -smp_rmb-> P1:Rx0 -fr-> P0:Wx1 -smp_wmb-> P0:Wy1 -rf->',
    );
  });

  it('of store buffering is a propagation cycle', () => {
    expect(refusal(own('pin-and-share'))).toBe(
      'propagation: P0:Rexclusive1 -fr-> P1:Wexclusive0 -smp_mb-> P1:Rrefs0 -fr-> ' +
        'P0:Wrefs1 -smp_mb__after_atomic->',
    );
  });

  it('of load buffering names the dependency', () => {
    expect(refusal(own('false-dependency'))).toBe(
      'happens-before: P0:Rx1 -data-> P0:Wy1 -rf-> P1:Ry1 -data-> P1:Wx1 -rf->',
    );
    expect(refusal(own('in-both-branches'))).toContain('P0:Rx1 -ctrl-> P0:Wy1');
  });

  it('of a grace period is an rcu cycle', () => {
    expect(refusal(own('grace-period'))).toMatch(/^rcu: .*-rcu-fence->/);
  });

  it('of one location is a coherence cycle, found where pruning had left nothing', () => {
    const result = explained(
      `P0(int *x) { WRITE_ONCE(*x, 1); }
       P1(int *x) { int r = READ_ONCE(*x); int s = READ_ONCE(*x); }`,
      '1:r=1 /\\ 1:s=0',
    );
    expect(refusal(result)).toBe('coherence: P0:Wx1 -rf-> P1:Rx1 -po-> P1:Rx0 -fr->');
  });

  it('of two atomics that read the same value is a violation of atomicity', () => {
    const result = explained(
      `P0(int *x) { int r = xchg_relaxed(x, 1); }
       P1(int *x) { int r = xchg_relaxed(x, 2); }`,
      '0:r=0 /\\ 1:r=0',
    );
    expect(refusal(result)).toMatch(/^atomic: P\d:Rx0 -fr-> P\d:Wx\d -co-> P\d:Wx\d -rmw->/);
  });

  it('of plain accesses is what contradicts visibility', () => {
    expect(refusal(own('plain-data'))).toMatch(/^plain-coherence: .*-fr-> .*-visibility->/);
  });

  it('that no values give is said to be that', () => {
    const result = explained('P0(int *x) { WRITE_ONCE(*x, 1); }', 'x=2');
    expect(refusal(result)).toBe('values');
  });
});
