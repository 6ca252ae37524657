import { applyMany } from '../autograd/apply.ts';
import { isRecording } from '../autograd/mode.ts';
import type { OpMany } from '../autograd/op.ts';
import { ones, zeros } from '../creation/fill.ts';
import { requireDType } from '../shape/require.ts';
import { showShape, sizeOf } from '../shape/shape.ts';
import type { AnyTensor, Tensor } from '../tensor.ts';
import type { Shape } from '../types/shape.ts';
import type { NormOptions } from './layerNorm.ts';
import { channelsOf } from './normalise/channels.ts';
import { standardised, throughStandardised } from './normalise/composed.ts';
import { type Affine, channelLoops } from './normalise/loops.ts';

interface Params {
  readonly groups: number;
  readonly eps: number;
}

const op: OpMany<Params> = {
  name: 'groupNorm',
  visibleOutputs: 1,
  outputs: ([x], { groups }) => {
    const each = { shape: [x!.shape[0]!, groups], dtype: 'float32' as const };
    return [x!, each, each];
  },
  forward: ([out, mean, variance], [x, weight, bias], params) => {
    const { groupLayout, channelLayout } = layoutsOf(x!.shape, params.groups);
    const { means, variances } = channelLoops().moments(x!, groupLayout);
    mean!.data.set(means);
    variance!.data.set(variances);
    const numbers = affineOf(x!.shape, params, means, variances, weight!.data, bias!.data);
    channelLoops().affine(out!, x!, channelLayout, numbers);
  },
  backward: ({ inputs: [x, weight, bias], outputs: [, mean, variance], dOuts: [dOut], params }) => {
    if (isRecording()) return composed(dOut!, x!, weight!, params);
    return applyMany(gradientOp, [dOut!, x!, weight!, bias!, mean!, variance!], params) as Tensor[];
  },
};

/** By x, weight and bias. */
const gradientOp: OpMany<Params> = {
  name: 'groupNormGradient',
  outputs: ([, x, weight, bias]) => [x!, weight!, bias!],
  forward: ([dX, dWeight, dBias], [dOut, x, weight, bias, mean, variance], params) => {
    const { groupLayout, channelLayout } = layoutsOf(x!.shape, params.groups);
    const numbers = affineOf(x!.shape, params, mean!.data, variance!.data, weight!.data, bias!.data);
    const { sums, products } = channelLoops().gradientSums(dOut!, x!, channelLayout, numbers);
    const [weights, variances] = [weight!.data, variance!.data];
    const channels = weights.length;
    const perGroup = channels / params.groups;
    const [slopes, offsets] = [new Float64Array(sums.length), new Float64Array(sums.length)];
    const [dWeights, dBiases] = [new Float64Array(channels), new Float64Array(channels)];
    for (let group = 0; group < variances.length; group++) {
      const scale = 1 / Math.sqrt(variances[group]! + params.eps);
      const from = group * perGroup;
      let [average, along] = [0, 0];
      for (let at = from; at < from + perGroup; at++) {
        const channel = at % channels;
        average += (weights[channel]! * sums[at]!) / groupLayout.inner;
        along += (weights[channel]! * products[at]!) / groupLayout.inner;
        dWeights[channel]! += products[at]! * scale;
        dBiases[channel]! += sums[at]!;
      }
      slopes.fill(-(scale ** 3) * along, from, from + perGroup);
      offsets.fill(-scale * average, from, from + perGroup);
    }
    dWeight!.data.set(dWeights);
    dBias!.data.set(dBiases);
    channelLoops().affineGradient(dX!, dOut!, x!, channelLayout, { ...numbers, slopes, offsets });
  },
};

/**
 * The channels (axis 1) in groups, each with mean 0 and variance 1 within every example; then a scale and a shift
 * for each channel. Wu and He, "Group normalization" (2018).
 */
export function groupNorm<S extends Shape>(
  x: Tensor<S>,
  groups: number,
  weight?: Tensor,
  bias?: Tensor,
  options: NormOptions = {},
): Tensor<S> {
  requireDType('groupNorm', x, ['float32']);
  const channels = x.shape[1]!;
  if (x.rank < 2)
    throw new RangeError(`groupNorm: x must have a batch and channels, got ${showShape(x.shape)}`);
  if (!Number.isInteger(groups) || groups < 1 || channels % groups !== 0) {
    throw new RangeError(`groupNorm: groups must divide ${channels} channels, got ${groups}`);
  }
  for (const own of [weight, bias]) {
    if (own !== undefined && (own.rank !== 1 || own.size !== channels)) {
      throw new RangeError(
        `groupNorm: weight and bias must have one element for each of ${channels} channels, got ${showShape(own.shape)}`,
      );
    }
  }
  const inputs: AnyTensor[] = [x, weight ?? ones([channels]), bias ?? zeros([channels])];
  const [out, ...saved] = applyMany(op, inputs, { groups, eps: options.eps ?? 1e-5 });
  if (out!.source === undefined) for (const one of saved) one.dispose();
  return out as AnyTensor as Tensor<S>;
}

/** Every group of every example counts as a channel for the moments; every channel of every example for the rest. */
function layoutsOf(shape: Shape, groups: number) {
  const { outer, channels, inner } = channelsOf(shape);
  return {
    groupLayout: { outer: 1, channels: outer * groups, inner: (channels / groups) * inner },
    channelLayout: { outer: 1, channels: outer * channels, inner },
  };
}

function affineOf(
  shape: Shape,
  { groups, eps }: Params,
  means: ArrayLike<number>,
  variances: ArrayLike<number>,
  weight: ArrayLike<number>,
  bias: ArrayLike<number>,
): Affine {
  const channels = weight.length;
  const count = shape[0]! * channels;
  const [centers, scales, shifts] = [
    new Float32Array(count),
    new Float32Array(count),
    new Float32Array(count),
  ];
  const perGroup = channels / groups;
  for (let at = 0; at < count; at++) {
    const group = Math.floor(at / perGroup);
    centers[at] = means[group]!;
    scales[at] = weight[at % channels]! / Math.sqrt(variances[group]! + eps);
    shifts[at] = bias[at % channels]!;
  }
  return { centers, scales, shifts, lowest: -Infinity };
}

/** The gradients in basic ops. */
function composed(dOut: Tensor, x: Tensor, weight: Tensor, { groups, eps }: Params): Tensor[] {
  const [batch, channels, ...rest] = x.shape as [number, number, ...number[]];
  const grouped = [batch, groups, (channels / groups) * sizeOf(rest)];
  const values = standardised(x.reshape(grouped) as Tensor, [2], eps);
  const value = values.value.reshape(x.shape) as Tensor;
  const perChannel = weight.reshape(x.shape.map((size, axis) => (axis === 1 ? size : 1))) as Tensor;
  const dValue = dOut.mul(perChannel).reshape(grouped) as Tensor;
  const beside = x.shape.map((_, axis) => axis).filter((axis) => axis !== 1);
  return [
    throughStandardised(dValue, values, [2]).reshape(x.shape) as Tensor,
    dOut.mul(value).sum(beside) as Tensor,
    dOut.sum(beside) as Tensor,
  ];
}
