// A scanner that knows just enough JavaScript and TypeScript to tell code from everything else.
//
// maskSource(text) returns a text of the same length in which the insides of comments, strings,
// templates and regular expressions are blank. Quotes, line ends and `${ }` code stay, so an
// offset, a line and a column mean the same place in both texts, and a plain regular expression
// over the mask never matches inside a string or a comment.

const WORD = /[\w$]/;
const OPERATOR_BEFORE_REGEX = /[(,=:[!&|?{};+\-*%<>~^}]/;
const WORD_BEFORE_REGEX =
  /\b(?:return|typeof|case|in|of|do|else|void|delete|throw|new|await|yield|instanceof)$/;

/**
 * Blank everything that is not code.
 * @param {string} text
 * @returns {string}
 */
export function maskSource(text) {
  const out = text.split('');
  /** Depth of braces at which each open template resumes. @type {number[]} */
  const templates = [];
  let depth = 0;
  let at = 0;
  while (at < text.length) {
    const char = text[at];
    const end = endOfNonCode(text, out, at);
    if (end > at) {
      blank(out, at, end, char === '/' && !isComment(text, at) ? 1 : 0);
      at = end;
    } else if (char === '`') {
      at = skipTemplate(text, out, at + 1, () => templates.push(depth++));
    } else if (char === '}' && templates.at(-1) === depth - 1) {
      depth = /** @type {number} */ (templates.pop());
      at = skipTemplate(text, out, at + 1, () => templates.push(depth++));
    } else {
      if (char === '{') depth++;
      if (char === '}') depth--;
      at++;
    }
  }
  return out.join('');
}

/**
 * The end of the comment, string or regular expression that starts at `at`, or `at` itself.
 * @param {string} text
 * @param {string[]} masked what has been masked so far, so that comments do not confuse us
 * @param {number} at
 */
function endOfNonCode(text, masked, at) {
  const char = text[at];
  if (at === 0 && text.startsWith('#!')) return lineEnd(text, at);
  if (char === "'" || char === '"') return closing(text, at + 1, char);
  if (char !== '/') return at;
  if (text[at + 1] === '/') return lineEnd(text, at);
  if (text[at + 1] === '*') {
    const end = text.indexOf('*/', at + 2);
    return end < 0 ? text.length : end + 2;
  }
  return regexMayStart(masked, at) ? closing(text, at + 1, '/') : at;
}

/** @param {string} text @param {number} at */
function isComment(text, at) {
  return text[at + 1] === '/' || text[at + 1] === '*';
}

/** @param {string} text @param {number} at */
function lineEnd(text, at) {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end;
}

/**
 * Offset just after the closing quote or slash; an unclosed one ends with its line.
 * @param {string} text @param {number} at @param {string} quote
 */
function closing(text, at, quote) {
  let inClass = false;
  for (; at < text.length && text[at] !== '\n'; at++) {
    if (text[at] === '\\') at++;
    else if (quote === '/' && text[at] === '[') inClass = true;
    else if (quote === '/' && text[at] === ']') inClass = false;
    else if (text[at] === quote && !inClass) return at + 1;
  }
  return at;
}

/** @param {string[]} masked @param {number} at */
function regexMayStart(masked, at) {
  let back = at - 1;
  while (back >= 0 && /\s/.test(masked[back] ?? '')) back--;
  if (back < 0) return true;
  const before = masked[back] ?? '';
  if (!WORD.test(before)) return OPERATOR_BEFORE_REGEX.test(before);
  return WORD_BEFORE_REGEX.test(masked.slice(Math.max(0, back - 12), back + 1).join(''));
}

/**
 * Blank template text from `at` on; stops after the closing backtick or after `${`.
 * @param {string} text @param {string[]} out @param {number} at @param {() => void} onCode
 */
function skipTemplate(text, out, at, onCode) {
  const from = at;
  for (; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '`') {
      blank(out, from, at, 0);
      return at + 1;
    } else if (text[at] === '$' && text[at + 1] === '{') {
      blank(out, from, at, 0);
      onCode();
      return at + 2;
    }
  }
  blank(out, from, text.length, 0);
  return text.length;
}

/**
 * Replace [from, to) with blanks, keep line ends and the first and last character of a literal.
 * @param {string[]} out @param {number} from @param {number} to @param {number} keep
 */
function blank(out, from, to, keep) {
  const quoted = keep === 1 || out[from] === "'" || out[from] === '"';
  const first = quoted ? from + 1 : from;
  const last = quoted ? to - 1 : to;
  for (let at = first; at < last; at++) if (out[at] !== '\n') out[at] = ' ';
}

/**
 * Where each relative `.ts` specifier of a module stands: imports, exports, dynamic imports and
 * `new URL('./x.ts', import.meta.url)`, which is how a worker is named.
 * @param {string} text
 * @returns {{ start: number, end: number, specifier: string }[]} offsets without the quotes
 */
export function relativeSpecifiers(text) {
  const mask = maskSource(text);
  const place = /(?:\bfrom\s*|\bimport\s*|\bimport\s*\(\s*|\bnew\s+URL\s*\(\s*)(['"])/dg;
  const found = [];
  for (const match of mask.matchAll(place)) {
    const start = match.index + match[0].length;
    const end = text.indexOf(/** @type {string} */ (match[1]), start);
    const specifier = text.slice(start, end);
    if (/^\.\.?\//.test(specifier) && specifier.endsWith('.ts')) {
      found.push({ start, end, specifier });
    }
  }
  return found;
}

const CONTROL_WORDS = new Set(['if', 'for', 'while', 'switch', 'catch', 'with', 'await']);

/**
 * Every function with a block body in a module without types (strip them first), with its first
 * line (one-based) and its number of lines, from its name or parameters to its closing brace.
 * @param {string} text
 * @returns {{ name: string, line: number, lines: number }[]}
 */
export function functionLengths(text) {
  const mask = maskSource(text);
  /** @type {{ name: string, start: number }[]} */
  const open = [];
  const found = [];
  for (let at = 0; at < mask.length; at++) {
    if (mask[at] === '{') open.push(functionBefore(mask, at) ?? { name: '', start: -1 });
    if (mask[at] !== '}') continue;
    const body = open.pop();
    if (body === undefined || body.start < 0) continue;
    const line = lineOf(mask, body.start);
    found.push({ name: body.name, line, lines: lineOf(mask, at) - line + 1 });
  }
  return found.sort((one, other) => one.line - other.line);
}

/**
 * The function whose body opens at `brace`, or undefined when the brace opens something else.
 * @param {string} mask @param {number} brace
 */
function functionBefore(mask, brace) {
  let end = mask.slice(0, brace).trimEnd().length;
  const arrow = mask.slice(end - 2, end) === '=>';
  if (arrow) end = mask.slice(0, end - 2).trimEnd().length;
  if (mask[end - 1] !== ')') {
    return arrow ? { name: 'arrow', start: end - 1 } : undefined;
  }
  const parameters = openingParenthesis(mask, end - 1);
  const head = mask.slice(0, parameters).trimEnd();
  const name = /[\w$#]+$/.exec(head)?.[0] ?? '';
  if (arrow) return { name: 'arrow', start: parameters };
  if (CONTROL_WORDS.has(name)) return undefined;
  return { name: name || 'computed', start: head.length - 1 };
}

/** @param {string} mask @param {number} close */
function openingParenthesis(mask, close) {
  let depth = 0;
  for (let at = close; at >= 0; at--) {
    if (mask[at] === ')') depth++;
    if (mask[at] === '(' && --depth === 0) return at;
  }
  return 0;
}

/** @param {string} text @param {number} offset */
export function lineOf(text, offset) {
  let line = 1;
  for (let at = 0; at < offset; at++) if (text[at] === '\n') line++;
  return line;
}
