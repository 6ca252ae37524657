import { BatchNorm1d, BatchNorm2d, GroupNorm, initialise, LayerNorm, type Module } from '@sonograd/nn';
import { fillNormal, fromArray, randomKey, type Tensor } from '@sonograd/tensor';
import { expect, test } from 'vitest';
import { onEveryEngine } from '../../tensor/engines.ts';
import { expectClose, numbers, ofTensor, toTensor } from './arrays.ts';

/** Scales and shifts that are not 1 and 0, so that a mix-up shows. */
function disturb(module: Module): void {
  module.parameters().forEach((parameter, index) => {
    fillNormal(parameter.data as Float32Array, randomKey(40 + index), 1, 0.3);
  });
}

function moments(values: number[]): { mean: number; variance: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length };
}

/** Elements of the same set share mean and variance; `channel` chooses scale and shift. */
function normalised(
  x: Float64Array,
  setOf: (at: number) => number,
  channelOf: (at: number) => number,
  weight: Float64Array,
  bias: Float64Array,
): Float64Array {
  const sets = new Map<number, number[]>();
  x.forEach((value, at) => {
    sets.set(setOf(at), [...(sets.get(setOf(at)) ?? []), value]);
  });
  const found = new Map([...sets].map(([set, values]) => [set, moments(values)]));
  return x.map((value, at) => {
    const { mean, variance } = found.get(setOf(at)) ?? { mean: 0, variance: 1 };
    const channel = channelOf(at);
    return (
      ((value - mean) / Math.sqrt(variance + 1e-5)) * (weight[channel] as number) + (bias[channel] as number)
    );
  });
}

onEveryEngine('normalisations are their formulas', () => {
  test('batch-norm: each channel over the batch and the plane', () => {
    const x = numbers(3 * 4 * 6, 1);
    const layer = new BatchNorm2d(4);
    disturb(layer);
    const channel = (at: number) => Math.floor(at / 6) % 4;
    const expected = normalised(x, channel, channel, ofTensor(layer.weight), ofTensor(layer.bias));
    expectClose(layer.forward(toTensor(x, 3, 4, 2, 3)), expected);
  });

  test('batch-norm: running statistics move by a tenth, with the unbiased variance', () => {
    const x = numbers(5 * 2, 2);
    const layer = new BatchNorm1d(2);
    layer.forward(toTensor(x, 5, 2));
    [0, 1].forEach((channel) => {
      const { mean, variance } = moments([...x].filter((_, at) => at % 2 === channel));
      expect(layer.runningMean?.data[channel]).toBeCloseTo(0.1 * mean, 5);
      expect(layer.runningVar?.data[channel]).toBeCloseTo(0.9 + 0.1 * variance * (5 / 4), 5);
    });
  });

  test('layer-norm: each row over its last axes', () => {
    const x = numbers(4 * 15, 3);
    const layer = new LayerNorm([3, 5]);
    disturb(layer);
    const expected = normalised(
      x,
      (at) => Math.floor(at / 15),
      (at) => at % 15,
      ofTensor(layer.weight),
      ofTensor(layer.bias),
    );
    expectClose(layer.forward(toTensor(x, 4, 3, 5)), expected);
  });

  test('group-norm: each row and group of channels', () => {
    const x = numbers(2 * 6 * 4, 4);
    const layer = new GroupNorm(3, 6);
    disturb(layer);
    const expected = normalised(
      x,
      (at) => Math.floor(at / 8),
      (at) => Math.floor(at / 4) % 6,
      ofTensor(layer.weight),
      ofTensor(layer.bias),
    );
    expectClose(layer.forward(toTensor(x, 2, 6, 4)), expected);
  });

  test('a batch of one image, and values far from zero', () => {
    const x = Float64Array.from(numbers(8, 5), (value) => 1000 + value);
    const layer = new BatchNorm2d(1);
    const expected = normalised(
      x,
      () => 0,
      () => 0,
      Float64Array.of(1),
      Float64Array.of(0),
    );
    expectClose(layer.forward(toTensor(Float32Array.from(x), 1, 1, 2, 4)), expected, 2e-3);
  });
});

test('initialise leaves normalisations alone', () => {
  const layer = new LayerNorm(3);
  initialise(
    layer,
    (shape) => fromArray(new Float32Array(shape.reduce((a, b) => a * b, 1)), shape) as Tensor,
    randomKey(1),
  );
  expect([...(layer.weight as Tensor).data, ...(layer.bias as Tensor).data]).toEqual([1, 1, 1, 0, 0, 0]);
});
