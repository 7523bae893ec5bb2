/** Holdfast: scenarios in, verdicts and pictures out. */

export { array, assert, choose, flags, label, loop, pointer, struct } from './memory/index.ts';
export { bool, s32, u32, word } from './memory/index.ts';
export type * from './explore/result.ts';
export { check } from './jobs/check.ts';
export type { CheckOptions } from './scenario/explore.ts';
export { checkLitmus } from './litmus/index.ts';
export type { LitmusOptions, LitmusResult } from './litmus/index.ts';
export { replayTrace } from './scenario/replay.ts';
export type { Replayed } from './scenario/replay.ts';
export { isScenario, scenario } from './scenario/scenario.ts';
export type { Expectation, Scenario, ScenarioOptions } from './scenario/scenario.ts';
export type { Dma, Marker, Stage, ThreadHandle } from './scenario/stage.ts';
