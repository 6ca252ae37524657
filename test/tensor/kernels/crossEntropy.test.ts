import {
  crossEntropy,
  fromArray,
  randomIntegers,
  randomKey,
  type Shape,
  setEngine,
  type Tensor,
} from '@sonograd/tensor';
import { afterAll, describe, expect, test } from 'vitest';
import { runGradient, runLoss } from '../../../packages/tensor/src/ops/loss/crossEntropy.kernel.ts';
import { checkLabels, type Targets, targetShares } from '../../../packages/tensor/src/ops/loss/targets.ts';
import type { Layout } from '../../../packages/tensor/src/reduction/reduction.ts';
import { largestDifference, valuesAndGradients } from '../fusedChecks.ts';
import { noise } from './compare.ts';
import { cutOddly, runGuarded } from './guarded.ts';

type Labels = Tensor<Shape, 'int32'>;

const logitsOf = ({ outer, length, inner }: Layout): Tensor =>
  fromArray(
    noise(outer * length * inner, 1).map((value) => 5 * value),
    [outer, length, inner],
  ) as Tensor;

const labelsOf = ({ outer, length, inner }: Layout, ignored?: number): Labels => {
  const labels = randomIntegers(new Int32Array(outer * inner), randomKey(2), 0, length);
  if (ignored !== undefined) for (let at = 2; at < labels.length; at += 5) labels[at] = ignored;
  return fromArray(labels, [outer, inner]) as Labels;
};

const plain: Targets = { ignoreIndex: -100, labelSmoothing: 0, weights: undefined };

const layouts: readonly Layout[] = [
  ...Array.from({ length: 67 }, (_, index) => ({ outer: 3, length: index + 1, inner: 1 })),
  ...[2, 3, 4, 5, 15, 16, 17, 31, 33, 65].map((inner) => ({ outer: 2, length: 7, inner })),
  { outer: 2, length: 1, inner: 6 },
];

/** The loss as its formula says, in float64. */
function expectedLosses(logits: Tensor, labels: Labels, layout: Layout, targets: Targets): number[] {
  const { outer, length, inner } = layout;
  const shares = targetShares(labels, layout, targets);
  return Array.from({ length: outer * inner }, (_, place) => {
    const at = (label: number) => (Math.floor(place / inner) * length + label) * inner + (place % inner);
    const indices = Array.from({ length }, (_, label) => at(label));
    const total = indices.reduce((sum, index) => sum + Math.exp(logits.data[index]!), 0);
    return indices.reduce(
      (loss, index) => loss + shares[index]! * (Math.log(total) - logits.data[index]!),
      0,
    );
  });
}

function targetsFor(classes: number): Targets[] {
  const weights = noise(classes, 9).map((value) => value + 1.5);
  return [
    plain,
    { ...plain, labelSmoothing: 0.2 },
    { ...plain, weights, ignoreIndex: -7 },
    { weights, labelSmoothing: 0.3, ignoreIndex: 0 },
  ];
}

afterAll(() => setEngine('simd'));

describe('kernels of cross-entropy', () => {
  test.each(layouts)('losses, %o', (layout) => {
    for (const targets of targetsFor(layout.length)) {
      const [logits, labels] = [logitsOf(layout), labelsOf(layout, targets.ignoreIndex)];
      const shape = [layout.outer, layout.inner];
      const [losses, largest, logarithms, counted] = runGuarded([shape, shape, shape, shape], (outs) => {
        expect(runLoss(outs, logits, labels, layout, targets)).toBe(true);
      });
      expect(largestDifference(losses!, expectedLosses(logits, labels, layout, targets))).toBeLessThan(2e-6);
      const weightOf = (label: number) =>
        label === targets.ignoreIndex ? 0 : (targets.weights?.[label] ?? 1);
      expect([...counted!]).toEqual([...labels.data].map(weightOf));
      expect(Math.max(...largest!)).toBeLessThanOrEqual(5);
      expect(Math.min(...logarithms!)).toBeGreaterThanOrEqual(0);
    }
  });

  test.each(layouts)('gradients as the formula, %o', (layout) => {
    const { outer, length, inner } = layout;
    for (const targets of targetsFor(length)) {
      const [logits, labels] = [logitsOf(layout), labelsOf(layout, targets.ignoreIndex)];
      const shape = [outer, inner];
      const [, largest, logarithms] = runGuarded([shape, shape, shape, shape], (outs) => {
        runLoss(outs, logits, labels, layout, targets);
      });
      const dOut = fromArray(noise(outer * inner, 3), shape);
      const saved = [fromArray(largest!, shape), fromArray(logarithms!, shape)];
      const [dLogits] = runGuarded([logits.shape], ([out]) => {
        runGradient(out!, [dOut, logits, labels, ...saved], layout, targets);
      });
      const shares = targetShares(labels, layout, targets);
      const expected = logits.data.map((logit, index) => {
        const place = Math.floor(index / (length * inner)) * inner + (index % inner);
        const at = (label: number) => (Math.floor(place / inner) * length + label) * inner + (place % inner);
        let [total, all] = [0, 0];
        for (let label = 0; label < length; label++) {
          total += Math.exp(logits.data[at(label)]!);
          all += shares[at(label)]!;
        }
        return dOut.data[place]! * ((all * Math.exp(logit)) / total - shares[index]!);
      });
      expect(largestDifference(dLogits!, expected)).toBeLessThan(5e-6);
    }
  });

  test('a wrong label is noticed in any lane, and reads nothing', () => {
    for (const layout of [
      { outer: 9, length: 3, inner: 1 },
      { outer: 1, length: 3, inner: 23 },
    ]) {
      const count = layout.outer * layout.inner;
      for (let at = 0; at < count; at++) {
        for (const label of [3, -1, 2 ** 31 - 1]) {
          const labels = labelsOf(layout);
          labels.data[at] = label;
          const shape = [layout.outer, layout.inner];
          runGuarded([shape, shape, shape, shape], (outs) => {
            expect(runLoss(outs, logitsOf(layout), labels, layout, plain)).toBe(false);
          });
          expect(() => checkLabels(labels, 3, -100)).toThrow(`got ${label} at position ${at}`);
        }
      }
    }
  });

  test('NaN and the infinities: as the formula', () => {
    const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;
    const rows = [
      [nan, 1, 2],
      [-infinity, 1, 2],
      [1, -infinity, 2],
      [infinity, 1, 2],
    ];
    const labels = fromArray(Int32Array.of(1, 1, 1, 1), [4]) as Labels;
    setEngine('simd');
    const losses = crossEntropy(fromArray(Float32Array.from(rows.flat()), [4, 3]) as Tensor, labels, {
      reduction: 'none',
    });
    expect(losses.data[0]).toBeNaN();
    expect(losses.data[1]).toBeCloseTo(Math.log(Math.exp(1) + Math.exp(2)) - 1, 5);
    expect(losses.data[2]).toBe(infinity);
    expect(losses.data[3]).toBeNaN();
  });

  test.each([[{ outer: 5003, length: 33, inner: 1 }], [{ outer: 3, length: 11, inner: 4001 }]])(
    'ranges cut at odd places give the same bits, %o',
    (layout) => {
      setEngine('simd');
      const labels = labelsOf(layout);
      const run = (logits: Tensor): Tensor => crossEntropy(logits, labels, { labelSmoothing: 0.1 });
      const whole = valuesAndGradients(run, [logitsOf(layout)]);
      const pieces = cutOddly(() => valuesAndGradients(run, [logitsOf(layout)]));
      expect(pieces).toEqual(whole);
    },
  );
});
