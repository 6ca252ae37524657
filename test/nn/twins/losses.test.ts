import {
  bceWithLogits,
  contrastive,
  cosineEmbedding,
  crossEntropy,
  huber,
  klToUnitGaussian,
  l1,
  mse,
  multiResolutionStft,
  negativeSiSdr,
  ntXent,
  triplet,
} from '@sonograd/nn';
import { fromArray, type Tensor } from '@sonograd/tensor';
import { describe, expect, test } from 'vitest';
import { onEveryEngine } from '../../tensor/engines.ts';
import { expectClose, numbers, sigmoid, toTensor } from './arrays.ts';

const [rows, width] = [6, 5];
const [a, b, c] = [1, 2, 3].map((seed) => numbers(rows * width, seed)) as [
  Float64Array,
  Float64Array,
  Float64Array,
];
const row = (values: Float64Array, at: number) => values.subarray(at * width, (at + 1) * width);
const tensor = (values: Float64Array) => toTensor(values, rows, width);
const mean = (values: ArrayLike<number>) =>
  Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
const dot = (p: Float64Array, q: Float64Array) =>
  p.reduce((sum, value, at) => sum + value * (q[at] as number), 0);
const distance = (p: Float64Array, q: Float64Array) =>
  Math.sqrt(p.reduce((sum, value, at) => sum + (value - (q[at] as number)) ** 2, 0));
const cosine = (p: Float64Array, q: Float64Array) => dot(p, q) / Math.sqrt(dot(p, p) * dot(q, q));
const eachRow = (of: (at: number) => number) => Array.from({ length: rows }, (_, at) => of(at));
const each = (of: (x: number, y: number) => number) => Array.from(a, (x, at) => of(x, b[at] as number));

/** A loss as the three reductions give it, against its terms. */
function expectLoss(run: (reduction: 'mean' | 'sum' | 'none') => Tensor, terms: readonly number[]): void {
  expectClose(run('none'), terms, 2e-5);
  expectClose(run('sum'), [mean(terms) * terms.length], 2e-5);
  expectClose(run('mean'), [mean(terms)], 2e-5);
}

onEveryEngine('losses are their formulas', () => {
  test('distances: squared, plain, and Huber with a corner of its own', () => {
    expectLoss(
      (reduction) => mse(tensor(a), tensor(b), { reduction }),
      each((x, y) => (x - y) ** 2),
    );
    expectLoss(
      (reduction) => l1(tensor(a), tensor(b), { reduction }),
      each((x, y) => Math.abs(x - y)),
    );
    const bent = (x: number, y: number) => {
      const off = Math.abs(x - y);
      return off <= 0.3 ? off ** 2 / 2 : 0.3 * (off - 0.15);
    };
    expectLoss((reduction) => huber(tensor(a), tensor(b), { delta: 0.3, reduction }), each(bent));
  });

  test('binary cross-entropy, with positives that count more', () => {
    const targets = b.map((value) => (value + 1) / 2);
    const weights = Float64Array.from({ length: width }, (_, at) => 0.5 + at);
    const terms = Array.from(a, (x, at) => {
      const [t, p] = [targets[at] as number, weights[at % width] as number];
      return -p * t * Math.log(sigmoid(x)) - (1 - t) * Math.log(1 - sigmoid(x));
    });
    expectLoss(
      (reduction) =>
        bceWithLogits(tensor(a), tensor(targets), { posWeight: toTensor(weights, width), reduction }),
      terms,
    );
  });

  test('cross-entropy: smoothed labels, weighted classes, an ignored one; the mean is a weighted one', () => {
    const labels = Int32Array.of(0, 3, 2, 4, 1, 2);
    const weights = Float64Array.of(1, 2, 0.5, 1.5, 3);
    const smoothing = 0.2;
    const terms = eachRow((at) => {
      const logits = row(a, at);
      const total = Math.log(logits.reduce((sum, value) => sum + Math.exp(value), 0));
      const surprise = (label: number) => total - (logits[label] as number);
      const label = labels[at] as number;
      if (label === 2) return 0;
      const spread = weights.reduce((sum, weight, own) => sum + (weight * surprise(own)) / width, 0);
      return (1 - smoothing) * (weights[label] as number) * surprise(label) + smoothing * spread;
    });
    const options = { weight: toTensor(weights, width), labelSmoothing: smoothing, ignoreIndex: 2 };
    const target = fromArray(labels, [rows]);
    expectClose(crossEntropy(tensor(a), target, { ...options, reduction: 'none' }), terms, 2e-5);
    const counted = eachRow((at) => (labels[at] === 2 ? 0 : (weights[labels[at] as number] as number)));
    expectClose(
      crossEntropy(tensor(a), target, options),
      [(mean(terms) * rows) / (mean(counted) * rows)],
      2e-5,
    );
  });

  test('divergence from the unit Gaussian: zero only there', () => {
    const terms = eachRow((at) =>
      Array.from(row(a, at), (value, i) => {
        const logVariance = row(b, at)[i] as number;
        return 0.5 * (value ** 2 + Math.exp(logVariance) - 1 - logVariance);
      }).reduce((sum, value) => sum + value, 0),
    );
    expectLoss((reduction) => klToUnitGaussian(tensor(a), tensor(b), { reduction }), terms);
  });

  test('pairs and triplets', () => {
    const signs = Int32Array.of(1, -1, 1, -1, -1, 1);
    const margin = 0.1;
    expectLoss(
      (reduction) => cosineEmbedding(tensor(a), tensor(b), fromArray(signs, [rows]), { margin, reduction }),
      eachRow((at) => {
        const alike = cosine(row(a, at), row(b, at));
        return signs[at] === 1 ? 1 - alike : Math.max(0, alike - margin);
      }),
    );
    const same = signs.map((sign) => (sign === 1 ? 1 : 0));
    expectLoss(
      (reduction) => contrastive(tensor(a), tensor(b), fromArray(same, [rows]), { margin: 2, reduction }),
      eachRow((at) => {
        const apart = distance(row(a, at), row(b, at));
        return same[at] === 1 ? apart ** 2 / 2 : Math.max(0, 2 - apart) ** 2 / 2;
      }),
    );
    expectLoss(
      (reduction) => triplet(tensor(a), tensor(b), tensor(c), { margin: 1, reduction }),
      eachRow((at) => Math.max(0, distance(row(a, at), row(b, at)) - distance(row(a, at), row(c, at)) + 1)),
    );
  });

  test('NT-Xent: each view must find its other one among all but itself', () => {
    const views = [
      ...eachRow((at) => at).map((at) => row(a, at)),
      ...eachRow((at) => at).map((at) => row(b, at)),
    ];
    const temperature = 0.3;
    const terms = views.map((own, at) => {
      const scores = views.map((other) => cosine(own, other) / temperature);
      const others = scores.filter((_, k) => k !== at);
      const total = Math.log(others.reduce((sum, score) => sum + Math.exp(score), 0));
      return total - (scores[(at + rows) % (2 * rows)] as number);
    });
    expectClose(ntXent(tensor(a), tensor(b), { temperature }), [mean(terms)], 2e-5);
  });

  test('SI-SDR does not see scale or offset, and is the ratio of what lies along the target', () => {
    const expected = eachRow((at) => {
      const centred = (values: Float64Array) => values.map((value) => value - mean(values));
      const [heard, target] = [centred(row(a, at)), centred(row(b, at))];
      const wanted = target.map((value) => (value * dot(heard, target)) / dot(target, target));
      const rest = heard.map((value, i) => value - (wanted[i] as number));
      return -10 * Math.log10(dot(wanted, wanted) / dot(rest, rest));
    });
    expectLoss((reduction) => negativeSiSdr(tensor(a), tensor(b), { reduction }), expected);
    const louder = tensor(a).mul(7).add(3) as Tensor;
    expectClose(negativeSiSdr(louder, tensor(b), { reduction: 'none' }), expected, 1e-3);
  });
});

describe('the multi-resolution STFT loss', () => {
  const signal = numbers(600, 4);
  const resolutions = [
    [64, 16, 64],
    [32, 8, 20],
  ] as const;

  test('is zero for the same signal, and grows with the noise', () => {
    const clean = toTensor(signal, 1, 600);
    const noise = numbers(600, 5);
    const losses = [0, 0.05, 0.2, 0.8].map((level) => {
      const noisy = toTensor(
        signal.map((value, at) => value + level * (noise[at] as number)),
        1,
        600,
      );
      return multiResolutionStft(noisy, clean, { resolutions }).item();
    });
    expect(losses[0]).toBe(0);
    expect([...losses].sort((p, q) => p - q)).toEqual(losses);
  });

  test('is the mean over the resolutions', () => {
    const [x, y] = [toTensor(signal, 1, 600), toTensor(numbers(600, 6), 1, 600)];
    const single = resolutions.map((own) => multiResolutionStft(x, y, { resolutions: [own] }).item());
    expect(multiResolutionStft(x, y, { resolutions }).item()).toBeCloseTo(mean(single), 5);
  });
});
