/**
 * `why` of a few shipped scenarios, under tso: what test/why.txt says. slow-why.test.ts asks for
 * all of them and writes that text.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { REDUNDANT } from './defences.redundant.ts';
import { shippedScenarios } from './support/shipped.ts';
import { blocksOf, noAnswers, whyBlock, whyOf } from './support/why.ts';

/** Of every kind of answer one: locks, barriers, tests, one of several, none; small searches. */
const SAMPLE = [
  'dio-read-vs-truncate',
  'mark-dirty-vs (other=write-back)',
  'message-passing',
  'munmap-vs-msync',
  'odp-vs-munmap',
  'page-brought-in-vs-punch (by=a read)',
  'peterson (barriers=2)',
  'pin-vs-share',
  'reclaim-vs-last-put (order=dirty, put)',
  'registered-buffer-vs-unregister',
  'share-vs-zap',
  'wb-order',
];

const told = blocksOf(readFileSync(join(import.meta.dirname, 'why.txt'), 'utf8'));
const scenarios = new Map((await shippedScenarios()).map((one) => [one.name, one]));

describe('why, of a shipped scenario', () => {
  it.each(SAMPLE)('%s', async (name) => {
    const scenario = scenarios.get(name);
    if (scenario === undefined) throw new Error(`there is no scenario ${name}`);
    const table = await whyOf(scenario);
    expect(table === null ? ['not asked'] : noAnswers(table)).toEqual([]);
    expect(whyBlock(scenario, table).join('\n')).toBe(told.get(name));
  });
});

describe('why.txt', () => {
  it('needs nowhere what is listed as redundant', () => {
    const needed = [...told.values()].flatMap((block) =>
      Array.from(block.matchAll(/^ {2}(\S[^:(]*?)(?: \([^)]*\))?: /gm), (m) => m[1] ?? ''),
    );
    expect(needed).toContain('gup_fast_pte_range/pte unchanged');
    expect(needed).toContain('folio_try_share_anon_rmap_pte/smp_mb');
    expect(REDUNDANT.filter(({ defence }) => needed.includes(defence))).toEqual([]);
  });
});
