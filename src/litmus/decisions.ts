/**
 * What one run of a thread takes for given about what its reads return: choices, each of them noted
 * as a constraint that an execution must meet.
 */

import type { Constraint } from './event.ts';
import type { Term, Terms } from './term.ts';

/** The choices of a run, and what follows from them. */
export class Decisions {
  readonly constraints: Constraint[] = [];
  private readonly terms: Terms;
  private readonly choices: number[];
  private readonly sizes: number[];
  private taken = 0;
  private readonly truths = new Map<Term, boolean>();

  /**
   * @param choices what is chosen; choice 0 is appended where they end
   * @param sizes among how many each was chosen
   */
  constructor(terms: Terms, choices: number[], sizes: number[]) {
    this.terms = terms;
    this.choices = choices;
    this.sizes = sizes;
  }

  /** The next choice among `size`. */
  choose(size: number): number {
    if (this.taken === this.choices.length) {
      this.choices.push(0);
      this.sizes.push(size);
    }
    return this.choices[this.taken++] as number;
  }

  /** Whether a condition holds: known, or chosen. */
  truth(term: Term): boolean {
    if (term.kind === 'operation' && (term.operator === '==' || term.operator === '!=')) {
      return this.equal(term.left, term.right) === (term.operator === '==');
    }
    const comparison = term.kind === 'operation' && ['<', '>', '<=', '>='].includes(term.operator);
    if (!comparison) return !this.equal(term, this.terms.value(0));
    return this.decided(term, (holds) => ({ kind: 'truth', term, holds }));
  }

  /** Takes two terms for equal, or for different; nothing has been said of them before. */
  suppose(left: Term, right: Term, holds: boolean): void {
    this.note(this.equality(left, right), holds, { kind: 'equal', left, right, holds });
  }

  private equal(left: Term, right: Term): boolean {
    const term = this.equality(left, right);
    if (term.kind === 'value') return term.value !== 0;
    return this.decided(term, (holds) => ({ kind: 'equal', left, right, holds }));
  }

  /** The term that says whether two are equal, the same for both orders. */
  private equality(left: Term, right: Term): Term {
    const [first, second] = left.id < right.id ? [left, right] : [right, left];
    return this.terms.operation('==', first, second, null);
  }

  private decided(term: Term, constraint: (holds: boolean) => Constraint): boolean {
    const known = this.truths.get(term);
    if (known !== undefined) return known;
    const holds = this.choose(2) === 0;
    this.note(term, holds, constraint(holds));
    return holds;
  }

  private note(term: Term, holds: boolean, constraint: Constraint): void {
    this.truths.set(term, holds);
    this.constraints.push(constraint);
  }
}
