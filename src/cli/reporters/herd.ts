/** Litmus tests in herd7's format; scenarios, for which it has no form, as for readers. */

import { herdText, herdWarning } from '../../report/herd.ts';
import { litmusOpenText, openNotes } from '../litmus-text.ts';
import type { Reporter } from '../report-plan.ts';

/** Writes a block for each test, and on stderr what herd7 says there. */
export function herdReporter(
  write: (text: string) => void,
  warn: (text: string) => void,
  forReaders: Reporter,
): Reporter {
  return {
    ...forReaders,
    litmus({ name, result, outcomes }) {
      write(`${herdText(result)}\n`);
      for (const text of result.warnings) warn(`Warning: File "${name}": ${text}\n`);
      const { open, decided } = result;
      if (open !== null && !decided) {
        warn(`Warning: File "${name}": not decided, ${litmusOpenText(open)}.\n`);
      }
      if (result.cut) warn(herdWarning(name));
      for (const one of outcomes) {
        const why = 'reason' in one ? [one.reason] : openNotes(one);
        const said = why.map((text) => `Warning: File "${name}": ${one.model} is open, ${text}.\n`);
        warn(said.join(''));
      }
    },
    end: (reports, ...rest) => forReaders.end?.({ ...reports, litmus: [], notRead: 0 }, ...rest),
  };
}
