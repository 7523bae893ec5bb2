/**
 * Closes the open places of drawn statements: registers get names, and only the words in use stay.
 *
 * `?` as a destination is a new register, `@name` a new one that the same pattern names again;
 * `?3` as a source is some register that the same function assigned before.
 */

import { PALETTE } from './palette.ts';
import type { Access, Operand, Program, Statement, Test, Thread } from './program.ts';

/** A program of drawn threads, and of what the palette's words hold at first. */
export function resolved(
  drawn: readonly Thread[],
  initial: Readonly<Record<string, number>>,
): Program {
  const used: number[] = [];
  const threads = drawn.map((thread, index): Thread => {
    const scope = new Scope(used, { registers: 0, functions: 0, thread: index });
    return { ...thread, name: `t${index}`, body: scope.block(thread.body) };
  });
  const slots = slotsOf(drawn);
  const words = used.map((at) => {
    const word = PALETTE[at];
    if (word === undefined) throw new Error(`referee: the palette has no word ${at}`);
    const isNull = word.kind === 'pointer' && slots > 0;
    return { ...word, initial: isNull ? 0 : (initial[word.name] ?? word.initial) };
  });
  return { words, slots, threads };
}

/**
 * As many as are allocated at most (no loop does), and two at least where slots are used at all.
 */
function slotsOf(threads: readonly Thread[]): number {
  const accesses = threads.flatMap(({ count, body }) =>
    Array.from({ length: count }, () => accessesIn(body)).flat(),
  );
  const isUsed = accesses.some(({ slot }) => slot !== undefined);
  const allocations = accesses.filter(({ primitive }) => primitive === 'kmalloc').length;
  return isUsed ? Math.max(allocations, 2) : 0;
}

function accessesIn(statements: readonly Statement[]): Access[] {
  return statements.flatMap((one) => {
    if (one.do === 'access') return [one];
    return one.do === 'wait_event' ? [] : accessesIn(one.body);
  });
}

interface Counters {
  registers: number;
  functions: number;
  readonly thread: number;
}

/** The registers of one function. */
class Scope {
  readonly #used: number[];
  readonly #counters: Counters;
  readonly #visible: string[] = [];
  readonly #tagged = new Map<string, string>();

  constructor(used: number[], counters: Counters) {
    this.#used = used;
    this.#counters = counters;
  }

  block(statements: readonly Statement[]): Statement[] {
    return statements.flatMap((one) => this.#statement(one));
  }

  #statement(one: Statement): Statement[] {
    switch (one.do) {
      case 'access':
        return [this.#access(one)];
      case 'if': {
        // Without a register there is nothing to test.
        if (this.#visible.length === 0) return this.block(one.body);
        const test = this.#test(one.test);
        return [{ ...one, test, body: this.block(one.body) }];
      }
      case 'loop': {
        const body = this.block(one.body);
        return [{ ...one, body, again: this.#test(one.again) }];
      }
      case 'call':
        return [this.#call(one)];
      case 'wait_event': {
        const look = one.look.map((each) => this.#access(each));
        return [{ ...one, word: this.#word(one.word), look, until: this.#test(one.until) }];
      }
    }
  }

  #access(one: Access): Access {
    const operands = one.operands.map((operand) => this.#operand(operand));
    const word = one.word === null ? null : this.#word(one.word);
    const slot = one.slot === undefined ? {} : { slot: this.#source(one.slot) };
    const into = one.into === null ? null : this.#destination(one.into);
    return { ...one, word, ...slot, operands, into };
  }

  #call(one: Statement & { do: 'call' }): Statement {
    const operand = this.#operand(one.operand);
    const inside = new Scope(this.#used, this.#counters);
    const parameter = inside.#destination('?');
    const body = inside.block(one.body);
    const name = `f${this.#counters.thread}_${this.#counters.functions++}`;
    return { ...one, name, parameter, operand, body, into: this.#destination(one.into) };
  }

  #word(palette: number): number {
    const known = this.#used.indexOf(palette);
    return known >= 0 ? known : this.#used.push(palette) - 1;
  }

  #destination(place: string): string {
    const name = `r${this.#counters.registers++}`;
    this.#visible.push(name);
    if (place.startsWith('@')) this.#tagged.set(place, name);
    return name;
  }

  #source(place: string): string {
    const which = Number(place.slice(1)) % this.#visible.length;
    const name = place.startsWith('@') ? this.#tagged.get(place) : this.#visible[which];
    if (name === undefined) throw new Error(`referee: nothing was assigned to ${place}`);
    return name;
  }

  #operand(operand: Operand): Operand {
    if (typeof operand === 'number') return operand;
    if (this.#visible.length === 0) return operand.plus;
    return { ...operand, register: this.#source(operand.register) };
  }

  #test(test: Test): Test {
    return { ...test, register: this.#source(test.register) };
  }
}
