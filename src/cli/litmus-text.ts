/** Verdicts on litmus tests as lines for readers: what is known, and what limits it. */

import type { NotRun, Outcomes } from '../bridge/outcomes.ts';
import type { LitmusOpen, LitmusResult } from '../litmus/index.ts';
import { EVENTS_MAX } from '../litmus/limits.ts';
import type { Flagged, Unending, Wait } from '../litmus/result.ts';
import { amount, counted, duration } from '../report/text.ts';
import type { LitmusReport } from './report-plan.ts';

/** What the memory model and each searched model say, and what limits it; without line ends. */
export function litmusLines(report: LitmusReport, nameWidth: number): string[] {
  const { result, outcomes } = report;
  const notes = [
    ...result.flagged.map(flagText),
    ...result.warnings.map((text) => `warning: ${text}`),
    ...limitsOf(result),
  ];
  return [
    `  ${lineOf(result, nameWidth)}`,
    ...notes.map(noteLine),
    ...outcomes.flatMap((one) => [
      `  ${outcomesLine(result.name, one, nameWidth)}`,
      ...('reason' in one ? [] : [...notesOf(one), ...leftOut(report, one)]).map(noteLine),
    ]),
  ];
}

/** The states of LKMM that weak does not reach because no load is reordered with a later store. */
function leftOut({ result, reordered }: LitmusReport, { model }: Outcomes): string[] {
  if (model !== 'weak' || reordered === null || reordered === 0) return [];
  const states = `${reordered} of LKMM's ${counted(result.states.length, 'state')}`;
  const needs = reordered === 1 ? 'needs' : 'need';
  return [`${states} ${needs} a store before an earlier load, which weak leaves out`];
}

/** Why executions do not end, and why there may be others. */
function notesOf(outcomes: Outcomes): string[] {
  const { unending } = outcomes;
  return [...(unending === null ? [] : [unendingText(unending)]), ...openNotes(outcomes)];
}

/** Why what a search has reached may not be all. */
export function openNotes(outcomes: Outcomes): string[] {
  const { endsAtRace, complete, cut } = outcomes;
  if (isCertain(outcomes)) return [];
  const notes: string[] = [];
  if (endsAtRace) notes.push('an execution ends at its data race: what could follow is not known');
  if (!complete) notes.push('the search stopped at its limit (--until)');
  if (cut) notes.push('a loop was cut: more rounds could lead elsewhere (--unroll)');
  return notes;
}

/** What raises a flag, and where. */
function flagText({ flag, events }: Flagged): string {
  return `${flag}: ${events.map(eventText).join(', ')}`;
}

function eventText({ thread, kind, primitive, location, at }: Flagged['events'][number]): string {
  const plain = kind === 'read' ? 'load' : 'store';
  const what = `${primitive === '*' ? plain : primitive}(${location ?? ''})`;
  return `P${thread} ${what} at ${at === null ? 'its begin' : `${at.line}:${at.column}`}`;
}

/** Under the name of the test. */
function noteLine(note: string): string {
  return `${''.padEnd(13)}${note}`;
}

/** Which executions do not end, and why: they have no final state that could be observed. */
function unendingText({ all, waits }: Unending): string {
  const which = all ? 'no execution ends' : 'not every execution ends';
  return `${which}: ${waits.map(waitText).join('; ')}`;
}

function waitText({ thread, primitive, location, own, at }: Wait): string {
  const place = at === null ? '' : ` at ${at.line}:${at.column}`;
  const inside = own ? ', inside of its own section' : '';
  return `P${thread} waits for ever in ${primitive}(${location ?? ''})${place}${inside}`;
}

/** Names up to this length take no more room than the usual column. */
export const NAME_WIDTH = 32;

/**
 * `44 litmus tests   20 Never   20 Sometimes   2 Always   1 open   1 not read   0.5 s`.
 *
 * @param notRead how many files could not be read
 */
export function litmusTotal(
  reports: readonly LitmusReport[],
  notRead: number,
  seconds: number,
): string {
  const number = (count: number, what: string): string[] => {
    return count === 0 ? [] : [`${count} ${what}`];
  };
  const decided = reports.filter(({ result }) => result.decided);
  const said = (word: string): string[] => {
    return number(decided.filter(({ result }) => result.observation === word).length, word);
  };
  const parts = [
    counted(reports.length + notRead, 'litmus test'),
    ...['Never', 'Sometimes', 'Always'].flatMap(said),
    ...number(reports.length - decided.length, 'open'),
    ...number(decided.filter((one) => !isDecided(one)).length, 'open under another model'),
    ...number(notRead, 'not read'),
    duration(seconds),
  ];
  return `  ${parts.join('   ')}`;
}

/** How to learn what a flag means, if any test has one. */
export function flagHint(reports: readonly LitmusReport[]): string[] {
  const flag = reports.flatMap(({ result }) => result.flags)[0];
  return flag === undefined ? [] : [`  What a flag means: holdfast explain ${flag}`];
}

/** Whether every question that was asked of a test has a certain answer. */
export function isDecided({ result, outcomes }: LitmusReport): boolean {
  return result.decided && outcomes.every((one) => !('reason' in one) && isCertain(one));
}

/** Why an answer is not complete. */
export function litmusOpenText(open: LitmusOpen): string {
  switch (open.limit) {
    case 'time':
      return `stopped at ${duration(open.seconds)}, or later with --until time=...`;
    case 'candidates':
      return `stopped at ${amount(open.candidates)} executions`;
    case 'paths':
      return `P${open.thread} has more than ${amount(open.paths)} ways through it`;
    case 'events':
      return `an execution has ${amount(open.events)} events; the limit is ${EVENTS_MAX}`;
    case 'interrupted':
      return 'interrupted';
  }
}

function limitsOf(result: LitmusResult): string[] {
  const { open, decided, cut, positive, negative } = result;
  const notes: string[] = [];
  if (open !== null) {
    const certain = decided ? ': the verdict is certain, the counts are those so far' : '';
    notes.push(`${litmusOpenText(open)}${certain}`);
  }
  if (cut && decided) {
    notes.push('a loop was cut: the verdict is certain, the counts are not complete');
  } else if (cut) {
    notes.push('a loop was cut: more rounds could lead elsewhere (--unroll)');
  } else if (decided && positive + negative === 0) {
    notes.push('no execution comes to its end: deadlock, filter or the memory model forbid each');
  }
  return notes;
}

function isCertain({ complete, cut, endsAtRace, observation }: Outcomes): boolean {
  return observation === 'Sometimes' || (complete && !cut && !endsAtRace);
}

function outcomesLine(name: string, outcomes: Outcomes | NotRun, width: number): string {
  if ('reason' in outcomes) {
    return `${'not run'.padEnd(10)} ${name.padEnd(width)} ${outcomes.reason}   ${outcomes.model}`;
  }
  const { observation, states, result, model, flags } = outcomes;
  const flagged = flags.length === 0 ? '' : `   ${flags.join(', ')}`;
  const open = isCertain(outcomes) ? flagged : `${flagged}   OPEN`;
  const counts = `${counted(states.length, 'state')}   ${counted(result.states, 'state')} searched`;
  return `${observation.padEnd(10)} ${name.padEnd(width)} ${counts}${open}   ${model}`;
}

function lineOf(result: LitmusResult, width: number): string {
  const { name, observation, positive, negative, states, flags, open, decided } = result;
  const unfinished = !decided ? '   OPEN' : open === null ? '' : '   counts so far';
  const flagged = flags.length === 0 ? '' : `   ${flags.join(', ')}`;
  const executions = counted(positive + negative, 'execution');
  const counts = `${amount(positive)} of ${executions}   ${counted(states.length, 'state')}`;
  return `${observation.padEnd(10)} ${name.padEnd(width)} ${counts}${flagged}${unfinished}   lkmm`;
}
