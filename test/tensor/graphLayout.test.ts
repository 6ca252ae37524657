import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { arrangeInLayers } from '../../packages/tensor/src/graph/layers.ts';
import { layOut, type PlacedNode } from '../../packages/tensor/src/graph/layout.ts';
import { pack } from '../../packages/tensor/src/graph/pack.ts';
import { chain, graphOf, small } from './graphGolden.ts';

const anyGraph = fc
  .array(fc.array(fc.nat(), { maxLength: 3 }), { maxLength: 25 })
  .map((choices) =>
    graphOf(choices.map((inputs, id) => (id === 0 ? [] : inputs.map((input) => input % id)))),
  );

describe('layers', () => {
  test('every op stands below its inputs, and leaves just above their first use', () => {
    fc.assert(
      fc.property(anyGraph, (graph) => {
        const { layers } = arrangeInLayers(graph);
        const layer = new Map(
          layers.flat().flatMap((spot) => (spot.node ? [[spot.node.id, spot.layer]] : [])),
        );
        for (const { from, to } of graph.edges) expect(layer.get(from)).toBeLessThan(layer.get(to)!);
        for (const { id } of graph.nodes) {
          const users = graph.edges.filter(({ from }) => from === id).map(({ to }) => layer.get(to)!);
          const isLeaf = graph.edges.every(({ to }) => to !== id);
          if (isLeaf && users.length > 0) expect(layer.get(id)).toBe(Math.min(...users) - 1);
        }
      }),
    );
  });

  test('edges pass one waypoint on each layer between', () => {
    const { layers, routes } = arrangeInLayers(graphOf([[], [0], [1], [2, 0]]));
    expect(layers.map((layer) => layer.length)).toEqual([1, 2, 2, 1]);
    expect(
      routes.find(({ edge }) => edge.from === 0 && edge.to === 3)?.spots.map(({ layer }) => layer),
    ).toEqual([0, 1, 2, 3]);
  });

  test('the first operand goes to the left', () => {
    const { layers } = arrangeInLayers(graphOf([[], [], [1, 0]]));
    expect(layers[0].map(({ node }) => node?.id)).toEqual([1, 0]);
  });

  test('crossings that need not be are undone', () => {
    const { routes } = arrangeInLayers(graphOf([[], [], [], [], [3], [2], [1], [0], [7, 6, 5, 4]]));
    const direct = routes.filter(({ edge }) => edge.to < 8).map(({ spots }) => spots.map(({ rank }) => rank));
    for (const [upper, lower] of direct) {
      for (const [otherUpper, otherLower] of direct) {
        expect((upper - otherUpper) * (lower - otherLower)).toBeGreaterThanOrEqual(0);
      }
    }
  });

  test('a weight that every step of a long run uses does not flood the picture with waypoints', () => {
    const steps = 2000;
    const graph = graphOf(Array.from({ length: steps }, (_, id) => (id < 2 ? [] : [id - 1, 0])));
    const { layers } = arrangeInLayers(graph);
    expect(layers.flat().length).toBeLessThan(3 * steps);
  });
});

describe('layout', () => {
  test('no two cards overlap, all lie inside the picture, edges run downwards from card to card', () => {
    fc.assert(
      fc.property(anyGraph, (graph) => {
        const { nodes, edges, width, height } = layOut(graph);
        expect(nodes).toHaveLength(graph.nodes.length);
        expect(edges).toHaveLength(graph.edges.length);
        for (const [at, node] of nodes.entries()) {
          expect(node.left >= 0 && node.top >= 0).toBe(true);
          expect(node.left + node.width <= width && node.top + node.height <= height).toBe(true);
          for (const other of nodes.slice(at + 1)) expect(overlap(node, other)).toBe(false);
        }
        for (const { edge, points } of edges) {
          const from = nodes.find(({ node }) => node.id === edge.from)!;
          const to = nodes.find(({ node }) => node.id === edge.to)!;
          expect(points[0][1]).toBeCloseTo(from.top + from.height, 6);
          expect(points.at(-1)![1]).toBeCloseTo(to.top, 6);
          expect(within(points.at(-1)![0], to)).toBe(true);
          for (let at = 1; at < points.length; at++)
            expect(points[at][1]).toBeGreaterThanOrEqual(points[at - 1][1]);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('a chain is one straight column', () => {
    const { nodes } = layOut(chain(20));
    const middles = nodes.map(({ left, width }) => left + width / 2);
    expect(Math.max(...middles) - Math.min(...middles)).toBeLessThan(1);
  });

  test('one tensor used twice by an op arrives at two places', () => {
    const arrivals = layOut(small)
      .edges.filter(({ edge }) => edge.to === 3)
      .map(({ points }) => points.at(-1)![0]);
    expect(new Set(arrivals).size).toBe(2);
  });

  test('a card is wide enough for its longest line', () => {
    const { nodes } = layOut(small);
    for (const { card, width } of nodes) {
      const longest = Math.max(...card.lines.map(({ text }) => text.length));
      expect(width).toBeGreaterThan(42 + 6.6 * longest);
    }
  });
});

describe('pack', () => {
  test('wishes that leave room are granted', () => {
    expect(pack([10, 10], wishes([0, 100]), 5)).toEqual([0, 100]);
  });

  test('boxes that want the same place share the trouble', () => {
    expect(pack([10, 10], wishes([50, 50]), 10)).toEqual([40, 60]);
    expect(pack([10, 10, 10], wishes([50, 50, 50]), 0)).toEqual([40, 50, 60]);
  });

  test('the heavier wish gives way less', () => {
    const [light, heavy] = pack(
      [10, 10],
      [
        { x: 50, weight: 1 },
        { x: 50, weight: 9 },
      ],
      10,
    );
    expect([light, heavy]).toEqual([32, 52]);
  });

  test('order and gaps hold, and no better places are near', () => {
    const box = fc.record({ width: fc.integer({ min: 1, max: 50 }), x: fc.integer({ min: -200, max: 200 }) });
    fc.assert(
      fc.property(fc.array(box, { minLength: 1, maxLength: 8 }), (boxes) => {
        const widths = boxes.map(({ width }) => width);
        const wanted = boxes.map(({ x }) => ({ x, weight: 1 }));
        const places = pack(widths, wanted, 7);
        expect(fits(places, widths)).toBe(true);
        const cost = (tried: number[]) =>
          tried.reduce((sum, place, at) => sum + (place - boxes[at].x) ** 2, 0);
        for (let first = 0; first < places.length; first++) {
          for (let last = first + 1; last <= places.length; last++) {
            for (const step of [-0.5, 0.5]) {
              const moved = places.map((place, at) => (at >= first && at < last ? place + step : place));
              if (fits(moved, widths)) expect(cost(moved)).toBeGreaterThanOrEqual(cost(places) - 1e-6);
            }
          }
        }
      }),
    );
  });
});

function wishes(places: number[]): { x: number; weight: number }[] {
  return places.map((x) => ({ x, weight: 1 }));
}

function fits(places: number[], widths: number[]): boolean {
  return places.every((place, at) => {
    return at === 0 || place - places[at - 1] >= (widths[at] + widths[at - 1]) / 2 + 7 - 1e-9;
  });
}

function overlap(a: PlacedNode, b: PlacedNode): boolean {
  const apart = a.left + a.width <= b.left || b.left + b.width <= a.left;
  return !(apart || a.top + a.height <= b.top || b.top + b.height <= a.top);
}

function within(x: number, { left, width }: PlacedNode): boolean {
  return x >= left && x <= left + width;
}
