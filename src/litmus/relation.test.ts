/** The algebra of relations against its definitions, on spaces of one word and of several. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  EventSet,
  Relation,
  Space,
  both,
  domain,
  identity,
  inverse,
  isAcyclic,
  maybe,
  not,
  plus,
  range,
  seq,
  star,
  union,
  without,
  withoutIdentity,
} from './relation.ts';

type Pairs = readonly (readonly [number, number])[];

interface Drawn {
  readonly space: Space;
  readonly left: Relation;
  readonly right: Relation;
  readonly set: EventSet;
}

const drawn: fc.Arbitrary<Drawn> = fc.constantFrom(5, 31, 32, 33, 70).chain((size) => {
  const event = fc.nat(size - 1);
  const pairs = fc.array(fc.tuple(event, event), { maxLength: 40 });
  return fc.tuple(pairs, pairs, fc.array(event)).map(([left, right, members]) => {
    const space = new Space(size);
    const set = space.set((one) => members.includes(one));
    return { space, left: of(space, left), right: of(space, right), set };
  });
});

function of(space: Space, pairs: Pairs): Relation {
  return space.relation((from, to) => pairs.some(([one, other]) => one === from && other === to));
}

/** The relation by its definition. */
function defined({ space }: Drawn, holds: (from: number, to: number) => boolean): number[] {
  return [...space.relation(holds).rows];
}

function everyEvent({ space }: Drawn, holds: (event: number) => boolean): boolean {
  return Array.from({ length: space.size }, (_, event) => event).some(holds);
}

function check(property: (all: Drawn) => void): void {
  fc.assert(fc.property(drawn, property), { numRuns: 60 });
}

describe('relations', () => {
  it('are joined, intersected and subtracted pair by pair', () => {
    check((all) => {
      const { left, right } = all;
      const pairs = (holds: (one: boolean, other: boolean) => boolean): number[] =>
        defined(all, (from, to) => holds(left.has(from, to), right.has(from, to)));
      expect([...union(left, right).rows]).toEqual(pairs((one, other) => one || other));
      expect([...both(left, right).rows]).toEqual(pairs((one, other) => one && other));
      expect([...without(left, right).rows]).toEqual(pairs((one, other) => one && !other));
    });
  });

  it('are composed through an event between, and restricted by sets', () => {
    check((all) => {
      const { left, right, set } = all;
      expect([...seq(left, right).rows]).toEqual(
        defined(all, (from, to) =>
          everyEvent(all, (one) => left.has(from, one) && right.has(one, to)),
        ),
      );
      expect([...seq(set, left).rows]).toEqual([...seq(identity(set), left).rows]);
      expect([...seq(left, set, right).rows]).toEqual([...seq(left, identity(set), right).rows]);
      expect([...seq(left, not(set)).rows]).toEqual(
        defined(all, (from, to) => left.has(from, to) && !set.has(to)),
      );
    });
  });

  it('are turned round, closed and reflected', () => {
    check((all) => {
      const { left, space } = all;
      expect([...inverse(left).rows]).toEqual(defined(all, (from, to) => left.has(to, from)));
      expect([...maybe(left).rows]).toEqual(
        defined(all, (from, to) => from === to || left.has(from, to)),
      );
      expect([...withoutIdentity(left).rows]).toEqual(
        defined(all, (from, to) => from !== to && left.has(from, to)),
      );
      const closed = plus(left);
      expect(without(seq(closed, closed), closed).isEmpty()).toBe(true);
      expect(without(left, closed).isEmpty()).toBe(true);
      expect([...star(left).rows]).toEqual([...maybe(closed).rows]);
      expect(isAcyclic(left)).toBe(!everyEvent(all, (one) => closed.has(one, one)));
      expect([...domain(left).bits]).toEqual([...range(inverse(left)).bits]);
      expect(space.mark()).toBeGreaterThan(0);
    });
  });

  it('closed transitively hold what a walk reaches and nothing else', () => {
    check(({ left, space }) => {
      const closed = plus(left);
      for (let from = 0; from < space.size; from++) {
        const reached = new Set<number>();
        const queue = left.after(from);
        for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
          if (reached.has(next)) continue;
          reached.add(next);
          queue.push(...left.after(next));
        }
        expect(new Set(closed.after(from))).toEqual(reached);
      }
    });
  });

  it('out of the pool are clean after it was wound back', () => {
    const space = new Space(40);
    const kept = space.relation((from, to) => from < to);
    const mark = space.mark();
    union(kept, inverse(kept));
    space.windBack(mark);
    expect(space.fresh().isEmpty()).toBe(true);
    expect(kept.has(0, 39)).toBe(true);
    expect(kept.has(39, 0)).toBe(false);
  });
});
