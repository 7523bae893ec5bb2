import { describe, expect, it } from 'vitest';
import { findingsOf, mistakeIn, tried, wrongWith } from '../../../test/support/small.ts';
import type { CheckOptions } from '../../scenario/check.ts';
import type { Stage } from '../../scenario/stage.ts';
import {
  atomic_inc,
  atomic_t,
  defence,
  kernelFunction,
  READ_ONCE,
  s32,
  smp_load_acquire,
  smp_mb,
  smp_mb__after_atomic,
  smp_rmb,
  smp_store_release,
  smp_wmb,
  spin_lock,
  spin_trylock,
  spin_unlock,
  spinlock_t,
  WRITE_ONCE,
} from '../../memory/index.ts';
import type { Field } from '../../memory/type.ts';
import { parseRemoval } from './sites.ts';

describe('an entry of --without', () => {
  const none = { number: 0, place: null, weaker: null };

  it('is a name', () => {
    expect(parseRemoval('folio_lock/smp_mb')).toEqual({
      text: 'folio_lock/smp_mb',
      name: 'folio_lock/smp_mb',
      primitive: 'smp_mb',
      ...none,
    });
  });

  it('may say which of several', () => {
    expect(parseRemoval('f/smp_mb#2')).toMatchObject({ ...none, name: 'f/smp_mb', number: 2 });
  });

  it('may say what to use instead', () => {
    expect(parseRemoval('f/smp_mb=smp_rmb')).toMatchObject({ name: 'f/smp_mb', weaker: 'smp_rmb' });
    expect(parseRemoval('f/smp_mb#3=smp_rmb')).toMatchObject({ number: 3, weaker: 'smp_rmb' });
  });

  it('may be a place', () => {
    expect(parseRemoval('smp_mb@mm/gup.ts:41')).toMatchObject({
      primitive: 'smp_mb',
      place: { file: 'mm/gup.ts', line: 41 },
      weaker: null,
    });
    expect(parseRemoval('smp_mb@C:/x.ts:41=smp_rmb')).toMatchObject({
      place: { file: 'C:/x.ts', line: 41 },
      weaker: 'smp_rmb',
    });
  });

  it('may be the name of a test, with spaces and a slash', () => {
    expect(parseRemoval('gup/pte is none/unchanged')).toMatchObject({
      name: 'gup/pte is none/unchanged',
      ...none,
    });
  });
});

type Word = Field<typeof s32>;
const writeRead = kernelFunction('mm/sb.c', '6.18', function writeRead(x: Word, y: Word): number {
  WRITE_ONCE(x, 1);
  smp_mb();
  return READ_ONCE(y);
});

/** Store buffering: wrong under tso unless each side has its barrier. */
function storeBuffering({ alloc, thread, never }: Stage): void {
  const [x, y] = [alloc(s32, 'x'), alloc(s32, 'y')];
  const left = thread('left', () => writeRead(x, y));
  const right = thread('right', () => writeRead(y, x));
  never('both read 0', () => left.result() === 0 && right.result() === 0);
}

const tso: CheckOptions = { model: 'tso' };

describe('a barrier', () => {
  it('is named after the function that it stands in, with the fields around it', async () => {
    const { defences, verdict } = await tried(storeBuffering, tso);
    expect(verdict).toBe('pass');
    expect(defences).toMatchObject([
      {
        name: 'writeRead/smp_mb',
        kind: 'barrier',
        primitive: 'smp_mb',
        threads: ['left', 'right'],
        weaker: ['smp_rmb', 'smp_wmb'],
        before: ['W x', 'W y'],
        after: ['R x', 'R y'],
      },
    ]);
    expect(defences[0]?.position?.file).toMatch(/sites\.test\.ts$/);
  });

  it.each(['sc', 'tso', 'weak'] as const)(
    'tells the accesses around it, the nearest first, under %s; a lock tells none, nor does a test',
    async (model) => {
      const body = ({ alloc, thread }: Stage): void => {
        const [x, y, z] = [alloc(s32, 'x'), alloc(s32, 'y'), alloc(s32, 'z')];
        const lock = alloc(spinlock_t, 'lock');
        thread('t', () => {
          WRITE_ONCE(x, 1);
          WRITE_ONCE(y, 1);
          WRITE_ONCE(z, 1);
          smp_mb();
          const read = READ_ONCE(z) + READ_ONCE(x);
          smp_rmb();
          spin_lock(lock);
          defence('unchanged', () => READ_ONCE(y) === read);
          spin_unlock(lock);
        });
      };
      const { defences } = await tried(body, { model, pairs: true });
      const of = (name: string): object => defences.find((one) => one.name === `t/${name}`) ?? {};
      expect(of('smp_mb')).toMatchObject({
        before: ['W z', 'W y', 'W x'],
        after: ['R z', 'R x', 'W lock', 'R y'],
      });
      expect(of('spin_lock')).toMatchObject({ before: [], after: [] });
      expect(of('unchanged')).toMatchObject({ primitive: '', before: [], after: [] });
    },
  );

  it('an acquire stands behind its own access, a release before it', async () => {
    const body = ({ alloc, thread }: Stage): void => {
      const [x, y, z] = [alloc(s32, 'x'), alloc(s32, 'y'), alloc(s32, 'z')];
      thread('t', () => {
        WRITE_ONCE(x, smp_load_acquire(y));
        smp_store_release(z, READ_ONCE(x));
      });
    };
    const { defences } = await tried(body, { pairs: true });
    expect(defences).toMatchObject([
      { name: 't/smp_load_acquire', before: ['R y'], after: ['W x', 'R x', 'W z'] },
      { name: 't/smp_store_release', before: ['R x', 'W x', 'R y'], after: ['W z'] },
    ]);
  });

  it.each(['writeRead/smp_mb', 'writeRead/smp_mb=smp_rmb', 'writeRead/smp_mb=smp_wmb'])(
    'can be left out or weakened: %s',
    async (name) => {
      expect(await wrongWith(storeBuffering, { ...tso, without: [name] })).toEqual(['both read 0']);
      expect(await wrongWith(storeBuffering, { model: 'sc', without: [name] })).toEqual([]);
    },
  );

  it('can be named by its place', async () => {
    const { defences } = await tried(storeBuffering, tso);
    const { file, line } = defences[0]?.position ?? { file: '', line: 0 };
    const name = file.slice(file.lastIndexOf('/') + 1);
    for (const place of [`${file}:${line}`, `${name}:${line}`, `replay/${name}:${line}`]) {
      const without = [`smp_mb@${place}`];
      expect(await wrongWith(storeBuffering, { ...tso, without })).toEqual(['both read 0']);
    }
    const elsewhere = { ...tso, without: [`smp_mb@${name}:${line + 1}`] };
    expect((await mistakeIn(storeBuffering, elsewhere)).code).toBe('HF004');
  });

  it('in a thread’s own function is named after no function', async () => {
    const { defences } = await tried(({ thread }) => {
      thread('t', () => {
        smp_rmb();
        smp_wmb();
      });
    });
    expect(defences.map(({ name }) => name)).toEqual(['t/smp_rmb', 't/smp_wmb']);
  });
});

describe('several of a kind in one function', () => {
  const several = kernelFunction('mm/x.c', '6.18', function several(v: Field<typeof atomic_t>) {
    smp_mb();
    atomic_inc(v);
    smp_mb__after_atomic();
    smp_mb();
  });
  const body = ({ alloc, thread }: Stage): void => {
    const v = alloc(atomic_t, 'v');
    thread('t', () => {
      several(v);
      several(v);
    });
  };

  it('are numbered in the order of the source', async () => {
    const { defences } = await tried(body);
    const names = ['several/smp_mb#1', 'several/smp_mb__after_atomic', 'several/smp_mb#2'];
    expect(defences.map(({ name }) => name)).toEqual(names);
    const lines = defences.map(({ position }) => position?.line ?? 0);
    expect(lines).toEqual(lines.toSorted((a, b) => a - b));
  });

  it('can be left out one by one', async () => {
    const without = ['several/smp_mb#2'];
    const { problems, verdict } = await tried(body, { ...tso, without });
    expect([problems, verdict]).toEqual([[], 'pass']);
    expect(await mistakeIn(body, { without: ['several/smp_mb#3'] })).toMatchObject({
      code: 'HF004',
      details: ['There are: several/smp_mb#1, several/smp_mb__after_atomic, several/smp_mb#2'],
    });
  });

  it('only the numbered one is left out', async () => {
    const twoBarriers = ({ alloc, thread, never }: Stage): void => {
      const [x, y, z] = [alloc(s32, 'x'), alloc(s32, 'y'), alloc(s32, 'z')];
      const both = kernelFunction('mm/y.c', '6.18', function both(): number {
        smp_mb();
        WRITE_ONCE(x, 1);
        smp_mb();
        return READ_ONCE(y);
      });
      const one = thread('one', () => both());
      const other = thread('other', () => {
        WRITE_ONCE(y, 1);
        smp_mb();
        return READ_ONCE(x);
      });
      void z;
      never('both read 0', () => one.result() === 0 && other.result() === 0);
    };
    const without = (name: string): Promise<string[]> =>
      wrongWith(twoBarriers, { ...tso, without: [name] });
    expect(await without('both/smp_mb#1')).toEqual([]);
    expect(await without('both/smp_mb#2')).toEqual(['both read 0']);
    expect(await without('both/smp_mb')).toEqual(['both read 0']);
    expect(await without('other/smp_mb')).toEqual(['both read 0']);
  });
});

describe('a lock', () => {
  const add = kernelFunction(
    'mm/x.c',
    '6.18',
    function add(lock: Field<typeof spinlock_t>, x: Word) {
      spin_lock(lock);
      WRITE_ONCE(x, READ_ONCE(x) + 1);
      spin_unlock(lock);
    },
  );
  const body = ({ alloc, thread, always }: Stage): void => {
    const [lock, x] = [alloc(spinlock_t, 'lock'), alloc(s32, 'x')];
    thread('t', { count: 2 }, () => add(lock, x));
    always('x is 2', () => READ_ONCE(x) === 2);
  };

  it('goes with its unlock', async () => {
    const { defences } = await tried(body);
    expect(defences).toMatchObject([
      { name: 'add/spin_lock', kind: 'lock', before: [], weaker: [] },
    ]);
    expect(await wrongWith(body, { without: ['add/spin_lock'] })).toEqual(['x is 2']);
  });

  it('that is only tried succeeds without taking it', async () => {
    const result = await tried(
      ({ alloc, thread, sometimes }) => {
        const lock = alloc(spinlock_t, 'lock');
        const inside = alloc(s32, 'inside');
        const both = sometimes('both are inside');
        thread('t', { count: 2 }, () => {
          if (!spin_trylock(lock)) return false;
          WRITE_ONCE(inside, READ_ONCE(inside) + 1);
          if (READ_ONCE(inside) === 2) both.mark();
          WRITE_ONCE(inside, READ_ONCE(inside) - 1);
          spin_unlock(lock);
          return true;
        });
      },
      { without: ['t/spin_trylock'] },
    );
    expect([result.problems, findingsOf(result)]).toEqual([[], []]);
  });
});

describe('a named test', () => {
  const twice = kernelFunction('mm/x.c', '6.18', function twice(x: Word): number {
    if (defence('unchanged', () => READ_ONCE(x) !== 0)) return 1;
    return defence('still unchanged', () => READ_ONCE(x) !== 0) ? 2 : 3;
  });
  const body = ({ alloc, thread, sometimes }: Stage): void => {
    const x = alloc(s32, 'x');
    thread('setter', () => WRITE_ONCE(x, 1));
    const results = [1, 2, 3] as const;
    const t = thread('t', () => twice(x));
    for (const result of results) sometimes(`gives ${result}`, () => t.result() === result);
  };

  it('is named by its author', async () => {
    const { defences } = await tried(body);
    expect(defences.map(({ name, kind }) => `${kind} ${name}`)).toEqual([
      'test twice/unchanged',
      'test twice/still unchanged',
    ]);
  });

  it('finds nothing dangerous when it is left out', async () => {
    expect(await wrongWith(body, { without: ['twice/unchanged'] })).toEqual(['gives 1']);
    expect(await wrongWith(body, { without: ['twice/still unchanged'] })).toEqual(['gives 2']);
  });
});

describe('a defence that nobody meets', () => {
  it('is a mistake that lists those there are', async () => {
    expect(await mistakeIn(storeBuffering, { without: ['writeRead/smp_wmb'] })).toMatchObject({
      code: 'HF004',
      what: 'The scenario meets no defence `writeRead/smp_wmb`.',
      details: ['There are: writeRead/smp_mb'],
    });
  });

  it('is a mistake also when what shall replace it does not exist', async () => {
    const found = await mistakeIn(storeBuffering, { without: ['writeRead/smp_mb=smp_nothing'] });
    expect(found).toMatchObject({
      code: 'HF004',
      what: '`smp_nothing` is not a weaker form of writeRead/smp_mb.',
      details: ["It can become smp_rmb or smp_wmb, or be left out: --without 'writeRead/smp_mb'"],
    });
  });

  it('is named without the weaker form that was wished for it', async () => {
    const found = await mistakeIn(storeBuffering, { without: ['writeReed/smp_mb=smp_rmb'] });
    expect(found).toMatchObject({
      what: 'The scenario meets no defence `writeReed/smp_mb`.',
      unknown: { word: 'writeReed/smp_mb', known: ['writeRead/smp_mb'] },
    });
  });
});
