/**
 * Words that were allocated alone and stand in the source as if they were their value: `flag === 1`
 * is false whatever the memory holds, `if (flag)` always true. Nothing in JavaScript tells of it
 * while it runs, as naming a member of a struct does; so the text of the scenario is looked at.
 *
 * Only a variable that is declared once, for what `alloc` gives, is looked for. A warning and no
 * mistake, because a text is not a run.
 */

/** A warning for each such variable; `isAlone` says whether a name is that of one word. */
export function comparedFields(body: string, isAlone: (name: string) => boolean): string[] {
  const text = withoutRemarks(body);
  return allocatedIn(text).flatMap(({ variable, name }) => {
    if (!isAlone(name) || declarationsOf(text, variable) !== 1) return [];
    const { never, ever } = valueUses(withoutTexts(text), escaped(variable));
    const use = never ?? ever;
    if (use === null) return [];
    return [
      `HF036: the text has \`${use}\`, which is always ${never === null}: ${variable} is a place ` +
        `in memory; READ_ONCE or atomic_read gives what it holds`,
    ];
  });
}

/**
 * How the text compares or tests a member of this name, and what that always gives; null where it
 * does not, or where it does both what is always true and what is always false.
 */
export function memberUse(body: string, member: string): string | null {
  const place = `(?<![\\w$.])[\\w$.[\\]]+\\.${member.replaceAll('$', '\\$')}(?![\\w$])`;
  const { never, ever } = valueUses(withoutTexts(withoutRemarks(body)), place);
  const use = never ?? ever;
  if (use === null || (never !== null && ever !== null)) return null;
  return `\`${use}\` is always ${never === null}, whatever it holds`;
}

interface Allocated {
  readonly variable: string;
  /** The name of the word. */
  readonly name: string;
}

/** `const flag = alloc(u32, 'flag')`; and the same in lists, where both have one name. */
function allocatedIn(text: string): Allocated[] {
  const alone = /([\w$]+)\s*=\s*(?:[\w$]+\.)?alloc\([^'"`;]+,\s*['"`]([^'"`]+)['"`]\s*\)/g;
  const listed = /[[,]\s*(?:[\w$]+\.)?alloc\([^'"`;]+,\s*['"`]([\w$]+)['"`]\s*\)/g;
  return [
    ...Array.from(text.matchAll(alone), ([, variable = '', name = '']) => ({ variable, name })),
    ...Array.from(text.matchAll(listed), ([, name = '']) => ({ variable: name, name })),
  ];
}

/** How often a variable of this name is declared, parameters among them. */
function declarationsOf(text: string, variable: string): number {
  const name = escaped(variable);
  const declared = new RegExp(`\\b(?:const|let|var)\\b[^=;]*${name}[^=;]*(?:=|\\bof\\b)`, 'g');
  const parameter = new RegExp(
    `${NOT_TESTED}\\(([^()]*${name}[^()]*)\\)\\s*(?:=>|\\{)|${name}\\s*=>`,
    'g',
  );
  const parameters = [...text.matchAll(parameter)].filter(([, list = variable]) =>
    list.split(',').some((one) => new RegExp(`^\\W*${name}\\s*(?:=(?!=)|\\W*$)`).test(one)),
  );
  return [...text.matchAll(declared)].length + parameters.length;
}

/** What stands in brackets behind these is no parameter. */
const NOT_TESTED = '(?<!\\b(?:if|while|for|switch)\\s*)';

/** Where the text compares or tests a place: what never holds, and what ever does. */
function valueUses(text: string, place: string): { never: string | null; ever: string | null } {
  const name = `${place}(?![\\w$]*\\s*[.([])`;
  const equal = [`${name}\\s*===\\s*[\\w$.]+`, `[\\w$.]+\\s*===\\s*${name}`, `!${name}`];
  const other = [`${name}\\s*!==\\s*[\\w$.]+`, `[\\w$.]+\\s*!==\\s*${name}`];
  const tested = [`\\b(?:if|while)\\s*\\(\\s*${name}\\s*(?:\\)|&&|\\|\\|)`, `${name}\\s*&&`];
  const find = (forms: readonly string[]): string | null => {
    const found = new RegExp(forms.join('|')).exec(text)?.[0];
    return found === undefined ? null : tidy(found);
  };
  return { never: find(equal), ever: find([...other, ...tested]) };
}

/** A whole identifier, and no member of another object. */
function escaped(variable: string): string {
  return `(?<![\\w$.])${variable.replaceAll('$', '\\$')}(?![\\w$])`;
}

function tidy(use: string): string {
  return use
    .replace(/\s+/g, ' ')
    .replace(/\s*(?:&&|\|\|)$/, '')
    .trim();
}

const TEXTS = /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g;

function withoutRemarks(text: string): string {
  const both = new RegExp(`${TEXTS.source}|\\/\\*[\\s\\S]*?\\*\\/|\\/\\/.*`, 'g');
  return text.replace(both, (found) => (found.startsWith('/') ? '' : found));
}

function withoutTexts(text: string): string {
  return text.replace(TEXTS, "''");
}
