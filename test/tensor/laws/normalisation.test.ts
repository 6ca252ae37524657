import { batchNorm, groupNorm, layerNorm, type Shape, type Tensor } from '@sonograd/tensor';
import { expect, test } from 'vitest';
import { onEveryEngine } from '../engines.ts';
import { draw, drawLeaf, elements, expectAll, expectBits, floats } from './plain.ts';

const average = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const spread = (values: readonly number[]) => average(values.map((value) => (value - average(values)) ** 2));

/** The numbers of each channel (axis 1). */
function channelsOf(x: Tensor): number[][] {
  const lists = Array.from({ length: x.shape[1]! }, (): number[] => []);
  const inner = x.shape.slice(2).reduce((product, length) => product * length, 1);
  elements(x).forEach((value, at) => {
    lists[Math.floor(at / inner) % lists.length]!.push(value);
  });
  return lists;
}

/** Rows of so many numbers. */
function rowsOf(x: Tensor, length: number): number[][] {
  const values = elements(x);
  return Array.from({ length: x.size / length }, (_, row) => values.slice(row * length, (row + 1) * length));
}

const train = (x: Tensor, options = {}) => batchNorm(x, { training: true, ...options }) as Tensor;

const shapes: readonly Shape[] = [
  [2, 1],
  [3, 65],
  [64, 3],
  [2, 5, 1],
  [1, 7, 9],
  [3, 2, 5, 7],
  [2, 33, 1, 3],
  [1, 1, 63],
];

onEveryEngine('batch normalisation', () => {
  test.each(shapes.map((shape) => [shape] as const))(
    'of %j: every channel has mean 0 and variance 1',
    (shape) => {
      for (const values of channelsOf(train(draw(shape), { eps: 0 }))) {
        expect(Math.abs(average(values))).toBeLessThan(1e-5);
        expect(Math.abs(spread(values) - 1)).toBeLessThan(1e-4);
      }
    },
  );

  test.each(Array.from({ length: 65 }, (_, at) => at + 1).filter((count) => count % 7 < 2))(
    '%i channels: weight and bias set deviation and mean',
    (channels) => {
      const [weight, bias] = [draw([channels], 2), draw([channels], 3)];
      const out = train(draw([5, channels, 3]), { weight, bias, eps: 0 });
      channelsOf(out).forEach((values, channel) => {
        expect(average(values)).toBeCloseTo(bias.data[channel]!, 4);
        expect(Math.sqrt(spread(values))).toBeCloseTo(Math.abs(weight.data[channel]!), 4);
      });
    },
  );

  test('does not mind a factor or a shift of its input', () => {
    const x = draw([6, 4, 5]);
    const expected = train(x, { eps: 0 });
    expectAll(train(x.mul(8).add(2) as Tensor, { eps: 0 }), expected, 2e-5);
    expectAll(train(x.mul(-1) as Tensor, { eps: 0 }), expected.neg() as Tensor, 1e-5);
  });

  test('keeps its digits where means are 1,000 times the deviation', () => {
    const x = draw([128, 3, 7]).add(500) as Tensor;
    const centred = x.sub(500) as Tensor;
    expectAll(train(x, { eps: 0 }), train(centred, { eps: 0 }), 3e-4);
  });

  test('of a channel that is constant is its bias', () => {
    const constant = floats(new Array(12).fill(7.25), [3, 2, 2]);
    expectBits(train(constant), new Array(12).fill(0));
    const bias = floats([3, -1]);
    expectBits(train(constant, { bias }), [3, 3, -1, -1, 3, 3, -1, -1, 3, 3, -1, -1]);
  });

  test('of deviations far below eps is small, not large', () => {
    const x = draw([8, 2, 4]).mul(1e-6) as Tensor;
    expect(Math.max(...train(x, { eps: 1e-3 }).data)).toBeLessThan(1e-4);
  });

  test('moves its running statistics by momentum, with the unbiased variance', () => {
    const x = draw([4, 3, 5]);
    const [runningMean, runningVariance] = [floats([1, 2, 3]), floats([4, 5, 6])];
    train(x, { runningMean, runningVariance, momentum: 0.25 });
    channelsOf(x).forEach((values, channel) => {
      const unbiased = (spread(values) * 20) / 19;
      expect(runningMean.data[channel]).toBeCloseTo(0.75 * (channel + 1) + 0.25 * average(values), 5);
      expect(runningVariance.data[channel]).toBeCloseTo(0.75 * (channel + 4) + 0.25 * unbiased, 5);
    });
  });

  test('of momentum 1 takes the statistics of the batch, of 0 leaves them', () => {
    const x = draw([50, 2]);
    const fresh = { runningMean: floats([9, 9]), runningVariance: floats([9, 9]) };
    train(x, { ...fresh, momentum: 0 });
    expectBits(fresh.runningMean, [9, 9]);
    train(x, { ...fresh, momentum: 1 });
    expectAll(fresh.runningMean, channelsOf(x).map(average), 1e-4);
  });

  test('outside training uses the running statistics and leaves them alone', () => {
    const x = draw([1, 3, 4]);
    const [runningMean, runningVariance] = [floats([0.5, -0.5, 0]), floats([4, 1, 0.25])];
    const out = batchNorm(x, { training: false, runningMean, runningVariance, eps: 0 }) as Tensor;
    const expected = elements(x).map((value, at) => {
      const channel = Math.floor(at / 4);
      return (value - runningMean.data[channel]!) / Math.sqrt(runningVariance.data[channel]!);
    });
    expectAll(out, expected, 1e-6);
    expectBits(runningMean, [0.5, -0.5, 0]);
  });

  test('outside training a batch is its rows, one by one', () => {
    const x = draw([5, 3, 4]);
    const settings = { training: false, runningMean: draw([3], 2), runningVariance: floats([1, 2, 3]) };
    const whole = batchNorm(x, settings) as Tensor;
    for (let row = 0; row < 5; row++) {
      const alone = batchNorm(x.slice(0, row, row + 1) as Tensor, settings) as Tensor;
      expectAll(alone, whole.slice(0, row, row + 1) as Tensor, 1e-6);
    }
  });

  test('hands on gradients that are at right angles to 1 and to its output', () => {
    for (const shape of shapes.filter(([rows, , ...rest]) => rows! * rest.reduce((a, b) => a * b, 1) > 2)) {
      const x = drawLeaf(shape);
      const out = train(x, { eps: 0 });
      out.backward(draw(shape, 2));
      const outputs = channelsOf(out);
      channelsOf(x.grad! as Tensor).forEach((slopes, channel) => {
        const size = slopes.reduce((sum, slope) => sum + Math.abs(slope), 1e-3);
        expect(Math.abs(average(slopes)) / size).toBeLessThan(1e-4);
        expect(
          Math.abs(average(slopes.map((slope, at) => slope * outputs[channel]![at]!))) / size,
        ).toBeLessThan(1e-4);
      });
    }
  });
});

onEveryEngine('layer normalisation', () => {
  const lengths = [1, 2, 3, 4, 5, 15, 16, 17, 63, 64, 65, 130];

  test.each(lengths)('rows of %i: mean 0, variance 1', (length) => {
    const out = layerNorm(draw([5, length]), [length], undefined, undefined, { eps: 1e-12 }) as Tensor;
    for (const row of rowsOf(out, length)) {
      expect(Math.abs(average(row))).toBeLessThan(1e-5);
      if (length > 1) expect(Math.abs(spread(row) - 1)).toBeLessThan(1e-3);
    }
  });

  test('over two axes is over one as long as both', () => {
    const x = draw([4, 3, 7]);
    expectBits(layerNorm(x, [3, 7]) as Tensor, layerNorm(x.reshape([4, 21]) as Tensor, [21]) as Tensor);
  });

  test('treats rows one by one', () => {
    const x = draw([9, 33]);
    const whole = layerNorm(x, [33]) as Tensor;
    for (let row = 0; row < 9; row++) {
      const one = layerNorm(x.slice(0, row, row + 1) as Tensor, [33]) as Tensor;
      expectBits(one, whole.slice(0, row, row + 1) as Tensor);
    }
  });

  test('keeps its digits where means are 1,000 times the deviation', () => {
    const x = draw([6, 65]).add(500) as Tensor;
    expectAll(layerNorm(x, [65]) as Tensor, layerNorm(x.sub(500) as Tensor, [65]) as Tensor, 3e-4);
  });

  test('of a row that is constant is its bias', () => {
    const [weight, bias] = [draw([7], 1), draw([7], 2)];
    const out = layerNorm(floats(new Array(14).fill(3.5), [2, 7]), [7], weight, bias) as Tensor;
    expectBits(out, [...elements(bias), ...elements(bias)]);
  });

  test('hands its bias the sum of gradients, its weight that of gradients times values', () => {
    const [x, weight, bias] = [draw([5, 9]), drawLeaf([9], 2), drawLeaf([9], 3)];
    const out = layerNorm(x, [9], weight, bias) as Tensor;
    const y = draw([5, 9], 4);
    out.backward(y);
    const values = layerNorm(x, [9]) as Tensor;
    expectAll(bias.grad!, y.sum(0) as Tensor, 1e-5);
    expectAll(weight.grad!, y.mul(values).sum(0) as Tensor, 1e-5);
  });
});

onEveryEngine('group normalisation', () => {
  const x = () => draw([3, 6, 5, 7]);

  test.each([1, 2, 3, 6])('in %i groups: each has mean 0 and variance 1', (groups) => {
    for (const row of rowsOf(groupNorm(x(), groups) as Tensor, 210 / groups)) {
      expect(Math.abs(average(row))).toBeLessThan(1e-5);
      expect(Math.abs(spread(row) - 1)).toBeLessThan(1e-3);
    }
  });

  test('of one group is layer normalisation of the image', () => {
    expectAll(groupNorm(x(), 1) as Tensor, layerNorm(x(), [6, 5, 7]) as Tensor, 1e-5);
  });

  test('of one channel a group is layer normalisation of each plane', () => {
    expectAll(groupNorm(x(), 6) as Tensor, layerNorm(x(), [5, 7]) as Tensor, 1e-5);
  });

  test('of one image, one channel a group, is batch normalisation of it', () => {
    const one = x().slice(0, 0, 1) as Tensor;
    expectAll(groupNorm(one, 6) as Tensor, train(one), 1e-5);
  });

  test('has gradients as layer normalisation has, in one group', () => {
    const [a, b] = [drawLeaf([2, 4, 3]), drawLeaf([2, 4, 3])];
    const y = draw([2, 4, 3], 2);
    (groupNorm(a, 1) as Tensor).backward(y);
    (layerNorm(b, [4, 3]) as Tensor).backward(y);
    expectAll(a.grad!, b.grad!, 1e-4);
  });

  test('without a batch has gradients of gradients, and they are empty', () => {
    const none = drawLeaf([0, 4, 3]);
    const out = groupNorm(none, 2) as Tensor;
    out.sum().backward(undefined, { createGraph: true });
    expect(none.grad!.shape).toEqual([0, 4, 3]);
  });
});
