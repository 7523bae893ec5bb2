/** Lets a test import a *.scenario.ts file natively, as `holdfast check` does. */
import '../src/cli/register.ts';
