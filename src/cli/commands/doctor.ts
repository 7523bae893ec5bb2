/** `holdfast doctor`: what works on this machine. */

import { spawnSync } from 'node:child_process';
import { totalmem } from 'node:os';
import type { Command } from 'commander';
import { byteCount, columns } from '../../report/text.ts';
import type { Context } from '../context.ts';
import { Exit } from '../exit.ts';
import { NODE_STRIPS } from '../hooks.ts';
import { version } from '../version.ts';
import { withExamples } from './help.ts';

interface Finding {
  readonly what: string;
  readonly state: 'ok' | 'missing' | 'broken';
  readonly text: string;
}

const NODE_MIN: readonly [number, number] = [20, 19];

/** Declares the command. */
export function addDoctor(program: Command, context: Context): void {
  const command = program.command('doctor').description('what works on this machine');
  withExamples(command, ['holdfast doctor', 'holdfast doctor | cat']);
  command.action(() => runDoctor(context));
}

function runDoctor(context: Context): void {
  const findings = [
    nodeVersion(),
    typeStripping(),
    sharedMemory(),
    { what: 'cores', state: 'ok', text: String(context.io.cores) } as const,
    { what: 'memory', state: 'ok', text: byteCount(totalmem()) } as const,
    program('spin', ['-V'], 'only to compare speed: npm run bench'),
    program('gcc', ['--version'], 'only to compare speed: npm run bench'),
  ];
  const { paint } = context.style();
  const lines = columns(findings.map(({ what, state, text }) => [`  ${state}`, what, text]));
  const painted = lines.map((line, at) =>
    findings[at]?.state === 'broken' ? paint.red(line) : line,
  );
  context.io.stdout(`holdfast ${version()}\n\n${painted.join('\n')}\n`);
  if (findings.some(({ state }) => state === 'broken')) context.happened.add(Exit.SKIPPED);
}

function nodeVersion(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const enough = major > NODE_MIN[0] || (major === NODE_MIN[0] && minor >= NODE_MIN[1]);
  const text = `${process.version}${enough ? '' : `, needs ${NODE_MIN.join('.')} or newer`}`;
  return { what: 'node', state: enough ? 'ok' : 'broken', text };
}

function typeStripping(): Finding {
  const text = NODE_STRIPS ? 'by Node itself' : 'by @swc/wasm-typescript';
  return { what: 'TypeScript', state: 'ok', text };
}

function sharedMemory(): Finding {
  const works = typeof SharedArrayBuffer === 'function' && typeof Atomics === 'object';
  const text = works ? 'SharedArrayBuffer and Atomics' : 'no SharedArrayBuffer';
  return { what: 'shared memory', state: works ? 'ok' : 'broken', text };
}

/** A program that is not needed; it is started once to hear its version. */
function program(name: string, options: readonly string[], purpose: string): Finding {
  const { stdout, error } = spawnSync(name, options, { encoding: 'utf8', timeout: 5000 });
  if (error !== undefined) return { what: name, state: 'missing', text: purpose };
  return { what: name, state: 'ok', text: stdout.split('\n', 1)[0]?.trim() ?? '' };
}
