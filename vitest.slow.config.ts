// The slow suites alone: exhaustive comparisons and soak tests, named slow-*.test.ts.

import { defineConfig } from 'vitest/config';
import normal from './vitest.config.ts';

export default defineConfig({
  ...normal,
  test: {
    ...normal.test,
    include: ['**/slow-*.test.ts'],
    exclude: ['**/node_modules/**', 'dist/**'],
    passWithNoTests: true,
    testTimeout: 600_000,
  },
});
