import { describe, expect, expectTypeOf, it } from 'vitest';
import { finalsOf, mistakeIn, traceOf, tried } from '../../test/support/small.ts';
import { READ_ONCE, WRITE_ONCE } from './access.ts';
import { label } from './control.ts';
import {
  kernelFunction,
  modelFunction,
  provenanceOf,
  usersKernelFunction,
  usersModelFunction,
} from './function.ts';
import { pointer, struct } from './struct.ts';
import { s32 } from './type.ts';
import type { Field } from './type.ts';
import type { Stage } from '../scenario/stage.ts';

const node = struct('node', { value: s32 });

describe('a kernel function', () => {
  const twice = kernelFunction('mm/twice.c', '6.18', function twice(value: number): number {
    return 2 * value;
  });

  it('keeps its name and its types', () => {
    expect(twice.name).toBe('twice');
    expectTypeOf(twice).toEqualTypeOf<(value: number) => number>();
  });

  it('is found by name with its file and version', () => {
    expect(provenanceOf('twice')).toEqual({ file: 'mm/twice.c', version: '6.18' });
    expect(provenanceOf('thrice')).toBeUndefined();
  });

  it('cannot be called outside of a scenario', () => {
    expect(() => twice(2)).toThrow('a primitive was called outside of a scenario');
  });

  it('may be called while the scenario is set up', () => {
    const finals = finalsOf(({ thread }) => {
      const four = twice(2);
      thread('t', () => four);
    });
    expect(finals).toEqual([' | 4']);
  });
});

describe('a function of ours', () => {
  const reset = modelFunction('disk', function reset(x: Field<typeof s32>): void {
    label('forgets');
    WRITE_ONCE(x, 0);
  });

  it('says what it stands for and claims no place in Linux', () => {
    expect(provenanceOf('reset')).toEqual({ standsFor: 'disk' });
  });

  it('puts that before the names of its steps, as no kernel function does', async () => {
    const result = await tried(({ alloc, thread, never }) => {
      const x = alloc(s32, 'x');
      const set = kernelFunction('mm/set.c', '6.18', function set(): void {
        label('remembers');
        WRITE_ONCE(x, 1);
      });
      thread('t', () => {
        set();
        reset(x);
      });
      never('forgotten', () => READ_ONCE(x) === 0);
    });
    expect(traceOf(result).steps.map((step) => step.label)).toEqual(['remembers', 'disk: forgets']);
  });
});

describe('a call that leaves out an argument', () => {
  const add = kernelFunction('mm/add.c', '6.18', function add(x: Field<typeof s32>, by: number) {
    WRITE_ONCE(x, READ_ONCE(x) + by);
  });
  const perhaps = modelFunction(
    'me',
    function perhaps({ type }: Field<typeof s32>, by: number = 1) {
      return type.name.length + by;
    },
  );
  const untyped = (call: (...args: never) => unknown, ...args: unknown[]): unknown =>
    (call as (...given: unknown[]) => unknown)(...args);

  function inThread(body: (x: Field<typeof s32>) => unknown): (stage: Stage) => void {
    return ({ alloc, thread }) => {
      const x = alloc(s32, 'x');
      thread('t', () => {
        WRITE_ONCE(x, 1);
        body(x);
      });
    };
  }

  it('is refused where it stands: nothing would be what it computes with', async () => {
    const found = await mistakeIn(inThread((x) => untyped(add, x)));
    expect([found.code, found.what]).toEqual(['HF037', 'add(x, by) is called without by.']);
    expect(found.position?.file).toMatch(/function\.test\.ts$/);
    const { what } = await mistakeIn(inThread(() => untyped(perhaps)));
    expect(what).toBe('perhaps({ type }, by) is called without { type }.');
  });

  it('is refused in the body of a scenario, and says all that is missing', async () => {
    const found = await mistakeIn((stage) => {
      stage.thread('t', () => 0);
      untyped(add);
    });
    expect(found.what).toBe('add(x, by) is called without x and by.');
  });

  it('may leave out what has a default, and may give more', async () => {
    const { verdict } = await tried(inThread((x) => untyped(perhaps, x) && untyped(add, x, 1, 2)));
    expect(verdict).toBe('pass');
  });

  it('is none where it gives undefined: the path that does so is shown', async () => {
    const result = await tried(inThread((x) => untyped(add, x, [1][READ_ONCE(x)])));
    expect(result.findings[0]?.message).toBe(
      't threw: TypeError: add(x, by) is given undefined as by',
    );
  });

  it('is allowed of what a user declares: the types that said so are stripped', async () => {
    const { verdict } = await tried(
      inThread((x) => {
        const own = function own(at: Field<typeof s32>, by?: number): void {
          WRITE_ONCE(at, by ?? 0);
        };
        usersKernelFunction('mm/own.c', '6.18', own)(x);
        usersModelFunction('me', own)(x);
      }),
    );
    expect(verdict).toBe('pass');
  });
});

describe('the result of a kernel function', () => {
  it('replaces what was observed inside: states meet', async () => {
    const read = (deep: boolean): Promise<number> =>
      tried(({ alloc, thread }) => {
        const [x, y] = [alloc(s32, 'x'), alloc(s32, 'y')];
        const look = kernelFunction('mm/look.c', '6.18', function look(): boolean {
          return READ_ONCE(x) >= 0;
        });
        thread('writer', () => {
          for (let i = 1; i <= 5; i++) READ_ONCE(y);
        });
        thread('setter', () => {
          for (let i = 1; i <= 5; i++) WRITE_ONCE(x, i);
        });
        thread('reader', () => {
          for (let i = 0; i < 3; i++) {
            if (deep) look();
            else READ_ONCE(x);
          }
        });
      }).then(({ automatonStates }) => automatonStates);
    const [collapsed, flat] = [await read(true), await read(false)];
    expect(collapsed).toBeLessThan(flat / 2);
  });

  const results: [string, () => unknown][] = [
    ['a number', () => 5],
    ['a negative number', () => -5],
    ['an unsigned number', () => 0xffffffff],
    ['a truth value', () => true],
    ['NULL', () => null],
    ['nothing', () => undefined],
    ['a struct', () => node.at(1)],
    ['a field', () => node.at(1).value],
    ['a short tuple', () => [1, null, node.at(1), false]],
  ];

  it.each(results)('may be %s, and is the same after it was collapsed', (_, make) => {
    const finals = finalsOf(({ alloc, thread }) => {
      const x = alloc(node);
      const give = kernelFunction('mm/give.c', '6.18', function give(): object {
        READ_ONCE(x.value);
        return make() as object;
      });
      thread('t', () => {
        const before = give() as unknown;
        READ_ONCE(x.value);
        const [now, then] = [make(), before].map((one) => (Array.isArray(one) ? one : [one]));
        return now?.every((item, i) => same(item, then?.[i]));
      });
    });
    expect(finals).toEqual(['0 | true']);
  });

  it('may be a pointer that was read', () => {
    const finals = finalsOf(({ alloc, thread }) => {
      const one = alloc(node);
      const to = alloc(pointer(node), 'to');
      const look = kernelFunction('mm/look.c', '6.18', function look() {
        return READ_ONCE(to);
      });
      thread('t', () => {
        const seen = look();
        READ_ONCE(one.value);
        return seen === null;
      });
    });
    expect(finals).toEqual(['0 0 | true']);
  });
});

function same(a: unknown, b: unknown): boolean {
  const [one, other] = [a, b] as [{ address?: number }, { address?: number }];
  return Object.is(a, b) || (one?.address !== undefined && one.address === other?.address);
}

describe('a declaration that is wrong', () => {
  const declare = kernelFunction as (...parts: unknown[]) => unknown;
  const wanted = 'kernelFunction takes a file of Linux, a version and a named function';

  it('is refused: a function without a name, on which defences are hung', () => {
    expect(() => declare('mm/x.c', '6.18', () => 0)).toThrow(
      `${wanted}; this function has no name.`,
    );
  });

  it('is refused: arguments in another order, or too few', () => {
    const given = function look(): void {};
    expect(() => declare(given)).toThrow(`${wanted}, not (a function, undefined, undefined).`);
    expect(() => declare('mm/x.c', given)).toThrow(`${wanted}, not ("mm/x.c", a function,`);
  });

  it('is a mistake with its place in the body of a scenario', async () => {
    const found = await mistakeIn(({ thread }) => {
      thread('t', () => 0);
      declare('mm/x.c', '6.18', () => 0);
    });
    expect([found.code, found.position?.file.endsWith('function.test.ts')]).toEqual([
      'HF037',
      true,
    ]);
  });
});
