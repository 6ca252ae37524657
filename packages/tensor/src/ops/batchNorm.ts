import { apply, applyMany } from '../autograd/apply.ts';
import { isRecording } from '../autograd/mode.ts';
import type { Gradients, Op, OpMany } from '../autograd/op.ts';
import { ones, zeros } from '../creation/fill.ts';
import type { TypedData } from '../dtype.ts';
import { requireDType } from '../shape/require.ts';
import { showShape } from '../shape/shape.ts';
import type { Tensor } from '../tensor.ts';
import type { Shape } from '../types/shape.ts';
import { channelsOf } from './normalise/channels.ts';
import { type Standardised, standardised, throughStandardised } from './normalise/composed.ts';
import { type Affine, channelLoops } from './normalise/loops.ts';

export interface BatchNormOptions {
  /** Normalise by the statistics of this batch, or by the running ones. */
  readonly training: boolean;
  /** Kept up to date in place while training, with the unbiased variance. */
  readonly runningMean?: Tensor | undefined;
  readonly runningVariance?: Tensor | undefined;
  readonly weight?: Tensor | undefined;
  readonly bias?: Tensor | undefined;
  /** The share of this batch in the running statistics. */
  readonly momentum?: number;
  readonly eps?: number;
  /** Negative results become 0 in the same pass: saves a pass forward and one backward. */
  readonly activation?: 'relu' | undefined;
}

interface Settings {
  readonly eps: number;
  /** Results are at least this. */
  readonly lowest: number;
  readonly training: boolean;
}

interface Training extends Settings, Pick<BatchNormOptions, 'runningMean' | 'runningVariance'> {
  readonly momentum: number;
}

const trainingOp: OpMany<Training> = {
  name: 'batchNorm',
  visibleOutputs: 1,
  outputs: ([x]) => [x!, ...[0, 1].map(() => ({ shape: [x!.shape[1]!], dtype: 'float32' as const }))],
  forward: ([out, mean, variance], [x, weight, bias], params) => {
    const layout = channelsOf(x!.shape);
    const { means, variances } = channelLoops().moments(x!, layout);
    updateRunning(means, variances, layout.outer * layout.inner, params);
    mean!.data.set(means);
    variance!.data.set(variances);
    const numbers = affineOf(params, means, variances, weight!.data, bias!.data);
    channelLoops().affine(out!, x!, layout, numbers);
  },
  backward: ({ inputs: [x, weight, bias], outputs: [out, mean, variance], dOuts: [dOut], params }) => {
    if (isRecording())
      return composed(dOut!, x!, weight!, out!, params, standardised(x!, beside(x!), params.eps));
    return applyMany(gradientOp, [dOut!, x!, weight!, bias!, mean!, variance!], params) as Tensor[];
  },
};

const evaluationOp: Op<Settings> = {
  name: 'batchNorm',
  shape: ([x]) => x!,
  forward: (out, [x, weight, bias, mean, variance], params) => {
    const numbers = affineOf(params, mean!.data, variance!.data, weight!.data, bias!.data);
    channelLoops().affine(out, x!, channelsOf(x!.shape), numbers);
  },
  backward: ({ inputs: [x, weight, bias, mean, variance], out, dOut, params }) => {
    if (!isRecording())
      return applyMany(gradientOp, [dOut, x!, weight!, bias!, mean!, variance!], params) as Tensor[];
    const inverseDeviation = perChannel(variance!, x!).add(params.eps).rsqrt() as Tensor;
    const value = x!.sub(perChannel(mean!, x!)).mul(inverseDeviation) as Tensor;
    return composed(dOut, x!, weight!, out, params, { value, inverseDeviation });
  },
};

/** By x, weight and bias, in two passes: one for the sums of each channel, one that writes. */
const gradientOp: OpMany<Settings> = {
  name: 'batchNormGradient',
  outputs: ([, x, weight, bias]) => [x!, weight!, bias!],
  forward: ([dX, dWeight, dBias], [dOut, x, weight, bias, mean, variance], params) => {
    const layout = channelsOf(x!.shape);
    const numbers = affineOf(params, mean!.data, variance!.data, weight!.data, bias!.data);
    const { sums, products } = channelLoops().gradientSums(dOut!, x!, layout, numbers);
    const share = params.training ? 1 / (layout.outer * layout.inner) : 0;
    const [slopes, offsets] = [new Float32Array(layout.channels), new Float32Array(layout.channels)];
    const [toWeight, toBias, variances, { scales }] = [dWeight!.data, dBias!.data, variance!.data, numbers];
    for (let channel = 0; channel < layout.channels; channel++) {
      const inverseSquare = 1 / (variances[channel]! + params.eps);
      toWeight[channel] = products[channel]! * Math.sqrt(inverseSquare);
      toBias[channel] = sums[channel]!;
      slopes[channel] = -share * scales[channel]! * products[channel]! * inverseSquare;
      offsets[channel] = -share * scales[channel]! * sums[channel]!;
    }
    channelLoops().affineGradient(dX!, dOut!, x!, layout, { ...numbers, slopes, offsets });
  },
};

/** Each channel of x (axis 1) with mean 0 and variance 1, then scaled and shifted. Ioffe and Szegedy (2015). */
export function batchNorm<S extends Shape>(x: Tensor<S>, options: BatchNormOptions): Tensor<S> {
  return normalised(x, options) as Tensor<S>;
}

function normalised(x: Tensor, options: BatchNormOptions): Tensor {
  const { training, runningMean, runningVariance, momentum = 0.1, eps = 1e-5 } = options;
  requireDType('batchNorm', x, ['float32']);
  if (x.rank < 2)
    throw new RangeError(`batchNorm: x must have a batch and channels, got ${showShape(x.shape)}`);
  const channels = x.shape[1]!;
  for (const name of ['weight', 'bias', 'runningMean', 'runningVariance'] as const) {
    const own = options[name];
    if (own !== undefined && (own.rank !== 1 || own.size !== channels)) {
      throw new RangeError(
        `batchNorm: ${name} must have one element for each of ${channels} channels, got ${showShape(own.shape)}`,
      );
    }
  }
  const { weight = ones([channels]), bias = zeros([channels]) } = options;
  const settings = { eps, training, lowest: options.activation === 'relu' ? 0 : -Infinity };
  if (!training) {
    if (runningMean === undefined || runningVariance === undefined)
      throw new TypeError('batchNorm: outside training it needs runningMean and runningVariance, got none');
    return apply(evaluationOp, [x, weight, bias, runningMean, runningVariance], settings);
  }
  if (x.size <= channels) {
    throw new RangeError(
      `batchNorm: training needs more than one value in each channel, got ${showShape(x.shape)}`,
    );
  }
  const params = { ...settings, runningMean, runningVariance, momentum };
  const [out, ...saved] = applyMany(trainingOp, [x, weight, bias], params);
  if (out!.source === undefined) for (const one of saved) one.dispose();
  return out as Tensor;
}

function affineOf(
  { eps, lowest }: Settings,
  means: TypedData,
  variances: TypedData,
  weight: TypedData,
  bias: TypedData,
): Affine {
  const scales = new Float32Array(weight.length);
  for (let channel = 0; channel < scales.length; channel++) {
    scales[channel] = weight[channel]! / Math.sqrt(variances[channel]! + eps);
  }
  return { centers: means.slice(), scales, shifts: bias.slice(), lowest };
}

function updateRunning(
  means: Float32Array,
  variances: Float32Array,
  count: number,
  { runningMean, runningVariance, momentum }: Training,
): void {
  moveTowards(runningMean, means, momentum, 1);
  moveTowards(runningVariance, variances, momentum, count / (count - 1));
}

function moveTowards(running: Tensor | undefined, batch: Float32Array, share: number, factor: number): void {
  if (running === undefined) return;
  const { data } = running;
  for (let channel = 0; channel < batch.length; channel++) {
    data[channel] = (1 - share) * data[channel]! + share * factor * batch[channel]!;
  }
  running.storage.version += 1;
}

/** The gradients by x, weight and bias in basic ops. */
function composed(
  dOut: Tensor,
  x: Tensor,
  weight: Tensor,
  out: Tensor,
  { lowest, training }: Settings,
  values: Standardised,
): Gradients {
  const passed = lowest === 0 ? (dOut.mul(out.step()) as Tensor) : dOut;
  const dValue = passed.mul(perChannel(weight, x)) as Tensor;
  return [
    training
      ? throughStandardised(dValue, values, beside(x))
      : (dValue.mul(values.inverseDeviation) as Tensor),
    passed.mul(values.value).sum(beside(x)) as Tensor,
    passed.sum(beside(x)) as Tensor,
  ];
}

/** All axes but that of the channels. */
function beside(x: Tensor): number[] {
  return x.shape.map((_, axis) => axis).filter((axis) => axis !== 1);
}

function perChannel(numbers: Tensor, x: Tensor): Tensor {
  return numbers.reshape(x.shape.map((size, axis) => (axis === 1 ? size : 1))) as Tensor;
}
