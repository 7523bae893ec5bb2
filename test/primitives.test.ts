/**
 * docs/primitives.md lists every primitive that `holdfast/linux` exports, in families, with the
 * order of the one table (src/memory/ordering.ts). `-u` writes it again; a primitive that belongs
 * to no family fails.
 */

import { describe, expect, it } from 'vitest';
import * as linux from '../src/memory/index.ts';
import { ORDERING } from '../src/memory/ordering.ts';
import type { Ordering } from '../src/memory/ordering.ts';
import { signatures } from './support/signatures.ts';

const HEAD = `# The primitives

What \`import { ... } from 'holdfast/linux'\` gives, under the kernel's names, and the order that
kernel code may rely on (\`src/memory/ordering.ts\`, with where each promise stands). A name without
an order of its own is made of others, or orders nothing. "On failure" is the order where a
condition does not hold and nothing is written; "where nothing changes" that of a wake_up()
which finds nobody asleep. On x86 (model \`tso\`) a locked instruction drains
the store buffer, everything else that stores goes through it. What orders is a defence that
\`--without\` leaves out and \`why\` asks for: a barrier, a lock, an acquire or a release
that has a relaxed form (\`refcount_dec_and_test\` has none); fully ordered atomics and the waits
of the last families are not.

Where an argument is a field, it stands for the kernel's lvalue or pointer: \`READ_ONCE(b.ready)\`,
\`spin_lock(b.lock)\`. An editor shows the types of each name.

The functions of mm, fs and block layer are in \`holdfast/linux/mm\`:
[guide-pinning.md](guide-pinning.md).
`;

/** Families, in the order of the page; each name is in the first that takes it. */
const FAMILIES: readonly (readonly [title: string, names: RegExp])[] = [
  ['Ours', /^([a-z]+[A-Z]|assert$|choose$|data_race$|defence$|design$|label$|load$|loop$|store$)/],
  [
    'Types of fields',
    /^(array|bool|constant|container_of|flags|forward|pointer|s32|struct|u32|word)$/,
  ],
  ['Types of the kernel', /(_t|^mutex|^completion|^kref|_head|^rw_semaphore|_struct)$|^TASK_/],
  ['RCU', /rcu|RCU/],
  ['Marked accesses', /^(READ|WRITE)_ONCE$|^smp_(load_acquire|store_release|store_mb|cond_)/],
  ['Barriers', /^(smp_(mb|rmb|wmb|acquire)|cpu_relax)/],
  ['Reference counts', /^(refcount|kref)_/],
  ['Atomic integers', /^atomic_/],
  ['Exchange', /^(try_)?(cmp)?xchg/],
  ['Bits', /_bit$|_bit_(acquire|lock|unlock)$|^xor_unlock/],
  ['Sequence counters', /seq/],
  ['Locks', /spin|mutex|^(up|down|downgrade)_|^(read|write)_(try|un)?lock/],
  ['Sleeping and waking', /wait|wake|complet|schedule|current_state|sleep/],
  ['Interrupts and preemption', /^(local|preempt|lockdep)_|^smp_call_function/],
  ['Memory', /^k(malloc|free)$/],
];

/** `wait_on_bit` is about sleeping, and `bit_spin_lock` about locks. */
const familyOf = (name: string): string => {
  if (/^(wait|bit_spin)/.test(name))
    return name.startsWith('bit') ? 'Locks' : 'Sleeping and waking';
  return FAMILIES.find(([, names]) => names.test(name))?.[0] ?? 'none';
};

const table = new Map<string, Ordering>(Object.entries(ORDERING));
const names = Object.keys(linux).toSorted();
const all = signatures();

/** The row of the table that a name has of its own. */
function orderOf(name: string): string {
  const found = table.get(name);
  if (found === undefined) return '';
  const { lkmm, failed, unchanged, plain } = found;
  const onFailure = failed === lkmm ? [] : [`on failure ${failed}`];
  const quiet = unchanged === lkmm ? [] : [`where nothing changes ${unchanged}`];
  return [plain ? 'plain' : lkmm, ...onFailure, ...quiet].join(', ');
}

/** A family: a row for each order, the unordered names last. */
function section(title: string): string {
  const rows = new Map<string, string[]>();
  for (const name of names.filter((one) => familyOf(one) === title)) {
    const order = orderOf(name);
    rows.set(order, [...(rows.get(order) ?? []), `\`${name}\``]);
  }
  const sorted = [...rows].toSorted(([a], [b]) => Number(a === '') - Number(b === ''));
  const lines = sorted.map(
    ([order, all]) => `| ${order || 'no order of its own'} | ${all.join(' ')} |`,
  );
  const order = [`\n## ${title}\n`, '| order | names |', '|---|---|', ...lines, ''];
  return [...order, ...calls(title)].join('\n');
}

/** How the names of a family are called: a row for each comment, a word for each shared type. */
function calls(title: string): string[] {
  const own = names.filter((one) => familyOf(one) === title).flatMap((one) => all.get(one) ?? []);
  const rows = own.filter(({ about }) => about !== '');
  const shapes = new Map(own.toReversed().map((one) => [one.shape, one.call]));
  shapes.delete(null);
  const examples = [...shapes.values()].toReversed().map((call) => `\`${call}\``);
  return [
    ...(rows.length === 0 ? [] : ['| call | what it does |', '|---|---|']),
    ...rows.map(({ call, about }) => `| \`${call}\` | ${about} |`),
    ...(rows.length === 0 ? [] : ['']),
    ...(examples.length === 0 ? [] : [`Called like ${examples.join(', ')}.`, '']),
  ];
}

describe('docs/primitives.md', () => {
  it('has a family for every name', () => {
    expect(names.filter((name) => familyOf(name) === 'none')).toEqual([]);
  });

  it('says how each name is called, or of which others it has the form', () => {
    const isTold = (name: string): boolean => {
      const { about = '', shape = null } = all.get(name) ?? {};
      return about !== '' || shape !== null;
    };
    expect(names.filter((name) => !isTold(name))).toEqual([]);
  });

  it('is what is exported', async () => {
    const page = `${HEAD}${FAMILIES.map(([title]) => section(title)).join('')}`;
    await expect(page).toMatchFileSnapshot('../docs/primitives.md');
  });
});
