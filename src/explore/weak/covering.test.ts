/** States of model `weak` that cover others: to have seen less, everything else equal. */

import { describe, expect, it } from 'vitest';
import { BARE_MESSAGE, SETTLED } from './coherence.ts';
import type { Message } from './coherence.ts';
import { Covering } from './covering.ts';
import type { Layout } from '../layout.ts';
import type { Liveness } from './liveness.ts';
import { NEW_OBSERVER } from './observers.ts';
import type { Observer } from './observers.ts';
import { EMPTY_VIEW } from './views.ts';
import { createWeakTables } from './weak-memory.ts';

const X = 1;
const Y = 2;
const tables = createWeakTables({} as Liveness);
const { views, observers, coherence } = tables;
const covering = new Covering({ threads: 1, memoryWords: 2 } as Layout, tables);

/** A view that has seen these positions of x and y. */
const seen = (x: number, y = 0): number => {
  return views.raise(views.raise(EMPTY_VIEW, X, x), Y, y);
};

interface State {
  readonly observer?: Partial<Observer>;
  readonly global?: number;
  readonly x?: readonly Partial<Message>[];
}

function part({ observer = {}, global = EMPTY_VIEW, x = [] }: State): Int32Array {
  const number = observers.intern({ ...NEW_OBSERVER, ...observer });
  const list = x.length === 0 ? SETTLED : coherence.intern(x.map(bare));
  return Int32Array.from([list === SETTLED ? 0 : 1, number, global, X, list]);
}

function bare(message: Partial<Message>): Message {
  return { ...BARE_MESSAGE, ...message };
}

const covers = (one: State, other: State): boolean => {
  return covering.covers(part(one), 0, part(other), 0);
};

/** Two messages of x: the older holds 7. */
const TWO = [{ value: 7 }, {}];

describe('a state covers another', () => {
  it('that is the same', () => {
    expect(covers({}, {})).toBe(true);
    const state: State = { observer: { floor: seen(1), seen: seen(1) }, x: TWO };
    expect(covers(state, state)).toBe(true);
  });

  const VIEWS = Object.entries(NEW_OBSERVER).flatMap(([name, value]) => {
    return typeof value === 'number' ? [name as keyof Observer] : [];
  });

  it.each(VIEWS)('that has seen more by its %s, not the other way round', (name) => {
    const less: State = { x: TWO };
    const more: State = { observer: { [name]: seen(1) }, x: TWO };
    expect(covers(less, more)).toBe(true);
    expect(covers(more, less)).toBe(false);
  });

  it('whose global view has seen more, not the other way round', () => {
    expect(covers({ x: TWO }, { x: TWO, global: seen(1) })).toBe(true);
    expect(covers({ x: TWO, global: seen(1) }, { x: TWO })).toBe(false);
  });

  /** With an access to x: a load of the message at `position`, or a store (`kind` 1). */
  const after = (position: number, z: number, kind = 0): Partial<Observer> => {
    return { returns: [2 * X + kind, seen(position), seen(0, z)] };
  };

  it('from whose accesses more comes back, or earlier, not the other way round', () => {
    const x = [{ value: 7 }, { value: 8 }, {}];
    expect(covers({ x }, { observer: after(1, 1), x })).toBe(true);
    expect(covers({ observer: after(1, 1), x }, { x })).toBe(false);
    expect(covers({ observer: after(1, 1), x }, { observer: { floor: seen(0, 1) }, x })).toBe(true);
    expect(covers({ observer: after(2, 1), x }, { observer: after(1, 2), x })).toBe(true);
    expect(covers({ observer: after(1, 1), x }, { observer: after(2, 1), x })).toBe(false);
    expect(covers({ observer: after(1, 2), x }, { observer: after(1, 1), x })).toBe(false);
    expect(covers({ observer: after(2, 1, 1), x }, { observer: after(1, 1, 1), x })).toBe(false);
    expect(covers({ observer: after(1, 1, 1), x }, { observer: after(1, 1), x })).toBe(false);
  });

  it('counts accesses from the messages that the other still has', () => {
    const x = [{ value: 7 }, {}];
    const more = [{ value: 6 }, ...x];
    expect(covers({ observer: after(2, 1), x: more }, { observer: after(1, 1), x })).toBe(true);
    expect(covers({ observer: after(1, 1), x: more }, { observer: after(1, 1), x })).toBe(false);
    expect(covers({ observer: after(2, 1, 1), x: more }, { observer: after(1, 1, 1), x })).toBe(
      true,
    );
    expect(covers({ observer: after(1, 1, 1), x: more }, { observer: after(0, 1, 1), x })).toBe(
      false,
    );
  });

  it('that has marked more, or was given more early for a mark, not the other way round', () => {
    const marks = [EMPTY_VIEW, seen(1), EMPTY_VIEW, EMPTY_VIEW] as const;
    const marked = { observer: { marked: 2 }, x: TWO };
    expect(covers({ x: TWO }, marked)).toBe(true);
    expect(covers(marked, { x: TWO })).toBe(false);
    const more = { observer: { marked: 2, marks }, x: TWO };
    expect(covers(marked, more)).toBe(true);
    expect(covers(more, marked)).toBe(false);
    const taken = (view: number | null): State => {
      return { observer: { marked: 2, taken: [null, view, null, null, null] }, x: TWO };
    };
    expect(covers(taken(EMPTY_VIEW), taken(seen(1)))).toBe(true);
    expect(covers(taken(seen(1)), taken(EMPTY_VIEW))).toBe(false);
    expect(covers(taken(null), taken(EMPTY_VIEW))).toBe(false);
    expect(covers(taken(EMPTY_VIEW), taken(null))).toBe(false);
  });

  it('whose pointer has seen more than the floor, not the other way round', () => {
    const more: State = { observer: { pointers: [3, seen(1)] }, x: TWO };
    expect(covers({ x: TWO }, more)).toBe(true);
    expect(covers(more, { x: TWO })).toBe(false);
    expect(covers(more, { observer: { floor: seen(1) }, x: TWO })).toBe(true);
  });

  it.each(['view', 'strong', 'handed', 'depends'] as const)(
    'with a message whose %s carries more, not the other way round',
    (name) => {
      const less: State = { x: [{ value: 7 }, { writer: 0 }] };
      const more: State = { x: [{ value: 7 }, { writer: 0, [name]: seen(0, 1) }] };
      expect(covers(less, more)).toBe(true);
      expect(covers(more, less)).toBe(false);
    },
  );

  it('that has forgotten older messages, positions counted as there', () => {
    const longer: State = { observer: { floor: seen(1), seen: seen(1) }, x: TWO };
    expect(covers(longer, {})).toBe(true);
    expect(covers({}, longer)).toBe(false);
    const late: State = { x: [{ value: 5 }, { value: 7 }, {}], observer: { seen: seen(2) } };
    expect(covers(late, { x: TWO, observer: { seen: seen(1) } })).toBe(true);
    expect(covers(late, { x: TWO })).toBe(false);
  });
});

describe('a state does not cover another', () => {
  it('with another old value', () => {
    expect(covers({ x: [{ value: 6 }, {}] }, { x: TWO })).toBe(false);
  });

  it('where a store may not come between two messages', () => {
    expect(covers({ x: [{ value: 7 }, { attached: true }] }, { x: TWO })).toBe(false);
    expect(covers({ x: TWO }, { x: [{ value: 7 }, { attached: true }] })).toBe(false);
  });

  it('where a message was stored plainly, or by somebody else', () => {
    expect(covers({ x: [{ value: 7 }, { plain: true }] }, { x: TWO })).toBe(false);
    const by = (writer: number): State => ({ x: [{ value: 7 }, { writer, view: seen(0, 1) }] });
    expect(covers(by(0), by(0))).toBe(true);
    expect(covers(by(0), by(1))).toBe(false);
  });

  it('where a barrier was passed, or is owed', () => {
    expect(covers({}, { observer: { fenced: true } })).toBe(false);
    expect(covers({ observer: { owesFence: true } }, {})).toBe(false);
  });
});
