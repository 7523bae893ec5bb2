/**
 * What the sources of src/kernel declare, read from the text and not from a run: functions with
 * their provenance, and the defences that each of them can meet.
 *
 * A barrier, a lock or a named test bears the name of the declared function around it. So from each
 * declared function the names that it mentions are followed through functions that are not declared
 * (helpers, which are inlined as far as names go) to the primitives. That finds every defence there
 * is, and some that no call reaches: whether a branch is taken nobody knows here.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { lineOf, maskSource } from '../../scripts/scan.mjs';
import { orderedPrimitives } from '../../src/memory/relaxed-form.ts';

/** A function at the top level of a file. */
export interface KernelFunction {
  readonly name: string;
  /** Below src/kernel. */
  readonly file: string;
  readonly line: number;
  readonly declared: 'kernelFunction' | 'modelFunction' | null;
  /** The texts that it is declared with: file and version, or what it stands for. */
  readonly from: readonly string[];
  /** Its comment, empty if it has none. */
  readonly comment: string;
  /** The header comment of its file. */
  readonly header: string;
  /** What stands between the brackets of the (first) function in its text. */
  readonly parameters: string;
  /** The identifiers in its text. */
  readonly mentions: ReadonlySet<string>;
  /** The tests in its text: `defence('name', ...)`. */
  readonly tests: readonly string[];
}

interface SourceFile {
  readonly functions: Map<string, KernelFunction>;
  /** What it imports from src/kernel: local name to file and name there. */
  readonly imports: Map<string, { readonly file: string; readonly name: string }>;
}

const TOP_LEVEL = /^(?:export )?(?:const|function|interface|type|import|export)\b/gm;

/** Every source file below a folder, by path. */
export function readKernel(folder: string): Map<string, SourceFile> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const sources = names.filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
  return new Map(sources.sort().map((name) => [name, readSource(folder, name)]));
}

/** All functions of all files. */
export function functionsOf(kernel: ReadonlyMap<string, SourceFile>): KernelFunction[] {
  return [...kernel.values()].flatMap(({ functions }) => [...functions.values()]);
}

function readSource(folder: string, file: string): SourceFile {
  const text = readFileSync(join(folder, file), 'utf8');
  const mask = maskSource(text);
  const header = /^\/\*\*[\s\S]*?\*\//.exec(text)?.[0] ?? '';
  const starts = Array.from(mask.matchAll(TOP_LEVEL), ({ index }) => index);
  const functions = starts.flatMap((start, at): KernelFunction[] => {
    const end = starts[at + 1] ?? mask.length;
    const code = mask.slice(start, end);
    const name = /^(?:export )?(?:const|function) (\w+)/.exec(code)?.[1];
    const declared = /\b(kernelFunction|modelFunction)\(/.exec(code)?.[1] ?? null;
    const isPlain = /^(?:export )?function/.test(code);
    if (name === undefined || (declared === null && !isPlain)) return [];
    return [
      {
        name,
        file,
        line: lineOf(text, start),
        declared: declared as KernelFunction['declared'],
        from: declaredFrom(text.slice(start, end)),
        comment: commentBefore(text.slice(0, start), header),
        header,
        parameters: /\bfunction \w+\(([^)]*)\)/.exec(code)?.[1] ?? '',
        mentions: new Set(Array.from(code.matchAll(/(?<![.\w])\w+/g), ([word]) => word)),
        tests: Array.from(
          text.slice(start, end).matchAll(/\bdefence\(\s*'([^']+)'/g),
          (match) => match[1] ?? '',
        ),
      },
    ];
  });
  return {
    functions: new Map(functions.map((one) => [one.name, one])),
    imports: importsOf(text, file),
  };
}

function declaredFrom(text: string): string[] {
  const [, first, second] =
    /\b(?:kernelFunction|modelFunction)\(\s*'([^']*)',\s*(?:'([^']*)',)?/.exec(text) ?? [];
  return [first, second].filter((one) => one !== undefined);
}

function commentBefore(text: string, header: string): string {
  const before = text.trimEnd();
  const comment = before.endsWith('*/') ? before.slice(before.lastIndexOf('/**')) : '';
  return comment === header ? '' : comment;
}

function importsOf(text: string, file: string): SourceFile['imports'] {
  const found: [string, { file: string; name: string }][] = [];
  for (const [, names = '', from = ''] of text.matchAll(
    /^import \{([^}]*)\} from '(\.[^']*)';/gm,
  )) {
    const target = join(dirname(file), from);
    for (const part of names.split(',')) {
      const [name = '', local = name] = part.trim().split(/ as /);
      found.push([local, { file: target, name }]);
    }
  }
  return new Map(found);
}

/** Primitives that are defences, by the name that they have there; some are two. */
const PRIMITIVES: Readonly<Record<string, string>> = {
  ...sameName('smp_mb smp_rmb smp_wmb smp_mb__before_atomic smp_mb__after_atomic'),
  ...sameName('smp_mb__after_spinlock spin_trylock read_lock read_trylock write_lock'),
  ...sameName('write_trylock down_read down_read_trylock down_write down_write_trylock'),
  ...sameName('mutex_lock mutex_trylock bit_spin_lock test_and_set_bit_lock folio_lock'),
  ...sameName('rcu_read_lock local_irq_disable local_irq_save local_bh_disable preempt_disable'),
  ...sameName('synchronize_rcu call_rcu kfree_rcu smp_call_function'),
  ...Object.fromEntries(orderedPrimitives().map((name) => [name, name])),
  ...Object.fromEntries(
    ['', '_irq', '_irqsave', '_bh'].map((how) => [`spin_lock${how}`, 'spin_lock']),
  ),
};

function sameName(names: string): Record<string, string> {
  return Object.fromEntries(names.split(' ').map((name) => [name, name]));
}

/** Every defence that the functions may meet: `function/primitive` or `function/test`. */
export function declaredDefences(kernel: ReadonlyMap<string, SourceFile>): string[] {
  const found = new Set<string>();
  for (const { functions } of kernel.values()) {
    for (const one of functions.values()) {
      if (one.declared !== null) visit(kernel, one, one.name, new Set(), found);
    }
  }
  return [...found].sort();
}

function visit(
  kernel: ReadonlyMap<string, SourceFile>,
  at: KernelFunction,
  caller: string,
  seen: Set<KernelFunction>,
  found: Set<string>,
): void {
  if (seen.has(at)) return;
  seen.add(at);
  for (const test of at.tests) found.add(`${caller}/${test}`);
  for (const name of at.mentions) {
    const primitive = PRIMITIVES[name];
    if (primitive !== undefined) found.add(`${caller}/${primitive}`);
    if (/^spin_lock_(irq|irqsave|bh)$/.test(name)) found.add(`${caller}/${name}`);
    const next = resolve(kernel, at.file, name);
    if (next?.declared === null) visit(kernel, next, caller, seen, found);
  }
}

function resolve(
  kernel: ReadonlyMap<string, SourceFile>,
  file: string,
  name: string,
): KernelFunction | undefined {
  const own = kernel.get(file);
  const imported = own?.imports.get(name);
  return (
    own?.functions.get(name) ??
    (imported && kernel.get(imported.file)?.functions.get(imported.name))
  );
}
