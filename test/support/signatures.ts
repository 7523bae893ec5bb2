/**
 * How each name that src/memory exports is called, and what its comment says: read off the sources,
 * since the build throws types and the compiler's JavaScript has neither.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const MEMORY = join(import.meta.dirname, '../../src/memory');

/** One exported name. */
export interface Signature {
  /** `READ_ONCE(x)`; the name alone where it is no function. */
  readonly call: string;
  /** The type that several names share and that says how each is called, or null. */
  readonly shape: string | null;
  /** The first paragraph of its comment, and what it returns; empty where it has no comment. */
  readonly about: string;
}

const EXPORT = /(?:\/\*\*((?:(?!\*\/)[^])*)\*\/\n)?export (function|const) (\w+)/g;

/** Every exported name of src/memory. */
export function signatures(): Map<string, Signature> {
  const files = readdirSync(MEMORY).filter((name) => /(?<!\.test)\.ts$/.test(name));
  const sources = files.map((name) => readFileSync(join(MEMORY, name), 'utf8'));
  const shapes = sources.join('\n');
  return new Map(sources.flatMap((source) => ofSource(source, shapes)));
}

function ofSource(source: string, shapes: string): [string, Signature][] {
  return [...source.matchAll(EXPORT)].map((match) => {
    const [all, comment = '', kind, name = ''] = match;
    const rest = source.slice(match.index + all.length);
    const shape = kind === 'const' ? (/^: (\w+)/.exec(rest)?.[1] ?? null) : null;
    const type = shape === null ? null : shapeText(shapes, shape);
    const list = kind === 'function' ? rest : type;
    const call = list === null ? name : `${name}(${parameters(list).join(', ')})`;
    return [name, { call, shape: type === null ? null : shape, about: aboutOf(comment) }];
  });
}

/** What a type of functions is, if some file declares it as one. */
function shapeText(sources: string, shape: string): string | null {
  const found = new RegExp(`type ${shape}(?:<.*>)? =\\s*([^;]*=>[^;]*);`).exec(sources);
  return found?.[1] ?? null;
}

/** The names in the first parentheses; types may hold parentheses of their own. */
function parameters(text: string): string[] {
  const from = text.indexOf('(', endOfGenerics(text)) + 1;
  let depth = 1;
  let to = from;
  while (depth > 0 && to < text.length) depth += depthChange(text, to++);
  const parts = splitOutside(text.slice(from, to - 1));
  return parts.map((part) => /^\s*((?:\.\.\.)?\w+)/.exec(part)?.[1] ?? '').filter(Boolean);
}

function endOfGenerics(text: string): number {
  if (!text.startsWith('<')) return 0;
  let depth = 0;
  let at = 0;
  do depth += depthChange(text, at++);
  while (depth > 0 && at < text.length);
  return at;
}

function depthChange(text: string, at: number): number {
  if ('(<{['.includes(text[at] ?? ' ')) return 1;
  const isArrow = text[at] === '>' && text[at - 1] === '=';
  return ')>}]'.includes(text[at] ?? ' ') && !isArrow ? -1 : 0;
}

/** Parts between the commas that stand in no brackets. */
function splitOutside(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    depth += depthChange(text, at);
    if (text[at] !== ',' || depth > 0) continue;
    parts.push(text.slice(from, at));
    from = at + 1;
  }
  return [...parts, text.slice(from)];
}

function aboutOf(comment: string): string {
  const text = comment.replaceAll(/\n\s*\*[ ]?/g, '\n').trim();
  const [first = ''] = text.split(/\n\n|\n?@/);
  const returns = /@returns ([^@]*)/.exec(text)?.[1];
  const whole = returns === undefined ? first : `${first} Returns ${returns.trim()}`;
  const line = whole.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|').trim();
  return line === '' || line.endsWith('.') ? line : `${line}.`;
}
