// Make a fresh clone ready: install what package-lock.json names, then build.
//
// Uses Node alone, because it runs before anything is installed. `--production` installs only what
// `npm start` needs. A second run finds everything in place and takes a moment.

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const production = process.argv.includes('--production');

/** @typedef {{ version?: string, dev?: boolean, optional?: boolean, devOptional?: boolean }} Package */

/** @param {string} file @returns {Record<string, Package> | undefined} */
function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(new URL(`../${file}`, import.meta.url), 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/** npm leaves a list of what it installed; compare it with what the lock file asks for. */
function isInstalled() {
  const wanted = packagesOf('package-lock.json');
  const present = packagesOf('node_modules/.package-lock.json');
  if (wanted === undefined || present === undefined) return false;
  return Object.entries(wanted).every(([path, { version, dev, optional, devOptional }]) => {
    const needed = path !== '' && !optional && !(production && (dev || devOptional));
    return !needed || present[path]?.version === version;
  });
}

/** @returns {number} exit code of npm */
function install() {
  process.stderr.write('setup: installing packages\n');
  const options = ['--no-audit', '--no-fund', '--loglevel=error'];
  if (production) options.push('--omit=dev');
  const result = spawnSync('npm', ['ci', ...options], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  return result.status ?? 1;
}

const installed = isInstalled() ? 0 : install();
if (installed === 0) {
  const { buildAndReport } = await import('./build.mjs');
  process.exitCode = buildAndReport();
} else {
  process.stderr.write('setup: npm ci failed, see above\n');
  process.exitCode = installed;
}
