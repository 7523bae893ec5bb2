/**
 * Scenario files load on Node 20, 22 and 24, with one text for every mistake: where a position or a
 * message differs between versions, one of the texts in these suites is not met.
 *
 * The Node that runs the tests is always tried. Others are named by their binaries:
 *
 *     HOLDFAST_NODES=/opt/node22/bin/node:/opt/node24/bin/node npm run test:slow
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const VITEST = join(ROOT, 'node_modules/vitest/vitest.mjs');

/** What a user meets first on another Node: loading, positions, every error text, the README. */
const SUITES: readonly string[] = [
  'test/positions.test.ts',
  'test/readme.test.ts',
  'test/scan.test.ts',
  'src/cli/load.test.ts',
  'src/cli/bad-input.test.ts',
];

const named = (process.env['HOLDFAST_NODES'] ?? '').split(delimiter).filter(Boolean);
const nodes = [process.execPath, ...named].map((binary) => ({
  binary,
  version: execFileSync(binary, ['--version'], { encoding: 'utf8' }).trim(),
}));

describe('loading, positions and error texts are the same', () => {
  it.each(nodes)('under Node $version', ({ binary }) => {
    const path = [dirname(binary), process.env['PATH']].join(delimiter);
    const ran = spawnSync(binary, [VITEST, 'run', '--reporter=default', ...SUITES], {
      cwd: ROOT,
      encoding: 'utf8',
      env: { ...process.env, PATH: path, NO_COLOR: '1' },
    });
    expect(ran.status, ran.stdout + ran.stderr).toBe(0);
    expect(ran.stdout).toContain(`Test Files  ${SUITES.length} passed`);
  });
});

it.each(nodes)('the command prints nothing beside its answer under Node $version', ({ binary }) => {
  const argv = [join(ROOT, 'dist/cli/main.js'), 'check', join(ROOT, 'examples')];
  const { status, stderr } = spawnSync(binary, argv, { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});
