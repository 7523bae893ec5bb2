/** HF00x and HF01x: the command line and files. */

import { entry } from './code.ts';
import type { Code } from './code.ts';

/** In order of their numbers. */
export const usageCodes: readonly Code[] = [
  entry(
    'HF001',
    'There is no such scenario',
    `A scenario is named by its own name, by the name of its file, or by a path. Built-in
      names come from the scenarios that ship with Holdfast; a path may be a file, a folder or
      a pattern with * and **.`,
    'a spelling mistake, or a path that is relative to another folder.',
    '`holdfast list` prints every name that is known here.',
  ),
  entry(
    'HF002',
    'An option or its value is not understood',
    `Each command has its own options, and \`holdfast <command> --help\` lists them on one
      screen. Limits of a search are written time=10ms, 60s, 5m or 2h, states=1e6, memory=2G, with
      commas between them.`,
    'a spelling mistake.',
    '`holdfast <command> --help` lists the options.',
  ),
  entry(
    'HF003',
    'There is no such memory model',
    `The search knows three models. \`sc\`: every access is seen by all at once, in one order.
      \`tso\`: each CPU has a store buffer, as on x86. \`weak\`: what the kernel's memory model
      promises on every CPU. Litmus files are answered by the exact model, \`lkmm\`.`,
    'a spelling mistake, or the model of another tool.',
    'Several models are written with commas: -m sc,tso.',
  ),
  entry(
    'HF004',
    'There is no such defence',
    `A defence is a barrier, a lock, an acquire or a release, a section, a grace period or a
      named test that the search met. Its name is function/primitive, with #2 for the second in
      source order, or function/name for a test that has a name of its own. A weaker form is
      written name=primitive.`,
    'a spelling mistake, or a defence in code that this scenario never runs.',
    '`holdfast why <scenario>` lists every defence with its name.',
  ),
  entry(
    'HF005',
    'There is no such design, or no such choice of it',
    `Some kernel functions ask which of several designs is in force. The question has a name
      and the answers have names; the first answer is what Linux 6.18 does. Choose with
      --design question=answer.`,
    'a spelling mistake, or a question that this scenario does not ask.',
    '`holdfast list -v <scenario>` prints the designs that it asks about.',
  ),
  entry(
    'HF006',
    'A file cannot be read',
    'The file does not exist, is a folder, or may not be read by this user.',
    'a path that is relative to another folder.',
    'Paths are relative to the folder in which holdfast was started.',
  ),
  entry(
    'HF007',
    'A scenario file is not TypeScript that can be run',
    `Scenario files run as they are: types are blanked out, nothing is compiled. So the
      syntax must be right, and forms that are more than types (enum, namespace with values,
      parameter properties) are not possible. Node itself has the same rule.`,
    'a missing bracket or comma just before the place shown, or enum and the like.',
    'Correct the file; an editor with TypeScript shows the same place.',
  ),
  entry(
    'HF008',
    'A scenario file fails while it is loaded',
    `The file was read, but an import leads nowhere or its code threw before any scenario was
      declared. Only declarations belong at the top of a scenario file; everything else
      belongs in the body of a scenario.`,
    'an import of what does not exist, or code beside the scenarios that throws.',
    "Imports come from 'holdfast', 'holdfast/linux', 'holdfast/linux/mm' and from files beside.",
  ),
  entry(
    'HF009',
    'A file exports no scenario',
    `Holdfast finds scenarios by what a file exports: the default export, named exports, and
      arrays of scenarios as scenario.each gives them. A scenario that is only declared is not
      seen.`,
    'a missing `export` before the scenario.',
    "Write `export default scenario('name', ...)` or `export const name = scenario(...)`.",
  ),
  entry(
    'HF010',
    'A trace file is damaged',
    `A trace is a JSON file that Holdfast wrote when it found something. What is read back is
      checked field by field before it is used, because a trace may come from somebody else.`,
    'a file that was cut off or edited, or that is not a trace.',
    'Run `holdfast check` again: it writes the trace anew under the same name.',
  ),
  entry(
    'HF011',
    'A trace was written by another version',
    `The format of trace files has a number. A file with a newer number may hold things that
      this version would read wrongly, so it reads nothing.`,
    'a trace that somebody with a newer Holdfast sent.',
    'Update Holdfast, or run `holdfast check` here to get a trace of this version.',
  ),
  entry(
    'HF012',
    'A file cannot be written',
    `Traces and reports are written below the folder given with --out (default .holdfast) and
      to the files given with --reporter.`,
    'a folder that does not exist or may not be written by this user, or a full disk.',
    'Choose another place with --out or --reporter name=file.',
  ),
];
