import { RandomStream } from '@sonograd/dsp';
import { describe, expect, test } from 'vitest';
import type { Plane } from '../../../packages/experiments/src/reports/maps/center.ts';
import { pca } from '../../../packages/experiments/src/reports/maps/pca.ts';
import { tsne } from '../../../packages/experiments/src/reports/maps/tsne.ts';

/** Three clusters in ten dimensions, far apart; point `i` belongs to cluster `i % 3`. */
function clusters(count: number): number[][] {
  const random = new RandomStream(5);
  return Array.from({ length: count }, (_, point) =>
    Array.from({ length: 10 }, (_, axis) => (axis === point % 3 ? 20 : 0) + random.uniform()),
  );
}

const distance = (a: Plane, b: Plane): number => Math.hypot(a.x - b.x, a.y - b.y);

/** The share of points whose nearest neighbour is of their own cluster. */
function purity(places: readonly Plane[]): number {
  const pure = places.filter((place, self) => {
    const others = places.map((other, index) => ({
      index,
      away: index === self ? Infinity : distance(place, other),
    }));
    const nearest = others.reduce((a, b) => (b.away < a.away ? b : a));
    return nearest.index % 3 === self % 3;
  });
  return pure.length / places.length;
}

describe('pca', () => {
  test('finds the plane in which points lie: distances stay what they were, to 1e-9', () => {
    const codes = Array.from({ length: 30 }, (_, n) => {
      const [u, v] = [5 * Math.sin(n), 2 * Math.cos(3 * n)];
      return [u * 0.6, u * 0.8, v, 7];
    });
    const { places, explained } = pca(codes);
    expect(explained[0] + explained[1]).toBeCloseTo(1, 9);
    expect(explained[0]).toBeGreaterThan(explained[1]);
    for (const [a, b] of [
      [0, 1],
      [3, 20],
      [7, 29],
    ] as const) {
      const before = Math.hypot(...codes[a]!.map((value, axis) => value - codes[b]![axis]!));
      expect(distance(places[a]!, places[b]!)).toBeCloseTo(before, 9);
    }
  });

  test('the first axis is the direction of most variance', () => {
    const { places } = pca([
      [0, 0],
      [10, 0.1],
      [20, -0.1],
      [30, 0],
    ]);
    const along = places.map(({ x }) => Math.abs(x)).sort((a, b) => a - b);
    expect(along[0]).toBeCloseTo(5, 2);
    expect(along[3]).toBeCloseTo(15, 2);
  });

  test('codes that are all alike lie in one place', () => {
    const { places, explained } = pca([
      [1, 2],
      [1, 2],
      [1, 2],
    ]);
    for (const place of places) expect(distance(place, { x: 0, y: 0 })).toBe(0);
    expect(explained).toEqual([0, 0]);
  });

  test('codes of one number have no second axis', () => {
    const { places, explained } = pca([[1], [2], [4]]);
    expect(explained[0]).toBeCloseTo(1, 9);
    for (const { y } of places) expect(y).toBeCloseTo(0, 9);
  });
});

describe('tsne', () => {
  test('keeps neighbours together: every point beside one of its cluster', () => {
    expect(purity(tsne(clusters(60), { perplexity: 10 }))).toBe(1);
  });

  test('parts clusters: within is nearer than between', () => {
    const places = tsne(clusters(45), { perplexity: 8 });
    const pairs = places.flatMap((a, i) =>
      places.slice(i + 1).map((b, k) => ({ away: distance(a, b), same: k % 3 === 2 })),
    );
    const mean = (same: boolean) => {
      const chosen = pairs.filter((pair) => pair.same === same);
      return chosen.reduce((sum, { away }) => sum + away, 0) / chosen.length;
    };
    expect(mean(true)).toBeLessThan(mean(false) / 2);
  });

  test('gives the same map twice', () => {
    expect(tsne(clusters(20), { iterations: 50 })).toEqual(tsne(clusters(20), { iterations: 50 }));
  });

  test.each([0, 1, 2, 3, 4, 5])('places %i points, all in finite places', (count) => {
    const places = tsne(clusters(count), { iterations: 100 });
    expect(places).toHaveLength(count);
    for (const { x, y } of places) expect(Number.isFinite(x + y)).toBe(true);
  });

  test('codes that are all alike do not break it', () => {
    const places = tsne(
      Array.from({ length: 8 }, () => [1, 2, 3]),
      { iterations: 50 },
    );
    for (const { x, y } of places) expect(Number.isFinite(x + y)).toBe(true);
  });
});
