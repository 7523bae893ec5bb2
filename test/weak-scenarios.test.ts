/**
 * Every scenario that ships, under model `weak`: its verdict is the expected one, and its size is
 * that of weak-scenarios.counts.txt. A search that has met more states than here is room for is
 * OPEN and says so; slow-weak-scenarios.test.ts goes further.
 */
import { describeUnderWeak } from './support/under-weak.ts';
import { shippedScenarios } from './support/shipped.ts';

describeUnderWeak(await shippedScenarios(), {
  states: 4000,
  timeoutMs: 60_000,
  table: 'weak-scenarios.counts.txt',
});
