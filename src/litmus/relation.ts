/**
 * Sets of events and relations between them, as bits: the algebra in which the axioms are written.
 *
 * A relation is a square matrix of bits, row by row. The functions are those of the cat language,
 * under names that read well: `seq(a, b)` is `a ; b` (a set stands for the identity on it, `[S]`),
 * `union` is `|`, `both` is `&`, `without` is `\`, `maybe` is `?`, `star` is `*`, `inverse` is
 * `^-1`.
 *
 * Relations come out of a pool that is wound back between candidates. Measured on the corpus: a new
 * typed array for each intermediate result costs more than computing it.
 *
 * Source of the operators: "Syntax and semantics of the weak consistency model specification
 * language cat" (Alglave, Cousot, Maranget, 2016).
 */

/** A set of events. */
export class EventSet {
  readonly space: Space;
  readonly bits: Uint32Array;

  constructor(space: Space) {
    this.space = space;
    this.bits = new Uint32Array(space.words);
  }

  has(event: number): boolean {
    return ((this.bits[event >>> 5] as number) & (1 << (event & 31))) !== 0;
  }

  isEmpty(): boolean {
    return this.bits.every((word) => word === 0);
  }
}

/** A relation between events. */
export class Relation {
  readonly space: Space;
  /** Row after row, `space.words` words each. */
  readonly rows: Uint32Array;

  constructor(space: Space) {
    this.space = space;
    this.rows = new Uint32Array(space.size * space.words);
  }

  has(from: number, to: number): boolean {
    const word = this.rows[from * this.space.words + (to >>> 5)] as number;
    return (word & (1 << (to & 31))) !== 0;
  }

  add(from: number, to: number): void {
    const at = from * this.space.words + (to >>> 5);
    this.rows[at] = (this.rows[at] as number) | (1 << (to & 31));
  }

  isEmpty(): boolean {
    const { rows } = this;
    for (let at = 0; at < rows.length; at++) if (rows[at] !== 0) return false;
    return true;
  }

  /** Whether no event is related to itself. */
  isIrreflexive(): boolean {
    for (let event = 0; event < this.space.size; event++) if (this.has(event, event)) return false;
    return true;
  }

  /** The events that an event is related to. */
  after(from: number): number[] {
    const found: number[] = [];
    for (let to = 0; to < this.space.size; to++) if (this.has(from, to)) found.push(to);
    return found;
  }
}

/** The events of one execution, numbered from 0, and the pool of relations between them. */
export class Space {
  readonly size: number;
  readonly words: number;
  private readonly pool: Relation[] = [];
  private used = 0;

  constructor(size: number) {
    this.size = size;
    this.words = (size + 31) >>> 5;
  }

  /** An empty relation; its bits are garbage after the pool has been wound back past it. */
  fresh(): Relation {
    const relation = this.unclean();
    relation.rows.fill(0);
    return relation;
  }

  /** A relation whose bits will all be written. */
  unclean(): Relation {
    let relation = this.pool[this.used];
    if (relation === undefined) {
      relation = new Relation(this);
      this.pool.push(relation);
    }
    this.used++;
    return relation;
  }

  /** How many relations are in use. */
  mark(): number {
    return this.used;
  }

  /** Gives back all relations made since the mark. */
  windBack(mark: number): void {
    this.used = mark;
  }

  set(belongs: (event: number) => boolean): EventSet {
    const set = new EventSet(this);
    for (let event = 0; event < this.size; event++) {
      if (belongs(event))
        set.bits[event >>> 5] = (set.bits[event >>> 5] as number) | (1 << (event & 31));
    }
    return set;
  }

  relation(holds: (from: number, to: number) => boolean): Relation {
    const relation = this.fresh();
    for (let from = 0; from < this.size; from++) {
      for (let to = 0; to < this.size; to++) if (holds(from, to)) relation.add(from, to);
    }
    return relation;
  }
}

/** `a ; b ; ...`. At least one part is a relation. */
export function seq(...parts: readonly (Relation | EventSet)[]): Relation {
  let result: Relation | EventSet | undefined;
  for (const part of parts) result = result === undefined ? part : two(result, part);
  if (!(result instanceof Relation)) throw new Error('relation: a sequence of sets only');
  return result;
}

function two(left: Relation | EventSet, right: Relation | EventSet): Relation | EventSet {
  if (left instanceof EventSet) {
    return right instanceof EventSet ? intersection(left, right) : fromSet(left, right);
  }
  return right instanceof EventSet ? toSet(left, right) : compose(left, right);
}

function intersection(left: EventSet, right: EventSet): EventSet {
  const result = new EventSet(left.space);
  result.bits.forEach((_, at) => {
    result.bits[at] = (left.bits[at] as number) & (right.bits[at] as number);
  });
  return result;
}

function fromSet(set: EventSet, relation: Relation): Relation {
  const { space, rows } = relation;
  const { words } = space;
  const result = space.unclean();
  for (let event = 0, at = 0; event < space.size; event++) {
    const keep = set.has(event);
    for (let word = 0; word < words; word++, at++)
      result.rows[at] = keep ? (rows[at] as number) : 0;
  }
  return result;
}

function toSet(relation: Relation, set: EventSet): Relation {
  const { space, rows } = relation;
  const { words } = space;
  const result = space.unclean();
  for (let at = 0, word = 0; at < rows.length; at++) {
    result.rows[at] = (rows[at] as number) & (set.bits[word] as number);
    if (++word === words) word = 0;
  }
  return result;
}

function compose(left: Relation, right: Relation): Relation {
  const { space } = left;
  const { words, size } = space;
  const result = space.fresh();
  const from = left.rows;
  const to = right.rows;
  const out = result.rows;
  for (let row = 0; row < size; row++) {
    for (let word = 0; word < words; word++) {
      for (let bits = from[row * words + word] as number; bits !== 0; bits &= bits - 1) {
        const middle = (word << 5) + 31 - Math.clz32(bits & -bits);
        for (let each = 0; each < words; each++) {
          const at = row * words + each;
          out[at] = (out[at] as number) | (to[middle * words + each] as number);
        }
      }
    }
  }
  return result;
}

/** `a | b | ...` */
export function union(...parts: readonly Relation[]): Relation {
  const result = copy(parts[0] as Relation);
  for (let index = 1; index < parts.length; index++) addAll(result, parts[index] as Relation);
  return result;
}

function addAll(result: Relation, part: Relation): void {
  const out = result.rows;
  const { rows } = part;
  for (let at = 0; at < rows.length; at++) out[at] = (out[at] as number) | (rows[at] as number);
}

function copy(relation: Relation): Relation {
  const result = relation.space.unclean();
  result.rows.set(relation.rows);
  return result;
}

/** `a & b` */
export function both(left: Relation, right: Relation): Relation {
  const result = left.space.unclean();
  const out = result.rows;
  const one = left.rows;
  const other = right.rows;
  for (let at = 0; at < out.length; at++) out[at] = (one[at] as number) & (other[at] as number);
  return result;
}

/** `a \ b` */
export function without(left: Relation, right: Relation): Relation {
  const result = left.space.unclean();
  const out = result.rows;
  const one = left.rows;
  const other = right.rows;
  for (let at = 0; at < out.length; at++) out[at] = (one[at] as number) & ~(other[at] as number);
  return result;
}

/** `a \ id` */
export function withoutIdentity(relation: Relation): Relation {
  const result = copy(relation);
  const { words, size } = relation.space;
  for (let event = 0; event < size; event++) {
    const at = event * words + (event >>> 5);
    result.rows[at] = (result.rows[at] as number) & ~(1 << (event & 31));
  }
  return result;
}

/** `a ^-1` */
export function inverse(relation: Relation): Relation {
  const { space, rows } = relation;
  const { words, size } = space;
  const result = space.fresh();
  for (let from = 0; from < size; from++) {
    for (let word = 0; word < words; word++) {
      for (let bits = rows[from * words + word] as number; bits !== 0; bits &= bits - 1) {
        result.add((word << 5) + 31 - Math.clz32(bits & -bits), from);
      }
    }
  }
  return result;
}

/** `a ?`: a or the identity. */
export function maybe(relation: Relation): Relation {
  const result = copy(relation);
  for (let event = 0; event < relation.space.size; event++) result.add(event, event);
  return result;
}

/** `a +`: Warshall's algorithm, a row at a time. */
export function plus(relation: Relation): Relation {
  const { words, size } = relation.space;
  const result = copy(relation);
  const { rows } = result;
  for (let middle = 0; middle < size; middle++) {
    const mask = 1 << (middle & 31);
    for (let row = 0; row < size; row++) {
      if (((rows[row * words + (middle >>> 5)] as number) & mask) === 0) continue;
      for (let word = 0; word < words; word++) {
        const at = row * words + word;
        rows[at] = (rows[at] as number) | (rows[middle * words + word] as number);
      }
    }
  }
  return result;
}

/** `a *` */
export function star(relation: Relation): Relation {
  const result = plus(relation);
  for (let event = 0; event < relation.space.size; event++) result.add(event, event);
  return result;
}

/** Whether the relation has no cycle. */
export function isAcyclic(relation: Relation): boolean {
  return plus(relation).isIrreflexive();
}

/** The events that a relation starts at, and those that it ends at. */
export function domain(relation: Relation): EventSet {
  const { space } = relation;
  const { words } = space;
  return space.set((event) => {
    for (let word = 0; word < words; word++)
      if (relation.rows[event * words + word] !== 0) return true;
    return false;
  });
}

export function range(relation: Relation): EventSet {
  return domain(inverse(relation));
}

/** The events that are not in a set. */
export function not(set: EventSet): EventSet {
  return set.space.set((event) => !set.has(event));
}

/** The identity on a set, as a relation: `[S]`. */
export function identity(set: EventSet): Relation {
  const { space } = set;
  const relation = space.fresh();
  for (let event = 0; event < space.size; event++) if (set.has(event)) relation.add(event, event);
  return relation;
}
