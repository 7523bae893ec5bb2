/** One page about a word or a code, for `holdfast explain`. */

import { codeOf, codes } from './codes.ts';
import { wrapped } from './text.ts';
import { synonyms, words } from './words.ts';

/** The page of a word or code, or null if there is none. */
export function explanation(word: string, width: number): string | null {
  const code = codeOf(word.toUpperCase());
  if (code !== undefined) {
    const head = `${code.code}  ${code.title}.`;
    const likely = `Most likely: ${code.likely}`;
    return page(head, [code.explanation, likely, code.next], width);
  }
  const name = nameOf(word);
  const text = words[name];
  return text === undefined || !Object.hasOwn(words, name) ? null : page(name, [text], width);
}

/** Every word and every code that has a page. */
export function explained(): { readonly words: string[]; readonly codes: string[] } {
  return { words: Object.keys(words), codes: codes.map((one) => `${one.code}  ${one.title}`) };
}

/** Everything that leads to a page. */
export function everyWord(): string[] {
  return [...Object.keys(words), ...Object.keys(synonyms), ...codes.map((one) => one.code)];
}

function nameOf(word: string): string {
  const plain = word
    .toLowerCase()
    .replace(/[-_\s]+/g, ' ')
    .trim();
  return Object.hasOwn(synonyms, plain) ? (synonyms[plain] ?? plain) : plain;
}

function page(head: string, paragraphs: readonly string[], width: number): string {
  const body = paragraphs.map((text) =>
    wrapped(text, Math.min(width, 92) - 2)
      .map((line) => `  ${line}`)
      .join('\n'),
  );
  return [head, ...body].join('\n\n');
}
