/** "Did you mean ...?": the known names nearest to a misspelt one. */

/**
 * The best three of `known`, nearest first.
 *
 * A name counts as near when a third of its letters or fewer must change, or when it shares most
 * of its words (`smp_mb_acquire` has `smp` and `acquire` in common with `smp_load_acquire`).
 */
export function nearest(name: string, known: Iterable<string>): string[] {
  const found: { name: string; distance: number }[] = [];
  for (const candidate of known) {
    const distance = Math.min(editDistance(name, candidate), wordDistance(name, candidate));
    if (distance <= Math.max(name.length, candidate.length) / 3) {
      found.push({ name: candidate, distance });
    }
  }
  found.sort((one, other) => one.distance - other.distance || (one.name < other.name ? -1 : 1));
  return found.slice(0, 3).map((one) => one.name);
}

/** `Did you mean a, b or c?`, or nothing to say. */
export function didYouMean(name: string, known: Iterable<string>): string[] {
  const names = nearest(name, known);
  if (names.length === 0) return [];
  const last = names.pop() as string;
  return [`Did you mean ${names.length === 0 ? last : `${names.join(', ')} or ${last}`}?`];
}

/** Letters to insert, delete or replace, at most 40 letters of each name being looked at. */
function editDistance(one: string, other: string): number {
  const left = one.slice(0, 40);
  const right = other.slice(0, 40);
  let above = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let row = 1; row <= left.length; row++) {
    const here = [row];
    for (let column = 1; column <= right.length; column++) {
      const change = left[row - 1] === right[column - 1] ? 0 : 1;
      const replaced = (above[column - 1] as number) + change;
      const inserted = Math.min(above[column] as number, here[column - 1] as number) + 1;
      here.push(Math.min(replaced, inserted));
    }
    above = here;
  }
  return above[right.length] as number;
}

/** Two letters for every word that only one of the names has. */
function wordDistance(one: string, other: string): number {
  const left = new Set(one.split('_').filter((word) => word !== ''));
  const right = new Set(other.split('_').filter((word) => word !== ''));
  const common = [...left].filter((word) => right.has(word)).length;
  if (common < 2) return Infinity;
  return 2 * (left.size + right.size - 2 * common) + 1;
}
