import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openDesk } from '../../test/support/io.ts';
import { makeFolder } from './folders.ts';

const desk = openDesk('folders');
afterAll(() => desk.clear());

describe('a folder', () => {
  it('is made with those that it is in, once and again', () => {
    const folder = join(desk.folder, 'a', 'b', 'c');
    makeFolder(folder);
    makeFolder(folder);
    expect(statSync(folder).isDirectory()).toBe(true);
  });

  it('is not made below a file', () => {
    writeFileSync(join(desk.folder, 'file'), '');
    expect(() => makeFolder(join(desk.folder, 'file', 'below'))).toThrow('ENOTDIR');
  });

  it.runIf(existsSync('/proc/self'))('that refuses new ones ends the attempt', () => {
    expect(() => makeFolder('/proc/holdfast/traces')).toThrow();
  });
});
