/**
 * What happens to bad input: each mistake has its code, its place, its advice, exit code 2, and
 * never a stack trace. The texts stand here in full, because they are what a user sees.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDesk } from '../../test/support/io.ts';
import type { Ran } from '../../test/support/io.ts';

const desk = openDesk('bad-input');
afterAll(() => desk.clear());

const HEAD = `import { assert, loop, scenario, struct, u32 } from 'holdfast';
import * as linux from 'holdfast/linux';
const { READ_ONCE, WRITE_ONCE, kernelFunction, kmalloc } = linux;
const box = struct('box', { data: u32, ready: u32 });
`;

/** Runs the command, which must refuse without a stack; gives what it printed. */
async function refusal(...argv: readonly string[]): Promise<string> {
  const { code, out, err } = await desk.run(...argv);
  expect(code, err + out).toBe(2);
  expect(out + err).not.toMatch(/^\s+at .*:\d+:\d+\)?$/m);
  return `\n${err.replaceAll(desk.folder, '/desk')}`;
}

/** The file of a scenario whose body has these lines. */
function withBody(name: string, ...lines: readonly string[]): string {
  const body = lines.map((line) => `  ${line}\n`).join('');
  return `${HEAD}export default scenario('${name}', (stage) => {\n${body}});\n`;
}

const MESSAGE_PASSING = `${HEAD}export default scenario('mp', ({ alloc, thread }) => {
  const b = alloc(box);
  thread('writer', () => {
    WRITE_ONCE(b.data, 42);
    linux.smp_wmb();
    WRITE_ONCE(b.ready, 1);
  });
  thread('reader', () => {
    if (!READ_ONCE(b.ready)) return;
    linux.smp_rmb();
    assert(READ_ONCE(b.data) === 42);
  });
});
`;

describe('the command line', () => {
  it('HF001: a scenario that does not exist', async () => {
    expect(await refusal('check', 'pin-vs-shares')).toMatchInlineSnapshot(`
      "
      HF001  There is no scenario \`pin-vs-shares\`.

        Did you mean pin-vs-share or pin-and-share?

        Most likely: a spelling mistake, or a path that is relative to another folder.
        \`holdfast list\` prints every name that is known here.
        More: holdfast explain HF001

      "
    `);
  });

  it('HF001: a filter that leaves nothing', async () => {
    expect(await refusal('check', 'pin-vs-share', '-t', 'nope')).toMatchInlineSnapshot(`
      "
      HF001  No scenario is left: no name contains nope.

        Most likely: a spelling mistake, or a path that is relative to another folder.
        \`holdfast list\` prints every name that is known here.
        More: holdfast explain HF001

      "
    `);
  });

  it('HF002: a command that does not exist, instead of half of the line', async () => {
    expect(await refusal('chek', 'pin-vs-share')).toMatchInlineSnapshot(`
      "
      HF002  \`chek\` is neither a command nor a scenario.

        Did you mean check?

        \`holdfast --help\` lists the commands, \`holdfast list\` the scenarios.
        More: holdfast explain HF002

      "
    `);
    expect(await refusal('wyh', 'pin-vs-share')).toContain('Did you mean why?');
    expect(await refusal('check', 'wyh')).toContain('HF001  There is no scenario `wyh`.');
  });

  it('HF002: an option that does not exist', async () => {
    expect(await refusal('check', 'pin-vs-share', '--modle', 'sc')).toMatchInlineSnapshot(`
      "
      HF002  \`--modle\` is not an option of holdfast check.

        command line
          1 |   holdfast check pin-vs-share --modle sc
            |                               ^^^^^^^
        Did you mean --model?

        \`holdfast check --help\` shows how it is written.
        More: holdfast explain HF002

      "
    `);
  });

  it('HF002: an option without its value', async () => {
    expect(await refusal('check', 'pin-vs-share', '-m')).toMatchInlineSnapshot(`
      "
      HF002  \`-m, --model <m,...>\` needs a value.

        command line
          1 |   holdfast check pin-vs-share -m
            |                                 ^

        \`holdfast check --help\` shows how it is written.
        More: holdfast explain HF002

      "
    `);
  });

  it('HF002: values that are not understood', async () => {
    expect(await refusal('check', '--until', 'time=soon')).toMatchInlineSnapshot(`
      "
      HF002  \`time=soon\` is not a limit.

        Limits are time (10ms, 60s, 5m, 2h), states (20k, 1e6) and memory (512M, 2G).

        Write them with commas between: --until time=60s,states=1e6
        More: holdfast explain HF002

      "
    `);
    expect(await refusal('check', '-j', '0')).toContain('`0` is not a value of --jobs');
    expect(await refusal('check', '-r', 'html')).toContain('Reporters are auto, plain, json');
    expect(await refusal('check', '--design', 'x')).toContain('Write --design question=choice;');
    expect(await refusal('replay')).toContain('holdfast replay needs a trace.');
    expect(await refusal('explain', 'barier')).toContain('Did you mean barrier');
    expect(await refusal('explain', 'refcnt')).toContain('Scenarios import refcount_t from');
    expect(await refusal('explain', 'xyzzy')).not.toContain('import');
    expect(await refusal('debate', '007')).toContain('There is no discussion `007`');
    expect(await refusal('debate', '000', '99')).toContain('Discussion 000 has no row 99.');
    expect(await refusal('new', '..')).toContain('cannot be the name of a scenario');
    expect(await refusal('new', 'absent/x')).toMatch(/Make the folder first: mkdir -p .*absent/);
    expect(await refusal('new', 'x', '--case', 'dmaa')).toContain('Did you mean dma?');
  });

  it('HF003: a memory model that does not exist', async () => {
    expect(await refusal('check', 'pin-vs-share', '-m', 'arm')).toMatchInlineSnapshot(`
      "
      HF003  \`arm\` is not a memory model.

        Models are sc, tso, weak.

        Most likely: a spelling mistake, or the model of another tool.
        Several models are written with commas: -m sc,tso.
        More: holdfast explain HF003

      "
    `);
  });

  it('HF004: a defence that does not exist', async () => {
    desk.write('mp.scenario.ts', MESSAGE_PASSING);
    expect(await refusal('check', 'mp.scenario.ts', '--without', 'smp_mb')).toMatchInlineSnapshot(`
      "
      HF004  The scenario meets no defence \`smp_mb\`.

        Did you mean writer/smp_wmb or reader/smp_rmb?
        There are: writer/smp_wmb, reader/smp_rmb

        Most likely: a spelling mistake, or a defence in code that this scenario never runs.
        \`holdfast why <scenario>\` lists every defence with its name.
        More: holdfast explain HF004

      "
    `);
  });

  it('HF004: only the part that is wrong is named, and the nearest word', async () => {
    desk.write('mp.scenario.ts', MESSAGE_PASSING);
    const without = (text: string): Promise<string> =>
      refusal('check', 'mp.scenario.ts', '--without', text);
    expect(await without('writer/smp_wbm=smp_rmb')).toMatch(
      /no defence `writer\/smp_wbm`\.\n\n {2}Did you mean writer\/smp_wmb\?/,
    );
    expect(await without('smp_mb')).toContain('Did you mean writer/smp_wmb or reader/smp_rmb?');
    expect(await without('writer/smp_wmb=smp_rmb')).toMatch(
      /`smp_rmb` is not a weaker form of writer\/smp_wmb\.\n\n {2}smp_wmb has no weaker form/,
    );
  });

  it('HF004: a defence that does not stand at the place', async () => {
    desk.write('mp.scenario.ts', MESSAGE_PASSING);
    const place = 'smp_wmb@mp.scenario.ts:1';
    expect(await refusal('check', 'mp.scenario.ts', '--without', place)).toMatchInlineSnapshot(`
      "
      HF004  No smp_wmb is met at mp.scenario.ts:1.

        There are: writer/smp_wmb, reader/smp_rmb

        Most likely: a spelling mistake, or a defence in code that this scenario never runs.
        \`holdfast why <scenario>\` lists every defence with its name.
        More: holdfast explain HF004

      "
    `);
  });

  it('HF005: a design that does not exist', async () => {
    const body = [
      `const b = stage.alloc(box);`,
      `stage.thread('one', () => {`,
      `  if (linux.design('order', ['data first', 'flag first']) === 'data first') return;`,
      `  WRITE_ONCE(b.data, 1);`,
      `});`,
    ];
    desk.write('designed.scenario.ts', withBody('designed', ...body));
    const argv = ['check', 'designed.scenario.ts', '--design'];
    expect(await refusal(...argv, 'order=data frist')).toMatchInlineSnapshot(`
      "
      HF005  \`data frist\` is not a choice of the design order.

        designed.scenario.ts:8:15
          8 |   if (linux.design('order', ['data first', 'flag first']) === 'data first') return;
            |             ^^^^^^
        Did you mean data first?
        There are: data first, flag first

        The first is the default: --design 'order=data first'
        More: holdfast explain HF005

      "
    `);
    expect(await refusal(...argv, 'odrer=data first')).toMatchInlineSnapshot(`
      "
      HF005  The scenario does not ask about the design \`odrer\`.

        Did you mean order?
        It asks about order.

        Most likely: a spelling mistake, or a question that this scenario does not ask.
        \`holdfast list -v <scenario>\` prints the designs that it asks about.
        More: holdfast explain HF005

      "
    `);
  });
});

describe('a file', () => {
  it('HF006: is not there', async () => {
    expect(await refusal('nowhere.scenario.ts')).toMatchInlineSnapshot(`
      "
      HF006  The file \`nowhere.scenario.ts\` cannot be read.

        There is no such file or folder.

        Most likely: a path that is relative to another folder.
        Paths are relative to the folder in which holdfast was started.
        More: holdfast explain HF006

      "
    `);
  });

  it('HF012: cannot be written', async () => {
    desk.write('mp.scenario.ts', MESSAGE_PASSING);
    desk.write('occupied', 'a file');
    const argv = ['check', 'mp.scenario.ts', '-r', 'junit=occupied/report.xml'];
    expect(await refusal(...argv)).toMatchInlineSnapshot(`
      "
      HF012  \`/desk/occupied/report.xml\` cannot be written.

        A part of its path is not a folder.

        Most likely: a folder that does not exist or may not be written by this user, or a full
        disk.
        Choose another place with --out or --reporter name=file.
        More: holdfast explain HF012

      "
    `);
    expect((await desk.run('new', 'twice')).code).toBe(0);
    expect(await refusal('new', 'twice')).toContain('A file of that name exists already.');
  });
});

/** Files that are wrong, all checked in one run: the others go on when one is refused. */
const WRONG_FILES: Readonly<Record<string, string>> = {
  'syntax.scenario.ts': `const a: number = 1;\nconst b: string = "b" + ;\n`,
  'enum.scenario.ts': 'export enum Colour { red }\n',
  'import.scenario.ts': `import { smp_mbb } from 'holdfast/linux';\nsmp_mbb();\n`,
  'throws.scenario.ts': `const list: number[] = [];\nlist.at(0).toFixed();\n`,
  'none.scenario.ts': `export const answer = 42;\n`,
  'exits.scenario.ts': `process.exit(0);\n`,
  'setup.scenario.ts': withBody('setup', `const list: number[] = [];`, `list.at(0).toFixed();`),
  'no-thread.scenario.ts': withBody('no-thread', `stage.alloc(box);`),
  'random.scenario.ts': withBody(
    'random',
    `const b = stage.alloc(box);`,
    `let tries = 0;`,
    `stage.thread('rx', () => {`,
    `  if (++tries > 3) return;`,
    `  WRITE_ONCE(b.data, 1);`,
    `  WRITE_ONCE(b.ready, 1);`,
    `});`,
  ),
  'never-ends.scenario.ts': withBody(
    'never-ends',
    `const b = stage.alloc(box);`,
    `stage.thread('waiter', () => {`,
    `  while (READ_ONCE(b.ready) === 0) { /* wait */ }`,
    `});`,
  ),
  'catches.scenario.ts': withBody(
    'catches',
    `const b = stage.alloc(box);`,
    `stage.thread('catcher', () => {`,
    `  try { WRITE_ONCE(b.data, 1); WRITE_ONCE(b.ready, 1); } catch { /* nothing */ }`,
    `});`,
  ),
  'thrower.scenario.ts': withBody(
    'thrower',
    `const b = stage.alloc(box);`,
    `stage.thread('thrower', () => {`,
    `  if (b.data !== null) throw new Error('no memory');`,
    `});`,
  ),
  'object.scenario.ts': withBody(
    'object',
    `const b = stage.alloc(box);`,
    `const get = kernelFunction('mm/x.c', '6.18', function get() {`,
    `  return { a: READ_ONCE(b.data) };`,
    `});`,
    `stage.thread('caller', () => { get(); READ_ONCE(b.ready); });`,
  ),
  'argument.scenario.ts': withBody(
    'argument',
    `const b = stage.alloc(box);`,
    `const get = kernelFunction('mm/x.c', '6.18', function get(pages: number[]) {`,
    `  pages.push(READ_ONCE(b.data));`,
    `});`,
    `stage.thread('caller', () => {`,
    `  const pages: number[] = [];`,
    `  get(pages);`,
    `  READ_ONCE(b.ready);`,
    `});`,
  ),
  'property.scenario.ts': withBody(
    'property',
    `const b = stage.alloc(box);`,
    `stage.thread('one', () => WRITE_ONCE(b.data, 1));`,
    `stage.always('ready', () => { WRITE_ONCE(b.ready, 1); return true; });`,
  ),
  'empty-loop.scenario.ts': withBody(
    'empty-loop',
    `const b = stage.alloc(box);`,
    `stage.thread('spinner', () => { WRITE_ONCE(b.data, 1); loop(() => true); });`,
  ),
  'many.scenario.ts': withBody(
    'many',
    `const b = stage.alloc(box);`,
    `stage.thread('many', { count: 100 }, () => { READ_ONCE(b.data); });`,
  ),
  'pool.scenario.ts': withBody(
    'pool',
    `stage.pool(box, 1);`,
    `stage.thread('taker', { count: 2 }, () => { kmalloc(box); });`,
  ),
  'awaits.scenario.ts': withBody(
    'awaits',
    `const b = stage.alloc(box);`,
    `stage.thread('waiter', async () => { await null; READ_ONCE(b.data); });`,
  ),
  'good.scenario.ts': withBody(
    'good',
    `const b = stage.alloc(box);`,
    `stage.thread('one', () => WRITE_ONCE(b.data, 1));`,
  ),
};

describe('files that are wrong, in one run', () => {
  let ran: Ran;
  let blocks: readonly string[];

  beforeAll(async () => {
    for (const [name, text] of Object.entries(WRONG_FILES)) desk.write(`wrong/${name}`, text);
    ran = await desk.run('check', 'wrong');
    const errors = ran.err.replaceAll(desk.folder, '/desk');
    blocks = errors.split(/\n\n(?=HF\d{3} )/).map((text) => text.trimEnd());
  }, 180_000);

  /** What was printed about a code, and a file if several have the code. */
  function about(code: string, name = ''): string {
    const found = blocks.filter((text) => text.startsWith(code) && text.includes(name));
    return `\n${found.join('\n\n')}\n`;
  }

  it('end with 2, print no stack trace, and do not stop the others', () => {
    expect(ran.code).toBe(2);
    expect(ran.out + ran.err).not.toMatch(/^\s+at .*:\d+:\d+\)?$/m);
    expect(ran.out).toMatch(/pass {3}good +1 thread +\d+ states/);
    expect(blocks.length).toBe(Object.keys(WRONG_FILES).length - 1);
  });

  it('HF007: does not parse', () => {
    expect(about('HF007', 'syntax')).toMatchInlineSnapshot(`
      "
      HF007  The file is not valid TypeScript.

        wrong/syntax.scenario.ts:2:25
          2 |   const b: string = "b" + ;
            |                           ^
        Expression expected

        Most likely: a missing bracket or comma just before the place shown, or enum and the
        like.
        Correct the file; an editor with TypeScript shows the same place.
        More: holdfast explain HF007
      "
    `);
  });

  it('HF007: uses more than types', () => {
    expect(about('HF007', 'enum.s')).toMatchInlineSnapshot(`
      "
      HF007  The file uses TypeScript that is more than types.

        wrong/enum.scenario.ts:1:8
          1 |   export enum Colour { red }
            |          ^^^^
        TypeScript enum is not supported in strip-only mode

        Write a const object for an enum, an assignment for a parameter property, a module for a
        namespace.
        More: holdfast explain HF007
      "
    `);
  });

  it('HF008: imports what is not there', () => {
    expect(about('HF008', 'import.s')).toMatchInlineSnapshot(`
      "
      HF008  An import of the file leads nowhere.

        wrong/import.scenario.ts:1:10
          1 |   import { smp_mbb } from 'holdfast/linux';
            |            ^^^^^^^
        Did you mean smp_mb, smp_rmb or smp_wmb?
        The requested module 'holdfast/linux' does not provide an export named 'smp_mbb'

        Imports come from 'holdfast', 'holdfast/linux', 'holdfast/linux/mm', packages that are
        installed, and files beside this one, named with their ending.
        More: holdfast explain HF008
      "
    `);
  });

  it('HF008: throws while it is loaded', () => {
    expect(about('HF008', 'throws.s')).toMatchInlineSnapshot(`
      "
      HF008  The file throws while it is loaded.

        wrong/throws.scenario.ts:2:11
          2 |   list.at(0).toFixed();
            |             ^
        TypeError: Cannot read properties of undefined (reading 'toFixed')

        Only declarations belong beside the scenarios; what runs belongs in the body of one.
        More: holdfast explain HF008
      "
    `);
  });

  it('HF009: exports no scenario', () => {
    expect(about('HF009')).toMatchInlineSnapshot(`
      "
      HF009  The file exports no scenario.

        wrong/none.scenario.ts
        It exports: answer is a number.

        A scenario is what scenario('name', body) gives: export that.
        More: holdfast explain HF009
      "
    `);
  });

  it('HF020: throws while it sets up', () => {
    expect(about('HF020', 'setup.s')).toMatchInlineSnapshot(`
      "
      HF020  The body of 'setup' throws: Cannot read properties of undefined (reading 'toFixed')

        wrong/setup.scenario.ts:7:13
          7 |   list.at(0).toFixed();
            |             ^

        Most likely: an exception in the set-up, a misspelt option, or threads that are never
        declared.
        Correct the body; the place above is where it went wrong.
        More: holdfast explain HF020
      "
    `);
  });

  it('HF020: has no thread', () => {
    expect(about('HF020', 'no-thread.s')).toMatchInlineSnapshot(`
      "
      HF020  'no-thread' declares no thread.

        wrong/no-thread.scenario.ts:5:16
          5 |   export default scenario('no-thread', (stage) => {
            |                  ^^^^^^^^

        Declare one in its body: thread('name', () => { ... });
        More: holdfast explain HF020
      "
    `);
  });

  it('HF021: does something different when it is run again', () => {
    expect(about('HF021')).toMatchInlineSnapshot(`
      "
      HF021  The scenario does something different when it is run again.

        wrong/random.scenario.ts:8:9
          8 |   stage.thread('rx', () => {
            |         ^^^^^^
        thread rx: its end became WRITE_ONCE of box.ready := 1

        Most likely: a variable outside of the thread is changed by it.
        Put it in shared memory, or inside the function; let a thread return what a property
        needs.
        More: holdfast explain HF021
      "
    `);
  });

  it('HF022: never ends', () => {
    expect(about('HF022')).toMatchInlineSnapshot(`
      "
      HF022  A thread makes more than 500 accesses and does not end.

        wrong/never-ends.scenario.ts:8:12
          8 |   while (READ_ONCE(b.ready) === 0) { /* wait */ }
            |          ^^^^^^^^^

        Most likely: a retry or waiting loop written with while or for.
        Write loop(() => { ...; return again; }) from holdfast/linux, or use wait_event.
        More: holdfast explain HF022
      "
    `);
  });

  it('HF023: catches what Holdfast throws', () => {
    expect(about('HF023')).toMatchInlineSnapshot(`
      "
      HF023  A thread catches what suspends it, and went on.

        wrong/catches.scenario.ts:8:11
          8 |   try { WRITE_ONCE(b.data, 1); WRITE_ONCE(b.ready, 1); } catch { /* nothing */ }
            |         ^^^^^^^^^^

        Most likely: try/catch around kernel code.
        Remove the catch; kernel code does not throw.
        More: holdfast explain HF023
      "
    `);
  });

  it('HF024: throws in a thread', () => {
    expect(about('HF024', 'thrower')).toMatchInlineSnapshot(`
      "
      HF024  A thread throws: no memory

        wrong/thrower.scenario.ts:8:32
          8 |   if (b.data !== null) throw new Error('no memory');
            |                              ^^^

        Most likely: a mistake in the code of the thread at the place shown.
        Correct the code; use assert(condition) to state what must hold.
        More: holdfast explain HF024
      "
    `);
  });

  it('HF025: has a kernel function that returns an object', () => {
    expect(about('HF025')).toMatchInlineSnapshot(`
      "
      HF025  The kernel function get (mm/x.c) returns an object.

        wrong/object.scenario.ts:10:34
         10 |   stage.thread('caller', () => { get(); READ_ONCE(b.ready); });
            |                                  ^^^

        Most likely: a function that collects results in an array or object.
        Return numbers, or write the results into shared memory.
        More: holdfast explain HF025
      "
    `);
  });

  it("HF026: has a kernel function that writes into its caller's object", () => {
    expect(about('HF026')).toMatchInlineSnapshot(`
      "
      HF026  The kernel function get writes into an object of its caller.

        wrong/argument.scenario.ts:12:5
         12 |   get(pages);
            |   ^^^

        Most likely: an out-parameter such as pages[].
        Make the out-parameter a struct in shared memory, or return the value.
        More: holdfast explain HF026
      "
    `);
  });

  it('HF027: has a property that writes', () => {
    expect(about('HF027')).toMatchInlineSnapshot(`
      "
      HF027  A property may only read memory.

        wrong/property.scenario.ts:8:33
          8 |   stage.always('ready', () => { WRITE_ONCE(b.ready, 1); return true; });
            |                                 ^^^^^^^^^^
        In always 'ready'.

        Most likely: a kernel function called in a property that also changes something.
        Read the fields directly.
        More: holdfast explain HF027
      "
    `);
  });

  it('HF028: has a loop without an access', () => {
    expect(about('HF028')).toMatchInlineSnapshot(`
      "
      HF028  A round of loop() made no access, so nothing can ever end the loop.

        wrong/empty-loop.scenario.ts:7:58
          7 |   stage.thread('spinner', () => { WRITE_ONCE(b.data, 1); loop(() => true); });
            |                                                          ^^^^

        Most likely: a condition that looks at a local variable only.
        Read the condition from shared memory in each round.
        More: holdfast explain HF028
      "
    `);
  });

  it('HF029: ends its thread', () => {
    expect(about('HF029')).toMatchInlineSnapshot(`
      "
      HF029  The scenario ended the thread in which it is searched.

        wrong/exits.scenario.ts
        It calls process.exit or the like.

        Remove the call: the command ends by itself, with its own exit code.
        More: holdfast explain HF029
      "
    `);
  });

  it('HF031: has too many threads', () => {
    expect(about('HF031')).toMatchInlineSnapshot(`
      "
      HF031  'many' has 100 threads; 30 fit.

        wrong/many.scenario.ts:5:16
          5 |   export default scenario('many', (stage) => {
            |                  ^^^^^^^^

        Most likely: more threads, or longer arrays, than the scenario needs.
        Make arrays shorter and use fewer threads; two or three find nearly every bug.
        More: holdfast explain HF031
      "
    `);
  });

  it('HF032: takes more from a pool than there is', () => {
    expect(about('HF032')).toMatchInlineSnapshot(`
      "
      HF032  kmalloc finds no free slot in its pool.

        wrong/pool.scenario.ts:7:47
          7 |   stage.thread('taker', { count: 2 }, () => { kmalloc(box); });
            |                                               ^^^^^^^

        Most likely: a loop that allocates in each round, or a count that is too small.
        Raise the count in pool(type, count), or free what is not needed.
        More: holdfast explain HF032
      "
    `);
  });

  it('HF033: waits with await', () => {
    expect(about('HF033')).toMatchInlineSnapshot(`
      "
      HF033  The thread waiter returned a promise.

        wrong/awaits.scenario.ts:7:9
          7 |   stage.thread('waiter', async () => { await null; READ_ONCE(b.data); });
            |         ^^^^^^

        Most likely: an async function, or a function*, as the body of a thread.
        Remove async, await and yield; use wait_event, completions or locks to wait.
        More: holdfast explain HF033
      "
    `);
  });
});

describe('mistakes that people make', () => {
  const body = (line: string): string => withBody('person', 'const b = stage.alloc(box);', line);

  it.each([
    [
      'assigns a member',
      `stage.thread('t', () => { b.ready = 1; });`,
      [
        'HF036  The member ready is assigned; WRITE_ONCE writes what it holds.',
        'Write WRITE_ONCE(s.ready, value), or store(...) for a plain access.',
      ],
    ],
    [
      'forgets an import',
      `stage.thread('t', () => { smp_wmb(); });`,
      [
        'HF024  A thread throws: smp_wmb is not defined',
        `Import it: import { smp_wmb } from 'holdfast/linux';`,
      ],
    ],
    [
      'misspells a primitive',
      `stage.thread('t', () => { READ_ONC(b.ready); });`,
      ['HF024  A thread throws: READ_ONC is not defined', 'Did you mean READ_ONCE?'],
    ],
    [
      'misspells in the body',
      `stag.thread('t', () => {}); scenari();`,
      [`HF020  The body of 'person' throws: stag is not defined`],
    ],
    [
      'allocates without end',
      `for (;;) stage.alloc(box);`,
      [`HF031  'person' has more than 4096 words of memory.`],
    ],
    [
      'declares in a thread',
      `stage.thread('t', () => { stage.alloc(box); });`,
      [
        'HF020  Something is declared while the threads run.',
        'Declare it in the body of the scenario; a thread takes memory with kmalloc from a pool.',
      ],
    ],
    [
      'forgets return',
      `stage.thread('t', () => {}); stage.always('x', () => { 1; });`,
      [
        `HF027  The property always 'x' gives nothing, not true or false.`,
        'Give a condition: () => READ_ONCE(x) === 1, or return it from between the braces.',
      ],
    ],
    [
      'starts a timer',
      `stage.thread('t', () => { setTimeout(() => {}, 0); });`,
      ['HF033  The thread t calls setTimeout, and what that starts runs outside of the search.'],
    ],
    [
      'frees what alloc gave',
      `stage.thread('t', () => { linux.kfree(b); });`,
      [
        'HF030  kfree of memory that kmalloc did not give.',
        'What alloc gives is there for the whole execution; only kmalloc gives slots.\n\n' +
          '  Declare pool(type, 1) in the body and take the struct with kmalloc(type)',
      ],
    ],
    [
      'frees what alloc gave in the body',
      `stage.thread('t', () => {}); linux.kfree(b);`,
      ['HF030  kfree of memory', '  Declare pool(type, 1) in the body and take the struct with'],
    ],
    [
      'reads at an address of nobody',
      `stage.thread('t', () => { READ_ONCE(box.at(999).data); });`,
      ['HF030  Address 999 is outside', '\n\n  Take addresses from alloc, kmalloc and pointers'],
    ],
    [
      'writes at an address of nobody in the body',
      `stage.thread('t', () => {}); WRITE_ONCE(box.at(999).data, 1);`,
      ['HF030  Address 999 is outside', '\n\n  Take addresses from alloc, kmalloc and pointers'],
    ],
    [
      'leaves a promise',
      `stage.thread('t', () => {}); void Promise.reject(new Error('nobody'));`,
      ['HF008  The file failed after it was loaded.', 'Error: nobody'],
    ],
  ])('who %s is told what, where and what to do', async (_who, line, texts) => {
    desk.write('person.scenario.ts', body(line));
    const said = await refusal('check', 'person.scenario.ts');
    for (const text of texts) expect(said).toContain(text);
    expect(said).toContain('person.scenario.ts');
  });

  it('an async body is shown where it stands, not in Holdfast', async () => {
    desk.write('late.scenario.ts', body('await 1;').replace('(stage) =>', 'async (stage) =>'));
    const said = await refusal('check', 'late.scenario.ts');
    expect(said).toMatch(/HF020 {2}The body of 'person' is async[^]* late\.scenario\.ts:5:16/);
  });

  it('a name is imported from where it is', async () => {
    desk.write('moved.scenario.ts', `import { READ_ONCE } from 'holdfast';\n`);
    const said = await refusal('check', 'moved.scenario.ts');
    expect(said).toContain(`Write import { READ_ONCE } from 'holdfast/linux';`);
  });

  it('a long line is cut at a mark, not in a word', async () => {
    const line = `stage.thread('t', () => { ${'READ_ONCE(b.data); '.repeat(5)} oops(); });`;
    desk.write('long.scenario.ts', body(line));
    const said = await refusal('check', 'long.scenario.ts');
    expect(said).toMatch(/\| {3}\.\.\. .* oops\(\); \}\);\n +\| {60,} \^\^\^\^\n/);
  });
});

describe('a kernel function that is given something wrong', () => {
  async function called(call: string): Promise<string> {
    const text = `import { scenario } from 'holdfast';
import * as mm from 'holdfast/linux/mm';
export default scenario('caller', (stage) => {
  const { file, proc } = mm.system(stage);
  const log = file('log', { stable: true });
  const app = proc('app');
  app.mmap(log, { pte: 'ro' });
  stage.thread('t', () => ${call});
});
`;
    desk.write('caller.scenario.ts', text);
    return refusal('check', 'caller.scenario.ts');
  }

  it('HF037: is shown where the scenario calls it, with what each parameter got', async () => {
    const said = await called('mm.pin_user_pages_fast(0, 1, mm.FOLL_WRITE, app.mm)');
    expect(said.replace(/:\d+\.$/m, ':N.')).toMatchInlineSnapshot(`
      "
      HF037  A struct mm_struct is used as a number or a text.

        caller.scenario.ts:8:30
          8 |   stage.thread('t', () => mm.pin_user_pages_fast(0, 1, mm.FOLL_WRITE, app.mm));
            |                              ^^^^^^^^^^^^^^^^^^^
        pin_user_pages_fast is given 0 as mm, 1 as start, 1 as nr, a struct mm_struct as flags.
        It goes wrong in kernel/mm/gup.ts:N.

        Compare the call with the declaration: pin_user_pages_fast(mm, start, nr, flags).
        More: holdfast explain HF037

      "
    `);
  });

  it('HF024: is shown there too where kernel code throws, in a deep call', async () => {
    const said = await called("mm.pin_user_pages_fast(app.mm, '0', 1, mm.FOLL_WRITE)");
    expect(said).toContain('caller.scenario.ts:8:30\n');
    expect(said).toContain('is given a struct mm_struct as mm, "0" as start, 1 as nr');
    expect(said).toContain('It goes wrong in kernel/mm/pgtable.ts:');
  });

  it('HF037: is shown there behind an access too', async () => {
    const said = await called(
      '{ mm.folio_get(log.folios[0]); mm.dma_write({}, log.folios[0], 7); }',
    );
    expect(said).toContain('HF037  WRITE_ONCE(x, val) is called without x, or with');
    expect(said).toMatch(/caller\.scenario\.ts:8:\d+\n/);
    expect(said).toContain('It goes wrong in kernel/device/dma.ts:');
  });

  it('HF024: and says which member was meant', async () => {
    expect(await called('mm.pin_user_pages_fast(app, 0, 1, mm.FOLL_WRITE)')).toContain(
      'What is given as mm is no struct, but it has a member mm: give that.',
    );
  });

  it('HF037: and names what is missing', async () => {
    const said = await called('mm.unpin_user_pages([])');
    expect(said).toMatchInlineSnapshot(`
      "
      HF037  unpin_user_pages(pages, npages) is called without npages.

        caller.scenario.ts:8:30
          8 |   stage.thread('t', () => mm.unpin_user_pages([]));
            |                              ^^^^^^^^^^^^^^^^

        Most likely: a misspelt name, arguments missing or in the wrong order, or a missing
        return.
        Compare the call with its declaration; an editor with TypeScript shows the same place.
        More: holdfast explain HF037

      "
    `);
    expect(await called('mm.unpinUserPages([])')).toContain('cannot be undefined');
  });
});

describe('the set-up of a machine that is given something wrong', () => {
  async function setUp(line: string): Promise<string> {
    const text = `import { scenario, u32 } from 'holdfast';
import * as mm from 'holdfast/linux/mm';
export default scenario('machine', (stage) => {
  const { disk, file, proc } = mm.system(stage);
  stage.thread('t', () => 0);
  ${line}
});
`;
    desk.write('machine.scenario.ts', text);
    return refusal('check', 'machine.scenario.ts');
  }

  it('HF020: is shown where the scenario gives it', async () => {
    const said = await setUp("proc('app').mmap(file('log'), { pte: 'rw drty' });");
    expect(said).toMatchInlineSnapshot(`
      "
      HF020  mmap: The option 'pte' cannot be "rw drty". Did you mean 'rw dirty'?

        machine.scenario.ts:6:15
          6 |   proc('app').mmap(file('log'), { pte: 'rw drty' });
            |               ^^^^

        Most likely: an exception in the set-up, a misspelt option, or threads that are never
        declared.
        Correct the body; the place above is where it went wrong.
        More: holdfast explain HF020

      "
    `);
  });

  it.each([
    ["proc('app').mmap(file('log'), { pte: 'rw' })", "Did you mean 'rw dirty'?"],
    ["proc('app').later(file('log'), { pte: 'ro' })", "There is no option 'pte'."],
    ["proc('app').anonymous({ page: 2 })", "Did you mean 'pages'?"],
    ["file('log', { stabel: true })", "Did you mean 'stable'?"],
    ["file('log', { always: ['no los'] })", "Did you mean 'no loss'?"],
    ["disk('other', { freePages: 1 })", "There is no option 'freePages'."],
    ["mm.filePage(stage.alloc, { pte: 'dirty' })", "it is 'ro' or 'rw' or 'rw dirty'."],
    ['mm.anonPage(stage.alloc, { exclusive: 1 })', "The option 'exclusive' cannot be 1"],
    ["mm.mapAgain(stage.alloc, mm.filePage(stage.alloc), 'privat')", "Did you mean 'private'?"],
    ['mm.system(stage, { freePage: 1 })', "Did you mean 'freePages'?"],
    ["stage.alloc(u32, 'x', 5)", 'alloc takes a type and a name, no more.'],
  ])('HF020: %s', async (line, text) => {
    const said = await setUp(line);
    expect(said).toContain(text);
    expect(said).toContain('machine.scenario.ts:6:');
  });
});

describe('code that neither ends nor touches memory', () => {
  /** Runs a file whose search is silent, for as short as a busy machine allows. */
  async function silent(text: string): Promise<string> {
    desk.write('silent.scenario.ts', text);
    const { code, err } = await desk.runWith({ silentSecondsMax: 3 }, 'silent.scenario.ts');
    expect(code).toBe(2);
    return `\n${err}`;
  }

  it('HF029: is ended, and the loop of the thread is shown', async () => {
    const text = `${HEAD}export default scenario('silent', ({ alloc, thread }) => {
  const b = alloc(box);
  thread('one', () => { WRITE_ONCE(b.data, 1); for (;;) { /* nothing */ } });
});
`;
    expect(await silent(text)).toMatchInlineSnapshot(`
      "
      HF029  The search stopped answering.

        silent.scenario.ts:7:48
          7 |   thread('one', () => { WRITE_ONCE(b.data, 1); for (;;) { /* nothing */ } });
            |                                                ^^^
        No step for 3 s, so it was ended here.

        Most likely: a loop in the scenario without any access, for example while (true) {}.
        Look for loops that neither end nor touch shared memory.
        More: holdfast explain HF029

      "
    `);
  });

  it('HF029: shows the loop of a function that a property calls', async () => {
    const lines = ['stage.thread("t", () => {});', 'stage.always("x", () => until(7));'];
    const text = `${HEAD}function until(limit: number): boolean {
  for (let i = 0; i < limit; i = (i + 1) % limit);
  return true;
}
${withBody('silent', ...lines).replace(HEAD, '')}`;
    const said = await silent(text);
    expect(said).toContain('silent.scenario.ts:6:3\n');
    expect(said).toContain('for (let i = 0; i < limit; i = (i + 1) % limit);\n      |   ^^^\n');
  });

  it('HF029: shows the file where it waits and no code runs', async () => {
    expect(await silent(`await new Promise(() => {});\n${withBody('silent')}`))
      .toMatchInlineSnapshot(`
        "
        HF029  The search stopped answering.

          silent.scenario.ts
          No step for 3 s, so it was ended.

          Look beside the scenarios for a loop that does not end, or an await that nobody answers.
          More: holdfast explain HF029

        "
      `);
  });
});

describe('a trace file', () => {
  const failing = MESSAGE_PASSING.replace("scenario('mp'", "scenario('broken'").replace(
    'WRITE_ONCE(b.data, 42);',
    'WRITE_ONCE(b.data, 41);',
  );

  async function savedTrace(): Promise<string> {
    desk.write('broken.scenario.ts', failing);
    const { out } = await desk.run('check', 'broken.scenario.ts');
    const id = /replay broken:(\w+)/.exec(out)?.[1] ?? '';
    return join(desk.folder, '.holdfast/broken', `${id}.json`);
  }

  it('HF010: is damaged', async () => {
    const good = readFileSync(await savedTrace(), 'utf8');
    desk.write('cut.json', good.slice(0, good.length / 2));
    expect(await refusal('replay', './cut.json')).toMatchInlineSnapshot(`
      "
      HF010  The trace file \`./cut.json\` is damaged.

        It is not JSON, or it was cut off.

        Most likely: a file that was cut off or edited, or that is not a trace.
        Run \`holdfast check\` again: it writes the trace anew under the same name.
        More: holdfast explain HF010

      "
    `);
    const wrong = good.replace('"thread": 1', '"thread": 7');
    expect(wrong).not.toBe(good);
    desk.write('wrong.json', wrong);
    expect(await refusal('replay', './wrong.json')).toMatchInlineSnapshot(`
      "
      HF010  The trace file \`./wrong.json\` is damaged.

        finding.trace.steps[2].thread has no name.

        Most likely: a file that was cut off or edited, or that is not a trace.
        Run \`holdfast check\` again: it writes the trace anew under the same name.
        More: holdfast explain HF010

      "
    `);
  });

  it('HF010: has a step of a thread that there is not', async () => {
    const good = JSON.parse(readFileSync(await savedTrace(), 'utf8')) as {
      finding: { trace: { choices: [number, number][] } };
    };
    good.finding.trace.choices[1] = [7, 0];
    desk.write('thread.json', JSON.stringify(good));
    const said = await refusal('replay', './thread.json');
    expect(said).toContain('finding.trace.choices[1][0] is no thread.');
  });

  it('HF011: is of another version', async () => {
    const good = readFileSync(await savedTrace(), 'utf8');
    writeFileSync(
      join(desk.folder, 'new.json'),
      good.replace('"holdfastTrace": 1', '"holdfastTrace": 9'),
    );
    expect(await refusal('replay', './new.json')).toMatchInlineSnapshot(`
      "
      HF011  The trace file \`./new.json\` was written by another version.

        Its format is 9, this version reads 1.

        Most likely: a trace that somebody with a newer Holdfast sent.
        Update Holdfast, or run \`holdfast check\` here to get a trace of this version.
        More: holdfast explain HF011

      "
    `);
  });

  it('HF006: is not there', async () => {
    expect(await refusal('replay', 'broken:zzzzz')).toContain(
      'There is no saved trace `broken:zzzzz`.',
    );
    expect(await refusal('replay', 'never-checked:abc')).toContain(
      '`holdfast check never-checked` saves the execution',
    );
  });
});
