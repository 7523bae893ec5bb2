/**
 * What is declared as Linux's is Linux's: a path of its tree, its version, its way of naming; and
 * what has a kernel name says where Linux has it. Read from the sources, so that no function is
 * left out because nobody exports it.
 */
import { describe, expect, it } from 'vitest';
import { functionsOf, readKernel } from '../../test/support/kernel-source.ts';
import { provenanceOf } from '../memory/function.ts';
import { gup_fast_pte_range } from './index.ts';

const PATH = /\b(?:arch|block|drivers|fs|include|io_uring|kernel|lib|mm)\/[\w./-]+\.[ch]\b/g;
const OURS = /^[a-z]+(?:[A-Z]|$)/;

const functions = functionsOf(readKernel(import.meta.dirname));
const linux = functions.filter(({ declared }) => declared === 'kernelFunction');
const ours = functions.filter(({ declared }) => declared === 'modelFunction');
const plain = functions.filter(({ declared, name }) => declared === null && !OURS.test(name));

/** A name in the kernel's manner for what scenario authors say to a device. */
const NOT_OF_LINUX = ['dma_write'];

describe('a function that is declared as a kernel function', () => {
  it('names a file of the Linux tree, and the version', () => {
    const wrong = linux.filter(({ from: [file = '', version] }) => {
      return version !== '6.18' || file.replace(PATH, '') !== '' || file === '';
    });
    expect(wrong.map(({ name, from }) => [name, from])).toEqual([]);
    expect(linux.length).toBeGreaterThan(100);
  });

  it('is not named in our way', () => {
    expect(linux.map(({ name }) => name).filter((name) => /^[a-z]+[A-Z]/.test(name))).toEqual([]);
  });

  it('has what it is declared with when it is asked', () => {
    expect(provenanceOf(gup_fast_pte_range.name)).toEqual({ file: 'mm/gup.c', version: '6.18' });
  });
});

describe('a function that is inlined and has a kernel name', () => {
  it('names its file in its comment, or its file has a header that names one file alone', () => {
    const unclear = plain.filter(({ comment, header, name }) => {
      if (NOT_OF_LINUX.includes(name)) return false;
      return !comment.match(PATH) && new Set(header.match(PATH)).size !== 1;
    });
    expect(unclear.map(({ name, file, line }) => `${file}:${line} ${name}`)).toEqual([]);
  });

  it('stands in a file that says which version it follows', () => {
    const unclear = plain.filter(({ header, name }) => {
      return !NOT_OF_LINUX.includes(name) && !/6\.18/.test(header);
    });
    expect(unclear.map(({ name, file, line }) => `${file}:${line} ${name}`)).toEqual([]);
  });
});

describe('a parameter that a call may leave out', () => {
  it('has a default: whether it has one is what is left to ask when types are stripped', () => {
    const declared = [...linux, ...ours].filter(({ parameters }) => parameters.includes('?:'));
    expect(declared.map(({ name, file, line }) => `${file}:${line} ${name}`)).toEqual([]);
    const withDefault = linux.filter(({ parameters }) => parameters.includes(' = null'));
    expect(withDefault.map(({ name }) => name)).toContain('iomap_writepages');
  });
});

describe('a function of ours', () => {
  it('is named in our way', () => {
    expect(ours.map(({ name }) => name).filter((name) => !/^[a-z]+[A-Z]/.test(name))).toEqual([]);
  });

  it('is for example what the CPU or a disk does', () => {
    const standsFor = ours.map(({ name, from }) => [name, from[0]]);
    expect(standsFor).toEqual(
      expect.arrayContaining([
        ['storeThroughPte', 'CPU'],
        ['completeFolio', 'disk'],
      ]),
    );
  });
});
