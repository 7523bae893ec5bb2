/** What is declared as Linux's is Linux's: a path of its tree, its version, its way of naming. */
import { describe, expect, it } from 'vitest';
import { provenanceOf } from '../memory/function.ts';
import * as kernel from './index.ts';

const declared = Object.values(kernel as Record<string, unknown>).flatMap((one) => {
  const name = typeof one === 'function' ? one.name : '';
  const from = provenanceOf(name);
  return from === undefined ? [] : [{ name, from }];
});
const linux = declared.flatMap(({ name, from }) => ('file' in from ? [{ name, ...from }] : []));
const ours = declared.filter(({ from }) => 'standsFor' in from);

describe('a function that is declared as a kernel function', () => {
  it('names a file of the Linux tree, and the version', () => {
    const elsewhere = linux.filter(
      ({ file, version }) =>
        version !== '6.18' ||
        !/^(arch|block|drivers|fs|include|io_uring|kernel|lib|mm)\/.+\.[ch]$/.test(file),
    );
    expect(elsewhere).toEqual([]);
  });

  it('is not named in our way', () => {
    expect(linux.map(({ name }) => name).filter((name) => /^[a-z]+[A-Z]/.test(name))).toEqual([]);
  });
});

describe('a function of ours', () => {
  it('is named in our way', () => {
    expect(ours.map(({ name }) => name).filter((name) => !/^[a-z]+[A-Z]/.test(name))).toEqual([]);
  });

  it('is for example what the CPU or a disk does', () => {
    const standsFor = ours.map(({ name, from }) => [name, 'standsFor' in from && from.standsFor]);
    expect(standsFor).toEqual(
      expect.arrayContaining([
        ['storeThroughPte', 'CPU'],
        ['completeFolio', 'disk'],
      ]),
    );
  });
});
