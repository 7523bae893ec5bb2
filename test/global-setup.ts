/** Builds dist before the tests, so that `npx vitest` alone never runs yesterday's code. */
import type { TestProject } from 'vitest/node';
import { buildAndReport } from '../scripts/build.mjs';

export function setup(project: TestProject): void {
  if (buildAndReport() !== 0) throw new Error('the build failed, see above');
  project.onTestsRerun(() => void buildAndReport());
}
