/** What the body of a scenario has declared so far. */

import type { Type } from '../memory/type.ts';
import type { LazyStack } from '../explore/position.ts';
import type {
  ProgramCallback,
  ProgramPool,
  ProgramProperty,
  ProgramThread,
} from '../explore/program.ts';
import type { DesignUse } from '../explore/result.ts';
import { refuseDeclaration } from './checked.ts';
import type { Scenario } from './scenario.ts';

export interface Building {
  readonly scenario: Scenario;
  readonly threads: ProgramThread[];
  readonly names: { name: string; type: Type; address: number }[];
  readonly words: number[];
  readonly pools: ProgramPool[];
  readonly callbacks: ProgramCallback[];
  readonly properties: ProgramProperty[];
  readonly counts: Map<string, number>;
  readonly designs: Map<string, DesignUse>;
  /** Negative numbers for unsigned words. */
  readonly wrapped: Map<number, LazyStack>;
  groups: number;
  /** The body has returned: what is declared now would be lost. */
  isClosed: boolean;
}

/** Memory, threads and properties are declared before the threads run. */
export function checkOpen(building: Building): void {
  if (building.isClosed) refuseDeclaration('Something is declared while the threads run.', IN_BODY);
}

const IN_BODY =
  'Declare it in the body of the scenario; a thread takes memory with kmalloc from a pool.';
