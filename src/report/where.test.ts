/** Every finding that is always looked for says where it is: file, line and column. */

import { describe, expect, it } from 'vitest';
import { tried } from '../../test/support/small.ts';
import { steps, trace } from '../../test/support/trace.ts';
import * as linux from '../memory/index.ts';
import type { Stage } from '../scenario/stage.ts';
import { picture } from './picture.ts';

type Body = (stage: Stage) => void;

/** Two threads with a word, locks and a srcu_struct between them. */
function two(one: (all: All) => void, other: (all: All) => void = () => undefined): Body {
  return ({ alloc, pool, thread }) => {
    pool(box, 1);
    const all: All = {
      x: alloc(linux.u32, 'x'),
      spin: alloc(linux.spinlock_t, 'spin'),
      mutex: alloc(linux.mutex, 'mutex'),
      sem: alloc(linux.rw_semaphore, 'sem'),
      ss: alloc(linux.srcu_struct, 'ss'),
      flag: alloc(linux.u32, 'flag'),
      box: linux.kmalloc(box),
    };
    thread('one', () => one(all));
    thread('other', () => other(all));
  };
}

const box = linux.struct('box', { value: linux.u32 });

interface All {
  readonly x: linux.Field<typeof linux.u32>;
  readonly flag: linux.Field<typeof linux.u32>;
  readonly spin: linux.Field<typeof linux.spinlock_t>;
  readonly mutex: linux.Field<typeof linux.mutex>;
  readonly sem: linux.Field<typeof linux.rw_semaphore>;
  readonly ss: linux.Field<typeof linux.srcu_struct>;
  readonly box: ReturnType<typeof box.at>;
}

const FOUND: readonly (readonly [name: string, body: Body])[] = [
  [
    'data race on x',
    two(
      ({ x }) => linux.store(x, 1),
      ({ x }) => linux.store(x, 2),
    ),
  ],
  ['wrong unlock', two(({ spin }) => linux.spin_unlock(spin))],
  ['wrong unlock', two(({ sem }) => linux.up_read(sem))],
  ['wrong unlock', two(() => linux.rcu_read_unlock())],
  ['wrong unlock', two(({ ss }) => linux.srcu_read_unlock(ss, 1))],
  ['unbalanced section', two(() => linux.rcu_read_lock())],
  ['unbalanced section', two(() => linux.local_irq_save())],
  ['unbalanced section', two(({ ss }) => void linux.srcu_read_lock(ss))],
  ['leaked lock', two(({ mutex }) => linux.mutex_lock(mutex))],
  [
    'stuck thread',
    two(
      ({ ss }) => void linux.srcu_read_lock(ss),
      ({ ss }) => linux.synchronize_srcu(ss),
    ),
  ],
  ['livelock', two(({ x }) => linux.loop(() => linux.READ_ONCE(x) === 0))],
  [
    'use after free',
    two(
      (all) => linux.kfree(all.box),
      (all) => void linux.load(all.box.value),
    ),
  ],
  [
    'double free',
    two(
      (all) => linux.kfree(all.box),
      (all) => linux.kfree(all.box),
    ),
  ],
];

describe('what is always looked for', () => {
  it.each(FOUND)('has a place: %s', async (name, body) => {
    const { findings } = await tried(body);
    expect(findings.map(({ property }) => property.name)).toEqual([name]);
    for (const finding of findings) {
      expect(picture(finding)).toMatch(/ where\.test\.ts:\d+:\d+/);
    }
  });

  it('has a place: a data race that only weak finds', async () => {
    const body = two(
      ({ x, flag }) => {
        linux.store(x, 1);
        linux.WRITE_ONCE(flag, 1);
      },
      ({ x, flag }) => {
        if (linux.READ_ONCE(flag) === 1) linux.load(x);
      },
    );
    expect((await tried(body)).findings).toEqual([]);
    const [found] = (await tried(body, { model: 'weak' })).findings;
    expect(found && picture(found)).toMatch(/ where\.test\.ts:\d+:\d+/);
  });

  it('has that of its last step where the explanation names none', () => {
    const place = { file: 'new.ts', line: 7, column: 3 };
    const all = steps(
      { thread: 0, primitive: 'WRITE_ONCE', field: 'x', written: '1' },
      { thread: 1, kind: 'pending', field: 'x', position: place },
    );
    const property = { kind: 'automatic', name: 'something new' } as const;
    const known = { id: 'abcde', property, message: 'It is wrong.', position: null };
    expect(picture({ ...known, trace: trace({ steps: all }) })).toContain('  Where   new.ts:7:3');
  });
});
