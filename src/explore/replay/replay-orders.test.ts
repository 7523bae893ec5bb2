import { describe, expect, it } from 'vitest';
import { mistakeIn, onlyFinding, tried, wrongWith } from '../../../test/support/small.ts';
import {
  atomic_read_acquire,
  atomic_set_release,
  atomic_t,
  clear_bit_unlock,
  flags,
  kernelFunction,
  READ_ONCE,
  s32,
  set_bit,
  smp_load_acquire,
  smp_store_release,
  test_and_set_bit_lock,
  test_bit_acquire,
  WRITE_ONCE,
} from '../../memory/index.ts';
import type { Field } from '../../memory/index.ts';
import { machine } from '../../memory/machine.ts';
import { operation, Result } from '../../memory/operation.ts';
import type { CheckOptions } from '../../scenario/check.ts';
import type { Stage } from '../../scenario/stage.ts';

type Word = Field<typeof s32>;

const publish = kernelFunction('mm/mp.c', '6.18', function publish(data: Word, flag: Word): void {
  WRITE_ONCE(data, 1);
  smp_store_release(flag, 1);
});

const consume = kernelFunction('mm/mp.c', '6.18', function consume(data: Word, flag: Word): number {
  return smp_load_acquire(flag) === 0 ? 1 : READ_ONCE(data);
});

/** Message passing: wrong under weak unless both sides keep their order. */
function messagePassing({ alloc, thread, never }: Stage): void {
  const [data, flag] = [alloc(s32, 'data'), alloc(s32, 'flag')];
  thread('writer', () => publish(data, flag));
  const reader = thread('reader', () => consume(data, flag));
  never('old data', () => reader.result() === 0);
}

const weak: CheckOptions = { model: 'weak' };

describe('an acquire and a release', () => {
  it('are defences, with the fields that they order', async () => {
    const { defences, verdict } = await tried(messagePassing, { ...weak, pairs: true });
    expect(verdict).toBe('pass');
    expect(defences).toMatchObject([
      {
        name: 'publish/smp_store_release',
        kind: 'order',
        weaker: ['WRITE_ONCE'],
        before: ['W data'],
        after: ['W flag'],
      },
      {
        name: 'consume/smp_load_acquire',
        kind: 'order',
        weaker: ['READ_ONCE'],
        before: ['R flag'],
        after: ['R data'],
      },
    ]);
  });

  it.each([
    'publish/smp_store_release',
    'publish/smp_store_release=WRITE_ONCE',
    'consume/smp_load_acquire',
    'consume/smp_load_acquire=READ_ONCE',
  ])('are made without their order: %s', async (name) => {
    const without = [name];
    expect(await wrongWith(messagePassing, { ...weak, without })).toEqual(['old data']);
    expect(await wrongWith(messagePassing, { model: 'tso', without })).toEqual([]);
    expect(await wrongWith(messagePassing, { model: 'sc', without })).toEqual([]);
  });

  it('stand in the execution as what is left of them', async () => {
    const without = ['consume/smp_load_acquire'];
    const { trace } = onlyFinding(await tried(messagePassing, { ...weak, without }));
    const reads = trace?.steps.filter(({ field }) => field === 'flag');
    expect(reads?.map(({ primitive, order }) => `${primitive} ${order}`)).toEqual([
      'smp_store_release release',
      'READ_ONCE relaxed',
    ]);
  });

  it('become nothing else', async () => {
    const without = ['consume/smp_load_acquire=smp_rmb'];
    expect(await mistakeIn(messagePassing, { without })).toMatchObject({
      code: 'HF004',
      details: ["It can become READ_ONCE: --without 'consume/smp_load_acquire'"],
    });
  });

  it('of hardware are no defence', async () => {
    const { defences } = await tried(({ alloc, thread }) => {
      const { address } = alloc(s32, 'x');
      const read = operation('smp_load_acquire', { address, result: Result.OLD });
      thread('t', () => machine().perform(read, 'hardware'));
    });
    expect(defences).toEqual([]);
  });
});

describe('of an atomic', () => {
  const body = ({ alloc, thread, never }: Stage): void => {
    const [data, flag] = [alloc(s32, 'data'), alloc(atomic_t, 'flag')];
    thread('writer', () => {
      WRITE_ONCE(data, 1);
      atomic_set_release(flag, 1);
    });
    const reader = thread('reader', () => {
      return atomic_read_acquire(flag) === 0 ? 1 : READ_ONCE(data);
    });
    never('old data', () => reader.result() === 0);
  };

  it.each(['writer/atomic_set_release', 'reader/atomic_read_acquire'])(
    'the order can be left out: %s',
    async (name) => {
      expect(await wrongWith(body, weak)).toEqual([]);
      expect(await wrongWith(body, { ...weak, without: [name] })).toEqual(['old data']);
    },
  );
});

describe('clear_bit_unlock', () => {
  const bits = flags('bits', ['busy']);

  it('is a release where it ends no lock of the thread', async () => {
    const body = ({ alloc, thread, never }: Stage): void => {
      const [data, word] = [alloc(s32, 'data'), alloc(bits, 'word')];
      set_bit(bits.bit.busy, word);
      thread('writer', () => {
        WRITE_ONCE(data, 1);
        clear_bit_unlock(bits.bit.busy, word);
      });
      const reader = thread('reader', () => {
        return test_bit_acquire(bits.bit.busy, word) ? 1 : READ_ONCE(data);
      });
      never('old data', () => reader.result() === 0);
    };
    const { defences } = await tried(body, weak);
    const told = defences.map(({ name, weaker }) => `${name} ${weaker.join()}`);
    expect(told).toEqual(['writer/clear_bit_unlock clear_bit', 'reader/test_bit_acquire test_bit']);
    for (const { name } of defences) {
      expect(await wrongWith(body, { ...weak, without: [name] })).toEqual(['old data']);
    }
  });

  it('is part of the lock where it ends one', async () => {
    const { defences } = await tried(({ alloc, thread }) => {
      const word = alloc(bits, 'word');
      thread('t', () => {
        if (test_and_set_bit_lock(bits.bit.busy, word)) return;
        clear_bit_unlock(bits.bit.busy, word);
      });
    });
    expect(defences.map(({ name, kind }) => `${kind} ${name}`)).toEqual([
      'lock t/test_and_set_bit_lock',
    ]);
  });
});
