/**
 * Traces, findings and results written by hand, for tests of what is printed.
 *
 * A step is given as little as the test needs; the rest is filled in as the engine would.
 */
import type {
  Change,
  CheckResult,
  Finding,
  Position,
  Step,
  Trace,
} from '../../src/explore/result.ts';

/** What a test says of a step. */
export type StepParts = Partial<Omit<Step, 'number' | 'changes'>> & {
  readonly thread: number;
  readonly changes?: readonly (readonly [field: string, before: string, after: string])[];
};

export function at(file: string, line: number, column: number): Position {
  return { file, line, column };
}

function changesOf(parts: StepParts): Change[] {
  return (parts.changes ?? []).map(([field, before, after]) => ({ field, before, after }));
}

export function steps(...all: readonly StepParts[]): Step[] {
  return all.map((parts, index) => ({
    kind: 'access',
    label: null,
    primitive: 'READ_ONCE',
    calls: [],
    field: null,
    observed: null,
    written: null,
    buffered: false,
    readsFrom: null,
    missed: null,
    behind: null,
    barriers: [],
    inSection: false,
    order: 'relaxed',
    position: null,
    stack: [],
    ...parts,
    number: index + 1,
    changes: changesOf(parts),
  }));
}

export function trace(parts: Partial<Trace> & Pick<Trace, 'steps'>): Trace {
  return {
    scenario: 'pin-vs-share',
    model: 'sc',
    without: [],
    designs: {},
    threads: ['gup-fast', 'ksm'],
    initial: [],
    choices: parts.steps.map((step) => [step.thread, step.kind === 'drain' ? -1 : 0] as const),
    ...parts,
  };
}

export function finding(parts: Partial<Finding>): Finding {
  return {
    id: '3f9k2',
    property: { kind: 'never', name: 'pinned and shared' },
    message: 'pinned (refs 1025) and shared (excl 0)',
    position: null,
    trace: null,
    ...parts,
  };
}

export function checkResult(parts: Partial<CheckResult> = {}): CheckResult {
  return {
    scenario: 'pin-vs-share',
    model: 'tso',
    verdict: 'pass',
    expected: 'pass',
    complete: true,
    open: null,
    states: 1284,
    transitions: 3077,
    depth: 21,
    finals: 17,
    threads: 2,
    automatonStates: 40,
    runs: 43,
    seconds: 0.9,
    bytesPerState: 18,
    missProbability: 1e-13,
    findings: [],
    properties: [],
    problems: [],
    defences: [],
    designs: [],
    warnings: [],
    ...parts,
  };
}

/** GUP-fast against KSM, as drawn in the kernel's commit message; every step is labelled. */
export function pinVersusShare(): Finding {
  return finding({
    trace: trace({
      model: 'sc',
      initial: [
        { field: 'page.pte', value: 'ro' },
        { field: 'folio.excl', value: '1' },
        { field: 'folio.refs', value: '1' },
      ],
      steps: steps(
        { thread: 0, label: 'B1 read pte', field: 'page.pte', observed: 'ro', readsFrom: 0 },
        {
          thread: 1,
          label: 'A1 clear pte',
          primitive: 'xchg',
          field: 'page.pte',
          observed: 'ro',
          written: 'none',
          changes: [['page.pte', 'ro', 'none']],
        },
        { thread: 1, label: 'A2 pinned?', field: 'folio.refs', observed: '1', readsFrom: 0 },
        {
          thread: 0,
          label: 'B3 pin the folio',
          primitive: 'atomic_add',
          field: 'folio.refs',
          written: '1025',
          changes: [['folio.refs', '1', '1025']],
          position: at('/k/gup.ts', 40, 5),
        },
        {
          thread: 0,
          label: 'B4 pte unchanged?',
          field: 'page.pte',
          observed: 'ro',
          readsFrom: 0,
          missed: 2,
          position: at('/k/gup.ts', 44, 16),
        },
        { thread: 0, label: 'B5 exclusive?', field: 'folio.excl', observed: '1', readsFrom: 0 },
        {
          thread: 1,
          label: 'A3 clear exclusive',
          primitive: 'WRITE_ONCE',
          field: 'folio.excl',
          written: '0',
          changes: [['folio.excl', '1', '0']],
        },
        {
          thread: 1,
          label: 'A4 restore pte',
          primitive: 'WRITE_ONCE',
          field: 'page.pte',
          written: 'ro',
          changes: [['page.pte', 'none', 'ro']],
        },
      ),
    }),
  });
}

/** Two stores that wait in their store buffers while both loads read 0: the outcome of x86. */
export function storeBuffering(): Finding {
  return finding({
    id: '8kq0d',
    property: { kind: 'never', name: 'both read 0' },
    message: 'both read 0 holds',
    trace: trace({
      scenario: 'store buffering',
      model: 'tso',
      threads: ['left', 'right'],
      initial: [
        { field: 'x', value: '0' },
        { field: 'y', value: '0' },
      ],
      steps: steps(
        {
          thread: 0,
          primitive: 'WRITE_ONCE',
          field: 'x',
          written: '1',
          buffered: true,
          position: at('/s/sb.scenario.ts', 5, 26),
        },
        {
          thread: 0,
          field: 'y',
          observed: '0',
          readsFrom: 0,
          position: at('/s/sb.scenario.ts', 5, 44),
        },
        { thread: 1, primitive: 'WRITE_ONCE', field: 'y', written: '1', buffered: true },
        { thread: 1, field: 'x', observed: '0', readsFrom: 0, missed: 1 },
        { thread: 0, kind: 'drain', field: 'x', written: '1', changes: [['x', '0', '1']] },
        { thread: 1, kind: 'drain', field: 'y', written: '1', changes: [['y', '0', '1']] },
      ),
    }),
  });
}
