/** Patterns of file names, for shells that leave them alone and for quoted ones. */

const MEANING: Readonly<Record<string, string>> = {
  '**/': '(?:.*/)?',
  '**': '.*',
  '*': '[^/]*',
  '?': '[^/]',
  '{': '(?:',
  '}': ')',
  ',': '|',
};

/** `*` within a name, `**` across folders, `?`, `{a,b}`: what shells know. */
export function globPattern(glob: string): RegExp {
  const plain = glob.replace(/^\.\//, '');
  const source = plain.replace(
    /\*\*\/|\*\*|[*?{},.+^$()|[\]\\]/g,
    (part) => MEANING[part] ?? `\\${part}`,
  );
  try {
    return new RegExp(`^${source}$`);
  } catch {
    return /^$(?!)/;
  }
}
