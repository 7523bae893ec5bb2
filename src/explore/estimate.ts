/**
 * How many states a search will have, guessed from the layers it has finished.
 *
 * The layers of a breadth-first search grow and shrink like a bell: the logarithm of their size is
 * close to a parabola near its middle. The slope and curvature of the last layers are continued
 * until the layers are empty. Before the middle the logarithm bends down as well, only because
 * early layers grow like a power of the depth; nothing honest can be said then, and nothing is.
 */

import type { Progress } from './result.ts';

/** Layers that must be known, and how many of the last ones are looked at. */
const LAYERS_MIN = 8;
const WINDOW = 12;

/**
 * Estimates the final number of states.
 *
 * @param layers the sizes of the finished layers
 * @returns the estimate with its spread, or null while the layers do not yet bend downwards
 */
export function estimateStates(layers: readonly number[]): Progress['estimate'] {
  if (layers.length < LAYERS_MIN) return null;
  const curve = fit(layers.slice(-WINDOW).map((size) => Math.log(size)));
  if (curve.bend >= -0.001 || !isPastMiddle(layers)) return null;
  const known = layers.reduce((sum, size) => sum + size, 0);
  const middle = continued(layers, curve.slope, curve.bend);
  const low = continued(layers, curve.slope, curve.bend * 1.5);
  const high = continued(layers, curve.slope, curve.bend * 0.6);
  const spread = Math.max(high - middle, middle - low, middle / 2);
  return { states: Math.round(known + middle), spread: Math.round(spread) };
}

/** Layers have stopped growing. */
function isPastMiddle(layers: readonly number[]): boolean {
  const [before = 1, last = 1] = layers.slice(-2);
  return Math.log(last / before) < 0.02;
}

/** States of the layers to come if the logarithm goes on with this slope and bend. */
function continued(layers: readonly number[], slope: number, bend: number): number {
  let size = Math.log(layers.at(-1) ?? 1);
  let growth = slope;
  let sum = 0;
  for (let layer = 0; size > 0 && layer < 10_000; layer++) {
    growth += bend;
    size += growth;
    sum += Math.exp(Math.max(0, size));
  }
  return sum;
}

/** Least squares of a parabola: the slope at the last point, and the second derivative. */
function fit(points: readonly number[]): { readonly slope: number; readonly bend: number } {
  const n = points.length;
  const xs = points.map((_, i) => i - (n - 1));
  const sum = (f: (x: number, y: number) => number): number =>
    points.reduce((total, y, i) => total + f(xs[i] ?? 0, y), 0);
  const [x1, x2, x3, x4] = [1, 2, 3, 4].map((k) => sum((x) => x ** k)) as [
    number,
    number,
    number,
    number,
  ];
  const [y0, y1, y2] = [0, 1, 2].map((k) => sum((x, y) => y * x ** k)) as [number, number, number];
  const determinant = n * (x2 * x4 - x3 * x3) - x1 * (x1 * x4 - x2 * x3) + x2 * (x1 * x3 - x2 * x2);
  const b =
    (n * (y1 * x4 - x3 * y2) - y0 * (x1 * x4 - x2 * x3) + x2 * (x1 * y2 - y1 * x2)) / determinant;
  const c =
    (n * (x2 * y2 - y1 * x3) - x1 * (x1 * y2 - y1 * x2) + y0 * (x1 * x3 - x2 * x2)) / determinant;
  return { slope: b, bend: 2 * c };
}
