import { describe, expect, it } from 'vitest';
import { Modify, operation, Result, resultOf, modified, Test, testHolds } from './operation.ts';

/** Values around every place where 32-bit arithmetic could go wrong. */
const VALUES = [0, 1, 2, 3, 7, 8, 1023, 1024, 0x7ffffffe, 0x7fffffff];
const WORDS = [...VALUES, ...VALUES.map((value) => -value | 0), -0x80000000];

const unsigned = (word: number): bigint => BigInt.asUintN(32, BigInt(word));
const signed = (value: bigint): number => Number(BigInt.asIntN(32, value));

function forEachPair(visit: (old: number, argument: number) => void): void {
  for (const old of WORDS) for (const argument of WORDS) visit(old, argument);
}

describe('a test', () => {
  const definitions: [keyof typeof Test, (old: number, argument: number) => boolean][] = [
    ['ALWAYS', () => true],
    ['EQUALS', (old, argument) => old === argument],
    ['DIFFERS', (old, argument) => old !== argument],
    ['AT_LEAST', (old, argument) => BigInt(old) >= BigInt(argument)],
    ['LESS', (old, argument) => BigInt(old) < BigInt(argument)],
    ['BITS_CLEAR', (old, argument) => (unsigned(old) & unsigned(argument)) === 0n],
    ['BITS_SET', (old, argument) => (unsigned(old) & unsigned(argument)) !== 0n],
    ['UNSIGNED_AT_LEAST', (old, argument) => unsigned(old) >= unsigned(argument)],
  ];

  it.each(definitions)('%s holds exactly when its definition does', (name, definition) => {
    forEachPair((old, argument) => {
      const found = testHolds(Test[name], argument, old);
      expect([old, argument, found]).toEqual([old, argument, definition(old, argument)]);
    });
  });

  it('has a definition here for each kind', () => {
    expect(definitions.map(([name]) => name)).toEqual(Object.keys(Test));
  });
});

describe('a modification', () => {
  const definitions: [keyof typeof Modify, (old: number, argument: number) => number][] = [
    ['NOTHING', (old) => old],
    ['SET', (_, argument) => argument],
    ['ADD', (old, argument) => signed(BigInt(old) + BigInt(argument))],
    ['AND', (old, argument) => signed(unsigned(old) & unsigned(argument))],
    ['OR', (old, argument) => signed(unsigned(old) | unsigned(argument))],
    ['XOR', (old, argument) => signed(unsigned(old) ^ unsigned(argument))],
    ['TAKE_ONE', (old) => (old > 0 ? old - 1 : old)],
  ];

  it.each(definitions)('%s gives what 32-bit two’s complement gives', (name, definition) => {
    forEachPair((old, argument) => {
      const found = modified(Modify[name], argument, old);
      expect([old, argument, found]).toEqual([old, argument, definition(old, argument)]);
    });
  });

  it('has a definition here for each kind', () => {
    expect(definitions.map(([name]) => name)).toEqual(Object.keys(Modify));
  });
});

describe('a result', () => {
  type Definition = (argument: number, old: number, written: number, tested: boolean) => number;
  const definitions: [keyof typeof Result, Definition][] = [
    ['NONE', () => 0],
    ['OLD', (_, old) => old],
    ['NEW', (_argument, _old, written) => written],
    ['TESTED', (_argument, _old, _written, tested) => Number(tested)],
    ['NEW_EQUALS', (argument, _, written) => Number(written === argument)],
    ['NEW_NEGATIVE', (_argument, _old, written) => Number(unsigned(written) >> 31n === 1n)],
    ['OLD_BITS', (argument, old) => Number((unsigned(old) & unsigned(argument)) !== 0n)],
    ['OLD_EQUALS', (argument, old) => Number(old === argument)],
    ['NEW_SIGN', (_argument, _old, written) => (written === 0 ? 0 : written > 0 ? 1 : -1)],
  ];

  it.each(definitions)('%s tells what its definition says', (name, definition) => {
    const argument = 8;
    forEachPair((old, written) => {
      for (const tested of [false, true]) {
        const found = resultOf(Result[name], argument, old, written, tested);
        expect([old, written, found]).toEqual([
          old,
          written,
          definition(argument, old, written, tested),
        ]);
      }
    });
  });

  it('has a definition here for each kind', () => {
    expect(definitions.map(([name]) => name)).toEqual(Object.keys(Result));
  });
});

describe('an operation', () => {
  it('that is given nothing touches nothing and tells nothing', () => {
    expect(operation('smp_mb', {})).toMatchObject({
      primitive: 'smp_mb',
      address: 0,
      test: Test.ALWAYS,
      modify: Modify.NOTHING,
      result: Result.NONE,
      wait: false,
      ownBit: false,
      hold: null,
    });
  });

  it('cannot be given another name by its parts', () => {
    const parts = { primitive: 'load', address: 3 } as object;
    expect(operation('store', parts)).toMatchObject({ primitive: 'store', address: 3 });
  });
});
