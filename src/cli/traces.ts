/** Trace files: .holdfast/<scenario>/<id>.json, written by check, found again by replay. */

import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Finding, Problem } from '../explore/result.ts';
import { slug } from '../report/text.ts';
import { makeFolder } from './folders.ts';
import { noTrace, systemReason, unreadable, unwritable, usageProblem } from './problems.ts';
import { readTrace, TRACE_FORMAT } from './read-trace.ts';
import type { Shown, TraceFile } from './read-trace.ts';

/** Where traces go if nothing else is said. */
export const OUT_FOLDER = '.holdfast';
/** A larger file is no trace of ours; it is not even read. */
const BYTES_MAX = 32 * 1024 * 1024;

/** Writes the trace of a finding. Gives what went wrong, or null. */
export function saveTrace(
  out: string,
  file: string,
  finding: Finding,
  shown: Shown | null = null,
): Problem | null {
  const { trace } = finding;
  if (trace === null) return null;
  const folder = join(out, slug(trace.scenario));
  const path = join(folder, `${finding.id}.json`);
  const content = { holdfastTrace: TRACE_FORMAT, file, finding: { ...finding, trace }, shown };
  try {
    makeFolder(folder);
    writeFileSync(path, `${JSON.stringify(content satisfies TraceFile, null, 1)}\n`);
    return null;
  } catch (error) {
    return unwritable(path, systemReason(error));
  }
}

/** Reads the trace that an address names: `scenario:id`, or the path of a file. */
export function openTrace(address: string, out: string, folder: string): TraceFile | Problem {
  const path = pathOf(address, out, folder);
  return typeof path === 'string' ? readFileAt(path, address) : path;
}

function pathOf(address: string, out: string, folder: string): string | Problem {
  const direct = resolve(folder, address);
  if (/[/\\]|\.json$/.test(address)) return direct;
  const match = /^(.+):([0-9a-z]+)$/.exec(address);
  const name = match?.[1] ?? address;
  const saved = join(out, slug(name));
  const ids = idsIn(saved);
  if (match !== null) {
    const [, , id = ''] = match;
    if (ids.includes(id)) return join(saved, `${id}.json`);
    return noTrace(address, name, ids);
  }
  const [only] = ids;
  if (ids.length === 1 && only !== undefined) return join(saved, `${only}.json`);
  if (ids.length === 0) return noTrace(address, name, ids);
  const all = ids.map((id) => `${name}:${id}`);
  const next = `Name one of them: holdfast replay ${all[0] ?? ''}`;
  return usageProblem(`\`${address}\` has several traces.`, [`Saved: ${all.join(', ')}.`], {
    next,
  });
}

function idsIn(folder: string): string[] {
  try {
    const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
    return files.map((file) => file.slice(0, -'.json'.length)).sort();
  } catch {
    return [];
  }
}

function readFileAt(path: string, address: string): TraceFile | Problem {
  try {
    const { size } = statSync(path);
    if (size > BYTES_MAX) return unreadable(address, 'It is far too long for a trace.');
    return readTrace(readFileSync(path, 'utf8'), address);
  } catch (error) {
    return unreadable(address, systemReason(error));
  }
}
