/** Numbers and paragraphs as every printer of this folder writes them. */

/** 1284 as `1 284`, and from a million on `2.1 M`. */
export function amount(value: number): string {
  if (value >= 1e15) return value.toExponential(0).replace('+', '');
  if (value >= 999_500_000) return `${(value / 1e9).toFixed(1)} G`;
  if (value >= 1_000_000) return `${(value / 1e6).toFixed(1)} M`;
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ' ');
}

/** For a status line that changes all the time: 812 345 as `812 k`. */
export function roughAmount(value: number): string {
  return value >= 10_000 && value < 1_000_000 ? `${Math.round(value / 1000)} k` : amount(value);
}

/** `0.9 s`, `12 s`, `3 min 20 s`. */
export function duration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 120) return `${whole} s`;
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** `4.0 GB`, in powers of 1024. */
export function byteCount(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit] ?? ''}`;
}

/** `1 state`, `2 states`. */
export function counted(count: number, noun: string): string {
  return `${amount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** `a`, `a and b`, `a, b and c`; the last word may be another. */
export function listed(words: readonly string[], last = 'and'): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1) ?? ''}`;
}

/** Breaks a text at blanks and line ends; a word longer than the width stays whole. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = '';
    }
    line += (line === '' ? '' : ' ') + word;
  }
  return line === '' && lines.length > 0 ? lines : [...lines, line];
}

/** A paragraph behind a head: later lines start below the first one's text. */
export function hanging(head: string, text: string, width: number): string[] {
  const blank = ' '.repeat(head.length);
  const lines = wrapped(text, Math.max(20, width - head.length));
  return lines.map((line, at) => ((at === 0 ? head : blank) + line).trimEnd());
}

/** Parts behind an indent, as many on a line as fit; what stands inside a part stays together. */
export function sideBySide(
  parts: readonly string[],
  indent: string,
  gap: number,
  width: number,
): string[] {
  const lines: string[] = [];
  for (const part of parts) {
    const last = lines.at(-1);
    const longer = `${last ?? ''}${' '.repeat(gap)}${part}`;
    if (last !== undefined && longer.length <= width) lines[lines.length - 1] = longer;
    else lines.push(indent + part);
  }
  return lines;
}

/** Cut to a width, with a mark where something is missing. */
export function clipped(text: string, width: number, mark: string): string {
  if (text.length <= width) return text;
  return text.slice(0, Math.max(0, width - mark.length)) + mark;
}

/** A scenario's name as a file name and as the part before the colon in an address. */
export function slug(name: string): string {
  const plain = name.toLowerCase().replace(/[^a-z0-9.]+/g, '-');
  return plain.replace(/^[-.]+|[-.]+$/g, '').slice(0, 80) || 'scenario';
}

/** Lines of cells as columns that line up; the last cell of a line is not padded. */
export function columns(lines: readonly (readonly string[])[], gap = 2): string[] {
  const widths: number[] = [];
  for (const cells of lines) {
    cells.forEach((cell, at) => {
      widths[at] = Math.max(widths[at] ?? 0, cell.length);
    });
  }
  return lines.map((cells) =>
    cells
      .map((cell, at) => cell.padEnd((widths[at] ?? 0) + gap))
      .join('')
      .trimEnd(),
  );
}
