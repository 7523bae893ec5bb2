/**
 * SPIN as the yardstick: builds a verifier for a Promela model and measures its runs.
 *
 * The verifier gets what a careful user gives it: -O2, safety only, partial-order reduction, and a
 * hash table that fits the number of states (the default of 2^24 slots costs a small model more in
 * page faults than its search). Its CPU time is the kernel's account of the finished process,
 * taken by a few lines of C, because Node reports no times of its children.
 */

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Manner } from './promela.ts';
import { promela } from './promela.ts';
import type { Size, Variant } from './protocol.ts';

/** One run of a verifier. */
export interface SpinRun {
  readonly verdict: 'pass' | 'fail';
  readonly states: number;
  readonly transitions: number;
  /** User and system time of the whole process. */
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
  readonly peakBytes: number;
}

/** A built verifier. */
export interface Verifier {
  /** The CPU time of `spin -a` and of `gcc`. */
  readonly buildCpuSeconds: number;
  run(): SpinRun;
  remove(): void;
}

/** Why SPIN cannot be measured here, or null if it can. */
export function whyNoSpin(): string | null {
  if (process.platform !== 'linux') return 'the comparison with SPIN needs Linux';
  if (spawnSync('spin', ['-V']).error !== undefined) return 'spin is not installed';
  if (spawnSync('gcc', ['--version']).error !== undefined) return 'gcc is not installed';
  return null;
}

/** The first line that `spin -V` prints. */
export function spinVersion(): string {
  return execFileSync('spin', ['-V'], { encoding: 'utf8' }).trim();
}

/**
 * Builds the verifier for one model, in a temporary folder.
 *
 * @throws where spin or gcc refuses the model, with their output
 */
export function buildVerifier(size: Size, manner: Manner, variant?: Variant): Verifier {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-spin-'));
  writeFileSync(join(folder, 'timed.c'), TIMED);
  execFileSync('gcc', ['-O2', '-o', 'timed', 'timed.c'], { cwd: folder });
  writeFileSync(join(folder, 'model.pml'), promela(size, manner, variant));
  const generated = timed(folder, ['spin', '-a', 'model.pml']);
  const compiled = timed(folder, ['gcc', ...OPTIONS, '-o', 'pan', 'pan.c']);
  const slots = Math.min(28, Math.max(16, Math.ceil(Math.log2(runOnce(folder, 24).states)) + 1));
  return {
    buildCpuSeconds: generated.cpuSeconds + compiled.cpuSeconds,
    run: () => runOnce(folder, slots),
    remove: () => rmSync(folder, { recursive: true }),
  };
}

const OPTIONS = ['-O2', '-w', '-DSAFETY', '-DNOFAIR', '-DNOBOUNDCHECK'];

/** Longer than any execution of the protocol in any size that can be searched. */
const DEPTH_MAX = 10_000;

/** Runs a program and prints, last, what it cost: microseconds of CPU, kilobytes at the peak. */
const TIMED = `#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct rusage used;
	int status;
	pid_t child = fork();

	if (child == 0) {
		execvp(argv[1], argv + 1);
		_exit(127);
	}
	wait4(child, &status, 0, &used);
	printf("cost %ld %ld\\n",
	       (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000000L +
	       used.ru_utime.tv_usec + used.ru_stime.tv_usec, used.ru_maxrss);
	return argc < 2 || !WIFEXITED(status) || WEXITSTATUS(status) == 127;
}
`;

interface Timed {
  readonly text: string;
  readonly cpuSeconds: number;
  readonly peakBytes: number;
}

function timed(folder: string, command: readonly string[]): Timed {
  const text = execFileSync(join(folder, 'timed'), command, { cwd: folder, encoding: 'utf8' });
  const cpuSeconds = numberIn(text, /^cost (\d+)/m) / 1e6;
  return { text, cpuSeconds, peakBytes: numberIn(text, /^cost \d+ (\d+)/m) * 1024 };
}

function runOnce(folder: string, slots: number): SpinRun {
  const started = performance.now();
  const command = ['./pan', `-w${slots}`, `-m${DEPTH_MAX}`];
  const { text, cpuSeconds, peakBytes } = timed(folder, command);
  const wallSeconds = (performance.now() - started) / 1000;
  if (/max search depth too small|out of memory/.test(text)) throw new Error(`pan:\n${text}`);
  return {
    verdict: numberIn(text, /errors: (\d+)/) === 0 ? 'pass' : 'fail',
    states: numberIn(text, /(\d+) states, stored/),
    transitions: numberIn(text, /(\d+) transitions/),
    cpuSeconds,
    wallSeconds,
    peakBytes,
  };
}

function numberIn(text: string, pattern: RegExp): number {
  const match = pattern.exec(text);
  if (match === null) throw new Error(`pan printed no ${pattern.source}:\n${text}`);
  return Number(match[1]);
}
