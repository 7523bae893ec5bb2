/** The order of write-back, and what the fault path does before the next write. */
import { describe, expect, it } from 'vitest';
import { kernelMachine } from '../../../test/support/kernel-machine.ts';
import { READ_ONCE, WRITE_ONCE } from '../../memory/index.ts';
import { fsWasTold } from '../fs/buffer-head.ts';
import { submitFolio, writeFolio } from '../fs/write-folio.ts';
import { filePage } from '../setup.ts';
import type { FilePage } from '../setup.ts';
import { handle_mm_fault } from './fault.ts';
import { gup_fast } from './gup-fast.ts';
import { storeThroughPte } from './memory.ts';
import { folio_test_dirty, folio_test_locked, folio_test_writeback } from './page-flags.ts';
import { WriteOut } from './page-writeback.ts';
import { FOLL_PIN, FOLL_WRITE } from './pin-count.ts';
import { FAULT_FLAG_WRITE } from './vm_fault.ts';

const DATA = 5;

function fill(page: FilePage): void {
  for (const word of page.folio.data) WRITE_ONCE(word, DATA);
}

describe('write-back', () => {
  it('goes through its steps in the order of Linux', () => {
    const { alloc, run, steps } = kernelMachine();
    const page = run(() => filePage(alloc));
    expect(steps(() => void writeFolio(page.folio, page.disk))).toEqual([
      'lock the folio',
      'truncated?',
      'dirty?',
      'lock the page table',
      'mkclean: read pte',
      'mkclean: clear pte',
      'flush the TLB',
      'mkclean: pte read-only',
      'unlock the page table',
      'mark dirty',
      'clear dirty',
      'set write-back',
      'expects it clean',
      'unlock the folio',
      'reads the page (data)',
      'reads the page (checksum)',
      'end write-back',
    ]);
  });

  it('leaves a clean folio that equals the disk and that no PTE may change', () => {
    const { alloc, run } = kernelMachine();
    run(() => {
      const page = filePage(alloc);
      fill(page);
      expect(writeFolio(page.folio, page.disk)).toBe(WriteOut.IN_PLACE);
      expect([page.dirty(), page.written(), page.intact(), page.told()]).toEqual([
        false,
        true,
        true,
        true,
      ]);
      expect(fsWasTold(page.folio)).toBe(false);
      expect(storeThroughPte(page.mm, page.address, DATA)).toBe(false);
    });
  });

  it('does nothing with a clean folio', () => {
    const { alloc, run } = kernelMachine();
    run(() => {
      const page = filePage(alloc, { pte: 'ro' });
      expect(writeFolio(page.folio, page.disk)).toBe(WriteOut.NOTHING);
      expect(folio_test_locked(page.folio)).toBe(false);
    });
  });

  it('has unlocked the folio before the disk is done', () => {
    const { alloc, run } = kernelMachine();
    run(() => {
      const page = filePage(alloc);
      submitFolio(page.folio, page.disk);
      expect([folio_test_locked(page.folio), folio_test_writeback(page.folio)]).toEqual([
        false,
        true,
      ]);
    });
  });

  it.each([
    ['linux', WriteOut.IN_PLACE, false],
    ['bounce', WriteOut.COPY, true],
  ])('of a pinned folio, design %s: %i, dirty afterwards %s', (pinnedFolio, how, dirty) => {
    const { alloc, run } = kernelMachine({ 'pinned-folio': pinnedFolio });
    run(() => {
      const page = filePage(alloc);
      fill(page);
      gup_fast(page.mm, page.address, FOLL_PIN | FOLL_WRITE);
      expect(writeFolio(page.folio, page.disk)).toBe(how);
      expect([folio_test_dirty(page.folio), fsWasTold(page.folio)]).toEqual([dirty, dirty]);
      expect([page.written(), page.intact()]).toEqual([true, true]);
    });
  });
});

describe('a write fault after write-back', () => {
  it('tells the file system, marks the folio dirty and makes the PTE writable', () => {
    const { alloc, run } = kernelMachine();
    run(() => {
      const page = filePage(alloc);
      writeFolio(page.folio, page.disk);
      expect(handle_mm_fault(page.vma, page.address, FAULT_FLAG_WRITE)).toBe(0);
      expect([page.dirty(), page.told(), folio_test_locked(page.folio)]).toEqual([
        true,
        true,
        false,
      ]);
      expect(storeThroughPte(page.mm, page.address, DATA)).toBe(true);
      expect(page.folio.data.map((word) => READ_ONCE(word))).toEqual([DATA]);
    });
  });
});
