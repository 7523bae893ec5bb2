// Tests run the built files, natively.
//
// A plugin sends every import of src/x.ts (and of 'holdfast') to dist/x.js and marks it external,
// so Node itself loads it: no transform, one module instance for tests, scenarios and workers, and
// the positions in a stack are the ones a user sees. dist has the line:column of src
// (docs/decisions/0001-strip-only-build.md), and coverage is measured on dist for the same reason.

import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import type { Plugin } from 'vite';

const ROOT = fileURLToPath(new URL('.', import.meta.url));
const SRC = join(ROOT, 'src/');
const DIST = join(ROOT, 'dist/');

const OWN_MODULES: Record<string, string> = {
  holdfast: 'index.js',
  'holdfast/linux': 'memory/public.js',
  'holdfast/linux/mm': 'kernel/index.js',
};

/** The file that Node itself must load for an import, or undefined when Vite may have it. */
function nativeFile(source: string, importer: string | undefined): string | undefined {
  const own = OWN_MODULES[source];
  if (own !== undefined) return join(DIST, own);
  if (!source.startsWith('.') && !source.startsWith(ROOT)) return undefined;
  const path = resolve(importer === undefined ? ROOT : join(importer, '..'), source);
  if (path.endsWith('.scenario.ts')) return path;
  if (!path.startsWith(SRC) || !path.endsWith('.ts') || path.endsWith('.test.ts')) return undefined;
  return join(DIST, path.slice(SRC.length).replace(/\.ts$/, '.js'));
}

function runBuiltFiles(): Plugin {
  return {
    name: 'holdfast:run-built-files',
    enforce: 'pre',
    resolveId(source, importer) {
      const file = nativeFile(source, importer);
      return file === undefined ? undefined : { id: file, external: true };
    },
  };
}

export default defineConfig({
  plugins: [runBuiltFiles()],
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'scenarios/**/*.test.ts'],
    // The default leaves one core to Vitest itself, which has next to nothing to do here.
    maxWorkers: '100%',
    // Tests of the command run whole searches, perhaps on a machine that does other things too.
    testTimeout: 60_000,
    exclude: ['**/slow-*.test.ts', '**/node_modules/**', 'dist/**'],
    // Built files are not in Vite's module graph: when a source changes, run everything again.
    forceRerunTriggers: ['**/src/**/*.ts', '**/scenarios/**/*.ts', '**/vitest*.config.ts'],
    globalSetup: ['./test/global-setup.ts'],
    setupFiles: ['./test/register-hooks.ts'],
    server: { deps: { external: [/\/dist\/.*\.js$/, /\.scenario\.ts$/] } },
    reporters: ['default', 'json'],
    outputFile: { json: '.holdfast/test-summary.json' },
    coverage: {
      provider: 'v8',
      include: ['dist/**/*.js'],
      exclude: ['dist/bench/**'],
      reporter: ['text', 'html'],
    },
  },
});
