/** What is printed for copying works as it is pasted, however the command was started. */
import { afterAll, describe, expect, it } from 'vitest';
import { openDesk } from '../../test/support/io.ts';
import { asCalled, ownName } from './own-name.ts';

const desk = openDesk('own-name');
afterAll(() => desk.clear());

describe('the name of the command', () => {
  const installed = '/home/me/project/node_modules/.bin/holdfast';

  it('is that of the shell where the shell finds it', () => {
    expect(ownName('/usr/bin/holdfast', { PATH: '/bin:/usr/bin' }, '/home/me/project')).toBe(
      'holdfast',
    );
    const path = { PATH: '/home/me/project/node_modules/.bin:/bin' };
    expect(ownName(installed, path, '/home/me/project')).toBe('holdfast');
  });

  it('is that of npx where npm started it, or the shell does not find it', () => {
    const npm = {
      npm_config_user_agent: 'npm/10.8.2 node/v20',
      PATH: '/home/me/project/node_modules/.bin',
    };
    expect(ownName(installed, npm, '/home/me/project')).toBe('npx holdfast');
    expect(ownName('/home/me/project/dist/cli/main.js', npm, '/home/me/project')).toBe(
      'npx holdfast',
    );
    expect(ownName(installed, { npm_command: 'exec' }, '/home/me/project')).toBe('npx holdfast');
    expect(ownName(installed, { PATH: '/bin' }, '/home/me/project')).toBe('npx holdfast');
  });

  it('is that of another package manager which started it', () => {
    expect(ownName(installed, { npm_config_user_agent: 'pnpm/9.1' }, '/home/me/project')).toBe(
      'pnpm exec holdfast',
    );
    expect(ownName(installed, { npm_config_user_agent: 'yarn/1.22' }, '/home/me/project')).toBe(
      'yarn holdfast',
    );
  });

  it('is the file where Node was told to run it', () => {
    expect(ownName('/home/me/project/dist/cli/main.js', {}, '/home/me/project')).toBe(
      'node dist/cli/main.js',
    );
    expect(ownName('/home/me/project/dist/main.js', {}, '/home/you')).toBe(
      'node /home/me/project/dist/main.js',
    );
    expect(ownName('/a b/main.js', {}, '/home/you')).toBe("node '/a b/main.js'");
  });
});

describe('a text', () => {
  it('has commands as they are called, over ends of lines too, and no other word', () => {
    const called = (text: string): string => asCalled(text, 'npx holdfast');
    expect(called('`holdfast check x` or holdfast\n  why x')).toBe(
      '`npx holdfast check x` or npx holdfast\n  why x',
    );
    for (const text of ['holdfast 0.1.0', "'holdfast/linux'", 'npx holdfast check']) {
      expect(called(text)).toBe(text);
    }
  });

  it('of the tool has them: mistakes with the caret in its place, help, and pictures', async () => {
    const name = 'npx holdfast';
    const { err } = await desk.runWith({ name }, 'why', 'x', '--nosuch');
    expect(`\n${err}`).toMatchInlineSnapshot(`
      "
      HF002  \`--nosuch\` is not an option of npx holdfast why.

        command line
          1 |   npx holdfast why x --nosuch
            |                      ^^^^^^^^

        \`npx holdfast why --help\` shows how it is written.
        More: npx holdfast explain HF002

      "
    `);
    const help = await desk.runWith({ name }, 'why', '--help');
    expect(help.out).toContain('Usage: npx holdfast why');
    const drawn = await desk.runWith({ name }, 'check', 'store-buffering-barrier-false');
    expect(drawn.out).toMatch(/Again {3}npx holdfast replay store-buffering-barrier-false:\w+/);
    const [, address = ''] = /replay (\S+)/.exec(drawn.out) ?? [];
    const patch = await desk.runWith({ name }, 'replay', address, '--format', 'patch', '--no-run');
    expect(patch.out).not.toContain('npx');
  });
});
