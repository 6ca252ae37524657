import { apply, applyMany } from '../autograd/apply.ts';
import { isRecording } from '../autograd/mode.ts';
import type { Op, OpMany } from '../autograd/op.ts';
import { fromArray } from '../creation/tensor.ts';
import { type Layout, layoutOf } from '../reduction/reduction.ts';
import { requireDType } from '../shape/require.ts';
import { sameShape, showShape } from '../shape/shape.ts';
import type { AnyTensor, Tensor } from '../tensor.ts';
import type { Shape } from '../types/shape.ts';
import { logSoftmax } from './logSoftmax.ts';
import { runGradient, runLoss } from './loss/crossEntropy.kernel.ts';
import { checkLabels, type Targets, targetShares } from './loss/targets.ts';
import { sum } from './sum.ts';

/** One loss for each label, what the gradient needs of its logits, and the weight with which it counts. */
const op: OpMany<Targets> = {
  name: 'crossEntropy',
  visibleOutputs: 1,
  outputs: ([, labels]) =>
    Array.from({ length: 4 }, () => ({ shape: labels!.shape, dtype: 'float32' as const })),
  reference: ([losses, largest, logarithms, counted], [logits, labels], targets) => {
    const layout = classesOf(logits!.shape);
    checkLabels(labels!, layout.length, targets.ignoreIndex);
    const shares = targetShares(labels!, layout, targets);
    forEachLabel(layout, (place, at) => {
      const indices = Array.from({ length: layout.length }, (_, label) => at(label));
      const most = indices.reduce((most, index) => Math.max(most, logits!.data[index]!), -Infinity);
      const total = indices.reduce((total, index) => total + Math.exp(logits!.data[index]! - most), 0);
      const surprise = (index: number) => Math.log(total) + most - logits!.data[index]!;
      losses!.data[place] = indices.reduce((loss, index) => loss + shares[index]! * surprise(index), 0);
      largest!.data[place] = most;
      logarithms!.data[place] = Math.log(total);
      const label = labels!.data[place]!;
      counted!.data[place] = label === targets.ignoreIndex ? 0 : (targets.weights?.[label] ?? 1);
    });
  },
  simd: (outs, [logits, labels], targets) => {
    const layout = classesOf(logits!.shape);
    if (!runLoss(outs, logits!, labels!, layout, targets))
      checkLabels(labels!, layout.length, targets.ignoreIndex);
  },
  backward: ({ inputs: [logits, labels], outputs: [, largest, logarithms], dOuts: [dOut], params }) => {
    if (isRecording()) return [composedGradient(dOut!, logits!, labels!, params)];
    return [apply<Targets, Tensor>(gradientOp, [dOut!, logits!, labels!, largest!, logarithms!], params)];
  },
};

const gradientOp: Op<Targets> = {
  name: 'crossEntropyGradient',
  shape: ([, logits]) => logits!,
  reference: (dLogits, [dOut, logits, labels, largest, logarithms], targets) => {
    const layout = classesOf(logits!.shape);
    const shares = targetShares(labels!, layout, targets);
    forEachLabel(layout, (place, at) => {
      let all = 0;
      for (let label = 0; label < layout.length; label++) all += shares[at(label)]!;
      for (let label = 0; label < layout.length; label++) {
        const index = at(label);
        const softmax = Math.exp(logits!.data[index]! - largest!.data[place]! - logarithms!.data[place]!);
        dLogits.data[index] = dOut!.data[place]! * (all * softmax - shares[index]!);
      }
    });
  },
  simd: (dLogits, inputs, targets) => runGradient(dLogits, inputs, classesOf(inputs[1]!.shape), targets),
};

/** What `reduction: 'none'` and the others give back. */
export type Reduction = 'mean' | 'sum' | 'none';
export type Reduced<R extends Reduction> = R extends 'none' ? Tensor : Tensor<[]>;

export interface CrossEntropyOptions<R extends Reduction = Reduction> {
  /** `mean` divides by the weights of the labels that count. */
  readonly reduction?: R;
  /** How much each class counts; a constant, no gradient flows to it. */
  readonly weight?: Tensor;
  readonly ignoreIndex?: number;
  readonly labelSmoothing?: number;
}

/** -log softmax(logits)[label], fused: the softmax is never stored. Classes are axis 1 (of a vector, axis 0). */
export function crossEntropy<R extends Reduction = 'mean'>(
  logits: Tensor,
  labels: Tensor<Shape, 'int32'>,
  options: CrossEntropyOptions<R> = {},
): Reduced<R> {
  const { ignoreIndex = -100, labelSmoothing = 0, weight } = options;
  checkInputs(logits, labels, labelSmoothing, weight);
  const targets = { ignoreIndex, labelSmoothing, weights: weight && Float32Array.from(weight.data) };
  const [losses, ...saved] = applyMany(op, [logits, labels], targets) as Tensor[];
  const reduced = reduce(losses!, saved[2]!, options.reduction ?? 'mean');
  if (losses!.source === undefined) for (const one of saved) one.dispose();
  return reduced as Reduced<R>;
}

function reduce(losses: Tensor, counted: Tensor, reduction: Reduction): Tensor {
  if (reduction === 'none') return losses;
  if (reduction === 'sum') return sum(losses);
  const weights = sum(counted.detach());
  const mean = sum(losses).mul(1 / weights.item());
  weights.dispose();
  return mean as Tensor;
}

function checkInputs(logits: Tensor, labels: AnyTensor, labelSmoothing: number, weight?: Tensor): void {
  requireDType('crossEntropy', logits, ['float32']);
  requireDType('crossEntropy', labels, ['int32']);
  const { rank, shape } = logits;
  const expected = rank < 2 ? [] : [shape[0]!, ...shape.slice(2)];
  if (rank === 0 || !sameShape(labels.shape, expected)) {
    throw new RangeError(
      `crossEntropy: labels must have the shape of the logits without the classes, ${showShape(labels.shape)} and ${showShape(shape)}`,
    );
  }
  const classes = classesOf(shape).length;
  if (weight !== undefined && !sameShape(weight.shape, [classes])) {
    throw new RangeError(
      `crossEntropy: weight must have one element for each of ${classes} classes, got ${showShape(weight.shape)}`,
    );
  }
  if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
    throw new RangeError(`crossEntropy: labelSmoothing must be from 0 to 1, got ${labelSmoothing}`);
  }
}

function classesOf(shape: Shape): Layout {
  const axis = shape.length === 1 ? 0 : 1;
  return layoutOf(shape, { from: axis, to: axis + 1 });
}

/** Calls `visit` with the place of each label, and where the logits of its classes stand. */
function forEachLabel(
  { outer, length, inner }: Layout,
  visit: (place: number, at: (label: number) => number) => void,
): void {
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) visit(o * inner + i, (label) => (o * length + label) * inner + i);
  }
}

/** The gradient in basic ops. */
function composedGradient(dOut: Tensor, logits: Tensor, labels: AnyTensor, targets: Targets): Tensor {
  const layout = classesOf(logits.shape);
  const axis = logits.rank === 1 ? 0 : 1;
  const shares = fromArray(targetShares(labels, layout, targets), logits.shape) as Tensor;
  const softmax = (logSoftmax(logits, axis) as Tensor).exp();
  const all = sum(shares, axis, { keepDims: true }) as Tensor;
  return softmax.mul(all).sub(shares).mul(dOut.unsqueeze(axis)) as Tensor;
}
