/** Random programs under model `weak`: a few here, many in slow-weak-random.test.ts. */
import { describeRandomWeak } from './support/random-weak.ts';

describeRandomWeak(40, 120_000);
