import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  array,
  container_of,
  forEachWord,
  forward,
  isStruct,
  numberOfStructType,
  pointer,
  sizeOf,
  struct,
  structAddress,
  viewOfRecord,
} from './struct.ts';
import type { Member, Struct, StructType } from './struct.ts';
import { atomic_t, bool, s32, u32 } from './type.ts';
import type { Type } from './type.ts';

const page = struct('page', { flags: u32, refs: atomic_t });
const folio = struct('folio', {
  head: page,
  tails: array(page, 2),
  index: u32,
  map: array(bool, 3),
});

/** The addresses of the words of a member, as its view shows them. */
function addressesOf(view: unknown): number[] {
  if (Array.isArray(view)) return view.flatMap(addressesOf);
  const field = view as { type?: Type; address: number };
  if (!isStruct(view)) return [field.address];
  return Object.values(view).flatMap(addressesOf);
}

describe('a struct', () => {
  it('has a field for each member, at consecutive addresses', () => {
    const view = page.at(10);
    expect(view.flags).toEqual({ type: u32, address: 10 });
    expect(view.refs).toEqual({ type: atomic_t, address: 11 });
  });

  it('lays out inner structs and arrays in place', () => {
    const view = folio.at(100);
    expect(folio.size).toBe(10);
    expect(view.head.refs.address).toBe(101);
    expect(view.tails[0]?.flags.address).toBe(102);
    expect(view.tails[1]?.refs.address).toBe(105);
    expect(view.index.address).toBe(106);
    expect(view.map.map((field) => field.address)).toEqual([107, 108, 109]);
  });

  it('has one view for each address, so that pointers compare with ===', () => {
    expect(folio.at(4)).toBe(folio.at(4));
    expect(folio.at(4)).not.toBe(folio.at(5));
    expect(folio.at(4).head).toBe(page.at(4));
  });

  it('keeps the views of two layouts with the same name apart', () => {
    expect(struct('page', { flags: u32 }).at(10)).not.toBe(page.at(10));
  });

  it('has views that nobody can write to', () => {
    const view = folio.at(20);
    expect([view, view.index, view.map, view.tails].every(Object.isFrozen)).toBe(true);
    expect(() => Object.assign(view, { index: s32 })).toThrow(TypeError);
  });

  it('visits its words by address, with their full names', () => {
    const names: string[] = [];
    forEachWord(folio as unknown as StructType, 100, (name, type, address) => {
      names.push(`${address} ${name} ${type.name}`);
    });
    expect(names).toEqual([
      '100 head.flags u32',
      '101 head.refs atomic_t',
      '102 tails[0].flags u32',
      '103 tails[0].refs atomic_t',
      '104 tails[1].flags u32',
      '105 tails[1].refs atomic_t',
      '106 index u32',
      '107 map[0] bool',
      '108 map[1] bool',
      '109 map[2] bool',
    ]);
  });

  it('has a size, views and words that agree, whatever its members are', () => {
    const { member } = fc.letrec<{ member: Member }>((tie) => ({
      member: fc.oneof(
        { depthSize: 'small', maxDepth: 4 },
        fc.constantFrom<Member>(u32, atomic_t, bool),
        fc.tuple(tie('member'), fc.nat(3)).map(([item, length]) => array(item, length)),
        fc.array(tie('member'), { maxLength: 3 }).map(structOf),
      ),
    }));
    fc.assert(
      fc.property(
        fc.array(member, { maxLength: 4 }),
        fc.integer({ min: 1, max: 99 }),
        (all, at) => {
          const type = structOf(all);
          const visited: number[] = [];
          forEachWord(type, at, (_name, _type, address) => visited.push(address));
          const consecutive = Array.from({ length: sizeOf(type) }, (_, i) => at + i);
          expect(visited).toEqual(consecutive);
          expect(addressesOf(type.at(at))).toEqual(consecutive);
        },
      ),
      { numRuns: 200 },
    );
  });
});

function structOf(members: readonly Member[]): StructType {
  return struct('any', Object.fromEntries(members.map((member, i) => [`m${i}`, member])));
}

describe('a pointer', () => {
  const toPage = pointer(page);

  it('is stored as the address of its target, and NULL as 0', () => {
    expect(toPage.encode(page.at(7))).toBe(7);
    expect(toPage.encode(null)).toBe(0);
  });

  it('is read as the view on its target', () => {
    expect(toPage.decode(7)).toBe(page.at(7));
    expect(toPage.decode(0)).toBeNull();
  });

  it('prints its target', () => {
    expect(toPage.format(7)).toBe('&page@7');
    expect(toPage.format(0)).toBe('NULL');
  });

  it('prints the name of its target in a scenario, also where it is part of another', () => {
    const nested = struct('nested', { inner: struct('inner', { page }) });
    const firstWord = Object.keys(page.members)[0] ?? '';
    const names = new Map([[7, `folio#2.inner.page.${firstWord}`]]);
    const nameAt = (address: number): string | null => names.get(address) ?? null;
    expect(toPage.format(7, nameAt)).toBe('&folio#2.inner.page');
    expect(pointer(nested).format(7, nameAt)).toBe('&folio#2');
    expect(toPage.format(8, nameAt)).toBe('&page@8');
  });

  it('may point to a struct that is declared later', () => {
    const list: StructType = struct('list', { next: pointer(() => list) });
    const next = (list.at(3) as unknown as { next: { type: Type<'pointer', Struct | null> } }).next;
    expect(next.type.decode(9)).toBe(list.at(9));
  });
});

describe('a view', () => {
  it('is told from everything else', () => {
    expect(isStruct(page.at(1))).toBe(true);
    for (const other of [null, undefined, 5, {}, [], page.at(1).flags, page]) {
      expect(isStruct(other)).toBe(false);
    }
  });

  it('can be given back from the number of its layout and its address', () => {
    for (const view of [page.at(3), folio.at(3)] as Struct[]) {
      expect(viewOfRecord(numberOfStructType(view), view[structAddress])).toBe(view);
    }
  });

  it('cannot be given back from a number that no layout has', () => {
    expect(() => viewOfRecord(-1, 3)).toThrow('no layout has the number -1');
  });
});

describe('the struct around a member', () => {
  it('is found from a word and from a struct inside of it', () => {
    const view = folio.at(40);
    expect(container_of(view.index, folio, 'index')).toBe(view);
    expect(container_of(view.head, folio, 'head')).toBe(view);
  });

  it('needs a member of that name', () => {
    const wrong = (): unknown => container_of(page.at(1).flags, page as StructType, 'size');
    expect(wrong).toThrow('container_of: page has no member size');
  });
});

describe('a struct declared elsewhere', () => {
  it('is found by its name, when it is needed', () => {
    const pointed = pointer(forward<{ value: typeof u32 }>('declared later'));
    const later = struct('declared later', { value: u32 });
    expect(pointed.decode(8)).toBe(later.at(8));
  });

  it('must be declared somewhere', () => {
    expect(() => forward('nowhere')()).toThrow('struct: nobody declares nowhere');
  });
});
