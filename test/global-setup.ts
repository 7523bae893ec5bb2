/** Builds dist before the tests, so that `npx vitest` alone never runs yesterday's code. */
import { buildAndReport } from '../scripts/build.mjs';

export function setup(): void {
  if (buildAndReport() !== 0) throw new Error('the build failed, see above');
}
