import { describe, expect, it } from 'vitest';
import { findingsOf, mistakeIn, tried } from '../../test/support/small.ts';
import type { Problem } from '../explore/result.ts';
import * as memory from './index.ts';
import type { Field, Type } from './index.ts';

const PAGE = memory.flags('page', ['PG_locked', 'PG_dirty']);
const folio = memory.struct('folio', {
  flags: PAGE,
  _refcount: memory.atomic_t,
  lock: memory.spinlock_t,
  index: memory.u32,
});
const page = memory.struct('page', { folio: memory.pointer(folio), there: memory.bool });

type Folio = ReturnType<typeof folio.at>;
type Page = ReturnType<typeof page.at>;
/** The same without types, as a scenario is once it has been stripped. */
type Loose = Record<string, (...values: unknown[]) => unknown>;
const untyped = memory as unknown as Loose;

/** What is said of code that a thread runs after an access. */
function refused(body: (f: Folio, p: Page) => unknown): Promise<Problem> {
  return mistakeIn(({ alloc, thread }) => {
    const [f, p] = [alloc(folio), alloc(page)];
    thread('t', () => {
      memory.READ_ONCE(p.folio);
      body(f, p);
    });
  });
}

async function told(body: (f: Folio, p: Page) => unknown): Promise<string> {
  const { code, what, position } = await refused(body);
  expect(position?.file).toMatch(/argument\.test\.ts$/);
  return `${code} ${what}`;
}

const NOT_READ = (type: string, read = 'READ_ONCE'): string =>
  `HF036 A field (${type}) is used as its value; ${read} reads it.`;

describe('a field that stands for its value', () => {
  const uses: [string, (f: Folio) => unknown, string][] = [
    ['& in a condition', (f) => (f.flags as never) & 1, NOT_READ('page')],
    ['an addition', (f) => (f.index as never) + 1, NOT_READ('u32')],
    ['a comparison', (f) => (f.index as never) > 1, NOT_READ('u32')],
    ['a text', (f) => `${f.index as unknown as string}`, NOT_READ('u32')],
    ['a counter', (f) => -(f._refcount as never), NOT_READ('atomic_t', 'atomic_read')],
    // oxlint-disable-next-line eqeqeq -- this is what is tried
    ['==', (f) => (f.index as unknown) == 1, NOT_READ('u32')],
    ['an index', (f) => [1, 2][f.index as never], NOT_READ('u32')],
  ];

  it.each(uses)('is refused: %s', async (_, use, what) => {
    expect(await told(use)).toBe(what);
  });

  const handed: [string, (f: Folio, p: Page) => unknown, string][] = [
    ['WRITE_ONCE', (f) => untyped['WRITE_ONCE']?.(f.index, f.index), NOT_READ('u32')],
    ['store', (f) => untyped['store']?.(f.flags, f.index), NOT_READ('u32')],
    ['a pointer', (_, p) => untyped['WRITE_ONCE']?.(p.folio, p.folio), NOT_READ('pointer')],
    ['a truth value', (f, p) => untyped['WRITE_ONCE']?.(p.there, f.index), NOT_READ('u32')],
    ['cmpxchg', (f) => untyped['cmpxchg']?.(f.index, f.index, 1), NOT_READ('u32')],
    ['atomic_add', (f) => untyped['atomic_add']?.(f.index, f._refcount), NOT_READ('u32')],
    ['atomic_set', (f) => untyped['atomic_set']?.(f._refcount, f.index), NOT_READ('u32')],
    ['set_bit', (f) => untyped['set_bit']?.(f.index, f.flags), NOT_READ('u32')],
    ['assert', (f) => untyped['assert']?.(f.index), NOT_READ('u32')],
    ['wait_event', (f) => untyped['wait_event']?.(f.index, () => f.index), NOT_READ('u32')],
    ['loop', (f) => untyped['loop']?.(() => f.index), NOT_READ('u32')],
    ['defence', (f) => untyped['defence']?.('d', () => f.index), NOT_READ('u32')],
    ['waitUntilEquals', (f) => untyped['waitUntilEquals']?.(f.index, f.index), NOT_READ('u32')],
  ];

  it.each(handed)('is refused by %s', async (_, call, what) => {
    expect(await told(call)).toBe(what);
  });

  it('is refused in the set-up and in properties too', async () => {
    const setUp = await mistakeIn(({ alloc, thread }) => {
      const f = alloc(folio);
      thread('t', () => memory.choose(2));
      untyped['WRITE_ONCE']?.(f.index, f.index);
    });
    expect([setUp.code, setUp.position?.file.endsWith('argument.test.ts')]).toEqual([
      'HF036',
      true,
    ]);
    const property = await mistakeIn(({ alloc, thread, always }) => {
      const f = alloc(folio);
      thread('t', () => memory.choose(2));
      always('small', () => (f.index as never) < 3);
    });
    expect([property.code, property.details]).toEqual(['HF036', ["In always 'small'."]]);
  });

  it('may be named in a message outside of any scenario', () => {
    expect(String(folio.at(3).index as unknown as string)).toBe('field 6');
  });
});

describe('a number that no word holds', () => {
  const whole = 'it is a whole number of 32 bits.';
  const values: [string, unknown, string][] = [
    ['a fraction', 1.5, '1.5'],
    ['NaN', NaN, 'NaN'],
    ['more than 32 bits', 2 ** 40, '1099511627776'],
    ['a text', '1', '"1"'],
    ['a truth value', true, 'true'],
    ['null', null, 'null'],
    ['an array', [1], 'an array'],
    ['a function', (): number => 1, 'a function'],
  ];

  it.each(values)('is refused: %s', async (_, value, text) => {
    const u32 = `HF037 A value of u32 cannot be ${text}: ${whole}`;
    const counter = `HF037 A value of atomic_t cannot be ${text}: ${whole}`;
    expect(await told((f) => untyped['WRITE_ONCE']?.(f.index, value))).toBe(u32);
    expect(await told((f) => untyped['xchg']?.(f.index, value))).toBe(u32);
    expect(await told((f) => untyped['atomic_add']?.(value, f._refcount))).toBe(counter);
    expect(await told((f) => untyped['atomic_sub']?.(value, f._refcount))).toBe(counter);
    expect(await told((f) => untyped['atomic_fetch_andnot']?.(value, f._refcount))).toBe(counter);
    expect(await told((f) => untyped['atomic_cmpxchg']?.(f._refcount, value, 1))).toBe(counter);
    expect(await told((f) => untyped['atomic_add_unless']?.(f._refcount, 1, value))).toBe(counter);
    expect(await told((f) => untyped['readEquals']?.(f.index, value))).toBe(u32);
    expect(await told((f) => untyped['readAnyBit']?.(f.flags, value))).toContain(text);
  });

  it('is none that C would convert without loss', async () => {
    const { problems, verdict } = await tried(({ alloc, thread, always }) => {
      const f = alloc(folio);
      thread('t', () => {
        memory.WRITE_ONCE(f.index, -1);
        memory.atomic_set(f._refcount, 0xffffffff);
        memory.atomic_sub(-0x80000000, f._refcount);
      });
      always('all', () => memory.READ_ONCE(f.index) === 0xffffffff);
    });
    expect([problems, verdict]).toEqual([[], 'pass']);
  });

  it('is a bit that does not exist', async () => {
    const bit = 'it is a whole number from 0 to 31.';
    for (const nr of [-1, 32, 0.5, 'PG_dirty']) {
      const text = nr === 'PG_dirty' ? '"PG_dirty"' : String(nr);
      const what = `HF037 A bit number cannot be ${text}: ${bit}`;
      expect(await told((f) => untyped['set_bit']?.(nr, f.flags))).toBe(what);
      expect(await told((f) => untyped['wait_on_bit_lock']?.(nr, f.flags))).toBe(what);
    }
  });
});

describe('what is neither true nor false', () => {
  const calls: [string, string, (value: unknown) => unknown][] = [
    ['The condition of assert', 'assert', (value) => value],
    ['The result of a round of loop', 'loop', (value) => () => value],
  ];

  it.each(calls)('%s cannot be it', async (subject, name, form) => {
    for (const [value, text] of [
      [undefined, 'undefined'],
      [1, '1'],
      [() => true, 'a function'],
    ] as const) {
      const call = (f: Folio): unknown =>
        untyped[name]?.(form(value), ...(name === 'loop' ? [memory.READ_ONCE(f.index)] : []));
      expect(await told(call)).toBe(`HF037 ${subject} cannot be ${text}: it is true or false.`);
    }
  });

  it('is not what wait_event, a defence and a bool are given', async () => {
    const { wait_event, defence, WRITE_ONCE } = untyped;
    const never = ' cannot be 1: it is true or false.';
    expect(await told((f) => wait_event?.(f.index, () => 1))).toContain(never);
    expect(await told(() => defence?.('d', () => 1))).toContain(
      `The danger of defence 'd'${never}`,
    );
    expect(await told((_, p) => WRITE_ONCE?.(p.there, 1))).toContain(`A value of bool${never}`);
  });
});

describe('a field of another kind than the call is for', () => {
  const locks = memory.struct('locks', {
    spin: memory.spinlock_t,
    mutex: memory.mutex,
    sem: memory.rw_semaphore,
    lock: memory.rwlock_t,
    count: memory.refcount_t,
    seq: memory.seqcount_t,
    done: memory.completion,
    atomic: memory.atomic_t,
    number: memory.u32,
    queue: memory.wait_queue_head_t,
  });
  const kinds = {
    spin: ['spin_lock', 'spin_unlock', 'spin_trylock', 'spin_is_locked'],
    mutex: ['mutex_lock', 'mutex_unlock', 'mutex_trylock'],
    sem: ['down_read', 'up_read', 'down_write', 'up_write', 'downgrade_write'],
    lock: ['read_lock', 'read_unlock', 'write_lock', 'write_unlock'],
    count: ['refcount_inc', 'refcount_read'],
    seq: ['read_seqcount_begin', 'read_seqcount_retry', 'raw_write_seqcount_begin'],
    done: ['complete', 'wait_for_completion'],
    atomic: ['atomic_inc', 'atomic_read'],
    number: ['READ_ONCE', 'WRITE_ONCE', 'load', 'smp_load_acquire', 'xchg', 'cmpxchg'],
    queue: ['wake_up', 'waitqueue_active'],
  } as const;
  type Member = keyof typeof kinds;
  const members = Object.keys(kinds) as Member[];
  const calls = members.flatMap((one) => kinds[one].map((name) => [name, one] as const));

  it.each(calls)('is refused by %s, which takes a %s', async (name, right) => {
    for (const member of members.filter((one) => one !== right)) {
      const { code, what } = await mistakeIn(({ alloc, thread }) => {
        const all = alloc(locks);
        thread('t', () => {
          memory.READ_ONCE(all.number);
          untyped[name]?.(all[member], 1, 1);
        });
      });
      const given = `${name} is given a field of type`;
      expect([code, what]).toEqual(['HF037', expect.stringContaining(given)]);
    }
  });

  it('is refused by the calls for bits, which take flags', async () => {
    for (const name of ['set_bit', 'test_and_clear_bit']) {
      const { code, what } = await mistakeIn(({ alloc, thread }) => {
        const all = alloc(locks);
        thread('t', () => void untyped[name]?.(0, all.number));
      });
      expect([code, what]).toEqual(['HF037', expect.stringContaining(`${name} is given a field`)]);
    }
  });
});

describe('what is no place', () => {
  it('is a struct instead of a member', async () => {
    expect(await told((f) => untyped['READ_ONCE']?.(f))).toBe(
      'HF037 READ_ONCE is given a struct folio where a field belongs. Name one of its members.',
    );
  });

  it('is an operand: the kernel names the counter last', async () => {
    const first = (call: string): string =>
      `HF037 ${call} is given a field (atomic_t) as its operand: ` +
      "the kernel's order is the operand first, the atomic_t last.";
    for (const name of ['atomic_add', 'atomic_fetch_or', 'atomic_sub_and_test']) {
      expect(await told((f) => untyped[name]?.(f._refcount, 1))).toBe(first(name));
      expect(await told((f) => untyped[name]?.(f._refcount))).toBe(first(name));
      expect(await told((f) => untyped[name]?.(f._refcount, f._refcount))).toBe(
        NOT_READ('atomic_t', 'atomic_read'),
      );
    }
    for (const name of ['refcount_add', 'refcount_sub_and_test', 'atomic_add_negative']) {
      expect(await told((f) => untyped[name]?.(f._refcount, 1))).toBe(first(name));
    }
    expect(await told((f) => untyped['set_bit']?.(f.flags, PAGE.bit.PG_dirty))).toBe(
      'HF037 A call for a bit is given a field (page) as its bit number: ' +
        "the kernel's order is the bit number first, the flags last.",
    );
    expect(await told(() => untyped['spin_lock']?.(7))).toBe(
      'HF037 spin_lock is given 7 where a field belongs.',
    );
  });

  it('is undefined, as beyond the end of an array: an exception on that path', async () => {
    const result = await tried(({ alloc, thread }) => {
      const f = alloc(folio);
      thread('t', () => untyped['READ_ONCE']?.([f.index][1 + memory.READ_ONCE(f.index)]) as number);
    });
    expect(findingsOf(result)).toEqual(['exception']);
    expect(result.findings[0]?.message).toBe(
      't cannot go on: READ_ONCE(x) is called without x, or with undefined there, as an index ' +
        'beyond an array gives.',
    );
  });

  it('is NULL, also in the set-up', async () => {
    const found = await mistakeIn(({ thread }) => {
      thread('t', () => memory.choose(2));
      untyped['READ_ONCE']?.(folio.at(0).flags);
    });
    expect([found.code, found.what]).toEqual(['HF030', 'READ_ONCE follows NULL.']);
  });

  it('is a struct of another type, for a pointer', async () => {
    const { WRITE_ONCE } = untyped;
    const wanted = 'it is null or a struct folio.';
    expect(await told((_, p) => WRITE_ONCE?.(p.folio, p))).toBe(
      `HF037 A pointer to folio cannot be a struct page: ${wanted}`,
    );
    expect(await told((_, p) => WRITE_ONCE?.(p.folio, 8))).toBe(
      `HF037 A pointer to folio cannot be 8: ${wanted}`,
    );
    expect(await told((_, p) => WRITE_ONCE?.(p.folio, undefined))).toContain('without val');
  });

  it('is nothing that kfree takes; but NULL may be freed', async () => {
    expect(await told((f) => untyped['kfree']?.(f.index))).toContain('HF036');
    expect(await told(() => untyped['kfree']?.(5))).toBe(
      'HF037 The argument of kfree cannot be 5: it is a struct or null.',
    );
    expect(await told(() => untyped['kmalloc']?.('folio'))).toContain('The argument of kmalloc');
    const { verdict } = await tried(({ thread }) => void thread('t', () => memory.kfree(null)));
    expect(verdict).toBe('pass');
  });
});

describe('a member that does not exist', () => {
  const loose = (view: unknown): Record<string, Field<Type>> => view as Record<string, Field<Type>>;

  it('is said with the nearest that does', async () => {
    expect(await told((f) => loose(f)['refcont'])).toBe(
      'HF037 struct folio has no member refcont. Did you mean _refcount?',
    );
    expect(await told((f) => loose(f)['flag'])).toContain('Did you mean flags?');
    expect(await told((f) => loose(f)['mapping'])).toBe(
      'HF037 struct folio has no member mapping. It has flags, _refcount, lock, index.',
    );
  });

  it('is undefined where no scenario runs: who prints a struct asks for anything', () => {
    expect(loose(folio.at(1))['refcont']).toBeUndefined();
  });

  it('is every member of a field', async () => {
    expect(await told((f) => loose(f.index)['value'])).toBe(
      'HF036 A field (u32) has no member value; READ_ONCE reads it.',
    );
    expect(await told((f) => loose(f._refcount)['counter'])).toBe(
      'HF036 A field (atomic_t) has no member counter; atomic_read reads it.',
    );
  });

  it('may be a bit', async () => {
    expect(await told(() => loose(PAGE.bit)['PG_drity'])).toBe(
      'HF037 flags word page has no bit PG_drity. Did you mean PG_dirty?',
    );
  });

  it('is none of what the language asks every object for', async () => {
    const { verdict, problems } = await tried(({ alloc, thread }) => {
      const f = alloc(folio);
      thread('t', () => {
        JSON.stringify(f.hasOwnProperty('flags'));
        void Promise.resolve(f);
        Object.keys(f).forEach((name) => loose(f)[name]);
      });
    });
    expect([verdict, problems]).toEqual(['pass', []]);
  });

  it('is not needed to use a struct as a number', async () => {
    expect(await told((f) => (f as never) + 1)).toBe(
      'HF037 A struct folio is used as a number or a text.',
    );
  });
});
