/** The Promela models state the protocol of the scenario: same verdicts, and counts that fit. */
import { describe, expect, it } from 'vitest';
import { check } from '../scenario/check.ts';
import type { Manner } from './promela.ts';
import { protocol } from './protocol.ts';
import type { Size, Variant } from './protocol.ts';
import { buildVerifier, whyNoSpin } from './spin.ts';

const SIZES: readonly Size[] = [
  { pinners: 2, writers: 1, rounds: 1 },
  { pinners: 2, writers: 2, rounds: 1 },
  { pinners: 2, writers: 1, rounds: 2 },
];

describe.runIf(whyNoSpin() === null).each<Manner>(['plain', 'tuned'])('SPIN, %s,', (manner) => {
  it.each(SIZES)('agrees on every verdict in size $pinners,$writers,$rounds', async (size) => {
    for (const variant of ['correct', 'no re-check'] satisfies Variant[]) {
      const verifier = buildVerifier(size, manner, variant);
      const { verdict } = verifier.run();
      verifier.remove();
      expect(verdict).toBe((await check(protocol(size, variant))).verdict);
    }
  });
});
