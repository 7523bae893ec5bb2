import { describe, expect, it } from 'vitest';
import { finalsOf, mistakeIn, tried } from '../../test/support/small.ts';
import { THREADS_MAX, WORDS_MAX } from '../explore/limits.ts';
import {
  array,
  assert,
  atomic_inc,
  atomic_t,
  choose,
  design,
  loop,
  pointer,
  READ_ONCE,
  s32,
  smp_mb,
  spin_lock,
  spinlock_t,
  struct,
  synchronize_rcu,
  u32,
  WRITE_ONCE,
} from '../memory/index.ts';
import { buildProgram } from './build.ts';
import { scenario } from './scenario.ts';
import type { Stage } from './stage.ts';

const page = struct('page', { flags: u32, refs: atomic_t });
const folio = struct('folio', { head: page, tails: array(page, 2) });

function namesOf(body: (stage: Stage) => void): string[] {
  const built = buildProgram(
    scenario('names', (stage) => {
      body(stage);
      stage.thread('t', () => {});
    }),
    {},
    'pass',
  );
  if ('code' in built) throw new Error(built.what);
  return built.words.map(({ name, address, initial }) => `${address} ${name} = ${initial}`);
}

describe('shared memory', () => {
  it('has a name for each word, from address 1 on', () => {
    const names = namesOf(({ alloc }) => {
      alloc(folio);
      alloc(s32, 'x');
    });
    expect(names).toEqual([
      '1 folio.head.flags = 0',
      '2 folio.head.refs = 0',
      '3 folio.tails[0].flags = 0',
      '4 folio.tails[0].refs = 0',
      '5 folio.tails[1].flags = 0',
      '6 folio.tails[1].refs = 0',
      '7 x = 0',
    ]);
  });

  it('numbers structs of one type, unless they have names', () => {
    const names = namesOf(({ alloc }) => {
      alloc(page);
      alloc(page);
      alloc(page, 'zero page');
      alloc(page);
    });
    expect(names.map((name) => name.split(' = ')[0])).toEqual([
      '1 page.flags',
      '2 page.refs',
      '3 page[2].flags',
      '4 page[2].refs',
      '5 zero page.flags',
      '6 zero page.refs',
      '7 page[3].flags',
      '8 page[3].refs',
    ]);
  });

  it('holds what the body of the scenario wrote', () => {
    const names = namesOf(({ alloc }) => {
      const one = alloc(page);
      const to = alloc(pointer(page), 'to');
      WRITE_ONCE(one.flags, 5);
      atomic_inc(one.refs);
      smp_mb();
      WRITE_ONCE(to, one);
      if (READ_ONCE(one.flags) === 5) WRITE_ONCE(one.flags, 6);
    });
    expect(names).toEqual(['1 page.flags = 6', '2 page.refs = 1', '3 to = 1']);
  });

  it('has pools whose slots are fresh', () => {
    const names = namesOf(({ pool }) => pool(page, 2));
    expect(names).toEqual([
      '1 page#1.flags = 0',
      '2 page#1.refs = 0',
      '3 page#1 = 0',
      '4 page#2.flags = 0',
      '5 page#2.refs = 0',
      '6 page#2 = 0',
    ]);
  });
});

describe('the body of a scenario', () => {
  it('must declare a thread', async () => {
    const found = await mistakeIn(() => {});
    expect(found).toMatchObject({ code: 'HF020', what: "'small' declares no thread." });
  });

  it('may throw: that is told with its place', async () => {
    const found = await mistakeIn(() => {
      throw new Error('cannot set up');
    });
    expect(found).toMatchObject({
      code: 'HF020',
      what: "The body of 'small' throws: cannot set up",
    });
    expect(found.position?.file).toMatch(/build\.test\.ts$/);
  });

  it('may not give two threads one name', async () => {
    const found = await mistakeIn(({ thread }) => {
      thread('t', () => {});
      thread('t', () => {});
    });
    expect(found).toMatchObject({ code: 'HF020', what: "There are two threads 't'." });
    expect(found.position?.file).toMatch(/build\.test\.ts$/);
  });

  it('may not do what only a thread can do', async () => {
    const cases: [string, (stage: Stage) => void][] = [
      ['choose', () => choose(2)],
      [
        'wait for ever',
        ({ alloc }) => {
          const lock = alloc(spinlock_t, 'lock');
          spin_lock(lock);
          spin_lock(lock);
        },
      ],
      ['wait for readers', () => synchronize_rcu()],
      ['assert what is false', () => assert(false, 'no')],
    ];
    for (const [what, body] of cases) {
      const found = await mistakeIn((stage) => {
        stage.thread('t', () => {});
        body(stage);
      });
      expect([what, found.code]).toEqual([what, 'HF027']);
      expect(found.position?.file).toMatch(/build\.test\.ts$/);
    }
  });

  it('may not loop for ever', async () => {
    const found = await mistakeIn(({ alloc, thread }) => {
      const x = alloc(s32, 'x');
      thread('t', () => {});
      loop(() => READ_ONCE(x) === 0);
    });
    expect(found.code).toBe('HF022');
  });

  it('may mark only in threads', async () => {
    const found = await mistakeIn(({ thread, sometimes }) => {
      thread('t', () => {});
      sometimes('seen').mark();
    });
    expect(found.code).toBe('HF027');
  });

  it('may ask for a design', () => {
    const finals = finalsOf(
      ({ thread }) => {
        const chosen = design('d', ['a', 'bb']);
        thread('t', () => chosen.length);
      },
      { designs: { d: 'bb' } },
    );
    expect(finals).toEqual([' | 2']);
  });

  it('may not ask for a design that there is not', async () => {
    const found = await mistakeIn(
      ({ thread }) => {
        design('d', ['a', 'bb']);
        thread('t', () => {});
      },
      { designs: { d: 'c' } },
    );
    expect(found.code).toBe('HF005');
  });
});

describe('a limit of the explorer', () => {
  const threads =
    (count: number) =>
    ({ alloc, thread }: Stage): void => {
      const v = alloc(atomic_t, 'v');
      thread('t', { count }, () => atomic_inc(v));
    };

  it(`is ${THREADS_MAX} threads`, async () => {
    const found = await mistakeIn(threads(THREADS_MAX + 1));
    expect(found).toMatchObject({ code: 'HF031', what: `'small' has 31 threads; 30 fit.` });
    expect((await tried(threads(THREADS_MAX))).verdict).toBe('pass');
  });

  it(`is ${WORDS_MAX} words`, async () => {
    const big =
      (words: number) =>
      ({ alloc, thread }: Stage): void => {
        alloc(struct('big', { all: array(u32, words) }));
        thread('t', () => {});
      };
    expect((await mistakeIn(big(WORDS_MAX + 1))).code).toBe('HF031');
    expect((await tried(big(WORDS_MAX - 1))).verdict).toBe('pass');
  });
});

describe('threads', () => {
  it('of one declaration are numbered', () => {
    const built = buildProgram(
      scenario('names', ({ thread }) => {
        thread('twin', { count: 2 }, () => {});
        const host = thread('host', () => {});
        thread.irq('irq', () => {}, { on: host });
        thread.device('nic', () => {});
      }),
      {},
      'pass',
    );
    if ('code' in built) throw new Error(built.what);
    expect(built.threads.map(({ name, kind, interrupts }) => [name, kind, interrupts])).toEqual([
      ['twin#1', 'cpu', null],
      ['twin#2', 'cpu', null],
      ['host', 'cpu', null],
      ['irq', 'irq', 2],
      ['nic', 'device', null],
    ]);
    const groups = built.threads.map(({ group }) => group);
    expect(groups[0]).toBe(groups[1]);
    expect(new Set(groups).size).toBe(4);
  });

  it('can be refused by the compiler', () => {
    const neverCalled = ({ thread, always }: Stage): void => {
      // @ts-expect-error a thread returns a number, a truth value, null or nothing
      thread('t', () => 'text');
      // @ts-expect-error a thread has a function
      thread('t', { count: 2 });
      const t = thread('t', () => 5);
      // @ts-expect-error the result is a number
      always('p', () => t.result() === 'five');
      // @ts-expect-error a predicate gives a truth value
      always('p', () => t.result());
      // @ts-expect-error there are two moments to judge
      always('p', () => true, { at: 'sometimes' });
    };
    expect(neverCalled).toBeTypeOf('function');
  });
});

describe('an interrupt handler', () => {
  const handlerOn = (hostOf: (stage: Stage) => { name: string; result(): unknown }) => {
    return mistakeIn((stage) => {
      const host = hostOf(stage);
      stage.thread('other', () => {});
      stage.thread.irq('handler', () => {}, { on: host });
    });
  };

  it('needs a thread on a CPU: a device has none', async () => {
    const found = await handlerOn(({ thread }) => thread.device('nic', () => {}));
    expect(found.code).toBe('HF020');
  });

  it('cannot interrupt a handler', async () => {
    const found = await handlerOn(({ thread }) => {
      const host = thread('host', () => {});
      return thread.irq('first', () => {}, { on: host });
    });
    expect(found.code).toBe('HF020');
  });

  it('cannot interrupt a thread of another scenario', async () => {
    const found = await handlerOn(() => ({ name: 'nobody', result: () => 0 }));
    expect(found.code).toBe('HF020');
  });
});

describe('what a thread declares', () => {
  const late: [string, (stage: Stage) => unknown][] = [
    ['memory', ({ alloc }) => alloc(s32, 'late')],
    ['a pool', ({ pool }) => pool(page, 1)],
    ['a property', ({ always }) => always('late', () => true)],
    ['another thread', ({ thread }) => thread('late', () => {})],
  ];

  it.each(late)('comes too late: %s', async (_, declare) => {
    const found = await mistakeIn((stage) => {
      stage.thread('t', () => void declare(stage));
    });
    expect(found.code).toBe('HF020');
  });
});

describe('a declaration that is wrong', () => {
  /** The same without types, as a scenario is once it has been stripped. */
  type Call = (...parts: unknown[]) => unknown;
  type Loose = { readonly [Name in 'alloc' | 'pool' | 'never' | 'always']: Call } & {
    readonly thread: Call & { readonly device: Call; readonly irq: Call };
  };

  async function told(declare: (stage: Loose) => unknown): Promise<string> {
    const found = await mistakeIn((stage) => {
      stage.thread('t', () => {});
      declare(stage as unknown as Loose);
    });
    expect(found.position?.file).toMatch(/build\.test\.ts$/);
    return `${found.code} ${found.what}`;
  }

  const threads: [string, (stage: Loose) => unknown, string][] = [
    ['without a function', (s) => s.thread('x'), "thread 'x' needs a function, not undefined."],
    [
      'that is called where it is declared',
      (s) => s.thread('x', undefined),
      "thread 'x' needs a function, not undefined.",
    ],
    [
      'with a misspelt option',
      (s) => s.thread('x', { cuont: 2 }, () => {}),
      "thread 'x': There is no option 'cuont'. Did you mean 'count'?",
    ],
    ...[0, -1, 1.5, undefined, '2'].map((count): [string, (stage: Loose) => unknown, string] => [
      `with a count of ${count}`,
      (s) => s.thread('x', { count }, () => {}),
      `The count of thread 'x' cannot be ${JSON.stringify(count)}: it is 1 or more.`,
    ]),
    [
      'without a name',
      (s) => s.thread(undefined, () => {}),
      'The name of a thread cannot be undefined: it is a text.',
    ],
    [
      'with an empty name',
      (s) => s.thread('', () => {}),
      'The name of a thread cannot be "": it is a text.',
    ],
    [
      'as a handler on nobody',
      (s) => s.thread.irq('h', () => {}, {}),
      'An interrupt needs a thread on a CPU of this scenario; undefined is none.',
    ],
    [
      'as a handler without options',
      (s) => s.thread.irq('h', () => {}),
      "handler 'h': Options are an object, not undefined.",
    ],
    ['as a device without code', (s) => s.thread.device('d', 3), "device 'd' needs a function"],
  ];

  it.each(threads)('is told: a thread %s', async (_, declare, what) => {
    expect(await told(declare as never)).toContain(`HF020 ${what}`);
  });

  const others: [string, (stage: Loose) => unknown, string][] = [
    [
      'a property that is a value and no function',
      (s) => s.never('bad', false),
      "never 'bad' needs a function, not false.",
    ],
    [
      'a property judged at a misspelt time',
      (s) => s.always('good', () => true, { at: 'every-state' }),
      "always 'good': The option 'at' cannot be \"every-state\". Did you mean 'every state'?",
    ],
    [
      'a property with a misspelt option',
      (s) => s.always('good', () => true, { att: 'every state' }),
      "always 'good': There is no option 'att'. Did you mean 'at'?",
    ],
    [
      'two properties of one name',
      (s) => {
        s.always('good', () => true);
        s.always('good', () => true);
      },
      "There are two properties always 'good'.",
    ],
    ['a pool of no type', (s) => s.pool('page', 2), 'pool takes a type of structs, not "page".'],
    ['a pool of none', (s) => s.pool(page, 0), 'The count of the pool of page cannot be 0'],
    [
      'two pools of one type',
      (s) => {
        s.pool(page, 1);
        s.pool(page, 1);
      },
      'There are two pools of page.',
    ],
    ['memory of no type', (s) => s.alloc('x'), 'alloc takes a type, not "x".'],
  ];

  it.each(others)('is told: %s', async (_, declare, what) => {
    expect(await told(declare)).toContain(`HF020 ${what}`);
  });

  it('is a body that is async: what it declares later would be lost', async () => {
    const late = (async ({ thread }: Stage) => {
      thread('t', () => {});
      await Promise.resolve();
      thread('u', () => {});
    }) as unknown as (stage: Stage) => void;
    expect(await mistakeIn(late)).toMatchObject({
      code: 'HF020',
      what: "The body of 'small' is async or a generator.",
    });
  });

  it('is none where two words would have one name: the second is numbered', () => {
    const program = buildProgram(
      scenario('names', ({ alloc, thread }) => {
        alloc(s32, 'x');
        alloc(s32, 'x');
        alloc(page, 'page');
        alloc(page);
        thread('t', () => {});
      }),
      {},
      'pass',
    );
    if ('code' in program) throw new Error(program.what);
    expect(program.words.map(({ name }) => name)).toEqual([
      'x',
      'x[2]',
      'page.flags',
      'page.refs',
      'page[2].flags',
      'page[2].refs',
    ]);
  });
});
