/**
 * What becomes one row of a picture: a labelled access with those that belong to it.
 *
 * A label names one access. What its function then does for the same purpose is shown with it; but
 * a row never shows an effect that its label does not speak of: a question, a wait or a lock takes
 * up nothing that anybody else could see, and no label speaks for what an inner function does.
 */

import type { Step, Trace } from '../explore/result.ts';
import { settledDrains } from './drains.ts';
import type { Entry } from './drains.ts';
import { settledFences } from './fences.ts';
import { isLock } from './locks.ts';

/** The steps of one row. */
export type Group = readonly Entry[];

/** Every step of a row. */
export function stepsOf(group: Group): Step[] {
  return group.flatMap(({ step, drain, fences }) =>
    drain === null ? [step, ...fences] : [step, drain, ...fences],
  );
}

/** Every access by itself. */
export function singleGroups(trace: Trace): Group[] {
  return settledDrains(trace.steps).map((entry) => [entry]);
}

/**
 * What becomes one row each. Looks at what nobody changes are left out: with labels in long
 * pictures, without labels always, except those of a thread that fails by itself, whose way is the
 * point. In long pictures looks without labels at what no other thread changes are left out too,
 * and accesses without labels share rows.
 */
export function groupsOf(trace: Trace, rowsMax: number): Group[] {
  const entries = settledFences(settledDrains(trace.steps));
  const background = entries.map((entry) => isBackground(entry.step, trace));
  const failed = new Set(trace.steps.filter(isFailure).map(({ thread }) => thread));
  const told = entries.filter(
    ({ step }, at) => !background[at] || step.label !== null || failed.has(step.thread),
  );
  const joins = (step: Step, group: Group): boolean => belongs(step, group, trace);
  const groups = joined(told, joins);
  if (groups.length <= rowsMax) return groups;
  const isNews = ({ step }: Entry): boolean =>
    step.label !== null || !isLook(step) || !isOwnLook(step, trace);
  const changing = joined(
    entries.filter((entry, at) => !background[at] && isNews(entry)),
    joins,
  );
  if (changing.length <= rowsMax) return changing;
  return joined(changing.flat(), (step, group) => continues(step, group, trace));
}

/** A plain look at something that nobody changes says nothing about the order of steps. */
function isBackground(step: Step, trace: Trace): boolean {
  if (!isLook(step)) return false;
  return !trace.steps.some((other) => changes(other, step.field));
}

function isLook({ kind, field, written, primitive }: Step): boolean {
  return kind === 'access' && field !== null && written === null && !isLock(primitive);
}

/** A look at what no other thread changes. */
function isOwnLook(step: Step, { steps }: Trace): boolean {
  return !steps.some((other) => other.thread !== step.thread && changes(other, step.field));
}

function changes(step: Step, field: Step['field']): boolean {
  return (
    (step.field === field && step.written !== null) ||
    step.changes.some((change) => change.field === field)
  );
}

function joined(
  entries: readonly Entry[],
  joins: (step: Step, group: Group) => boolean,
): Entry[][] {
  const groups: Entry[][] = [];
  for (const entry of entries) {
    const last = groups.at(-1);
    if (last !== undefined && joins(entry.step, last)) last.push(entry);
    else groups.push([entry]);
  }
  return groups;
}

/** Low-level accesses join the labelled step before them, unless another thread came between. */
function belongs(step: Step, group: Group, trace: Trace): boolean {
  const head = group[0]?.step;
  if (head === undefined || head.label === null || head.thread !== step.thread) return false;
  if (step.label !== null || isApart(step) || step.kind === 'free') return false;
  if (!head.calls.every((call, depth) => step.calls[depth] === call)) return false;
  return showsNothing(step, trace) || isSameAct(step, head);
}

/**
 * What a row has no place for: barriers, locks that nobody waits for, looks at one's own, and bits
 * that are set or cleared already.
 */
function showsNothing(step: Step, trace: Trace): boolean {
  if (step.field === null || isIdle(step)) return true;
  if (isLook(step)) return isOwnLook(step, trace);
  const wanted = trace.steps.some(({ kind, field }) => isNotMade(kind) && field === step.field);
  return isLock(step.primitive) && !wanted;
}

function isIdle({ primitive, buffered, changes: made }: Step): boolean {
  return /^(?:set|clear)_bit$/.test(primitive) && made.length === 0 && !buffered;
}

/** The label names what its function does now, not what it asks, awaits or protects. */
function isSameAct(step: Step, { label, calls, field, primitive }: Step): boolean {
  const isInner = step.calls.length > calls.length;
  if (isInner || isLock(step.primitive) || isLock(primitive)) return false;
  if (step.field === field) return true;
  return step.missed === null && !label?.endsWith('?') && !primitive.startsWith('wait');
}

/** Drains, sections, errors and what was not made always have rows of their own. */
export function isApart({ kind }: Step): boolean {
  return kind === 'drain' || kind === 'section' || kind === 'return' || isNotMade(kind);
}

function isFailure({ kind }: Step): boolean {
  return kind === 'failure';
}

/** What would be the violation, or what a thread waits for. */
export function isNotMade(kind: Step['kind']): boolean {
  return kind === 'pending' || kind === 'failure';
}

/** What may share a row: nobody should have to look for a free or for a stale read. */
function isShared(step: Step): boolean {
  return !isApart(step) && step.kind !== 'free' && step.missed === null;
}

/** In a long picture, accesses without labels share a row with those before them. */
function continues(step: Step, group: Group, trace: Trace): boolean {
  const head = group[0]?.step;
  if (head === undefined || head.thread !== step.thread) return false;
  if (head.label !== null) return belongs(step, group, trace);
  const steps = [...stepsOf(group), step];
  return steps.every((one) => one.label === null && isShared(one));
}
