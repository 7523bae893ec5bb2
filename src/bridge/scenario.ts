/**
 * A litmus test as a scenario: locations are words, threads are threads, and what a thread returns
 * are its registers that anybody asks for.
 */

import type { LitmusTest, Location } from '../litmus/ast.ts';
import { UNROLL_DEFAULT } from '../litmus/limits.ts';
import { observed, valueText } from '../litmus/outcome.ts';
import type { FinalValue } from '../litmus/outcome.ts';
import { mentioned } from '../litmus/parse.ts';
import { programOf } from '../litmus/program.ts';
import type { Program } from '../litmus/program.ts';
import { WRITE_ONCE } from '../memory/access.ts';
import { s32, word } from '../memory/type.ts';
import type { EndState } from '../scenario/finals.ts';
import { scenario } from '../scenario/scenario.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { ThreadResult } from '../scenario/stage.ts';
import { sourcesOf } from './sources.ts';
import { runThread } from './thread.ts';
import { valueOfWord, wordOf } from './words.ts';

/** A litmus test, ready for the state search. */
export interface LitmusScenario {
  readonly scenario: Scenario;
  readonly program: Program;
  /** What a location holds in an end state. */
  finalOf(end: EndState): FinalValue;
  /** Whether some thread went round a loop more often than it was followed. */
  readonly isCut: () => boolean;
}

/** Makes a scenario of a litmus test. @param unroll rounds of a loop that are followed */
export function scenarioOf(test: LitmusTest, unroll: number = UNROLL_DEFAULT): LitmusScenario {
  const program = programOf(test);
  const asked = askedRegisters(program);
  let cut = false;
  const body = scenario(test.name, ({ alloc, thread }) => {
    const fields = program.globals.map((name, number) => {
      const field = alloc(formatted(program), name);
      WRITE_ONCE(field, wordOf(program.initial[number] ?? 0));
      return field;
    });
    const never = alloc(s32, 'never').address;
    const onCut = (): void => void (cut = true);
    const around = { addresses: fields.map(({ address }) => address), never, unroll, onCut };
    for (const one of test.threads) {
      const initial = program.registers[one.number] ?? new Map<string, number>();
      const sources = sourcesOf(one);
      thread(`P${one.number}`, () => {
        const registers = runThread(one, initial, { ...around, sources });
        return results(asked[one.number] ?? [], registers);
      });
    }
  });
  return {
    scenario: body,
    program,
    finalOf: (end) => (location) => finalValue(location, end, program, asked),
    isCut: () => cut,
  };
}

/** Words are printed as the litmus test writes its values. */
function formatted({ globals }: Program): typeof s32 {
  return word('int', (value) => valueText(valueOfWord(value), globals));
}

/** For each thread its registers that the condition, the filter or `locations` ask for. */
function askedRegisters(program: Program): string[][] {
  const { filter, threads } = program.test;
  const locations = [...observed(program), ...(filter === null ? [] : mentioned(filter))];
  return threads.map(({ number }) => {
    const own = locations.filter((one) => one.kind === 'register' && one.thread === number);
    return [...new Set(own.map(({ name }) => name))];
  });
}

/** What a thread returns: a short list of words, which the search keeps exactly. */
function results(names: readonly string[], registers: ReadonlyMap<string, number>): ThreadResult {
  const words = names.map((name) => wordOf(registers.get(name) ?? 0));
  return words as unknown as ThreadResult;
}

function finalValue(
  location: Location,
  end: EndState,
  { numbers }: Program,
  asked: readonly (readonly string[])[],
): number {
  if (location.kind === 'global') {
    return valueOfWord(end.memory[numbers.get(location.name) ?? -1] ?? 0);
  }
  const index = asked[location.thread]?.indexOf(location.name) ?? -1;
  const result = end.results[location.thread] as readonly number[];
  return valueOfWord(result[index] ?? 0);
}
