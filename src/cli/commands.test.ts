/** Every command as a user runs it: what it prints, where it prints it, how it ends. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDesk } from '../../test/support/io.ts';
import { schemaFaults } from '../../test/support/json-schema.ts';
import { MODELS } from '../explore/models.ts';
import type { Finding } from '../explore/result.ts';
import { templates } from './templates.ts';

const desk = openDesk('commands');
afterAll(() => desk.clear());

const SCHEMA = JSON.parse(
  readFileSync(new URL('../../schema/holdfast-1.schema.json', import.meta.url), 'utf8'),
) as Record<string, unknown>;

const HEAD = `import { scenario, struct, u32 } from 'holdfast';
import { READ_ONCE, WRITE_ONCE, smp_mb } from 'holdfast/linux';
const pair = struct('pair', { x: u32, y: u32 });
`;

/** Store buffering: sc forbids that both read 0, tso allows it. */
const BUFFERS = `${HEAD}export default scenario('buffers', ({ alloc, thread, never }) => {
  const p = alloc(pair);
  const left = thread('left', () => { WRITE_ONCE(p.x, 1); smp_mb(); return READ_ONCE(p.y); });
  const right = thread('right', () => { WRITE_ONCE(p.y, 1); smp_mb(); return READ_ONCE(p.x); });
  never('both read 0', () => left.result() === 0 && right.result() === 0);
});
`;

/** Fails everywhere, as declared; another passes although it is declared to fail. */
const BUGS = `${HEAD}const body = ({ alloc, thread, never }) => {
  const p = alloc(pair);
  thread('one', () => WRITE_ONCE(p.x, READ_ONCE(p.x) + 1));
  thread('two', () => WRITE_ONCE(p.x, READ_ONCE(p.x) + 1));
  never('one is lost', () => READ_ONCE(p.x) === 1);
};
export const known = scenario.fails('known bug', body);
export const fixed = scenario.fails('fixed bug', ({ alloc, thread, never }) => {
  const p = alloc(pair);
  thread('one', () => WRITE_ONCE(p.x, 1));
  never('nothing written', () => READ_ONCE(p.x) === 0);
});
`;

/** A reader follows a pointer that a writer clears. */
const FOLLOWS_NULL = `${HEAD}import { pointer } from 'holdfast/linux';
const holder = struct('holder', { pair: pointer(pair) });
export default scenario('oops', ({ alloc, thread }) => {
  const h = alloc(holder); WRITE_ONCE(h.pair, alloc(pair));
  thread('reader', () => READ_ONCE(READ_ONCE(h.pair).x));
  thread('writer', () => WRITE_ONCE(h.pair, null));
});
`;

beforeAll(() => {
  desk.write('buffers.scenario.ts', BUFFERS);
  desk.write('bugs/bugs.scenario.ts', BUGS);
});

function lines(text: string): string[] {
  return text.trimEnd().split('\n');
}

describe('check', () => {
  it('ends with 0 where everything is as expected, and prints nothing on stderr', async () => {
    const { code, out, err } = await desk.run('buffers.scenario.ts');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/pass {3}buffers +2 threads +\d+ states {3}complete/);
    expect(out).toMatch(/1 scenario {3}1 as expected {3}tso/);
  });

  it('ends with 1 and a picture where a defence is missing', async () => {
    const place = 'smp_mb@buffers.scenario.ts:6';
    const { code, out } = await desk.run('check', 'buffers.scenario.ts', '--without', place);
    expect(code).toBe(1);
    expect(out).toContain('never "both read 0"   tso   found after');
    expect(out).toContain('stale: missed');
    expect(out).toContain('CPUs    under tso, not under sc: x86 can do this, and every CPU');
    expect(out).toMatch(
      /Repair {2}keep smp_mb@buffers.scenario.ts:6: checked, passes, \d+ states, complete/,
    );
  });

  it('ends with 1 and a picture where code follows a NULL pointer on one path', async () => {
    desk.write('oops/oops.scenario.ts', FOLLOWS_NULL);
    const { code, out, err } = await desk.run('check', 'oops');
    expect({ code, err }).toEqual({ code: 1, err: '' });
    expect(out).toContain('FAIL  oops   NULL dereference');
    expect(out).toContain('reader dereferences NULL->x.');
    expect(out).toContain('Where   oops/oops.scenario.ts:8:53');
  });

  it('turns the expectation of a known bug around', async () => {
    const { code, out } = await desk.run('check', 'bugs', '-m', 'sc');
    expect(code).toBe(1);
    expect(out).toMatch(/fails {2}known bug .* as expected/);
    expect(out).toMatch(/PASS {3}fixed bug .* expected FAIL/);
    const known = await desk.run('check', 'bugs', '-t', 'known', '-m', 'sc');
    expect(known.code).toBe(0);
    expect(known.out).toContain('never "one is lost"');
    const quiet = await desk.run('check', 'bugs', '-t', 'known', '-q');
    expect(quiet.out).not.toContain('known bug');
  });

  it('ends with 3 where a limit came first, and says how to go on', async () => {
    const { code, out } = await desk.run('check', 'buffers.scenario.ts', '--until', 'states=3');
    expect(code).toBe(3);
    expect(out).toMatch(/open {3}buffers .* stopped at 3 states/);
    expect(out).toContain('1 open');
  });

  it('stops at half of the memory if nobody says when, and says how to go on', async () => {
    const { code, out } = await desk.runWith({ memory: 1e5 }, 'check', 'buffers.scenario.ts');
    expect(code).toBe(3);
    expect(out).toMatch(/open {3}buffers .* stopped at 48\.8 kB of memory/);
    expect(out).toContain('holdfast check buffers --until memory=1M');
  });

  it('prints one column a model', async () => {
    const place = 'smp_mb@buffers.scenario.ts:6';
    const argv = ['check', 'buffers.scenario.ts', '-m', 'sc,tso', '--without', place];
    const { code, out } = await desk.run(...argv);
    expect(code).toBe(1);
    expect(`\n${lines(out).slice(1, 3).join('\n')}\n`.replace(/\d+\.\d s/, '0.0 s'))
      .toMatchInlineSnapshot(`
        "
          scenario                  threads     sc     states   tso    states       time
          buffers                   2 threads   pass       12   FAIL       18      0.0 s
        "
      `);
    expect(out).toContain('CPUs    under tso, not under sc');
    const narrow = { columns: 50 };
    const { out: stacked } = await desk.runWith(narrow, 'check', 'buffers', '-m', 'sc,tso');
    expect(stacked).toMatch(/^ {2}buffers\n {4}sc +pass +\d+ states .*\n {4}tso +pass/m);
  });

  it('a machine reads which models show a finding, weakest first, and relative files', async () => {
    const place = 'smp_mb@buffers.scenario.ts:6';
    const argv = ['check', 'buffers.scenario.ts', '--without', place, '-r', 'json'];
    const { out } = await desk.run(...argv);
    const found = lines(out)
      .map((line) => JSON.parse(line) as { type: string; models: object; finding: Finding })
      .find(({ type }) => type === 'finding');
    expect(found?.models).toEqual([
      { model: 'tso', verdict: 'fail' },
      { model: 'sc', verdict: 'pass' },
    ]);
    const files = found?.finding.trace?.steps.map(({ position }) => position?.file);
    expect(new Set(files)).toEqual(new Set(['buffers.scenario.ts']));
  });

  it('positions in the code of Holdfast name its sources', async () => {
    const argv = ['pin-vs-share', '--without', 'gup_fast_pte_range/pte unchanged'];
    const files = ['-r', 'junit=own/r.xml', '-r', 'json=own/r.ndjson', '-r', 'github=own/r.txt'];
    await desk.run('check', ...argv, ...files);
    const text = (name: string): string => readFileSync(join(desk.folder, 'own', name), 'utf8');
    for (const name of ['r.xml', 'r.ndjson']) {
      expect(text(name), name).toMatch(/\/src\/kernel\/mm\/[\w-]+\.ts/);
      expect(text(name), name).not.toContain('/dist/');
    }
    // An annotation stands where the author declared what is violated.
    expect(text('r.txt')).toMatch(/pin-vs-share\.scenario\.ts,line=\d+,col=\d+/);
  });

  it('finds scenarios by name, file, folder and pattern', async () => {
    for (const name of ['buffers', 'b*.scenario.ts', '**/buffers.scenario.ts', '.']) {
      const { out } = await desk.run('check', name, '-t', 'buffers', '-q');
      expect(out, name).toContain('1 scenario   1 as expected');
    }
    const { out } = await desk.run('check', 'known bug', '-q');
    expect(out).toContain('1 scenario');
  });

  it('writes reports to files and lines to the terminal', async () => {
    const argv = ['check', 'bugs', 'buffers', '-r', 'junit=out/r.xml', '-r', 'json=out/r.ndjson'];
    const { out } = await desk.run(...argv, '-r', 'github=out/r.txt', '--until', 'time=60s');
    expect(out).toContain('3 scenarios');
    const events = lines(readFileSync(join(desk.folder, 'out/r.ndjson'), 'utf8')).map(
      (line) => JSON.parse(line) as { type: string },
    );
    expect(events.flatMap((event) => schemaFaults(SCHEMA, event))).toEqual([]);
    const types = events.map(({ type }) => type).filter((type) => type !== 'progress');
    expect(types[0]).toBe('start');
    expect(new Set(types)).toEqual(new Set(['start', 'scenario', 'finding', 'verdict', 'summary']));
    expect(types.at(-1)).toBe('summary');
    const xml = readFileSync(join(desk.folder, 'out/r.xml'), 'utf8');
    expect(xml).toContain('<testsuites tests="4" failures="1" errors="0"');
    expect(xml).toContain('name="never both read 0"');
    const annotations = readFileSync(join(desk.folder, 'out/r.txt'), 'utf8');
    expect(annotations).toMatch(
      /^::notice file=bugs\/bugs.scenario.ts,line=\d+,col=\d+,title=known/m,
    );
    expect(annotations).toMatch(
      /^::error file=bugs\/bugs.scenario.ts,line=11,col=31,title=fixed bug \(tso\)%3A passes::/m,
    );
  });

  it('the schema knows the models of the search', () => {
    const { model } = SCHEMA['$defs'] as { model: { enum: string[] } };
    expect(model.enum).toEqual(MODELS);
  });

  it('sends problems to the reporters too', async () => {
    const { code, out } = await desk.run('check', 'nowhere.scenario.ts', '-r', 'json');
    expect(code).toBe(2);
    const events = lines(out).map((line) => JSON.parse(line) as { type: string });
    expect(events.flatMap((event) => schemaFaults(SCHEMA, event))).toEqual([]);
    expect(events.map(({ type }) => type)).toEqual(['start', 'problem', 'summary']);
  });

  it('an interrupt prints what there is and ends with 130', async () => {
    let interrupt = (): void => {};
    const onInterrupt = (listener: () => void): (() => void) => {
      interrupt = listener;
      setTimeout(() => interrupt(), 0);
      return () => {};
    };
    const { code, out } = await desk.runWith({ onInterrupt }, 'check', 'bugs', 'buffers');
    expect(code).toBe(130);
    expect(out).toMatch(/tso/);
    expect(out).toMatch(/ \d+ not begun {3}/);
  });

  it('has colour only where it is wanted, and Unicode where the locale allows it', async () => {
    const argv = ['check', 'bugs', '-t', 'known'];
    const terminal = { stdoutIsTerminal: true, environment: { LANG: 'de_DE.UTF-8' } };
    const coloured = await desk.runWith(terminal, ...argv);
    expect(coloured.out).toContain('\u001b[32mfails');
    expect(coloured.out).toContain('──');
    const environment = { LANG: 'de_DE.UTF-8', NO_COLOR: '1' };
    const plain = await desk.runWith({ stdoutIsTerminal: true, environment }, ...argv);
    expect(plain.out).not.toContain('\u001b');
    const ascii = await desk.runWith(terminal, ...argv, '-r', 'plain');
    expect(ascii.out).toMatch(/^[ -~\n]*$/);
  });
});

describe('replay', () => {
  let address = '';
  beforeAll(async () => {
    const { out } = await desk.run('check', 'bugs', '-t', 'known', '-m', 'sc');
    address = /holdfast replay (\S+)/.exec(out)?.[1] ?? '';
  });

  it('shows a saved execution in every format', async () => {
    const show = async (format: string): Promise<string> =>
      (await desk.run('replay', address, '--format', format, '--no-run')).out;
    expect(await show('picture')).toContain('never "one is lost"   sc');
    expect(await show('steps')).toContain('WRITE_ONCE(x, 1)');
    expect(await show('patch')).toMatch(/^\tone\t+two$/m);
    expect(await show('dot')).toContain('subgraph cluster_1');
    const finding = JSON.parse(await show('json')) as object;
    const base = { type: 'finding', scenario: 's', model: 'sc', models: [] };
    const whole = { ...base, expected: true, finding };
    expect(schemaFaults(SCHEMA, whole)).toEqual([]);
  });

  it('reads what it has saved under weak, where a barrier behind an access is a step', async () => {
    desk.write(
      'weak.scenario.ts',
      `import { assert, scenario, u32 } from 'holdfast';
       import { READ_ONCE, WRITE_ONCE, xchg } from 'holdfast/linux';
       export default scenario('behind', ({ alloc, thread }) => {
         const [x, y] = [alloc(u32, 'x'), alloc(u32, 'y')];
         thread('left', () => { xchg(x, 1); WRITE_ONCE(y, 1); });
         thread('right', () => assert(READ_ONCE(y) === 0, 'too late'));
       });`,
    );
    const found = await desk.run('check', 'weak.scenario.ts', '-m', 'weak');
    const id = /replay (behind:\w+)/.exec(found.out)?.[1] ?? '';
    const again = await desk.run('replay', id);
    expect(again.out).toContain('Run again: all');
    expect(again.code).toBe(0);
  });

  it('says all that check says of it', async () => {
    const found = await desk.run('check', 'bugs', '-t', 'known');
    const id = /holdfast replay (\S+)/.exec(found.out)?.[1] ?? '';
    const { out } = await desk.run('replay', id, '--no-run');
    const drawn = out.trim();
    expect(drawn).toContain('CPUs    under');
    expect(found.out).toContain(drawn);
  });

  it('says where executions come from where none is saved', async () => {
    const { err } = await desk.run('replay', 'known:zzzzz');
    expect(err).toContain('without a defence is saved by `holdfast why known`');
  });

  it('shows the state after a row', async () => {
    const { code, out } = await desk.run('replay', address, '--step', '0');
    expect({ code, out }).toEqual({ code: 0, out: '  pair.x  0\n' });
    expect((await desk.run('replay', address, '--step', '99')).code).toBe(2);
  });

  it('takes the path of a file, and names the traces of a scenario', async () => {
    const [name = '', id = ''] = address.split(':');
    const path = join('.holdfast', name, `${id}.json`);
    expect((await desk.run('replay', path, '--no-run')).code).toBe(0);
    desk.write(`.holdfast/${name}/other.json`, '');
    const several = await desk.run('replay', name, '--no-run');
    expect(several.err).toContain(`\`${name}\` has several traces.`);
    expect(several.err).toContain(address);
  });
});

describe('why', () => {
  it('says what each defence is for', async () => {
    const { code, out } = await desk.run('why', 'buffers.scenario.ts');
    expect(code).toBe(0);
    expect(out).toMatch(/left\/smp_mb +buffers.scenario.ts:6 +FAIL tso {2}\w+ +no/);
    expect(out).toContain('Both are needed.');
  });

  it('flags a scenario in which no removal hurts', async () => {
    const name = 'nothing.scenario.ts';
    desk.write(name, BUFFERS.replace('never(', 'if (false) never('));
    const { out } = await desk.run('why', name);
    expect(out).toContain('No single removal hurts under sc, tso and weak.');
    expect(out).toContain('Nothing fails even when all are removed at once');
  });

  it('says what it does not leave out where there is nothing else', async () => {
    const name = 'bare.scenario.ts';
    const bare = BUFFERS.replace('never(', 'if (false) never(').replaceAll('smp_mb();', '');
    desk.write(name, bare);
    const { out } = await desk.run('why', name);
    expect(out.replaceAll(/\s+/g, ' ')).toContain('no barrier, lock, order, section, grace');
  });

  it('says so where the scenario fails by itself', async () => {
    const { code, out } = await desk.run('why', 'bugs');
    expect(code).toBe(0);
    expect(out).toContain('known bug fails under sc with everything in place, as expected');
  });
});

describe('new', () => {
  it('advises what a beginner can wait for', async () => {
    expect((await desk.run('new', 'quick', '--case', 'flag')).out).toMatch(
      /why quick.scenario.ts\n/,
    );
    const kernel = await desk.run('new', 'long', '--case', 'dio');
    expect(kernel.out).toContain('why long.scenario.ts -m tso');
  });

  it('writes to any folder, and says what an editor there needs for types', async () => {
    desk.write('below/README', '');
    const near = await desk.run('new', 'below/near one.scenario.ts');
    expect(near.out).toMatch(/holdfast check below\/near-one.scenario.ts\n/);
    expect((await desk.run('check', 'below/near-one.scenario.ts')).code).toBe(0);
    const far = await desk.run('new', join(desk.folder, 'below', 'far'));
    expect(far.out).toMatch(/in that folder: npm install \S*[^/]\n$/);
    desk.write('below/node_modules/holdfast/package.json', '{"name": "holdfast"}');
    expect((await desk.run('new', 'below/known')).out).not.toContain('npm install');
  });

  it.each(templates.map(({ name }) => name))('%s: gives a scenario that passes', async (name) => {
    expect((await desk.run('new', `my ${name}`, '--case', name)).code).toBe(0);
    const { code, out } = await desk.run('check', `my-${name}.scenario.ts`);
    expect({ code, out }).toMatchObject({
      code: 0,
      out: expect.stringContaining('pass') as string,
    });
  });
});

describe('list, explain, doctor, debate and help', () => {
  it('list names what ships and what is here', async () => {
    const { code, out } = await desk.run('list');
    expect(code).toBe(0);
    expect(out).toMatch(/Built in\n[^]*pin-vs-share[^]*In this folder\n[^]*buffers/);
    expect(out).toMatch(/known bug +known bug/);
  });

  it('list puts cases together and never cuts a note, however narrow the screen is', async () => {
    desk.write(
      'many/cases.scenario.ts',
      BUFFERS.replace("scenario('buffers', ", "scenario.each({ n: [1, 2] }, 'cases', "),
    );
    for (const columns of [48, 60, 100]) {
      const { out } = await desk.runWith({ columns }, 'list');
      expect(Math.max(...lines(out).map((line) => line.length))).toBeLessThanOrEqual(columns);
      expect(out).toMatch(/^ {4}cases +2 cases$/m);
      const text = out.replace(/\s+/g, ' ');
      expect(text).toContain('GUP-fast against write-back that asks for pins after mkclean');
    }
  });

  it('list -v has a block for each scenario, with its designs and defences', async () => {
    const { out } = await desk.runWith({ columns: 72 }, 'list', '-v', 'gup-fast-vs-mkclean');
    const text = out.slice(out.indexOf('  gup-fast-vs-mkclean\n'));
    const heads = text.slice(0, text.indexOf('\n\n')).match(/^ {6}\w+/gm);
    expect(heads?.slice(0, 3)).toEqual(['      about', '      file', '      design']);
    expect(heads?.at(-1)).toBe('      defences');
    expect(text.replace(/\s+/g, ' ')).toContain('design pin-path = [linux] | page lock');
    const breakable = lines(out).filter((line) => !line.startsWith('      file'));
    expect(Math.max(...breakable.map((line) => line.length))).toBeLessThanOrEqual(72);
  });

  it('explain prints one page', async () => {
    const { out } = await desk.run('explain', 'stale', 'read');
    expect(out).toMatch(/^stale read\n\n {2}A read that gives/);
    expect((await desk.run('explain', 'hf021')).out).toMatch(/^HF021 {2}The scenario does/);
    const { out: wakes } = await desk.run('explain', 'wake_up');
    expect(wakes).toContain('What it orders: full; where it changes nothing: acquire-release.');
    expect((await desk.run('explain')).out).toContain('store buffer');
    for (const word of ['pool', 'kmalloc', 'free', 'weaker', 'synchronize_srcu', 'acquire']) {
      expect((await desk.run('explain', word)).out, word).toMatch(/^[a-z ]+\n\n {2}/);
    }
  });

  it('doctor says what works', async () => {
    const { code, out } = await desk.run('doctor');
    expect(code).toBe(0);
    expect(out).toContain(process.version);
    expect(out).toMatch(/(ok|missing) +gcc/);
  });

  it('debate prints rows with their verdicts', async () => {
    const { code, out } = await desk.run('debate', '000', '33', '34');
    expect(code).toBe(0);
    expect(out).toMatch(/33 +Glisse, 22 .* WRONG/);
    expect(out).toContain('2 rows   2 decided by');
    const { out: known } = await desk.run('debate');
    expect(known).toMatch(/000 {2}GUP-fast[^]*002 {2}Transient and long-term pins/);
  });

  it('every example of every help screen works as it is written', async () => {
    const fresh = openDesk('examples');
    fresh.write('src/a.scenario.ts', BUFFERS);
    const names = ['', 'check', 'why', 'debate', 'replay', 'list', 'new', 'explain', 'doctor'];
    for (const name of names) {
      const { out } = await fresh.run(...[name, '--help'].filter((word) => word !== ''));
      // The whole discussion has a test of its own.
      for (const line of lines(out).slice(name === 'debate' ? -1 : -2)) {
        const words = (line.split(/ {4,}| \| /)[0] ?? '').trim().replaceAll("'", '').split(' ');
        const { code, err } = await fresh.run(...words.slice(1));
        const told = err.replace('\n  Run again: all 6 steps are the same.\n', '');
        // On a busy machine why says how far it is.
        const mistakes = told.replace(/^why .*\n/gm, '');
        expect({ line, code, mistakes }).toEqual({ line, code: 0, mistakes: '' });
      }
    }
    fresh.clear();
  }, 240_000);

  it('every help screen fits 24 lines of 100 columns and ends with two examples', async () => {
    const names = ['check', 'why', 'debate', 'replay', 'list', 'new', 'explain', 'doctor'];
    for (const argv of [['--help'], ...names.map((name) => [name, '--help'])]) {
      const { code, out } = await desk.run(...argv);
      expect(code).toBe(0);
      expect(lines(out).length, argv.join(' ')).toBeLessThanOrEqual(24);
      expect(Math.max(...lines(out).map((line) => line.length))).toBeLessThanOrEqual(100);
      expect(lines(out).slice(-3)).toMatchObject(
        ['Examples:', /^ {2}holdfast/, /^ {2}holdfast/].map((one) =>
          typeof one === 'string' ? one : (expect.stringMatching(one) as string),
        ),
      );
    }
    expect((await desk.run('--version')).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe('a bug in Holdfast', () => {
  it('ends with 70 and leaves a report', async () => {
    const broken = {
      onInterrupt: (): never => {
        throw new Error('broken on purpose');
      },
    };
    const { code, err } = await desk.runWith(broken, 'check', 'buffers');
    expect(code).toBe(70);
    expect(err).toContain('This is a bug in Holdfast, not in your scenario.');
    const file = join(desk.folder, '.holdfast/bug-report.txt');
    expect(existsSync(file), readdirSync(desk.folder).join()).toBe(true);
    expect(readFileSync(file, 'utf8')).toContain('broken on purpose');
  });
});
