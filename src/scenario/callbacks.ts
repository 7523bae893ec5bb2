/** RCU callbacks of a scenario: each rcu_head has a word to queue by, and a thread that runs it. */

import type { ProgramCallback } from '../explore/program.ts';
import { runCallbacks } from '../memory/call-rcu.ts';
import { fieldAt } from '../memory/field.ts';
import { rcu_head, s32 } from '../memory/type.ts';
import type { Type } from '../memory/type.ts';

const queue: Type = {
  ...s32,
  name: 'callback',
  format: (word) => (word === 0 ? 'none' : word < 0 ? 'due' : 'queued'),
};

/** What of a program being built is needed here. */
export interface WithHeads {
  readonly names: readonly {
    readonly name: string;
    readonly type: Type;
    readonly address: number;
  }[];
  readonly addWord: (name: string, type: Type) => number;
  readonly addThread: (name: string, body: () => void) => void;
}

/** Declares words and threads for every rcu_head that was allocated. */
export function declareCallbacks({ names, addWord, addThread }: WithHeads): ProgramCallback[] {
  const heads = names.filter(({ type }) => type.kind === 'rcu_head');
  return heads.map(({ name, address }) => {
    const word = addWord(`callback of ${name}`, queue);
    addThread(`rcu: ${name}`, () => runCallbacks(fieldAt(rcu_head, address), word));
    return { head: address, word };
  });
}
