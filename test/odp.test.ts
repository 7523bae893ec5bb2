/**
 * What keeps a device that faults (on-demand paging) apart from what the kernel does to its pages:
 * each defence is removed once, in a scenario that then fails.
 */
import { describe, expect, it } from 'vitest';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadScenarioFile } from '../src/cli/load.ts';
import { check, isScenario } from '../src/index.ts';
import type { Scenario } from '../src/index.ts';

const FOLDER = fileURLToPath(
  new URL('../scenarios/002-transient-and-longterm-pins', import.meta.url),
);

/** The scenario of a name; the first one of a family. */
async function named(file: string, name: string): Promise<Scenario> {
  const loaded = await loadScenarioFile(join(FOLDER, `${file}.scenario.ts`));
  if (!loaded.ok) throw new Error(loaded.error.message);
  const found = Object.values(loaded.namespace)
    .flat()
    .filter(isScenario)
    .find((one) => one.name.startsWith(name));
  if (found === undefined) throw new Error(`${file} has no scenario ${name}`);
  return found;
}

const truncated = await named('odp-vs-truncate', 'odp-vs-truncate');
const unmapped = await named('odp-vs-truncate', 'odp-vs-munmap');
const punched = await named('odp-vs-truncate', 'odp-vs-punch');
const exit = await named('odp-vs-exit', 'odp-vs-exit');
const written = await named('odp-vs-wb', 'odp-vs-wb');
const reclaimed = await named('odp-vs-reclaim', 'odp-vs-reclaim');
const copied = await named('odp-vs-wb', 'odp-vs-cow');

describe('a device that faults is not apart from the kernel without', () => {
  it.each<[string, string, Scenario, string]>([
    ['the retry of an overtaken fault', 'ib_umem_odp_map_dma_and_lock/retry', unmapped, ''],
    ['the wait for DMA in flight', 'mlx5_ib_invalidate_range/drain', unmapped, ''],
    [
      'the wait for an invalidation',
      'mmu_interval_read_begin/wait for the invalidation',
      punched,
      '',
    ],
    ['the notifier of munmap', 'do_munmap/notifier', unmapped, ''],
    ['the notifier of truncation', 'unmap_mapping_pages/notifier', truncated, ''],
    ['the notifier of write-back', 'page_vma_mkclean_one/notifier', written, 'log: no loss'],
    ['the notifier of copy on write', 'wp_page_copy/notifier', copied, ''],
    ['the notifier of reclaim', 'try_to_unmap_one/notifier', reclaimed, ''],
    ['the notifier of exit', 'exit_mmap/notifier', exit, ''],
  ])('%s (%s)', async (_what, without, scenario, property) => {
    const { verdict, findings } = await check(scenario, { model: 'sc', without: [without] });
    expect(verdict).toBe('fail');
    const names = findings.map((finding) => finding.property.name);
    if (property !== '') expect(names).toContain(property);
  });
});
