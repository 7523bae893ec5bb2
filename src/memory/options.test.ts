import { describe, expect, it } from 'vitest';
import { TRUTH, wrongOption } from './options.ts';

const KNOWN = { pte: ['ro', 'rw', 'rw dirty'], pages: 'count', stable: TRUTH, data: null } as const;

describe('options', () => {
  it.each([
    [{ pte: 'rw drity' }, `The option 'pte' cannot be "rw drity"`, "Did you mean 'rw dirty'?"],
    [{ pte: 'r' }, `The option 'pte' cannot be "r".`, "Did you mean 'ro'?"],
    [{ pte: 'xyz' }, `cannot be "xyz": it is 'ro' or 'rw' or 'rw dirty'.`, 'dirty'],
    [{ pages: '2' }, `The option 'pages' cannot be "2"`, 'it is a whole number, 0 or more.'],
    [{ pages: -1 }, "The option 'pages' cannot be -1", 'it is a whole number, 0 or more.'],
    [{ stable: 1 }, "The option 'stable' cannot be 1", 'it is true or false.'],
    [{ stabel: true }, "There is no option 'stabel'.", "Did you mean 'stable'?"],
    [{ quite: 1 }, "There is no option 'quite'.", 'There are: pte, pages, stable, data.'],
    ['ro', 'Options are an object, not "ro".', ''],
  ])('%j are refused', (options, what, hint) => {
    expect(wrongOption(options, KNOWN)).toContain(what);
    expect(wrongOption(options, KNOWN)).toContain(hint);
  });

  it('may be anything that is accepted, or absent', () => {
    const right = { pte: 'rw', pages: 0, stable: false, data: 'anything' };
    expect([wrongOption(right, KNOWN), wrongOption({ pte: undefined }, KNOWN)]).toEqual([
      null,
      null,
    ]);
  });
});
