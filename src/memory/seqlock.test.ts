import { describe, expect, it } from 'vitest';
import { finalsOf, tried, wrongWith } from '../../test/support/small.ts';
import type { Stage } from '../scenario/stage.ts';
import { READ_ONCE, WRITE_ONCE } from './access.ts';
import { loop } from './control.ts';
import {
  read_seqbegin,
  read_seqlock_excl,
  read_seqretry,
  read_sequnlock_excl,
  seqlock_t,
  write_seqlock,
  write_seqlock_bh,
  write_seqlock_irq,
  write_seqlock_irqsave,
  write_sequnlock,
  write_sequnlock_bh,
  write_sequnlock_irq,
  write_sequnlock_irqrestore,
} from './seqlock.ts';
import { s32 } from './type.ts';

/** Two writers that count two words up together, and a reader that wants both of one moment. */
function twoWriters({ alloc, thread, always }: Stage, retries: boolean): void {
  const [sl, x, y] = [alloc(seqlock_t), alloc(s32, 'x'), alloc(s32, 'y')];
  thread('writer', { count: 2 }, () => {
    write_seqlock(sl);
    WRITE_ONCE(x, READ_ONCE(x) + 1);
    WRITE_ONCE(y, READ_ONCE(y) + 1);
    write_sequnlock(sl);
  });
  const reader = thread('reader', () => {
    let difference = 0;
    loop(() => {
      const start = read_seqbegin(sl);
      difference = READ_ONCE(x) - READ_ONCE(y);
      return retries && read_seqretry(sl, start);
    });
    return difference;
  });
  always('both words are of one moment', () => reader.result() === 0);
  always('no writer is lost', () => READ_ONCE(x) === 2 && READ_ONCE(y) === 2);
}

describe('seqlock_t', () => {
  it.each(['sc', 'tso', 'weak'] as const)(
    'keeps writers apart and readers right: %s',
    async (model) => {
      const { verdict, findings } = await tried((stage) => twoWriters(stage, true), { model });
      expect([verdict, findings]).toEqual(['pass', []]);
    },
  );

  it('would show half of a change to a reader that does not try again', async () => {
    const found = await wrongWith((stage) => twoWriters(stage, false));
    expect(found).toEqual(['both words are of one moment']);
  });

  it('keeps writers out while somebody reads with the lock, without a retry for others', () => {
    const finals = finalsOf(({ alloc, thread }) => {
      const [sl, x] = [alloc(seqlock_t), alloc(s32, 'x')];
      thread('reader', () => {
        read_seqlock_excl(sl);
        const same = READ_ONCE(x) === READ_ONCE(x);
        read_sequnlock_excl(sl);
        return same;
      });
      thread('writer', () => {
        write_seqlock(sl);
        WRITE_ONCE(x, 1);
        write_sequnlock(sl);
      });
    });
    expect(finals).toEqual(['2 0 1 | true ']);
  });
});

const FORMS = {
  plain: [write_seqlock, write_sequnlock],
  bh: [write_seqlock_bh, write_sequnlock_bh],
  irq: [write_seqlock_irq, write_sequnlock_irq],
  irqsave: [write_seqlock_irqsave, write_sequnlock_irqrestore],
} as const;

/** A writer, and a handler on its CPU that reads. */
function readInHandler(form: keyof typeof FORMS): Promise<string[]> {
  const [enter, leave] = FORMS[form];
  return wrongWith(({ alloc, thread }) => {
    const [sl, x] = [alloc(seqlock_t), alloc(s32, 'x')];
    const writer = thread('writer', () => {
      enter(sl);
      WRITE_ONCE(x, 1);
      leave(sl);
    });
    const read = (): void =>
      loop(() => {
        const start = read_seqbegin(sl);
        READ_ONCE(x);
        return read_seqretry(sl, start);
      });
    thread.irq('reader', read, { on: writer });
  });
}

describe("a reader in a handler on the writer's CPU", () => {
  it.each(['irq', 'irqsave'] as const)('never meets the writer inside: _%s', async (form) => {
    expect(await readInHandler(form)).toEqual([]);
  });

  it.each(['plain', 'bh'] as const)('waits for the writer for ever: %s', async (form) => {
    expect(await readInHandler(form)).toEqual(['deadlock']);
  });
});
