/**
 * Scenarios: exported values that say who runs, from which state, and what must hold.
 *
 * A scenario is data and one function; nothing is registered and nothing runs until it is checked.
 */

import { described } from '../memory/argument.ts';
import { MODELS } from '../explore/models.ts';
import { wrongOption } from '../memory/options.ts';
import type { Stage } from './stage.ts';
import { callerPosition } from '../explore/position.ts';
import type { Model, Position } from '../explore/result.ts';

/**
 * What a search is expected to say; per model where they differ. A model that is not named is
 * expected to say what the next stronger one does: weak as tso; sc and tso pass.
 */
export type Expectation = 'pass' | 'fail' | Readonly<Partial<Record<Model, 'pass' | 'fail'>>>;

/** Options of a scenario. */
export interface ScenarioOptions {
  readonly expect?: Expectation;
  /** Selected designs, by the name of the question. */
  readonly designs?: Readonly<Record<string, string>>;
  /** Removed defences, as for `--without`. */
  readonly without?: readonly string[];
  /** One line for `holdfast list`. */
  readonly about?: string;
}

/** A scenario, ready to be checked. */
export interface Scenario {
  readonly holdfast: 'scenario';
  readonly name: string;
  readonly body: (stage: Stage) => void;
  /** The source of the body as its author wrote it. */
  readonly text: string;
  readonly options: ScenarioOptions;
  readonly position: Position | null;
}

type Body = (stage: Stage) => void;
type Parameters = Readonly<Record<string, readonly (string | number | boolean)[]>>;
type Case<P extends Parameters> = { readonly [Name in keyof P]: P[Name][number] };

/** The ways to declare a scenario. */
export interface DeclareScenario {
  (name: string, body: Body): Scenario;
  (name: string, options: ScenarioOptions, body: Body): Scenario;
  /** A known bug: the search is expected to find something. */
  fails(name: string, body: Body): Scenario;
  fails(name: string, options: ScenarioOptions, body: Body): Scenario;
  /** One scenario for each combination of the parameters; their values stand in the name. */
  each<const P extends Parameters>(
    parameters: P,
    name: string,
    body: (stage: Stage & Case<P>) => void,
    options?: (parameters: Case<P>) => ScenarioOptions,
  ): readonly Scenario[];
}

function declare(
  name: string,
  options: ScenarioOptions,
  body: Body,
  text: string = String(body),
): Scenario {
  const wrong = wrongDeclaration(name, options, body);
  if (wrong !== null) throw new TypeError(`scenario '${name}': ${wrong}`);
  return { holdfast: 'scenario', name, body, text, options, position: callerPosition() };
}

const VERDICTS = ['pass', 'fail'];

/** A misspelt option would be passed over: a known bug would then be an unexpected one. */
function wrongDeclaration(name: unknown, options: unknown, body: unknown): string | null {
  if (typeof name !== 'string' || name === '') return 'It has no name.';
  if (typeof body !== 'function') return `Its body is ${described(body)}, not a function.`;
  const known = { expect: null, designs: null, without: null, about: null };
  const wrong = wrongOption(options, known);
  const { expect } = (options ?? {}) as ScenarioOptions;
  if (wrong !== null || expect === undefined) return wrong;
  return typeof expect === 'object'
    ? wrongOption(expect, Object.fromEntries(MODELS.map((model) => [model, VERDICTS])))
    : wrongOption({ expect }, { expect: VERDICTS });
}

function withOptions(
  name: string,
  first: ScenarioOptions | Body,
  second: Body | undefined,
  forced: ScenarioOptions,
): Scenario {
  if (typeof first === 'function') return declare(name, forced, first);
  return declare(name, { ...first, ...forced }, second as Body);
}

function combinations(parameters: Parameters): Record<string, string | number | boolean>[] {
  return Object.entries(parameters).reduce<Record<string, string | number | boolean>[]>(
    (cases, [name, values]) =>
      cases.flatMap((one) => values.map((value) => ({ ...one, [name]: value }))),
    [{}],
  );
}

function each<const P extends Parameters>(
  parameters: P,
  name: string,
  body: (stage: Stage & Case<P>) => void,
  options: (parameters: Case<P>) => ScenarioOptions = () => ({}),
): readonly Scenario[] {
  const cases = combinations(parameters);
  if (cases.length === 0) throw new TypeError(`scenario.each '${name}': a parameter has no values`);
  return cases.map((one) => {
    const chosen = one as Case<P>;
    const text = Object.entries(one).map(([key, value]) => `${key}=${value}`);
    const wrapped = (stage: Stage): void => body({ ...stage, ...chosen });
    return declare(`${name} (${text.join(', ')})`, options(chosen), wrapped, String(body));
  });
}

/**
 * Declares a scenario.
 *
 * @param name unique among the scenarios of a folder; kernel developers read it
 * @param body allocates memory, sets it up, declares threads and properties
 */
export const scenario: DeclareScenario = Object.assign(
  (name: string, first: ScenarioOptions | Body, second?: Body): Scenario =>
    withOptions(name, first, second, {}),
  {
    fails: (name: string, first: ScenarioOptions | Body, second?: Body): Scenario =>
      withOptions(name, first, second, { expect: 'fail' }),
    each,
  },
);

/** Whether an exported value is a scenario. */
export function isScenario(value: unknown): value is Scenario {
  return (
    typeof value === 'object' &&
    value !== null &&
    (value as { holdfast?: unknown }).holdfast === 'scenario'
  );
}
