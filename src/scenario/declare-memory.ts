/** The memory that the body of a scenario declares: words, structs and pools, with their names. */

import { described } from '../memory/argument.ts';
import { fieldAt } from '../memory/field.ts';
import { forEachWord } from '../memory/struct.ts';
import type { Struct, StructType } from '../memory/struct.ts';
import { u32 } from '../memory/type.ts';
import type { Field, Type } from '../memory/type.ts';
import { UserMistake } from '../explore/replay/direct.ts';
import { WORDS_MAX } from '../explore/limits.ts';
import { callerPosition } from '../explore/position.ts';
import { problem } from '../explore/problem.ts';
import { checkOpen } from './building.ts';
import type { Building } from './building.ts';
import { checkCount, checkName, refuseDeclaration } from './checked.ts';

export function addWord(building: Building, name: string, type: Type): number {
  checkOpen(building);
  if (building.words.length > WORDS_MAX) {
    const what = `'${building.scenario.name}' has more than ${WORDS_MAX} words of memory.`;
    throw new UserMistake(problem('HF031', { what, position: callerPosition() }));
  }
  const address = building.words.push(0) - 1;
  building.names.push({ name, type, address });
  return address;
}

const BY_WRITING = 'Memory begins as 0; give a word another value in the body: WRITE_ONCE(x, 1).';

export function alloc(
  building: Building,
  [type, name, ...more]: readonly [type: StructType | Type, name?: string],
): Struct | Field {
  if (more.length > 0) refuseDeclaration('alloc takes a type and a name, no more.', BY_WRITING);
  if (typeof type !== 'object' || !('struct' in type || 'encode' in type)) {
    refuseDeclaration(`alloc takes a type, not ${described(type)}.`);
  }
  if (name !== undefined) checkName('memory', name);
  if ('struct' in type) return allocStruct(building, type, numbered(building, name ?? type.struct));
  return fieldAt(type, addWord(building, numbered(building, name ?? type.name), type));
}

function allocStruct(building: Building, type: StructType, name: string): Struct {
  const address = building.words.length;
  forEachWord(type, address, (path, word) => addWord(building, `${name}.${path}`, word));
  return type.at(address);
}

/** `folio` for the first, `folio[2]` for the second of a name: no two words have one name. */
function numbered(building: Building, name: string): string {
  const count = (building.counts.get(name) ?? 0) + 1;
  building.counts.set(name, count);
  return count === 1 ? name : `${name}[${count}]`;
}

const slotStatus: Type = {
  ...u32,
  name: 'slot',
  format: (word) => ['fresh', 'allocated', 'freed'][word] ?? String(word),
};

export function pool(building: Building, type: StructType, count: number): void {
  if (typeof type !== 'object' || !('struct' in type)) {
    refuseDeclaration(`pool takes a type of structs, not ${described(type)}.`);
  }
  checkCount(`the pool of ${type.struct}`, count);
  if (building.pools.some((one) => one.type === type)) {
    refuseDeclaration(`There are two pools of ${type.struct}.`);
  }
  const slots: number[] = [];
  const status: number[] = [];
  for (let i = 1; i <= count; i++) {
    const name = numbered(building, `${type.struct}#${i}`);
    slots.push(building.words.length);
    allocStruct(building, type, name);
    status.push(addWord(building, name, slotStatus));
  }
  building.pools.push({ type, slots, status });
}
