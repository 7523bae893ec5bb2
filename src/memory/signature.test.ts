/** What is said of a call that leaves its arguments out, for everything that is exported. */

import { describe, expect, it } from 'vitest';
import { tried } from '../../test/support/small.ts';
import { UserMistake } from '../explore/replay/direct.ts';
import { PlaceLeftOut } from './argument.ts';
import * as linux from './index.ts';
import { signatureOf } from './signature.ts';

type Call = (...args: unknown[]) => unknown;

const calls = Object.entries(linux).flatMap(([name, value]): [string, Call][] =>
  typeof value === 'function' ? [[name, value as Call]] : [],
);
const listed = calls.filter(([name]) => signatureOf(name).length > 0);

/** What all of these calls say in the body of a scenario, where nothing else has gone before. */
async function toldOf(args: readonly unknown[]): Promise<[name: string, said: string][]> {
  const told: [string, string][] = [];
  await tried(() => {
    for (const [name, call] of listed) told.push([name, saidBy(() => call(...args))]);
  });
  return told;
}

function saidBy(call: () => unknown): string {
  try {
    call();
    return 'nothing';
  } catch (error) {
    if (error instanceof PlaceLeftOut) return error.message;
    return error instanceof UserMistake ? `${error.problem.what}` : `${String(error)}`;
  }
}

/** What is found of a call that a thread makes behind an access, or before. */
async function found(call: () => unknown, begins: boolean): Promise<string> {
  const { problems, findings } = await tried(({ alloc, thread }) => {
    const x = alloc(linux.u32, 'x');
    thread('t', () => {
      if (!begins) linux.READ_ONCE(x);
      call();
    });
  });
  const [problem, finding] = [problems[0], findings[0]];
  if (problem !== undefined) return `${problem.code} ${problem.what}`;
  return `${finding?.property.name} ${finding?.message}`;
}

/** The parameters as the declaration of a function names them. */
function declaredIn(call: Call): string[] {
  const list = /^function [\w$]+\(([^)]*)\)/.exec(String(call))?.[1] ?? '';
  return list.split(',').flatMap((one) => /^\s*([\w$]+)/.exec(one)?.[1] ?? []);
}

describe('a call without its arguments', () => {
  it('is known for everything that takes one', () => {
    const unknown = calls.filter(([name, { length }]) => length > 0 && !signatureOf(name).length);
    expect(unknown.map(([name]) => name)).toEqual([
      'array',
      // A condition that is no truth value is told whatever it is.
      'assert',
      'constant',
      'forward',
      // These two say what they are given instead.
      'kernelFunction',
      'modelFunction',
      'pointer',
      'word',
    ]);
  });

  it('names everything that it lacks', async () => {
    const lacking = listed.map(([name]): [string, string] => {
      const names = signatureOf(name).map((parameter) => parameter.name);
      const without = `is called without ${names.join(' and ')}, or with undefined there.`;
      return [name, `${name}(${names.join(', ')}) ${without}`];
    });
    expect(await toldOf([])).toEqual(lacking);
    expect(await toldOf([undefined])).toEqual(lacking);
  });

  it('is a mistake where there is no path yet, and an exception on its path else', async () => {
    const srcu_read_lock = linux.srcu_read_lock as unknown as Call;
    const lacking = 'srcu_read_lock(ssp) is called without ssp, or with undefined there';
    expect(await found(() => srcu_read_lock(), true)).toBe(`HF037 ${lacking}.`);
    expect(await found(() => srcu_read_lock(), false)).toBe(
      `exception t cannot go on: ${lacking}, as an index beyond an array gives.`,
    );
  });

  it('names the one that is missing', async () => {
    const { smp_store_release, atomic_add } = linux as unknown as Record<string, Call>;
    const place = { type: linux.u32, address: 1 };
    expect(await found(() => smp_store_release?.(place), false)).toBe(
      'HF037 smp_store_release(p, v) is called without v, or with undefined there.',
    );
    expect(await found(() => atomic_add?.(1), true)).toBe(
      'HF037 atomic_add(i, v) is called without v, or with undefined there.',
    );
  });

  it('is a mistake in the set-up and in a property too', async () => {
    const lock = linux.spin_is_locked as unknown as () => boolean;
    const setUp = await tried(() => void lock());
    const property = await tried(({ alloc, thread, never }) => {
      const x = alloc(linux.u32, 'x');
      thread('t', () => linux.WRITE_ONCE(x, 1));
      never('locked', () => lock());
    });
    for (const { problems } of [setUp, property]) {
      expect(problems[0]?.code).toBe('HF037');
      expect(problems[0]?.what).toMatch(/^spin_is_locked\(lock\) is called without lock/);
    }
  });
});

describe('the names', () => {
  it('are those of the declarations', () => {
    // What JavaScript or a type of ours has taken is named otherwise in the declaration.
    const others = listed.filter(([name]) => !/^(kref_|smp_store_mb$)/.test(name));
    const declared = others.filter(([, call]) => declaredIn(call).length > 0);
    expect(declared.length).toBeGreaterThan(listed.length / 3);
    for (const [name, call] of declared) {
      const names = signatureOf(name).map((parameter) => parameter.name);
      const required = declaredIn(call).slice(0, call.length);
      expect(`${name}(${required.join(', ')})`).toBe(`${name}(${names.join(', ')})`);
    }
  });
});
