/** Layout leases for long-term pins: what each part of the protocol is for. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadScenarioFile } from '../src/cli/load.ts';
import { check, isScenario } from '../src/index.ts';

const FILE = join(
  fileURLToPath(new URL('../scenarios/002-transient-and-longterm-pins', import.meta.url)),
  'lease-rdma.scenario.ts',
);
const loaded = await loadScenarioFile(FILE);
if (!loaded.ok) throw new Error(loaded.error.message);
const scenarios = Object.values(loaded.namespace).flat().filter(isScenario);

/** What the search finds, by name, with a defence removed. */
async function wrongWith(name: string, without: readonly string[] = []): Promise<string[]> {
  const scenario = scenarios.find((one) => one.name === name);
  if (scenario === undefined) throw new Error(`no scenario ${name}`);
  const { findings } = await check(scenario, { model: 'sc', without });
  return findings.map(({ property }) => property.name);
}

const lease = (revocation: string, holder: string): string =>
  `lease-rdma (revocation=${revocation}, holder=${holder})`;

const LATER = 'nothing is written later';

describe('a layout lease', () => {
  it('that is only dropped leaves the DMA', async () => {
    expect(await wrongWith(lease('drop the lease', 'silent'))).toEqual([LATER]);
  });

  it('that is waited for leaves truncation to a holder who does nothing', async () => {
    expect(await wrongWith(lease('wait', 'silent'))).toEqual(['stuck thread']);
  });

  it('is not given back by killing the holder, when another process has its file', async () => {
    expect(await wrongWith(lease('kill', 'forked'))).toEqual(['stuck thread']);
  });

  it('is waited for without the locks of the file, which its holder may need', async () => {
    const without = ['xfs_break_leased_layouts/drop the locks'];
    expect(await wrongWith('lease-reads-first', without)).toEqual(['deadlock']);
  });
});
