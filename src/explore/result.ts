/**
 * What a search gives back: plain data, which every picture, reporter and test reads.
 *
 * Nothing here holds a function or a view on memory: a result survives `JSON.stringify`, and a
 * trace alone is enough to draw its picture somewhere else.
 */

/** The memory models of the state search. */
export type Model = 'sc' | 'tso' | 'weak';

/** PASS: every execution was explored and none is bad. OPEN: a limit was reached first. */
export type Verdict = 'pass' | 'fail' | 'open';

/** A place in source code; line and column count from 1. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** The property that a finding violates. */
export interface PropertyName {
  /**
   * `automatic` is always on (deadlock, data race, leaked lock ...); the others are the author's.
   * `sometimes` is violated by the complete search that never saw it; `vacuous` names a property
   * that was never judged because no execution finished.
   */
  readonly kind: 'always' | 'never' | 'sometimes' | 'assert' | 'automatic' | 'vacuous';
  readonly name: string;
}

/** One field that a step changed, ready for printing. */
export interface Change {
  /** The full name, for example `folio.flags`. */
  readonly field: string;
  readonly before: string;
  readonly after: string;
}

/** One step of an execution. */
export interface Step {
  /** Its number, from 1. */
  readonly number: number;
  /** The index of the acting thread in `Trace.threads`. */
  readonly thread: number;
  /**
   * `drain`: an earlier store of the thread leaves its store buffer now. `pending`: an access that
   * is not made; the thread waits for it, or it would be the violation. `section`: the thread
   * enters a section that it does not leave. `return`: a function that the thread called gives it
   * an error. `failure`: what it then does is the violation.
   */
  readonly kind:
    | 'access'
    | 'fence'
    | 'drain'
    | 'choice'
    | 'allocation'
    | 'free'
    | 'grace'
    | 'pending'
    | 'section'
    | 'return'
    | 'failure';
  /** The text given by `label`, or null. */
  readonly label: string | null;
  /** The primitive, for example `atomic_add_unless`. */
  readonly primitive: string;
  /** The kernel functions it was called in, outermost first. */
  readonly calls: readonly string[];
  /** The accessed field's full name, or null. */
  readonly field: string | null;
  /** What the thread was told, formatted by the field's type, or null if nothing. */
  readonly observed: string | null;
  /** What the step writes (for a buffered store: will write), formatted, or null. */
  readonly written: string | null;
  /** The store went into the store buffer: memory changes at a later `drain`. */
  readonly buffered: boolean;
  /** The number of the step whose value a read gives: 0 the initial value, null for no read. */
  readonly readsFrom: number | null;
  /** A read that gave an older value than memory would soon show: the step it missed, or null. */
  readonly missed: number | null;
  /**
   * weak: the store takes a place in the coherence order of its word before the newest one, which
   * is that of this earlier step (0 the initial value); memory shows the newest. Else null.
   */
  readonly behind: number | null;
  /** weak: smp_rmb and smp_wmb that stand right before the access; they are no steps. */
  readonly barriers: readonly string[];
  /** The thread is in a section that synchronize_rcu waits for. */
  readonly inSection: boolean;
  /** What order the kernel promises for the step: `full`, `acquire`, `relaxed` ... */
  readonly order: string;
  readonly position: Position | null;
  /** Positions of the calls around `position`, innermost first. */
  readonly stack: readonly Position[];
  readonly changes: readonly Change[];
}

/** One execution, shortest of those that show the finding. */
export interface Trace {
  readonly scenario: string;
  readonly model: Model;
  /** The removed defences and selected designs, as given on the command line. */
  readonly without: readonly string[];
  readonly designs: Readonly<Record<string, string>>;
  readonly threads: readonly string[];
  /** The fields that some step changes, with their initial values, in order of declaration. */
  readonly initial: readonly { readonly field: string; readonly value: string }[];
  readonly steps: readonly Step[];
  /** The choices that replay it: thread, then outcome (-1: drain), for each step. */
  readonly choices: readonly (readonly [thread: number, outcome: number])[];
}

/** A violated property, with the execution that shows it. */
export interface Finding {
  /** Short and stable (finding-id.ts), for example `3f9k2`, for `holdfast replay scenario:id`. */
  readonly id: string;
  readonly property: PropertyName;
  /** One sentence: what is wrong in the last state. */
  readonly message: string;
  /** Where the violated assertion or property stands; null for what is always looked for. */
  readonly position: Position | null;
  /** null where no single execution shows it (`sometimes`, `vacuous`). */
  readonly trace: Trace | null;
}

/** Why a search did not finish. */
export type OpenReason =
  | { readonly limit: 'time'; readonly seconds: number }
  | { readonly limit: 'states'; readonly states: number }
  | { readonly limit: 'memory'; readonly bytes: number }
  | { readonly limit: 'automaton'; readonly states: number }
  | { readonly limit: 'buffer'; readonly entries: number }
  | { readonly limit: 'messages'; readonly messages: number }
  | { readonly limit: 'sections'; readonly sections: number }
  | { readonly limit: 'interrupted' };

/** A mistake of the user, found before or during the search. See docs/errors.md. */
export interface Problem {
  /** HF and three digits. */
  readonly code: string;
  /** One sentence: what is wrong. */
  readonly what: string;
  readonly position: Position | null;
  /** Details line by line, may be empty. */
  readonly details: readonly string[];
  /** A word that is not known, and those that are: a printer suggests the nearest. */
  readonly unknown?: { readonly word: string; readonly known: readonly string[] };
  /** What to do, where that is known better than from the code alone. */
  readonly next?: string;
  /** What was asked for and this scenario does not have; another one may. */
  readonly absent?: string;
}

/**
 * What the search met and can do without: a barrier, a lock, a named test, the order of an access,
 * a section that a grace period waits for or the wait itself.
 */
export interface Defence {
  /** Its stable name: `function/primitive`, `function/primitive#2`, or `function/name`. */
  readonly name: string;
  readonly kind: 'barrier' | 'lock' | 'test' | 'order' | 'section' | 'grace period';
  readonly primitive: string;
  readonly position: Position | null;
  /** Weaker forms of a barrier: `smp_rmb`; of others what is left: `READ_ONCE`, `spin_lock`. */
  readonly weaker: readonly string[];
  /** The threads that were seen to use it. */
  readonly threads: readonly string[];
  /** `R field` and `W field`: the accesses before and after it, the nearest first, for pairing. */
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** One design question that the kernel code asked, with the choice in force. */
export interface DesignUse {
  readonly name: string;
  readonly choices: readonly string[];
  readonly chosen: string;
}

/** How one property of the author fared. */
export interface PropertyReport {
  readonly property: PropertyName;
  /** How many final states it was judged in. */
  readonly judged: number;
  readonly holds: boolean | null;
}

/** The whole answer of one search. */
export interface CheckResult {
  readonly scenario: string;
  readonly model: Model;
  readonly verdict: Verdict;
  readonly expected: 'pass' | 'fail';
  /** Every reachable state was explored. */
  readonly complete: boolean;
  readonly open: OpenReason | null;
  readonly states: number;
  readonly transitions: number;
  /** Layers of the breadth-first search: the longest execution without revisits. */
  readonly depth: number;
  /** Final states: those in which every thread has finished. */
  readonly finals: number;
  readonly threads: number;
  /** Interned thread states, and how often thread code was run to find them. */
  readonly automatonStates: number;
  readonly runs: number;
  readonly seconds: number;
  readonly bytesPerState: number;
  /** The probability that a hash collision hid a state. */
  readonly missProbability: number;
  readonly findings: readonly Finding[];
  readonly properties: readonly PropertyReport[];
  readonly problems: readonly Problem[];
  readonly defences: readonly Defence[];
  readonly designs: readonly DesignUse[];
  readonly warnings: readonly string[];
}

/** Sent now and then while a search runs. */
export interface Progress {
  readonly scenario: string;
  readonly model: Model;
  readonly states: number;
  readonly transitions: number;
  readonly depth: number;
  readonly seconds: number;
  /** Estimated final number of states, and the spread; null while nothing honest can be said. */
  readonly estimate: { readonly states: number; readonly spread: number } | null;
}
