/** The executable itself, in a process of its own: exit codes, streams, a real interrupt. */
import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { openDesk } from '../../test/support/io.ts';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const desk = openDesk('main');
afterAll(() => desk.clear());

/** Too large to be finished while the test waits: every order of 30 writes gives other values. */
const LARGE = `import { scenario, struct, u32 } from 'holdfast';
import { READ_ONCE, WRITE_ONCE } from 'holdfast/linux';
const cell = struct('cell', { x: u32 });
export default scenario('large', ({ alloc, thread }) => {
  const c = alloc(cell);
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) {
    thread(name, () => {
      for (let i = 0; i < 5; i++) {
        WRITE_ONCE(c.x, READ_ONCE(c.x) * 3 % 999_983 + name.charCodeAt(0));
      }
    });
  }
});
`;

/** Two threads that lose an update. */
const FAILS = `import { scenario, u32 } from 'holdfast';
import { READ_ONCE, WRITE_ONCE } from 'holdfast/linux';
export default scenario('fails', ({ alloc, thread, always }) => {
  const x = alloc(u32, 'x');
  thread('count', { count: 2 }, () => WRITE_ONCE(x, READ_ONCE(x) + 1));
  always('two', () => READ_ONCE(x) === 2);
});
`;

/** A loop that touches no memory: only from outside it can be ended. */
const ENDLESS = `import { scenario } from 'holdfast';
export default scenario('endless', ({ thread }) => {
  thread('one', () => { for (;;) { /* nothing */ } });
});
`;

describe('the executable', () => {
  it('prints data on stdout, mistakes on stderr, and ends with the code', () => {
    const options = { cwd: desk.folder, encoding: 'utf8' } as const;
    const good = spawnSync(process.execPath, [MAIN, 'explain', 'pass'], options);
    expect(good).toMatchObject({ status: 0, stderr: '' });
    expect(good.stdout).toMatch(/^pass\n/);
    const bad = spawnSync(process.execPath, [MAIN, 'explain', 'passs'], options);
    expect(bad).toMatchObject({ status: 2, stdout: '' });
    expect(bad.stderr).toMatch(/^HF002/);
  });

  it('is no pass when nobody reads what it prints', async () => {
    desk.write('fails.scenario.ts', FAILS);
    const argv = [MAIN, 'fails.scenario.ts', '-r', 'json'];
    const child = spawn(process.execPath, argv, { cwd: desk.folder });
    child.stdout.destroy();
    const code = await new Promise((resolve) => {
      child.on('close', resolve);
    });
    expect(code).toBe(141);
  });

  it.each([
    ['1', 'SIGINT'],
    ['2', 'SIGINT'],
    ['1', 'SIGTERM'],
  ] as const)(
    'a search with %s jobs that gets %s ends with what it has',
    async (jobs, signal) => {
      desk.write('large.scenario.ts', LARGE);
      const argv = [MAIN, 'large.scenario.ts', '-r', 'json', '-j', jobs];
      const child = spawn(process.execPath, argv, { cwd: desk.folder });
      let out = '';
      const code = await new Promise((resolve) => {
        child.stdout.on('data', (part: Buffer) => {
          if (!out.includes('"progress"') && part.includes('"progress"')) child.kill(signal);
          out += part.toString();
        });
        child.on('close', resolve);
      });
      expect(code).toBe(130);
      expect(out).toContain('"limit":"interrupted"');
      expect(out).toContain('"type":"summary"');
    },
    60_000,
  );

  it('a thread that never ends is ended soon after the time limit, and the command too', () => {
    desk.write('endless.scenario.ts', ENDLESS);
    const argv = [MAIN, 'endless.scenario.ts', '--until', 'time=100ms'];
    const options = { cwd: desk.folder, encoding: 'utf8', timeout: 60_000 } as const;
    const ended = spawnSync(process.execPath, argv, options);
    expect(ended.status).toBe(2);
    expect(ended.stderr).toContain('No step for 3.1 s, so it was ended here.');
  }, 90_000);

  it('an interrupt ends a litmus test with what it has', async () => {
    const threads = Array.from({ length: 12 }, (_, at) => {
      return `P${at}(atomic_t *x) { int r = atomic_inc_return(x); }`;
    });
    desk.write('many.litmus', `C many\n{}\n${threads.join('\n')}\nexists (0:r=1)\n`);
    desk.write('one.litmus', 'C one\n{}\nP0(int *x) { WRITE_ONCE(*x, 1); }\nexists (x=1)\n');
    const argv = [MAIN, 'one.litmus', 'many.litmus'];
    const child = spawn(process.execPath, argv, { cwd: desk.folder });
    let out = '';
    const code = await new Promise((resolve) => {
      child.stdout.on('data', (part: Buffer) => {
        if (out === '') setTimeout(() => child.kill('SIGINT'), 1000);
        out += part.toString();
      });
      child.on('close', resolve);
    });
    expect(code).toBe(130);
    expect(out).toMatch(/many .* OPEN .*\n +interrupted\n/);
  }, 30_000);
});
