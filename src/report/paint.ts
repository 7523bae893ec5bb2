/**
 * Colour and drawing characters, as a table that printers are given.
 *
 * Red is for the failing line and for stale reads, dim for context that did not change. Nothing is
 * said by colour alone, so the plain table below prints the same message.
 */

/** How a text is emphasised; each function returns the text, perhaps with escape codes around. */
export interface Paint {
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
}

/** The characters that pictures are drawn with. */
export interface Glyphs {
  readonly rule: string;
  readonly bar: string;
  readonly stale: string;
  readonly into: string;
  readonly outOf: string;
  readonly cross: string;
  readonly fold: string;
  readonly cut: string;
  readonly caret: string;
}

/** How a printer prints. */
export interface Style {
  readonly paint: Paint;
  readonly glyphs: Glyphs;
  /** Columns of the terminal. */
  readonly width: number;
}

function same(text: string): string {
  return text;
}

/** No colour at all. */
export const plainPaint: Paint = { red: same, green: same, yellow: same, bold: same, dim: same };

/** For terminals that show Unicode. */
export const unicodeGlyphs: Glyphs = {
  rule: '─',
  bar: '│',
  stale: '◂',
  into: '▹',
  outOf: '◃',
  cross: '✗',
  fold: '⋯',
  cut: '…',
  caret: '^',
};

/** Pure ASCII, for `--plain` and for locales other than UTF-8. */
export const asciiGlyphs: Glyphs = {
  rule: '-',
  bar: '|',
  stale: '<-',
  into: '->',
  outOf: '<=',
  cross: 'x',
  fold: '...',
  cut: '~',
  caret: '^',
};

/** 100 columns of ASCII without colour: what files and tests get. */
export const plainStyle: Style = { paint: plainPaint, glyphs: asciiGlyphs, width: 100 };
