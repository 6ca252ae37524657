import {
  crossEntropy,
  dropout,
  foldIn,
  randomKey,
  type Shape,
  splitKey,
  type Tensor,
} from '@sonograd/tensor';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { onEveryEngine } from '../engines.ts';
import { draw, drawLeaf, elements, expectAll, expectBits, floats, integers, messageOf } from './plain.ts';

interface Settings {
  readonly weights: readonly number[] | undefined;
  readonly ignored: number;
  readonly smoothing: number;
}

const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);

/** The losses of rows of logits and what each counts, as the definition reads, in float64. */
function plainLosses(logits: Tensor, labels: readonly number[], { weights, ignored, smoothing }: Settings) {
  const classes = logits.shape[1]!;
  return labels.map((label, row) => {
    if (label === ignored) return { loss: 0, counts: 0 };
    const values = elements(logits).slice(row * classes, (row + 1) * classes);
    const largest = Math.max(...values);
    const sum = Math.log(total(values.map((value) => Math.exp(value - largest)))) + largest;
    const surprise = (at: number) => (weights?.[at] ?? 1) * (sum - values[at]!);
    const smooth = total(values.map((_, at) => surprise(at))) / classes;
    return { loss: (1 - smoothing) * surprise(label) + smoothing * smooth, counts: weights?.[label] ?? 1 };
  });
}

const someLoss = fc
  .record({
    rows: fc.integer({ min: 1, max: 20 }),
    classes: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.constantFrom(63, 64, 65)),
    hasWeights: fc.boolean(),
    smoothing: fc.constantFrom(0, 0, 0.1, 0.5, 1),
    ignores: fc.boolean(),
    stream: fc.infiniteStream(fc.nat()),
  })
  .map(({ rows, classes, hasWeights, smoothing, ignores, stream }) => ({
    logits: draw([rows, classes], 1).mul(4) as Tensor,
    labels: Array.from({ length: rows }, () => stream.next().value % classes),
    settings: {
      weights: hasWeights ? elements(draw([classes], 2)).map((value) => Math.fround(value + 1.5)) : undefined,
      ignored: ignores ? 0 : -100,
      smoothing,
    },
  }));

const optionsOf = ({ weights, ignored, smoothing }: Settings) => ({
  ...(weights && { weight: floats(weights) }),
  ignoreIndex: ignored,
  labelSmoothing: smoothing,
});

onEveryEngine('cross entropy', () => {
  const holds = (law: (given: { logits: Tensor; labels: number[]; settings: Settings }) => void) =>
    fc.assert(fc.property(someLoss, law), { numRuns: 40 });

  test('is what its definition says, one by one', () => {
    holds(({ logits, labels, settings }) => {
      const options = { ...optionsOf(settings), reduction: 'none' as const };
      const expected = plainLosses(logits, labels, settings).map(({ loss }) => loss);
      expectAll(crossEntropy(logits, integers(labels), options), expected, 5e-6);
    });
  });

  test('as a mean divides by the weights of the labels that count', () => {
    holds(({ logits, labels, settings }) => {
      const losses = plainLosses(logits, labels, settings);
      const counts = total(losses.map((one) => one.counts));
      if (counts === 0) return;
      const received = crossEntropy(logits, integers(labels), optionsOf(settings)).item();
      expect(received).toBeCloseTo(total(losses.map(({ loss }) => loss)) / counts, 4);
    });
  });

  test('as a sum is the sum of what it is one by one', () => {
    holds(({ logits, labels, settings }) => {
      const options = optionsOf(settings);
      const each = crossEntropy(logits, integers(labels), { ...options, reduction: 'none' });
      const sum = crossEntropy(logits, integers(labels), { ...options, reduction: 'sum' }).item();
      expect(sum).toBeCloseTo(total(elements(each)), 3);
    });
  });

  test('has gradients that add up to nothing over the classes', () => {
    holds(({ logits, labels, settings }) => {
      const leaf = logits.copy() as Tensor;
      leaf.requiresGrad = true;
      crossEntropy(leaf, integers(labels), { ...optionsOf(settings), reduction: 'sum' }).backward();
      for (const sum of elements(leaf.grad!.sum(1) as Tensor)) expect(Math.abs(sum)).toBeLessThan(2e-5);
    });
  });

  test('has softmax less one at the label as its gradient', () => {
    const logits = drawLeaf([5, 9]);
    const labels = [3, 0, 8, 8, 1];
    crossEntropy(logits, integers(labels), { reduction: 'sum' }).backward();
    const expected = logits.softmax(1).sub(integers(labels).oneHot(9)) as Tensor;
    expectAll(logits.grad!, expected, 1e-6);
  });

  test('does not mind a shift of all logits of a row', () => {
    const [logits, labels] = [draw([7, 11]), integers([0, 1, 2, 3, 4, 5, 10])];
    const shifted = logits.add(draw([7, 1], 2).mul(30)) as Tensor;
    const each = (x: Tensor) => crossEntropy(x, labels, { reduction: 'none' });
    expectAll(each(shifted), each(logits), 1e-5);
  });

  test.each([1e3, 1e30])('of logits of ±%d is finite, and its gradient too', (size) => {
    const logits = floats([size, -size, 0, -size, size, 0], [2, 3]);
    logits.requiresGrad = true;
    const losses = crossEntropy(logits, integers([0, 0]), { reduction: 'none' });
    expectAll(losses, [0, 2 * size], 1e-6);
    losses.sum().backward();
    expectBits(logits.grad!, [0, 0, 0, -1, 1, 0]);
  });

  test('of logits that are all the same is the logarithm of the classes', () => {
    for (const classes of [1, 2, 7, 64, 1000]) {
      const logits = draw([3, classes]).mul(0).add(5) as Tensor;
      expect(crossEntropy(logits, integers([0, 0, 0])).item()).toBeCloseTo(Math.log(classes), 5);
    }
  });

  test('of labels that are all ignored sums to 0, and its mean is no number', () => {
    const logits = drawLeaf([3, 4]);
    const labels = integers([-100, -100, -100]);
    const sum = crossEntropy(logits, labels, { reduction: 'sum' });
    expect(sum.item()).toBe(0);
    sum.backward();
    expectBits(logits.grad!.abs() as Tensor, new Array(12).fill(0));
    expect(crossEntropy(logits, labels).item()).toBeNaN();
  });

  test('of a class whose weight is 0 counts nothing', () => {
    const logits = draw([3, 2]);
    const weight = floats([0, 1]);
    const only = crossEntropy(logits.slice(0, 1, 2) as Tensor, integers([1]));
    expect(crossEntropy(logits, integers([0, 1, 0]), { weight }).item()).toBeCloseTo(only.item(), 6);
  });

  test('of smoothing 1 is the same for every label', () => {
    const logits = draw([1, 7]).expand([7, 7]).copy() as Tensor;
    const losses = crossEntropy(logits, integers([0, 1, 2, 3, 4, 5, 6]), {
      reduction: 'none',
      labelSmoothing: 1,
    });
    expectAll(losses, new Array(7).fill(losses.data[0]), 1e-6);
  });

  test('of images is that of their pixels', () => {
    const images = draw([2, 5, 3, 4]);
    const labels = integers(
      Array.from({ length: 24 }, (_, at) => at % 5),
      [2, 3, 4],
    );
    const pixels = images.permute([0, 2, 3, 1]).reshape([24, 5]) as Tensor;
    const flat = crossEntropy(pixels, integers(elements(labels)), { reduction: 'none' });
    expectAll(crossEntropy(images, labels, { reduction: 'none' }), flat, 2e-6);
  });

  test.each<[Shape, readonly number[], object, string]>([
    [[2, 3], [0, 3], {}, 'labels must be from 0 to 2 or -100, got 3 at position 1'],
    [[2, 3], [0, -1], {}, 'labels must be from 0 to 2 or -100, got -1 at position 1'],
    [[2, 3], [0, -1], { ignoreIndex: 7 }, 'labels must be from 0 to 2 or 7, got -1 at position 1'],
    [[2, 3], [0, 1], { labelSmoothing: 1.5 }, 'labelSmoothing must be from 0 to 1, got 1.5'],
    [[2, 3], [0, 1], { labelSmoothing: Number.NaN }, 'labelSmoothing must be from 0 to 1, got NaN'],
    [[2, 3], [0, 1], { weight: floats([1]) }, 'weight must have one element for each of 3 classes, got [1]'],
    [[2, 3], [0], {}, 'labels must have the shape of the logits without the classes, [1] and [2, 3]'],
    [[], [0], {}, 'labels must have the shape of the logits without the classes, [1] and []'],
  ])('of %j with labels %j and %j is refused', (shape, labels, options, message) => {
    expect(messageOf(() => crossEntropy(draw(shape), integers(labels), options))).toBe(
      `crossEntropy: ${message}`,
    );
  });
});

onEveryEngine('dropout', () => {
  const key = randomKey(5);
  const ones = (count: number) => floats(new Array(count).fill(1));

  test('keeps what it keeps at 1 / (1 - p), and drops the rest', () => {
    for (const probability of [0.1, 0.25, 0.5, 0.9]) {
      const kept = Math.fround(1 / (1 - probability));
      for (const value of elements(dropout(ones(999), probability, key)))
        expect([0, kept].some((one) => Math.abs(one - value) < 1e-6)).toBe(true);
    }
  });

  test('drops about as often as it should', () => {
    const count = 20_000;
    for (const probability of [0.1, 0.5, 0.9]) {
      const dropped = elements(dropout(ones(count), probability, key)).filter((value) => value === 0).length;
      const deviation = Math.sqrt(count * probability * (1 - probability));
      expect(Math.abs(dropped - count * probability)).toBeLessThan(4 * deviation);
    }
  });

  test('by the same key drops the same, by another key others', () => {
    const [first, second] = splitKey(key, 2);
    expectBits(dropout(ones(257), 0.5, first!), dropout(ones(257), 0.5, first!));
    const other = elements(dropout(ones(257), 0.5, second!));
    expect(
      elements(dropout(ones(257), 0.5, first!)).filter((value, at) => value === other[at]).length,
    ).toBeLessThan(200);
    expect(elements(dropout(ones(257), 0.5, foldIn(first!, 1)))).not.toEqual(other);
  });

  test('hands gradients on as it handed on values', () => {
    const x = drawLeaf([9, 29]);
    const out = dropout(x, 0.4, key) as Tensor;
    out.sum().backward();
    expectAll(x.grad!.mul(x) as Tensor, out, 1e-6);
  });

  test('of a longer list begins as that of a shorter one', () => {
    const long = elements(dropout(ones(1000), 0.3, key));
    for (const length of [1, 7, 8, 64, 129])
      expectBits(dropout(ones(length), 0.3, key), long.slice(0, length));
  });
});
