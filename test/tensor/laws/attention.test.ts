import {
  type AnyTensor,
  concat,
  fromArray,
  type Shape,
  scaledDotProductAttention,
  split,
  type Tensor,
} from '@sonograd/tensor';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { onEveryEngine } from '../engines.ts';
import { draw, drawLeaf, elements, expectAll, expectBits, expectNear, inner } from './plain.ts';

interface Sizes {
  readonly heads: number;
  readonly queries: number;
  readonly keys: number;
  readonly width: number;
  readonly valueWidth: number;
}

const odd = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constantFrom(15, 16, 17, 33));
const length = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constantFrom(31, 32, 33, 63, 64, 65, 66));
const someSizes: fc.Arbitrary<Sizes> = fc.record({
  heads: fc.integer({ min: 1, max: 3 }),
  queries: length,
  keys: length,
  width: odd,
  valueWidth: odd,
});

const holds = (law: (sizes: Sizes) => void) => fc.assert(fc.property(someSizes, law), { numRuns: 25 });

const inputsOf = ({ heads, queries, keys, width, valueWidth }: Sizes) =>
  [
    draw([heads, queries, width], 1),
    draw([heads, keys, width], 2),
    draw([heads, keys, valueWidth], 3),
  ] as const;

const bools = (flags: readonly boolean[], shape: Shape) =>
  fromArray(Uint8Array.from(flags, Number), shape) as AnyTensor;

type Seen = (head: number, query: number, key: number) => boolean;
const everywhere: Seen = () => true;

/** softmax(q·kᵀ / √width) v, query by query, in float64. */
function plainAttention(sizes: Sizes, [q, k, v]: readonly [Tensor, Tensor, Tensor], seen = everywhere) {
  const { heads, queries, keys, width, valueWidth } = sizes;
  const out = new Float64Array(heads * queries * valueWidth);
  for (let head = 0; head < heads; head++) {
    for (let query = 0; query < queries; query++) {
      const scores = Array.from({ length: keys }, (_, key) => {
        let score = 0;
        for (let at = 0; at < width; at++)
          score += q.data[(head * queries + query) * width + at]! * k.data[(head * keys + key) * width + at]!;
        return seen(head, query, key) ? score / Math.sqrt(width) : -Infinity;
      });
      const largest = Math.max(...scores);
      if (largest === -Infinity) continue;
      const weights = scores.map((score) => Math.exp(score - largest));
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      for (let at = 0; at < valueWidth; at++) {
        const mixed = weights.map((weight, key) => weight * v.data[(head * keys + key) * valueWidth + at]!);
        out[(head * queries + query) * valueWidth + at] = mixed.reduce((sum, part) => sum + part, 0) / total;
      }
    }
  }
  return out;
}

onEveryEngine('attention', () => {
  test('is the softmax of scores over values, for any odd sizes', () => {
    holds((sizes) => {
      const inputs = inputsOf(sizes);
      expectAll(scaledDotProductAttention(...inputs) as Tensor, plainAttention(sizes, inputs), 5e-6);
    });
  });

  test('causal, it sees no key behind its own place', () => {
    holds((sizes) => {
      const inputs = inputsOf(sizes);
      const received = scaledDotProductAttention(...inputs, { causal: true }) as Tensor;
      expectAll(
        received,
        plainAttention(sizes, inputs, (_, query, key) => key <= query),
        5e-6,
      );
    });
  });

  test('with a mask, it sees where that is true', () => {
    holds((sizes) => {
      const { heads, queries, keys } = sizes;
      const inputs = inputsOf(sizes);
      const flags = elements(draw([heads * queries * keys], 4)).map((value) => value > -0.2);
      const mask = bools(flags, [heads, queries, keys]);
      const seen: Seen = (head, query, key) => flags[(head * queries + query) * keys + key]!;
      expectAll(
        scaledDotProductAttention(...inputs, { mask }) as Tensor,
        plainAttention(sizes, inputs, seen),
        5e-6,
      );
    });
  });

  test('a mask that is true everywhere changes no bit', () => {
    holds((sizes) => {
      const inputs = inputsOf(sizes);
      const mask = bools(new Array(sizes.queries * sizes.keys).fill(true), [sizes.queries, sizes.keys]);
      expectBits(scaledDotProductAttention(...inputs, { mask }), scaledDotProductAttention(...inputs));
    });
  });

  test('does not mind the order of keys and values', () => {
    holds((sizes) => {
      const [q, k, v] = inputsOf(sizes);
      const turned = scaledDotProductAttention(q, k.flip(1) as Tensor, v.flip(1) as Tensor) as Tensor;
      expectAll(turned, scaledDotProductAttention(q, k, v), 5e-6);
    });
  });

  test('answers queries one by one', () => {
    holds((sizes) => {
      const [q, k, v] = inputsOf(sizes);
      const apart = (split(q, 1, 1) as Tensor[]).map((one) => scaledDotProductAttention(one, k, v) as Tensor);
      expectAll(scaledDotProductAttention(q, k, v) as Tensor, concat(apart, 1), 5e-6);
    });
  });

  test('treats heads one by one', () => {
    holds((sizes) => {
      const inputs = inputsOf(sizes);
      const heads = inputs.map((input) => split(input, 1, 0) as Tensor[]);
      const apart = heads[0]!.map(
        (q, head) => scaledDotProductAttention(q, heads[1]![head]!, heads[2]![head]!) as Tensor,
      );
      expectAll(scaledDotProductAttention(...inputs) as Tensor, concat(apart, 0), 5e-6);
    });
  });

  test('is linear in the values', () => {
    holds((sizes) => {
      const [q, k, v] = inputsOf(sizes);
      const w = draw(v.shape, 9);
      const attend = (values: Tensor) => scaledDotProductAttention(q, k, values) as Tensor;
      expectAll(attend(v.mul(3).sub(w) as Tensor), attend(v).mul(3).sub(attend(w)), 2e-5);
    });
  });

  test('has a gradient by the values with <out, y> = <v, gradient>', () => {
    holds((sizes) => {
      const [q, k] = inputsOf(sizes);
      const v = drawLeaf([sizes.heads, sizes.keys, sizes.valueWidth], 3);
      const out = scaledDotProductAttention(q, k, v) as Tensor;
      const y = draw(out.shape, 5);
      out.backward(y);
      expectNear(inner(out, y), inner(v, v.grad!), out.size, 1e-5);
    });
  });

  test('stays within the values it mixes', () => {
    holds((sizes) => {
      const [q, k, v] = inputsOf(sizes);
      const out = scaledDotProductAttention(q.mul(20) as Tensor, k, v);
      expect(Math.max(...out.data)).toBeLessThanOrEqual(Math.max(...v.data) + 1e-6);
      expect(Math.min(...out.data)).toBeGreaterThanOrEqual(Math.min(...v.data) - 1e-6);
    });
  });

  test('of queries that are zero is the mean of the values', () => {
    const [q, k, v] = inputsOf({ heads: 2, queries: 3, keys: 37, width: 5, valueWidth: 6 });
    const out = scaledDotProductAttention(q.mul(0) as Tensor, k, v) as Tensor;
    expectAll(out, v.mean(1, { keepDims: true }).expand([2, 3, 6]) as Tensor, 1e-5);
  });

  test('of a score far above all others is the value of that key', () => {
    const [q, k, v] = inputsOf({ heads: 1, queries: 2, keys: 41, width: 4, valueWidth: 3 });
    k.data.set([1000, 0, 0, 0], 4 * 17);
    q.data.set([1, 0, 0, 0, 1, 0, 0, 0]);
    const out = scaledDotProductAttention(q, k, v) as Tensor;
    expectAll(out, v.slice(1, 17, 18).expand([1, 2, 3]) as Tensor, 1e-6);
  });

  test('of one key is its value, whatever the query', () => {
    const [q, k, v] = inputsOf({ heads: 3, queries: 5, keys: 1, width: 9, valueWidth: 7 });
    expectBits(scaledDotProductAttention(q, k, v), v.expand([3, 5, 7]) as Tensor);
  });

  test('causal, the first query gets the first value', () => {
    const [q, k, v] = inputsOf({ heads: 2, queries: 35, keys: 35, width: 3, valueWidth: 5 });
    const out = scaledDotProductAttention(q, k, v, { causal: true }) as Tensor;
    expectBits(out.slice(1, 0, 1) as Tensor, v.slice(1, 0, 1) as Tensor);
  });

  test('a scale is a factor of the queries', () => {
    const [q, k, v] = inputsOf({ heads: 2, queries: 9, keys: 11, width: 4, valueWidth: 5 });
    const scaled = scaledDotProductAttention(q, k, v, { scale: 1.5 }) as Tensor;
    expectAll(scaled, scaledDotProductAttention(q.mul(3) as Tensor, k, v), 1e-5);
  });

  test('gradients by queries and keys vanish where all values are the same', () => {
    const sizes = { heads: 2, queries: 7, keys: 35, width: 6, valueWidth: 3 };
    const [q, k] = [drawLeaf([2, 7, 6], 1), drawLeaf([2, 35, 6], 2)];
    const v = draw([2, 1, 3], 3).expand([2, sizes.keys, 3]) as Tensor;
    scaledDotProductAttention(q, k, v).sum().backward();
    for (const { grad } of [q, k]) expect(Math.max(...elements(grad!).map(Math.abs))).toBeLessThan(1e-5);
  });
});
