/**
 * Read-modify-writes of `atomic_t` that tell a value: `_return` the new one, `fetch_` the old one.
 * Fully ordered, or as the suffix says: ordering.ts. Source: Documentation/atomic_t.txt, 6.18.
 */

import { complement, negative, perform, performWith, same } from './atomic.ts';
import type { Operand, WithOperand, WithoutOperand } from './atomic.ts';
import { Modify, Result } from './operation.ts';
import type { PrimitiveName } from './ordering.ts';

function telling(
  primitive: PrimitiveName,
  modify: Modify,
  of: Operand,
  result: Result,
): WithOperand<number> {
  return (operand, v) => performWith(primitive, operand, v, of, { modify, result });
}

function step(primitive: PrimitiveName, by: number, result: Result): WithoutOperand<number> {
  return (v) => perform(primitive, v, { modify: Modify.ADD, modifyArgument: by, result });
}

export const atomic_add_return: WithOperand<number> = telling(
  'atomic_add_return',
  Modify.ADD,
  same,
  Result.NEW,
);
export const atomic_add_return_acquire: WithOperand<number> = telling(
  'atomic_add_return_acquire',
  Modify.ADD,
  same,
  Result.NEW,
);
export const atomic_add_return_release: WithOperand<number> = telling(
  'atomic_add_return_release',
  Modify.ADD,
  same,
  Result.NEW,
);
export const atomic_add_return_relaxed: WithOperand<number> = telling(
  'atomic_add_return_relaxed',
  Modify.ADD,
  same,
  Result.NEW,
);
export const atomic_sub_return: WithOperand<number> = telling(
  'atomic_sub_return',
  Modify.ADD,
  negative,
  Result.NEW,
);
export const atomic_sub_return_acquire: WithOperand<number> = telling(
  'atomic_sub_return_acquire',
  Modify.ADD,
  negative,
  Result.NEW,
);
export const atomic_sub_return_release: WithOperand<number> = telling(
  'atomic_sub_return_release',
  Modify.ADD,
  negative,
  Result.NEW,
);
export const atomic_sub_return_relaxed: WithOperand<number> = telling(
  'atomic_sub_return_relaxed',
  Modify.ADD,
  negative,
  Result.NEW,
);
export const atomic_inc_return: WithoutOperand<number> = step('atomic_inc_return', 1, Result.NEW);
export const atomic_inc_return_acquire: WithoutOperand<number> = step(
  'atomic_inc_return_acquire',
  1,
  Result.NEW,
);
export const atomic_inc_return_release: WithoutOperand<number> = step(
  'atomic_inc_return_release',
  1,
  Result.NEW,
);
export const atomic_inc_return_relaxed: WithoutOperand<number> = step(
  'atomic_inc_return_relaxed',
  1,
  Result.NEW,
);
export const atomic_dec_return: WithoutOperand<number> = step('atomic_dec_return', -1, Result.NEW);
export const atomic_dec_return_acquire: WithoutOperand<number> = step(
  'atomic_dec_return_acquire',
  -1,
  Result.NEW,
);
export const atomic_dec_return_release: WithoutOperand<number> = step(
  'atomic_dec_return_release',
  -1,
  Result.NEW,
);
export const atomic_dec_return_relaxed: WithoutOperand<number> = step(
  'atomic_dec_return_relaxed',
  -1,
  Result.NEW,
);

export const atomic_fetch_add: WithOperand<number> = telling(
  'atomic_fetch_add',
  Modify.ADD,
  same,
  Result.OLD,
);
export const atomic_fetch_add_acquire: WithOperand<number> = telling(
  'atomic_fetch_add_acquire',
  Modify.ADD,
  same,
  Result.OLD,
);
export const atomic_fetch_add_release: WithOperand<number> = telling(
  'atomic_fetch_add_release',
  Modify.ADD,
  same,
  Result.OLD,
);
export const atomic_fetch_add_relaxed: WithOperand<number> = telling(
  'atomic_fetch_add_relaxed',
  Modify.ADD,
  same,
  Result.OLD,
);
export const atomic_fetch_sub: WithOperand<number> = telling(
  'atomic_fetch_sub',
  Modify.ADD,
  negative,
  Result.OLD,
);
export const atomic_fetch_sub_acquire: WithOperand<number> = telling(
  'atomic_fetch_sub_acquire',
  Modify.ADD,
  negative,
  Result.OLD,
);
export const atomic_fetch_sub_release: WithOperand<number> = telling(
  'atomic_fetch_sub_release',
  Modify.ADD,
  negative,
  Result.OLD,
);
export const atomic_fetch_sub_relaxed: WithOperand<number> = telling(
  'atomic_fetch_sub_relaxed',
  Modify.ADD,
  negative,
  Result.OLD,
);
export const atomic_fetch_and: WithOperand<number> = telling(
  'atomic_fetch_and',
  Modify.AND,
  same,
  Result.OLD,
);
export const atomic_fetch_and_acquire: WithOperand<number> = telling(
  'atomic_fetch_and_acquire',
  Modify.AND,
  same,
  Result.OLD,
);
export const atomic_fetch_and_release: WithOperand<number> = telling(
  'atomic_fetch_and_release',
  Modify.AND,
  same,
  Result.OLD,
);
export const atomic_fetch_and_relaxed: WithOperand<number> = telling(
  'atomic_fetch_and_relaxed',
  Modify.AND,
  same,
  Result.OLD,
);
export const atomic_fetch_or: WithOperand<number> = telling(
  'atomic_fetch_or',
  Modify.OR,
  same,
  Result.OLD,
);
export const atomic_fetch_or_acquire: WithOperand<number> = telling(
  'atomic_fetch_or_acquire',
  Modify.OR,
  same,
  Result.OLD,
);
export const atomic_fetch_or_release: WithOperand<number> = telling(
  'atomic_fetch_or_release',
  Modify.OR,
  same,
  Result.OLD,
);
export const atomic_fetch_or_relaxed: WithOperand<number> = telling(
  'atomic_fetch_or_relaxed',
  Modify.OR,
  same,
  Result.OLD,
);
export const atomic_fetch_xor: WithOperand<number> = telling(
  'atomic_fetch_xor',
  Modify.XOR,
  same,
  Result.OLD,
);
export const atomic_fetch_xor_acquire: WithOperand<number> = telling(
  'atomic_fetch_xor_acquire',
  Modify.XOR,
  same,
  Result.OLD,
);
export const atomic_fetch_xor_release: WithOperand<number> = telling(
  'atomic_fetch_xor_release',
  Modify.XOR,
  same,
  Result.OLD,
);
export const atomic_fetch_xor_relaxed: WithOperand<number> = telling(
  'atomic_fetch_xor_relaxed',
  Modify.XOR,
  same,
  Result.OLD,
);
export const atomic_fetch_andnot: WithOperand<number> = telling(
  'atomic_fetch_andnot',
  Modify.AND,
  complement,
  Result.OLD,
);
export const atomic_fetch_andnot_acquire: WithOperand<number> = telling(
  'atomic_fetch_andnot_acquire',
  Modify.AND,
  complement,
  Result.OLD,
);
export const atomic_fetch_andnot_release: WithOperand<number> = telling(
  'atomic_fetch_andnot_release',
  Modify.AND,
  complement,
  Result.OLD,
);
export const atomic_fetch_andnot_relaxed: WithOperand<number> = telling(
  'atomic_fetch_andnot_relaxed',
  Modify.AND,
  complement,
  Result.OLD,
);
export const atomic_fetch_inc: WithoutOperand<number> = step('atomic_fetch_inc', 1, Result.OLD);
export const atomic_fetch_inc_acquire: WithoutOperand<number> = step(
  'atomic_fetch_inc_acquire',
  1,
  Result.OLD,
);
export const atomic_fetch_inc_release: WithoutOperand<number> = step(
  'atomic_fetch_inc_release',
  1,
  Result.OLD,
);
export const atomic_fetch_inc_relaxed: WithoutOperand<number> = step(
  'atomic_fetch_inc_relaxed',
  1,
  Result.OLD,
);
export const atomic_fetch_dec: WithoutOperand<number> = step('atomic_fetch_dec', -1, Result.OLD);
export const atomic_fetch_dec_acquire: WithoutOperand<number> = step(
  'atomic_fetch_dec_acquire',
  -1,
  Result.OLD,
);
export const atomic_fetch_dec_release: WithoutOperand<number> = step(
  'atomic_fetch_dec_release',
  -1,
  Result.OLD,
);
export const atomic_fetch_dec_relaxed: WithoutOperand<number> = step(
  'atomic_fetch_dec_relaxed',
  -1,
  Result.OLD,
);
