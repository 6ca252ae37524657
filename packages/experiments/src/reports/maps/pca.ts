import { centered, type Plane } from './center.ts';

export interface Pca {
  readonly places: readonly Plane[];
  /** The share of all variance along both axes. */
  readonly explained: readonly [number, number];
}

const mostTurns = 200;

/**
 * The two directions in which codes differ most, by power iteration on the covariance: turn a vector by it until it
 * turns no more, then look for the next one at right angles. Nothing is random, so the same codes give the same map.
 */
export function pca(codes: readonly ArrayLike<number>[]): Pca {
  const rows = centered(codes);
  const total = rows.reduce((sum, row) => sum + dot(row, row), 0) || 1;
  const first = direction(rows, []);
  const second = direction(rows, [first]);
  const places = rows.map((row) => ({ x: dot(row, first), y: dot(row, second) }));
  const share = (axis: 'x' | 'y') => places.reduce((sum, place) => sum + place[axis] ** 2, 0) / total;
  return { places, explained: [share('x'), share('y')] };
}

function direction(rows: readonly Float64Array[], others: readonly Float64Array[]): Float64Array {
  // The longest row leans towards what is sought.
  const longest = rows.reduce((a, b) => (dot(b, b) > dot(a, a) ? b : a), rows[0] ?? new Float64Array(0));
  let axis = unit(
    without(
      longest.map((value, i) => value + 1e-3 * (1 + (i % 7))),
      others,
    ),
  );
  for (let turn = 0; turn < mostTurns; turn++) {
    const next = new Float64Array(axis.length);
    for (const row of rows) addScaled(next, row, dot(row, axis));
    const turned = unit(without(next, others));
    const still = 1 - Math.abs(dot(turned, axis)) < 1e-12;
    axis = turned;
    if (still) break;
  }
  return axis;
}

function without(vector: Float64Array, others: readonly Float64Array[]): Float64Array {
  for (const other of others) addScaled(vector, other, -dot(vector, other));
  return vector;
}

function addScaled(sum: Float64Array, vector: Float64Array, factor: number): void {
  for (let i = 0; i < sum.length; i++) sum[i]! += factor * vector[i]!;
}

function unit(vector: Float64Array): Float64Array {
  const length = Math.sqrt(dot(vector, vector)) || 1;
  return vector.map((value) => value / length);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
