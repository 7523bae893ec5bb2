/**
 * A tiny language for random programs: shared words, and threads that call the kernel's primitives.
 *
 * A program is plain data. `enumerate.ts` says what it may do, by semantics of its own; `run.ts`
 * makes a real scenario of it; `generate.ts` makes it up; `print.ts` shows it as pseudo-C.
 *
 * Rules that make a program mean the same to everybody:
 *  - registers start at 0, and belong to the thread or to the one kernel function that names them;
 *  - a round of a loop begins with the registers that the loop assigns at 0 again;
 *  - a test or an operand looks at registers only, never at memory.
 */

/** What a shared word is. `bits` is a flags word whose bits are only used as locks. */
export type Kind =
  | 'word'
  | 'flags'
  | 'bits'
  | 'pointer'
  | 'atomic'
  | 'refcount'
  | 'spin'
  | 'rwlock'
  | 'mutex'
  | 'rwsem'
  | 'seqcount'
  | 'completion'
  | 'queue'
  | 'task'
  | 'callback'
  | 'srcu';

export interface Word {
  readonly name: string;
  readonly kind: Kind;
  readonly initial: number;
}

/** A constant, or a register with something added. */
export type Operand = number | { readonly register: string; readonly plus: number };

/** A comparison of a register with a constant. */
export interface Test {
  readonly register: string;
  readonly is: '==' | '!=' | '<';
  readonly value: number;
}

/** What a thread or a kernel function makes of its registers for whoever looks at its result. */
export type Gives = 'number' | 'boolean' | 'maybe' | 'pair' | 'slot' | 'nothing';

/** One call of a primitive, by the kernel's name. */
export interface Access {
  readonly do: 'access';
  readonly primitive: string;
  /** The index of the word in the program, null for a barrier and the like. */
  readonly word: number | null;
  /**
   * The register with the number of an allocated slot: the access is to its value, or frees it.
   * With 0 in the register nothing is done at all.
   */
  readonly slot?: string;
  readonly operands: readonly Operand[];
  /**
   * The register that takes the result; booleans are 0 and 1, pointers the number of the target.
   */
  readonly into: string | null;
}

export type Statement =
  | Access
  | { readonly do: 'if'; readonly test: Test; readonly body: readonly Statement[] }
  /** Another round as long as the test holds. */
  | { readonly do: 'loop'; readonly body: readonly Statement[]; readonly again: Test }
  | {
      readonly do: 'call';
      readonly name: string;
      readonly parameter: string;
      readonly operand: Operand;
      readonly body: readonly Statement[];
      readonly gives: Gives;
      readonly into: string;
    }
  /** `wait_event(word, ({ look; until; }))` */
  | {
      readonly do: 'wait_event';
      readonly word: number;
      readonly look: readonly Access[];
      readonly until: Test;
    };

export interface Thread {
  readonly name: string;
  /** How many interchangeable threads there are of it. */
  readonly count: number;
  /** A device reads and writes memory with no store buffer between. */
  readonly device: boolean;
  /** An interrupt handler: the index of the thread on whose CPU it runs, once. */
  readonly on: number | null;
  readonly body: readonly Statement[];
  readonly gives: Gives;
}

export interface Program {
  readonly words: readonly Word[];
  /** How many slots kmalloc takes from; pointers point to these, or else to two structs. */
  readonly slots: number;
  readonly threads: readonly Thread[];
}

/**
 * What every word, and every slot's value and status, holds and every thread returned, at the end
 * or where all are stuck.
 */
export interface Outcome {
  readonly memory: readonly number[];
  /** null for a thread that is stuck. */
  readonly results: readonly (number | null)[];
}

export type Registers = Record<string, number>;

export function operandValue(operand: Operand, registers: Registers): number {
  if (typeof operand === 'number') return operand;
  return ((registers[operand.register] ?? 0) + operand.plus) | 0;
}

export function testPasses({ register, is, value }: Test, registers: Registers): boolean {
  const found = registers[register] ?? 0;
  if (is === '==') return found === value;
  return is === '!=' ? found !== value : found < value;
}

/** The registers that these statements assign, without those inside of kernel functions. */
export function registersOf(statements: readonly Statement[]): string[] {
  return statements.flatMap((one) => {
    if (one.do === 'if' || one.do === 'loop') return registersOf(one.body);
    if (one.do === 'wait_event') return registersOf(one.look);
    return one.into === null ? [] : [one.into];
  });
}

/** One number that tells the values of registers apart, as far as 32 bits can. */
export function mixed(values: readonly number[]): number {
  return values.reduce((sum, value) => (Math.imul(sum, 31) + value) | 0, 7);
}

/** What a caller, or who looks at a thread's result, learns as a number. */
export function givenNumber(gives: Gives, values: readonly number[]): number {
  const first = values[0] ?? 0;
  switch (gives) {
    case 'number':
      return mixed(values);
    case 'boolean':
      return first !== 0 ? 1 : 0;
    case 'maybe':
      return first === 0 ? -1 : mixed(values);
    case 'pair':
      return mixed([first, mixed(values)]);
    case 'slot':
      return values.at(-1) ?? 0;
    case 'nothing':
      return 0;
  }
}
