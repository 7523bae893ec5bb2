/**
 * The findings of `--keep-going` that are not drawn: a line each, with what shows its picture. Of
 * failures that were expected only the most telling one is drawn.
 */

import { propertyText } from '../../report/picture.ts';
import { reviewPosition } from '../../report/review.ts';
import { columns, slug } from '../../report/text.ts';
import type { Context } from '../context.ts';
import type { ShownFinding } from '../report-plan.ts';

/** The lines; none where everything is drawn. */
export function notDrawnLines(
  all: readonly ShownFinding[],
  drawn: readonly ShownFinding[],
  place: Context['place'],
): string[] {
  const told = new Set(drawn.map(addressOf));
  const others = all.filter((one) => !told.has(addressOf(one)));
  if (others.length === 0) return [];
  const rows = others.map((one) => {
    const where = one.finding.position ?? reviewPosition(one.finding, () => true);
    const again = one.finding.trace === null ? '' : `holdfast replay ${addressOf(one)}`;
    return [`    ${propertyText(one.finding)}`, where === null ? '' : place(where), again];
  });
  return ['  Not drawn, one line each:', ...columns(rows)];
}

/** What `replay` takes; what no execution shows is told apart by its property. */
function addressOf({ finding, report }: ShownFinding): string {
  const id = finding.trace === null ? propertyText(finding) : finding.id;
  return `${slug(report.info.name)}:${id}`;
}
