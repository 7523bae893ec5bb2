/** Deciding a discussion: every search that its rows rest on, each made once. Pure of printing. */

import type { CheckResult, Model } from '../explore/result.ts';
import type { Claim, Discussion, Evidence } from '../debate/claim.ts';

/** What one search of a row found. */
export interface EvidenceFound {
  readonly evidence: Evidence;
  readonly found: 'pass' | 'fail' | 'open' | 'unusable';
  readonly agrees: boolean;
}

/** A row with what was found. */
export interface ClaimFound {
  readonly claim: Claim;
  readonly searches: readonly EvidenceFound[];
}

/** Searches a scenario by its name; null if there is none of that name. */
export type SearchByName = (
  scenario: string,
  model: Model,
  without: readonly string[],
) => Promise<CheckResult | null>;

/**
 * The model of a search that names none: what passes here passes under sc, and what fails under sc
 * fails here, so one search says both.
 */
const WEAKEST: Model = 'tso';

/**
 * Decides the rows in order.
 *
 * @param isOver asked before each row: true gives the rows so far
 */
export async function decide(
  discussion: Discussion,
  search: SearchByName,
  isOver: () => boolean = () => false,
): Promise<readonly ClaimFound[]> {
  const made = new Map<string, Promise<CheckResult | null>>();
  const once = (evidence: Evidence): Promise<CheckResult | null> => {
    const { scenario, model = WEAKEST, without = [] } = evidence;
    const key = JSON.stringify([scenario, model, without]);
    const result = made.get(key) ?? search(scenario, model, without);
    made.set(key, result);
    return result;
  };
  const rows: ClaimFound[] = [];
  for (const claim of discussion.claims) {
    if (isOver()) break;
    const searches: EvidenceFound[] = [];
    for (const evidence of claim.evidence) {
      const found = foundBy(evidence, await once(evidence));
      searches.push({ evidence, found, agrees: found === evidence.expect });
    }
    if (!isOver()) rows.push({ claim, searches });
  }
  return rows;
}

function foundBy({ property }: Evidence, result: CheckResult | null): EvidenceFound['found'] {
  if (result === null || result.problems.length > 0) return 'unusable';
  if (property === undefined) return result.verdict;
  if (result.findings.some((one) => one.property.name === property)) return 'fail';
  const known = result.properties.some((one) => one.property.name === property);
  if (!known) return 'unusable';
  return result.complete ? 'pass' : 'open';
}
