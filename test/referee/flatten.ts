/**
 * A thread's code without nesting: jumps instead of blocks, kernel functions inline, and each
 * primitive that is more than one access taken apart. Only an access takes a step.
 */

import { registersOf } from './program.ts';
import type { Access, Gives, Operand, Statement, Test } from './program.ts';

/** An access, or something that only the thread itself notices. */
export type Instruction =
  | Access
  | { readonly do: 'set'; readonly into: string; readonly operand: Operand }
  | { readonly do: 'give'; readonly into: string; readonly gives: Gives; readonly of: string[] }
  | { readonly do: 'unless'; readonly test: Test; to: number };

/** The code of a thread. */
export function flatten(statements: readonly Statement[]): Instruction[] {
  const code: Instruction[] = [];
  for (const statement of statements) append(code, statement);
  return code;
}

function append(code: Instruction[], statement: Statement): void {
  switch (statement.do) {
    case 'access':
      if (statement.slot !== undefined) {
        const test: Test = { register: statement.slot, is: '!=', value: 0 };
        code.push({ do: 'unless', test, to: code.length + 2 });
      }
      if (statement.primitive.startsWith('smp_cond_load')) appendSpin(code, statement);
      else code.push(...singleAccesses(statement));
      return;
    case 'if': {
      const jump: Instruction = { do: 'unless', test: statement.test, to: 0 };
      code.push(jump);
      for (const one of statement.body) append(code, one);
      jump.to = code.length;
      return;
    }
    case 'loop':
      appendLoop(code, statement.body, statement.again);
      return;
    case 'call': {
      const own = registersOf(statement.body);
      code.push({ do: 'set', into: statement.parameter, operand: statement.operand });
      code.push(...own.map((into): Instruction => ({ do: 'set', into, operand: 0 })));
      for (const one of statement.body) append(code, one);
      const of = [statement.parameter, ...own];
      code.push({ do: 'give', into: statement.into, gives: statement.gives, of });
      return;
    }
    case 'wait_event':
      appendWaitEvent(code, statement);
  }
}

/** again: read; unless it is the operand goto again */
function appendSpin(code: Instruction[], access: Access): void {
  const begin = code.length;
  const register = access.into ?? 'seen';
  const [value = 0] = access.operands;
  if (typeof value !== 'number') throw new Error('referee: a spinner waits for a constant');
  code.push({ ...access, operands: [], into: register });
  code.push({ do: 'unless', test: { register, is: '==', value }, to: begin });
}

/** set the loop's registers to 0; body; unless again goto out; goto begin; out: */
function appendLoop(code: Instruction[], body: readonly Statement[], again: Test): void {
  const begin = code.length;
  for (const into of registersOf(body)) code.push({ do: 'set', into, operand: 0 });
  for (const one of body) append(code, one);
  code.push({ do: 'unless', test: again, to: code.length + 2 });
  code.push({ do: 'unless', test: NEVER, to: begin });
}

const NEVER: Test = { register: 'no such register', is: '!=', value: 0 };

/**
 * include/linux/wait.h: nothing if the condition holds; else mark yourself, look, sleep until
 * somebody takes the mark away, and so on; take the mark away in the end.
 */
function appendWaitEvent(
  code: Instruction[],
  { word, look, until }: Statement & { do: 'wait_event' },
): void {
  const call = (primitive: string): Access => ({
    do: 'access',
    primitive,
    word,
    operands: [],
    into: null,
  });
  const unless = (test: Test): Instruction & { do: 'unless' } => ({ do: 'unless', test, to: 0 });
  const [holdsAtOnce, holds] = [unless(until), unless(until)];
  const [leave, leaveAtOnce] = [unless(NEVER), unless(NEVER)];
  code.push(...look, holdsAtOnce, leaveAtOnce);
  const again = code.length;
  holdsAtOnce.to = again;
  code.push(call('prepare_to_wait'), ...look, holds, call('finish_wait'), leave);
  holds.to = code.length;
  code.push(call('schedule'), { ...unless(NEVER), to: again });
  leave.to = code.length;
  leaveAtOnce.to = code.length;
}

/** Primitives that are more than one access. */
function singleAccesses(access: Access): Access[] {
  const part = (primitive: string, other: Partial<Access> = {}): Access => ({
    ...access,
    primitive,
    ...other,
  });
  const increment = [
    part('READ_ONCE', { into: 'sequence' }),
    part('WRITE_ONCE', { operands: [{ register: 'sequence', plus: 1 }] }),
  ];
  const nowhere = { word: null, operands: [], into: null };
  switch (access.primitive) {
    case 'raw_write_seqcount_begin':
    case 'raw_write_seqcount_end':
    case 'write_seqcount_begin':
    case 'write_seqcount_end':
      return increment;
    case 'spin_lock_irq':
    case 'spin_lock_irqsave':
      return [part('local_irq_disable', nowhere), part('spin_lock')];
    case 'spin_unlock_irq':
    case 'spin_unlock_irqrestore':
      return [part('spin_unlock'), part('local_irq_enable', nowhere)];
    case 'spin_lock_bh':
      return [part('local_bh_disable', nowhere), part('spin_lock')];
    case 'spin_unlock_bh':
      return [part('spin_unlock'), part('local_bh_enable', nowhere)];
    case 'synchronize_rcu':
    case 'synchronize_srcu':
    case 'smp_call_function':
      return [part(`${access.primitive} begins`), part(`${access.primitive} ends`)];
    default:
      return [access];
  }
}
