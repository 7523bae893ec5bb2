/** Every scenario that ships, under model `weak`, as far as 400,000 states go. */
import { describeUnderWeak } from './support/under-weak.ts';
import { shippedScenarios } from './support/shipped.ts';

describeUnderWeak(await shippedScenarios(), {
  states: 400_000,
  timeoutMs: 1_200_000,
  table: 'slow-weak-scenarios.counts.txt',
});
