/** One thread of a cycle as statements: the accesses, and between them what keeps them in order. */

import type { Keeper } from './edge.ts';
import type { Node } from './cycle.ts';
import type { Atom, Call, LoadOrder, Statement, StoreOrder } from './program.ts';
import type { Chance } from './random.ts';

/** What a register of the thread holds in the execution that is asked for. */
type Read = Pick<Atom, 'name' | 'value'>;

interface Thread {
  readonly body: readonly Statement[];
  readonly reads: readonly Read[];
}

/** Keepers that are a call between the accesses. */
const CALLS: readonly Keeper[] = [
  'smp_mb',
  'smp_rmb',
  'smp_wmb',
  'smp_mb__before_atomic',
  'smp_mb__after_atomic',
  'synchronize_rcu',
];

/** The statements of the nodes of one thread. */
export function threadOf(nodes: readonly Node[], chance: Chance): Thread {
  const body: Statement[] = [];
  const reads: Read[] = [];
  let register: string | null = null;
  let before: Keeper = 'nothing';
  for (let at = 0; at < nodes.length; at++) {
    const node = nodes[at] as Node;
    const isRmw = node.edge.kind === 'rmw';
    const last = (isRmw ? nodes[++at] : node) as Node;
    // The edge of a thread's last node leaves the thread, and keeps nothing in order.
    const after = at < nodes.length - 1 ? last.edge.keeper : 'nothing';
    openSections(body, before, after);
    const name = node.direction === 'R' ? `r${reads.length}` : null;
    const given = { before, after, register };
    const statement = isRmw
      ? rmw(node, name ?? 'r', given, chance)
      : access(node, name, given, chance);
    const tested = before === 'control' ? reads.at(-1) : undefined;
    const isTested = tested !== undefined;
    body.push(
      isTested
        ? { do: 'if', register: tested.name, is: tested.value, body: [statement] }
        : statement,
    );
    if (name !== null) reads.push({ name, value: resultOf(statement, node) });
    closeSections(body, before, after);
    if (name !== null) register = name;
    before = after;
  }
  return { body, reads };
}

/** atomic_add_return gives the new value, everything else the value found. */
function resultOf(statement: Statement, { value }: Node): number {
  return statement.do === 'rmw' && statement.form === 'atomic_add_return' ? value + 1 : value;
}

const isLocked = (keeper: Keeper): boolean => keeper.startsWith('unlock lock');

function openSections(body: Statement[], before: Keeper, after: Keeper): void {
  if (isLocked(after) && !isLocked(before)) body.push({ do: 'lock', lock: 'lock0' });
  if (after === 'section' && before !== 'section') body.push(called('rcu_read_lock'));
}

function closeSections(body: Statement[], before: Keeper, after: Keeper): void {
  if (isLocked(before) || isLocked(after)) body.push({ do: 'unlock', lock: 'lock0' });
  if (before === 'section' && after !== 'section') body.push(called('rcu_read_unlock'));
  if (isLocked(after)) body.push({ do: 'lock', lock: 'lock0' });
  if (after === 'unlock lock mb') body.push(called('smp_mb__after_unlock_lock'));
  if (CALLS.includes(after)) body.push(called(after as Call));
}

function called(name: Call): Statement {
  return { do: 'call', name };
}

/** What stands around an access, and the register that a dependency comes from. */
interface Around {
  readonly before: Keeper;
  readonly after: Keeper;
  readonly register: string | null;
}

function access(node: Node, into: string | null, around: Around, chance: Chance): Statement {
  const place = placeOf(node, around);
  if (into !== null) {
    const order: LoadOrder =
      around.after === 'acquire' ? 'acquire' : chance.pick(['once', 'once', 'dereference']);
    return { do: 'load', into, from: place, order };
  }
  const order: StoreOrder =
    around.before === 'release' ? chance.pick(['release', 'assign']) : 'once';
  return { do: 'store', to: place, value: valueOf(node.value, around), order };
}

function rmw(node: Node, into: string, around: Around, chance: Chance): Statement {
  const form = chance.pick(['xchg', 'cmpxchg', 'atomic_fetch_add', 'atomic_add_return']);
  const order = chance.pick(['relaxed', 'acquire', 'release', 'full']);
  const counts = form.startsWith('atomic');
  const value = valueOf(counts ? 1 : node.value + 1, around);
  return { do: 'rmw', form, order, into, at: placeOf(node, around), old: node.value, value };
}

function placeOf(
  { location }: Node,
  { before, register }: Around,
): { name: string; depends: string | null } {
  return { name: location, depends: before === 'address' ? register : null };
}

function valueOf(
  number: number,
  { before, register }: Around,
): { number: number; depends: string | null } {
  return { number, depends: before === 'data' ? register : null };
}
