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
    const found = valueUse(withoutTexts(text), variable);
    if (found === null) return [];
    const { use, always } = found;
    return [
      `HF036: the text has \`${use}\`, which is always ${always}: ${variable} is a place in ` +
        `memory; READ_ONCE or atomic_read gives what it holds`,
    ];
  });
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

/** Where the variable is compared or tested, as the text has it. */
function valueUse(text: string, variable: string): { use: string; always: boolean } | null {
  const name = `${escaped(variable)}(?![\\w$]*\\s*[.([])`;
  const equal = [`${name}\\s*===\\s*[\\w$.]+`, `[\\w$.]+\\s*===\\s*${name}`, `!${name}`];
  const other = [`${name}\\s*!==\\s*[\\w$.]+`, `[\\w$.]+\\s*!==\\s*${name}`];
  const tested = [`\\b(?:if|while)\\s*\\(\\s*${name}\\s*(?:\\)|&&|\\|\\|)`, `${name}\\s*&&`];
  const find = (forms: readonly string[]): string | undefined =>
    new RegExp(forms.join('|')).exec(text)?.[0];
  const never = find(equal);
  if (never !== undefined) return { use: tidy(never), always: false };
  const ever = find([...other, ...tested]);
  return ever === undefined ? null : { use: tidy(ever), always: true };
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
