/**
 * Which memory models show a finding, in words: "under weak and tso, not under sc".
 *
 * A property is looked at under several models because that says which CPUs are concerned. Models
 * are named from the weakest to the strongest, because the weakest shows it first.
 */

import type { Model, PropertyName, Verdict } from '../explore/result.ts';
import { listed } from './text.ts';

/** What one model says about a property. */
export interface ModelVerdict {
  readonly model: Model;
  readonly verdict: Verdict;
}

/** Whose CPUs do what a model allows and no stronger one does. */
const CPUS: Readonly<Record<Model, string>> = {
  sc: 'every CPU can do this',
  tso: 'x86 can do this, and every CPU with a weaker model',
  weak: "the kernel's memory model allows it on CPUs weaker than x86",
};

/** `under tso, not under sc`. */
export function underModels(models: readonly ModelVerdict[]): string {
  const having = (verdict: Verdict): string[] =>
    models.filter((one) => one.verdict === verdict).map(({ model }) => model);
  const [fails, passes, open] = [having('fail'), having('pass'), having('open')];
  const parts = [
    ...(fails.length === 0 ? [] : [`under ${listed(fails)}`]),
    ...(passes.length === 0 ? [] : [`not under ${listed(passes, 'or')}`]),
    ...(open.length === 0 ? [] : [`not decided under ${listed(open, 'or')}`]),
  ];
  return parts.join(', ');
}

/** The same with what it means for CPUs, where it means something. */
export function cpuText(models: readonly ModelVerdict[], { kind, name }: PropertyName): string {
  // What no execution reaches is no behaviour of a CPU.
  if (kind === 'sometimes' || kind === 'vacuous') return underModels(models);
  const strongest = models.findLast(({ verdict }) => verdict === 'fail')?.model;
  if (strongest === undefined) return underModels(models);
  const isSafe = models.some(({ model, verdict }) => model === 'tso' && verdict === 'pass');
  const others = strongest === 'weak' && isSafe ? onX86(name) : '';
  return `${underModels(models)}: ${CPUS[strongest]}${others}`;
}

/** A compiler may move plain accesses on every CPU. */
function onX86(property: string): string {
  const isRace = property.startsWith('data race');
  return isRace ? '; x86 itself cannot do this, a compiler for it may' : '; x86 cannot do this';
}
