/** The form of an entry in the tables of HF codes. */

/** One code. */
export interface Code {
  readonly code: string;
  readonly title: string;
  /** Two to five sentences for `holdfast explain`. */
  readonly explanation: string;
  /** Used where the place that found the mistake says nothing better. */
  readonly likely: string;
  readonly next: string;
}

/** Builds an entry from its texts in reading order. */
export function entry(
  code: string,
  title: string,
  explanation: string,
  likely: string,
  next: string,
): Code {
  return { code, title, explanation, likely, next };
}
