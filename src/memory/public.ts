/**
 * `holdfast/linux`, as scenarios import it: everything that kernel code here is written with. But
 * what a scenario declares may be called with fewer arguments: in TypeScript it says so by `?`,
 * which is stripped before it runs.
 */

export * from './index.ts';
export { usersKernelFunction as kernelFunction } from './function.ts';
export { usersModelFunction as modelFunction } from './function.ts';
