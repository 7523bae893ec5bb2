/** What names the steps of a trace: labels, and the functions that they are made in. */
import { expect, it } from 'vitest';
import { traceOf, tried } from '../../test/support/small.ts';
import {
  atomic_inc,
  atomic_inc_return,
  atomic_t,
  kernelFunction,
  label,
  modelFunction,
  smp_mb,
  spin_lock,
  spin_unlock,
  spinlock_t,
  struct,
  u32,
  WRITE_ONCE,
} from '../memory/index.ts';
import type { CheckOptions } from '../scenario/check.ts';
import type { Stage } from '../scenario/stage.ts';

const box = struct('box', { lock: spinlock_t, x: u32, n: atomic_t });

/** The steps of the only finding: label, primitive. */
async function labelsOf(body: (stage: Stage) => void, options: CheckOptions): Promise<string[]> {
  const { steps } = traceOf(await tried(body, options));
  return steps.map(({ label: text, primitive }) => `${text ?? '-'}: ${primitive}`);
}

function locked(stage: Stage): void {
  const b = stage.alloc(box);
  stage.thread('t', () => {
    label('take the lock');
    spin_lock(b.lock);
    atomic_inc(b.n);
    label('give it back');
    spin_unlock(b.lock);
    WRITE_ONCE(b.x, 1);
  });
  stage.never('it ends', () => true);
}

it('a lock that is left out takes its label with it, and so does its release', async () => {
  expect(await labelsOf(locked, { model: 'sc' })).toEqual([
    'take the lock: spin_lock',
    '-: atomic_inc',
    'give it back: spin_unlock',
    '-: WRITE_ONCE',
  ]);
  expect(await labelsOf(locked, { model: 'sc', without: ['t/spin_lock'] })).toEqual([
    '-: atomic_inc',
    '-: WRITE_ONCE',
  ]);
});

it('a barrier has no label: it goes to the access behind it', async () => {
  const fenced = (stage: Stage): void => {
    const b = stage.alloc(box);
    stage.thread('t', () => {
      label('store');
      smp_mb();
      WRITE_ONCE(b.x, 1);
    });
    stage.never('it ends', () => true);
  };
  expect(await labelsOf(fenced, { model: 'weak' })).toEqual(['-: smp_mb', 'store: WRITE_ONCE']);
});

it('a function that stands for somebody puts him before labels without him', async () => {
  const store = modelFunction('device', function store(word: Parameters<typeof WRITE_ONCE>[0]) {
    label('begins');
    WRITE_ONCE(word, 1);
    label('device ends');
    WRITE_ONCE(word, 2);
  });
  const body = (stage: Stage): void => {
    const b = stage.alloc(box);
    stage.thread('t', () => store(b.x));
    stage.never('it ends', () => true);
  };
  expect(await labelsOf(body, { model: 'sc' })).toEqual([
    'device: begins: WRITE_ONCE',
    'device ends: WRITE_ONCE',
  ]);
});

it('the barrier behind an atomic belongs to the function of the atomic', async () => {
  type Count = Parameters<typeof atomic_inc_return>[0];
  const get = kernelFunction('test.c', '6.18', function get(n: Count) {
    atomic_inc_return(n);
  });
  const pin = kernelFunction('test.c', '6.18', function pin(n: Count) {
    atomic_inc(n);
  });
  const body = (stage: Stage): void => {
    const b = stage.alloc(box);
    stage.thread('t', () => {
      get(b.n);
      pin(b.n);
    });
    stage.never('it ends', () => true);
  };
  const { steps } = traceOf(await tried(body, { model: 'weak' }));
  const told = steps.map(({ kind, primitive, calls }) => `${kind} ${calls.join()}: ${primitive}`);
  expect(told).toEqual([
    'access get: atomic_inc_return',
    'fence get: atomic_inc_return',
    'access pin: atomic_inc',
  ]);
});
