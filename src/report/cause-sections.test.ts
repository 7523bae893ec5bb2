/** What is said of sections of SRCU that somebody waits for, or that are not open. */

import { describe, expect, it } from 'vitest';
import { onlyFinding, tried } from '../../test/support/small.ts';
import {
  READ_ONCE,
  srcu_down_read,
  srcu_read_lock,
  srcu_read_unlock,
  srcu_struct,
  synchronize_srcu,
  u32,
} from '../memory/index.ts';
import type { Field } from '../memory/index.ts';
import { causeOf } from './cause.ts';
import { layoutOf } from './layout.ts';

type Srcu = Field<typeof srcu_struct>;

/** The Why of the only finding of a reader and a writer, and how many places it names. */
async function told(
  reader: (ss: Srcu, other: Srcu) => void,
  writer: (ss: Srcu) => void,
  model: 'sc' | 'weak' = 'sc',
): Promise<[string, number]> {
  const found = onlyFinding(
    await tried(
      ({ alloc, thread }) => {
        const [ss, other] = [alloc(srcu_struct, 'ss'), alloc(srcu_struct, 'other')];
        const x = alloc(u32, 'x');
        thread('reader', () => {
          reader(ss, other);
          READ_ONCE(x);
        });
        thread('writer', () => writer(ss));
      },
      { model },
    ),
  );
  if (found.trace === null) throw new Error('the finding has no trace');
  const { text, positions } = causeOf(found.trace, layoutOf(found.trace), found.property);
  return [text, positions.length];
}

const waits = (ss: Srcu): void => synchronize_srcu(ss);
const nothing = (): void => undefined;

describe('a grace period that never ends', () => {
  it('waits for a section that another thread began and never ended', async () => {
    const sentence = (step: number): string =>
      'writer waits in synchronize_srcu(ss) for a section that reader began in step ' +
      `${step} and never ended.`;
    expect(await told((ss) => void srcu_read_lock(ss), waits)).toEqual([sentence(1), 2]);
    expect(await told((ss) => void srcu_down_read(ss), waits)).toEqual([sentence(1), 2]);
    // The wait begins before the picture tells the section, whose beginning comes earlier here.
    expect(await told((ss) => void srcu_read_lock(ss), waits, 'weak')).toEqual([sentence(2), 2]);
  });

  it('waits for what the thread itself began', async () => {
    const [text] = await told(nothing, (ss) => {
      srcu_read_lock(ss);
      synchronize_srcu(ss);
    });
    expect(text).toBe(
      'writer waits in synchronize_srcu(ss) for a section that it began itself in step 1 and has ' +
        'not ended.',
    );
  });

  it('waits for the one that is left of several: a trace does not tell which', async () => {
    const [text] = await told((ss) => {
      const first = srcu_read_lock(ss);
      srcu_read_unlock(ss, first);
      srcu_read_lock(ss);
      srcu_read_unlock(ss, srcu_read_lock(ss));
    }, waits);
    expect(text).toContain('for a section that reader began in step 3 or 4 and never ended.');
  });

  it('waits for both', async () => {
    const [text] = await told((ss) => {
      srcu_read_lock(ss);
      srcu_read_lock(ss);
    }, waits);
    expect(text).toContain('for 2 sections that reader began in steps 1 and 2 and never ended.');
  });
});

describe('a section that nobody ends', () => {
  it('is told with who began it', async () => {
    expect(await told((ss) => void srcu_read_lock(ss), nothing)).toEqual([
      'reader began a section of ss in step 1, and nobody ended it.',
      1,
    ]);
  });
});

describe('an end without a section', () => {
  it('comes behind another end', async () => {
    const answer = await told((ss) => {
      const idx = srcu_read_lock(ss);
      srcu_read_unlock(ss, idx);
      srcu_read_unlock(ss, idx);
    }, nothing);
    expect(answer).toEqual(['reader ended the section of ss already, in step 2.', 2]);
  });

  it('is one of another srcu_struct', async () => {
    const answer = await told((ss, other) => srcu_read_unlock(other, srcu_read_lock(ss)), nothing);
    expect(answer).toEqual([
      'The section that reader began in step 1 is one of ss, not of other.',
      2,
    ]);
  });

  it('has another number, or none has begun', async () => {
    const [other] = await told((ss) => {
      srcu_read_lock(ss);
      srcu_read_unlock(ss, 0);
    }, nothing);
    expect(other).toBe(
      'reader ends the section of ss with another number than srcu_read_lock gave in step 1.',
    );
    const none = await told((ss) => srcu_read_unlock(ss, 1), nothing);
    expect(none).toEqual(['reader has begun no section of ss.', 1]);
  });
});
