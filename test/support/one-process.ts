/** One process with one mapping, one call after the other: what each call leaves behind. */

import { atomic_read, READ_ONCE } from '../../src/memory/index.ts';
import { pte_t } from '../../src/kernel/mm/mm_types.ts';
import type { Folio, MmStruct } from '../../src/kernel/mm/mm_types.ts';
import { system } from '../../src/kernel/system.ts';
import type { File, FileOptions, MmapOptions, Process, System } from '../../src/kernel/system.ts';
import { traceOf, tried, wrongWith } from './small.ts';

/** A machine with one file that one process maps. */
export interface World extends System {
  readonly log: File;
  readonly app: Process;
}

type Body = (world: World, first: Folio) => void;

/** One thread and the disk; gives the names of what does not hold. */
export function alone(how: FileOptions & MmapOptions, body: Body): Promise<string[]> {
  return wrongWith((stage) => {
    const machine = system(stage, { freePages: 2, zeroPage: 1, directIo: true });
    const { file, mapping } = apart(how);
    const log = machine.file('log', { always: [], ...file });
    const app = machine.proc('app');
    app.mmap(log, mapping);
    const [first] = log.folios;
    if (first === undefined) throw new Error('the file has no page in memory');
    stage.thread('app', () => body({ ...machine, log, app }, first));
  });
}

/** Which options are the file's and which are the mapping's. */
export function apart(how: FileOptions & MmapOptions): { file: FileOptions; mapping: MmapOptions } {
  const isOfMapping = ([name]: [string, unknown]): boolean => OF_MAPPING.includes(name);
  const all = Object.entries(how);
  return {
    file: Object.fromEntries(all.filter((one) => !isOfMapping(one))),
    mapping: Object.fromEntries(all.filter(isOfMapping)),
  };
}

const OF_MAPPING: readonly string[] = ['at', 'isPrivate', 'isReadOnly', 'pte'];

/** The labels of the steps that one thread makes with a file, in their order. */
export async function stepsOf(how: FileOptions, body: Body): Promise<string[]> {
  const result = await tried((stage) => {
    const machine = system(stage, { freeBlocks: 1 });
    const log = machine.file('log', how);
    const app = machine.proc('app');
    const [first] = log.folios;
    if (first === undefined) throw new Error('the file has no page in memory');
    stage.thread('app', () => body({ ...machine, log, app }, first));
    stage.never('ended', () => true);
  });
  const { steps, threads } = traceOf(result);
  return steps
    .filter(({ thread }) => threads[thread] === 'app')
    .flatMap(({ label }) => label ?? []);
}

/** `alone` with a page of anonymous memory. */
export function anonymous(
  isReadOnly: boolean,
  body: (mm: MmStruct, machine: System) => void,
): Promise<string[]> {
  return wrongWith((stage) => {
    const machine = system(stage, { freePages: 2, zeroPage: 1 });
    const app = machine.proc('app');
    app.anonymous({ isReadOnly });
    stage.thread('app', () => body(app.mm, machine));
  });
}

/** The first PTE. */
export const entry = ({ pte: [first] }: MmStruct): number =>
  first === undefined ? 0 : READ_ONCE(first);
/** The same as text. */
export const pteOf = (mm: MmStruct): string => pte_t.format(entry(mm));
/** References of a page, pins with them. */
export const count = ({ _refcount }: Folio): number => atomic_read(_refcount);
/** What a page contains. */
export const dataOf = ({ data: [first] }: Folio): number =>
  first === undefined ? -1 : READ_ONCE(first);
/** What the first block of a file contains. */
export const onDisk = ({ blocks: [block] }: File): number => {
  const [word] = block?.data ?? [];
  return word === undefined ? -1 : READ_ONCE(word);
};
/** The only page of a pin. */
export const onlyPage = (pages: readonly Folio[] | number): Folio => {
  const [page] = typeof pages === 'number' ? [] : pages;
  if (page === undefined) throw new Error('nothing was pinned');
  return page;
};
