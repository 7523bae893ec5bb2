/**
 * The protocol that Holdfast is measured with: pinners against write-back, as a scenario.
 *
 * It is a benchmark and not Linux: the dirty flag is cleared before the write-protect, in Linux
 * after it. `promela.ts` states the same protocol for SPIN, access by access: whoever changes one
 * changes the other, and slow-protocol.test.ts compares their verdicts.
 */

import {
  assert,
  atomic_add,
  atomic_inc,
  atomic_read,
  atomic_sub,
  atomic_t,
  atomicAtLeast,
  clear_bit,
  clear_bit_unlock,
  defence,
  design,
  flags,
  kernelFunction,
  READ_ONCE,
  readEquals,
  s32,
  set_bit,
  smp_mb,
  struct,
  test_bit,
  wait_on_bit_lock,
  word,
  WRITE_ONCE,
  xchg,
} from '../memory/index.ts';
import type { Field, FlagsType, Struct, StructType, Type } from '../memory/index.ts';
import { scenario } from '../scenario/scenario.ts';
import type { Scenario, ScenarioOptions } from '../scenario/scenario.ts';

/** How many threads of each kind, and how often each pinner pins. */
export interface Size {
  readonly pinners: number;
  readonly writers: number;
  readonly rounds: number;
}

/** The protocol and what is left out of it; what each must show stands in protocol.test.ts. */
export type Variant =
  'correct' | 'no re-check' | 'no barrier' | 'plain store' | 'store and barrier';

const OPTIONS: Readonly<Record<Variant, ScenarioOptions>> = {
  correct: {},
  'no re-check': { without: ['pinAndWrite/pte unchanged'] },
  'no barrier': { without: ['writeBack/smp_mb'] },
  'plain store': {
    without: ['writeBack/smp_mb'],
    designs: { 'write-protect': 'store' },
  },
  'store and barrier': { designs: { 'write-protect': 'store' } },
};

/** The protocol as a scenario, ready to be checked. */
export function protocol(size: Size, variant: Variant = 'correct'): Scenario {
  const { pinners, writers, rounds } = size;
  const name = `pinners against write-back (${pinners},${writers},${rounds}), ${variant}`;
  return scenario(name, OPTIONS[variant], ({ alloc, always, thread }) => {
    const page = alloc(pageType, 'page');
    WRITE_ONCE(page.pte, WRITABLE);
    thread('pinner', { count: pinners }, () => {
      for (let i = 0; i < rounds; i++) pinAndWrite(page);
    });
    thread('write-back', { count: writers }, () => writeBack(page));
    always('no write is lost', () => {
      const onDisk = READ_ONCE(page.disk) === atomic_read(page.data);
      return onDisk || test_bit(PG_dirty, page.flags);
    });
  });
}

/** What one pin adds to the reference count (GUP_PIN_COUNTING_BIAS). */
const BIAS = 1024;
const READ_ONLY = 0;
const WRITABLE = 1;

type PageFlag = 'PG_locked' | 'PG_dirty' | 'PG_writeback';
type PageMembers = {
  readonly pte: Type<'word', number>;
  readonly flags: FlagsType<PageFlag>;
  readonly count: typeof atomic_t;
  readonly data: typeof atomic_t;
  readonly disk: Type<'word', number>;
};
type Page = Struct<PageMembers>;

const pageFlags = flags('page flags', ['PG_locked', 'PG_dirty', 'PG_writeback']);
const { PG_locked, PG_dirty, PG_writeback } = pageFlags.bit;
const pte_t = word('pte_t', (value) => (value === WRITABLE ? 'rw' : 'ro'));

/** The page, its page-table entry and its block on disk, all that the threads share. */
const pageType: StructType<PageMembers> = struct('page', {
  pte: pte_t,
  flags: pageFlags,
  count: atomic_t,
  data: atomic_t,
  disk: s32,
});

/** One pin without a lock: look, count, look again, write through the pin, unpin. */
const pinAndWrite = kernelFunction('bench', '1', function pinAndWrite(page: Page): void {
  if (!readEquals(page.pte, WRITABLE)) return;
  atomic_add(BIAS, page.count);
  if (defence('pte unchanged', () => !readEquals(page.pte, WRITABLE))) {
    atomic_sub(BIAS, page.count);
    return;
  }
  // An increment, so that each write changes the page and the pinners stay interchangeable.
  atomic_inc(page.data);
  set_bit(PG_dirty, page.flags);
  atomic_sub(BIAS, page.count);
});

/** Writes a page back: in place while it cannot change, through a copy while it is pinned. */
const writeBack = kernelFunction('bench', '1', function writeBack(page: Page): void {
  wait_on_bit_lock(PG_locked, page.flags);
  clear_bit(PG_dirty, page.flags);
  protect(page.pte);
  smp_mb();
  if (atomicAtLeast(page.count, BIAS)) bounce(page);
  else writeInPlace(page);
});

function protect(pte: Field<Type<'word', number>>): void {
  if (design('write-protect', ['xchg', 'store']) === 'xchg') xchg(pte, READ_ONLY);
  else WRITE_ONCE(pte, READ_ONLY);
}

function bounce(page: Page): void {
  copyToDisk(page);
  set_bit(PG_dirty, page.flags);
  clear_bit_unlock(PG_locked, page.flags);
}

function writeInPlace(page: Page): void {
  set_bit(PG_writeback, page.flags);
  clear_bit_unlock(PG_locked, page.flags);
  sendToDisk(page);
  clear_bit(PG_writeback, page.flags);
}

/** Functions of their own, so that the copy they read is forgotten when they return. */
const copyToDisk = kernelFunction('bench', '1', function copyToDisk(page: Page): void {
  WRITE_ONCE(page.disk, atomic_read(page.data));
});

const sendToDisk = kernelFunction('bench', '1', function sendToDisk(page: Page): void {
  const first = atomic_read(page.data);
  assert(atomic_read(page.data) === first, 'the page changed under write-back');
  WRITE_ONCE(page.disk, first);
});
