/**
 * Long-term pins and memory that is to be taken out of the machine (ZONE_MOVABLE, CMA).
 *
 * Since 5.13 (CMA: 5.1) such a pin moves the page first. Before, the page stayed where it was, and
 * offlining its memory tried for ever. Moving needs that nobody else has a reference: with one
 * (vmsplice) the pin fails with ENOMEM. GUP-fast refuses a page that may not be pinned for long,
 * because slow GUP moves it; slow GUP that took its pins with GUP-fast's helper refused it too, and
 * nobody moved it (until 6.11, f442fa614137; there for huge mappings).
 */

import { scenario } from 'holdfast';
import { READ_ONCE } from 'holdfast/linux';
import {
  ENOMEM,
  FOLL_LONGTERM,
  FOLL_WRITE,
  folio_get,
  GUP_PIN_COUNTING_BIAS,
  MOVABLE_PAGES,
  offline_pages,
  PageBuddy,
  pin_user_pages_fast,
  SLOW_GRAB,
  system,
} from 'holdfast/linux/mm';
import type { File, Process, System } from 'holdfast/linux/mm';
import type { Stage } from 'holdfast';

interface Machine extends System {
  readonly memory: File;
  readonly app: Process;
}

/** A process with a page of memory that is movable, and a free page that is not. */
function movableMemory(stage: Stage): Machine {
  const machine = system(stage, { freePages: 1 });
  const memory = machine.file('memory', { shmem: true, movable: true });
  const app = machine.proc('app');
  app.mmap(memory, { pte: 'rw dirty' });
  return { ...machine, memory, app };
}

const register = ({ app }: Machine): number => {
  const pages = pin_user_pages_fast(app.mm, 0, 1, FOLL_WRITE | FOLL_LONGTERM);
  return typeof pages === 'number' ? pages : pages.length;
};

/** The page of the file, wherever it is now, has the pin. */
function pinned({ memory, holder }: Machine, isRegistered: () => boolean): void {
  const [slot] = memory.mapping.i_pages;
  holder((page) => (isRegistered() && slot !== undefined && READ_ONCE(slot) === page ? 1 : 0));
}

export const offline = scenario.each(
  { pages: MOVABLE_PAGES },
  'longterm-pin-vs-offline',
  (stage) => {
    const machine = movableMemory(stage);
    const owner = stage.thread('register', () => register(machine));
    const [page] = machine.memory.folios;
    stage.thread('offline', () => page !== undefined && offline_pages(page, machine.zone));
    pinned(machine, () => owner.result() === 1);
    stage.sometimes('registered', () => owner.result() === 1);
    stage.always('the memory is free', () => machine.memory.folios.every(PageBuddy));
  },
  ({ pages }) => ({
    designs: { 'movable-pages': pages },
    expect: pages === 'moved before the pin' ? 'pass' : 'fail',
  }),
);

export const grab = scenario.each(
  { grab: SLOW_GRAB },
  'longterm-pin-moves',
  ({ grab: how, ...stage }) => {
    const machine = movableMemory(stage);
    const owner = stage.thread('register', () => register(machine));
    pinned(machine, () => owner.result() === 1);
    stage.always(`registered (${how})`, () => owner.result() === 1);
    stage.always('elsewhere', () => machine.memory.folios.every(PageBuddy));
  },
  ({ grab: how }) => ({
    designs: { 'slow-grab': how },
    expect: how === 'any page' ? 'pass' : 'fail',
  }),
);

export const referenced = scenario(
  'longterm-pin-of-a-referenced-page',
  { about: 'a page that somebody has a reference on cannot be moved: ENOMEM' },
  (stage) => {
    const machine = movableMemory(stage);
    const [page] = machine.memory.folios;
    if (page === undefined) return;
    folio_get(page);
    machine.holder((one) => (one === page ? 1 / GUP_PIN_COUNTING_BIAS : 0));
    const owner = stage.thread('register', () => register(machine));
    stage.always('ENOMEM', () => owner.result() === -ENOMEM);
    stage.never('moved', () => PageBuddy(page));
  },
);
