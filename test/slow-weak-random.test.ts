/** Many random programs under model `weak`. */
import { describeRandomWeak } from './support/random-weak.ts';

describeRandomWeak(1000, 3_600_000);
