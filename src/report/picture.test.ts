/** Pictures of hand-made executions, in each width and form. */
import { describe, expect, it } from 'vitest';
import { finding, pinVersusShare, steps, storeBuffering, trace } from '../../test/support/trace.ts';
import { asciiGlyphs, plainPaint, unicodeGlyphs } from './paint.ts';
import type { Style } from './paint.ts';
import { picture, stepList } from './picture.ts';

const unicode: Style = { paint: plainPaint, glyphs: unicodeGlyphs, width: 100 };
const ascii: Style = { paint: plainPaint, glyphs: asciiGlyphs, width: 100 };

function show(text: string): string {
  return `\n${text}\n`;
}

describe('a picture of labelled steps', () => {
  it('has lanes, numbers and state columns side by side in 100 columns', () => {
    const text = picture(pinVersusShare(), { style: unicode, states: 17 });
    expect(show(text)).toMatchInlineSnapshot();
  });

  it('puts the state below where 70 columns must do', () => {
    const text = picture(pinVersusShare(), { style: { ...unicode, width: 70 } });
    expect(show(text)).toMatchInlineSnapshot();
  });

  it('has one step a line where it is narrow', () => {
    const text = picture(pinVersusShare(), { style: { ...unicode, width: 40 } });
    expect(show(text)).toMatchInlineSnapshot();
  });

  it('is pure ASCII when plain', () => {
    const text = picture(pinVersusShare(), { style: ascii });
    expect(text.split('').filter((one) => one !== '\n' && (one < ' ' || one > '~'))).toEqual([]);
    expect(text).toContain('<- init  stale: missed 2');
  });
});

describe('a picture of store buffers', () => {
  it('shows a store that waits and the moment when it is visible', () => {
    const text = picture(storeBuffering(), { style: unicode, models: { sc: 'pass', tso: 'fail' } });
    expect(show(text)).toMatchInlineSnapshot();
  });

  it('is pure ASCII when plain', () => {
    expect(show(picture(storeBuffering(), { style: ascii }))).toMatchInlineSnapshot();
  });
});

describe('the list of steps', () => {
  it('names every access, its effect and its place', () => {
    expect(show(stepList(storeBuffering()))).toMatchInlineSnapshot();
  });
});

describe('a long execution', () => {
  it('folds rounds that look the same', () => {
    const round = [
      { thread: 0, primitive: 'spin_trylock', field: 'lock', observed: 'false' },
      { thread: 0, primitive: 'cpu_relax' },
    ];
    const all = Array.from({ length: 14 }, () => round).flat();
    const rounds = trace({
      threads: ['waiter', 'owner'],
      steps: steps({ thread: 1, primitive: 'spin_lock', field: 'lock' }, ...all),
    });
    const text = picture(finding({ trace: rounds, message: 'never ends' }), { style: unicode });
    expect(show(text)).toMatchInlineSnapshot();
  });
});
