/**
 * The model applied to the candidates of one structure: which are consistent, and which flags they
 * raise.
 */

import { bellFlags, bellOf, srcuFlags } from './bell.ts';
import type { Bell } from './bell.ts';
import { raised } from './flags.ts';
import type { Raised } from './flags.ts';
import { afterReads, fencesOf, judge, violatedByReads } from './lkmm.ts';
import type { AfterReads, Axiom, Fences, Orders } from './lkmm.ts';
import { racesOf } from './races.ts';
import type { Relation, Space } from './relation.ts';
import type { Structure } from './structure.ts';
import type { Values } from './values.ts';

/** What the model says about a candidate. */
export interface Ruling {
  readonly violated: Axiom | null;
  readonly orders: Orders;
  readonly flags: readonly Raised[];
  /** plain-coherence: the edge that contradicts visibility. */
  readonly incoherent: Relation | null;
}

/** Judges candidates of one structure; relations it gives out are good until the next candidate. */
export class Model {
  readonly structure: Structure;
  readonly bell: Bell;
  readonly fences: Fences;
  private readonly plain: boolean;
  private readonly staticFlags: readonly Raised[];
  private readonly afterThreads: number;
  private afterRf = 0;
  private known: AfterReads | null = null;

  /** @param keepsStores see `SearchOptions.noLoadStoreReordering` */
  constructor(structure: Structure, keepsStores = false) {
    this.structure = structure;
    this.bell = bellOf(structure);
    this.fences = fencesOf(this.bell, keepsStores);
    this.plain = !this.bell.Plain.isEmpty();
    this.staticFlags = bellFlags(this.bell, structure.sections);
    this.afterThreads = structure.space.mark();
  }

  /** What is known from where the reads read. */
  get reads(): AfterReads {
    if (this.known === null) throw new Error('model: no sources were given');
    return this.known;
  }

  /**
   * Takes the sources of all reads. @returns false when no order of writes can make it consistent
   */
  takeReads(values: Values): boolean {
    const { space } = this.structure;
    space.windBack(this.afterThreads);
    const rf = space.fresh();
    for (const read of this.structure.reads) rf.add(values.source[read] as number, read);
    this.known = afterReads(this.bell, this.fences, rf);
    this.afterRf = space.mark();
    const possible = !violatedByReads(this.bell, this.fences, this.known);
    space.windBack(this.afterRf);
    return possible;
  }

  /** Takes the orders of all writes and judges the execution. */
  rule(values: Values, orders: readonly (readonly number[])[]): Ruling {
    const { space } = this.structure;
    space.windBack(this.afterRf);
    const co = coherenceRelation(space, orders);
    const fr = fromReads(this.structure, values, co);
    const { violated, orders: found } = judge(this.bell, this.reads, co, fr);
    if (violated !== null || !this.plain) {
      return { violated, orders: found, flags: [], incoherent: null };
    }
    const races = racesOf(this.bell, this.fences, this.reads, found);
    const { race, mixed, incoherent } = races;
    if (incoherent.isEmpty()) {
      const flags = raised([
        ['data-race', race],
        ['mixed-accesses', mixed],
      ]);
      return { violated: null, orders: found, flags, incoherent: null };
    }
    return { violated: 'plain-coherence', orders: found, flags: [], incoherent };
  }

  /** The flags that do not depend on the order of writes. */
  flags(values: Values): readonly Raised[] {
    const own = srcuFlags(this.bell, this.reads.srcuRscs, (lock, unlock) => {
      return values.read(lock) !== values.written(unlock);
    });
    return [...this.staticFlags, ...own];
  }
}

function coherenceRelation(space: Space, orders: readonly (readonly number[])[]): Relation {
  const co = space.fresh();
  for (const order of orders) {
    for (let early = 0; early < order.length; early++) {
      for (let late = early + 1; late < order.length; late++) {
        co.add(order[early] as number, order[late] as number);
      }
    }
  }
  return co;
}

/** fr: a read is before all writes that come after the one it read. */
function fromReads({ space, reads }: Structure, values: Values, co: Relation): Relation {
  const fr = space.fresh();
  const { words } = space;
  for (const read of reads) {
    const source = values.source[read] as number;
    for (let word = 0; word < words; word++) {
      fr.rows[read * words + word] = co.rows[source * words + word] as number;
    }
  }
  return fr;
}
