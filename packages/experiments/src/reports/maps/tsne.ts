import type { Plane } from './center.ts';
import { pca } from './pca.ts';

export interface TsneOptions {
  /** About how many neighbours each point has. */
  readonly perplexity?: number;
  readonly iterations?: number;
  /** Where it begins; their PCA if unsaid. */
  readonly from?: readonly Plane[];
}

/**
 * t-SNE (van der Maaten and Hinton, 2008): a map on which neighbours stay neighbours. Exact, so it costs
 * `points² × iterations`: about a second for 500 points. It begins at the PCA instead of anywhere (Kobak and Berens, 2019),
 * and therefore needs no seed.
 */
export function tsne(codes: readonly ArrayLike<number>[], options: TsneOptions = {}): Plane[] {
  const { perplexity = 30, iterations = 400, from = pca(codes).places } = options;
  const count = codes.length;
  if (count < 4) return [...from];
  const affinities = jointAffinities(squaredDistances(codes), count, Math.min(perplexity, (count - 1) / 3));
  const map = startingMap(from);
  const speed = new Float64Array(map.length);
  const gains = new Float64Array(map.length).fill(1);
  const rate = Math.max(50, count / 12);
  for (let turn = 0; turn < iterations; turn++) {
    // Early on neighbours pull harder, so that clusters find together.
    const early = turn < iterations / 4;
    const slope = gradient(affinities, map, early ? 12 : 1);
    for (let i = 0; i < map.length; i++) {
      gains[i] = Math.max(0.01, slope[i]! * speed[i]! < 0 ? gains[i]! + 0.2 : gains[i]! * 0.8);
      speed[i] = (early ? 0.5 : 0.8) * speed[i]! - rate * gains[i]! * slope[i]!;
      map[i]! += speed[i]!;
    }
  }
  return Array.from({ length: count }, (_, point) => ({ x: map[2 * point]!, y: map[2 * point + 1]! }));
}

function startingMap(places: readonly Plane[]): Float64Array {
  const deviation = Math.sqrt(places.reduce((sum, { x }) => sum + x * x, 0) / places.length) || 1;
  return Float64Array.from(
    places.flatMap(({ x, y }) => [x, y]),
    (value) => (1e-4 * value) / deviation,
  );
}

function squaredDistances(codes: readonly ArrayLike<number>[]): Float64Array {
  const count = codes.length;
  const distances = new Float64Array(count * count);
  for (let i = 0; i < count; i++) {
    for (let j = i + 1; j < count; j++) {
      let sum = 0;
      for (let k = 0; k < codes[i]!.length; k++) sum += (codes[i]![k]! - codes[j]![k]!) ** 2;
      distances[i * count + j] = sum;
      distances[j * count + i] = sum;
    }
  }
  return distances;
}

/** How much two points are neighbours, seen from both; the width of each point's view by bisection. */
function jointAffinities(distances: Float64Array, count: number, perplexity: number): Float64Array {
  const joint = new Float64Array(count * count);
  for (let i = 0; i < count; i++) {
    const view = neighbours(distances.subarray(i * count, (i + 1) * count), i, Math.log(perplexity));
    for (let j = 0; j < count; j++) {
      joint[i * count + j]! += view[j]! / (2 * count);
      joint[j * count + i]! += view[j]! / (2 * count);
    }
  }
  return joint;
}

function neighbours(row: Float64Array, self: number, entropy: number): Float64Array {
  const nearest = row.reduce((least, value, j) => (j === self ? least : Math.min(least, value)), Infinity);
  const spread = row.reduce((sum, value) => sum + value, 0) / row.length - nearest || 1;
  let [low, high, sharpness] = [0, Infinity, 1 / spread];
  let view = new Float64Array(row.length);
  for (let turn = 0; turn < 60; turn++) {
    view = row.map((value, j) => (j === self ? 0 : Math.exp(-sharpness * (value - nearest))));
    const sum = view.reduce((a, b) => a + b, 0);
    view = view.map((value) => value / sum);
    const excess = view.reduce((h, p) => (p > 1e-300 ? h - p * Math.log(p) : h), 0) - entropy;
    if (Math.abs(excess) < 1e-5) break;
    if (excess > 0) low = sharpness;
    else high = sharpness;
    sharpness = high === Infinity ? sharpness * 2 : (low + high) / 2;
  }
  return view;
}

/** Of the Kullback-Leibler divergence by the map: neighbours pull, everyone pushes. */
function gradient(affinities: Float64Array, map: Float64Array, exaggeration: number): Float64Array {
  const count = map.length / 2;
  const pull = new Float64Array(map.length);
  const push = new Float64Array(map.length);
  let sum = 0;
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < i; j++) {
      const dx = map[2 * i]! - map[2 * j]!;
      const dy = map[2 * i + 1]! - map[2 * j + 1]!;
      const near = 1 / (1 + dx * dx + dy * dy);
      sum += 2 * near;
      const attraction = exaggeration * affinities[i * count + j]! * near;
      const repulsion = near * near;
      pull[2 * i]! += attraction * dx;
      pull[2 * i + 1]! += attraction * dy;
      pull[2 * j]! -= attraction * dx;
      pull[2 * j + 1]! -= attraction * dy;
      push[2 * i]! += repulsion * dx;
      push[2 * i + 1]! += repulsion * dy;
      push[2 * j]! -= repulsion * dx;
      push[2 * j + 1]! -= repulsion * dy;
    }
  }
  return pull.map((value, i) => 4 * (value - push[i]! / sum));
}
