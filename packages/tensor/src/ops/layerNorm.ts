import { applyMany } from '../autograd/apply.ts';
import { isRecording } from '../autograd/mode.ts';
import type { ForwardMany, OpMany } from '../autograd/op.ts';
import { ones, zeros } from '../creation/fill.ts';
import { requireDType } from '../shape/require.ts';
import { sameShape, showShape, sizeOf } from '../shape/shape.ts';
import type { AnyTensor, Tensor } from '../tensor.ts';
import type { Shape } from '../types/shape.ts';
import { standardised, throughStandardised } from './normalise/composed.ts';
import { layerNormGradient, layerNormValue } from './normalise/rows.kernel.ts';

interface Params {
  readonly eps: number;
  /** How many of the last axes are normalised together. */
  readonly axes: number;
}

const op: OpMany<Params> = {
  name: 'layerNorm',
  visibleOutputs: 1,
  outputs: ([x], { axes }) => {
    const rows = { shape: x!.shape.slice(0, x!.shape.length - axes), dtype: 'float32' as const };
    return [x!, rows, rows];
  },
  reference: ([out, means, scales], [x, weight, bias], { eps }) => {
    const length = weight!.size;
    for (let row = 0; row * length < x!.size; row++) {
      const values = (x!.data as Float32Array).subarray(row * length, (row + 1) * length);
      const mean = values.reduce((sum, value) => sum + value, 0) / length;
      const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / length;
      const scale = 1 / Math.sqrt(variance + eps);
      for (let i = 0; i < length; i++) {
        out!.data[row * length + i] = (values[i]! - mean) * scale * weight!.data[i]! + bias!.data[i]!;
      }
      means!.data[row] = mean;
      scales!.data[row] = scale;
    }
  },
  simd: (outs, inputs, { eps }) => layerNormValue(outs, inputs, inputs[1]!.size, eps),
  backward: ({ inputs: [x, weight], outputs: [, means, scales], dOuts: [dOut], params }) => {
    if (!isRecording())
      return applyMany(gradientOp, [dOut!, x!, weight!, means!, scales!], params) as Tensor[];
    const rank = x!.rank - params.axes;
    const [outer, inner] = [axesFrom(0, rank), axesFrom(rank, x!.rank)];
    const values = standardised(x!, inner, params.eps);
    return [
      throughStandardised(dOut!.mul(weight!) as Tensor, values, inner),
      dOut!.mul(values.value).sum(outer) as Tensor,
      dOut!.sum(outer) as Tensor,
    ];
  },
};

const referenceGradient: ForwardMany<Params> = ([dX, dWeight, dBias], [dOut, x, weight, means, scales]) => {
  const length = weight!.size;
  const [dW, dB] = [new Float64Array(length), new Float64Array(length)];
  for (let row = 0; row * length < x!.size; row++) {
    const [mean, scale] = [means!.data[row]!, scales!.data[row]!];
    const valueAt = (i: number) => (x!.data[row * length + i]! - mean) * scale;
    let [average, along] = [0, 0];
    for (let i = 0; i < length; i++) {
      const gradient = dOut!.data[row * length + i]!;
      average += (gradient * weight!.data[i]!) / length;
      along += (gradient * weight!.data[i]! * valueAt(i)) / length;
      dW[i]! += gradient * valueAt(i);
      dB[i]! += gradient;
    }
    for (let i = 0; i < length; i++) {
      const weighed = dOut!.data[row * length + i]! * weight!.data[i]!;
      dX!.data[row * length + i] = (weighed - average - valueAt(i) * along) * scale;
    }
  }
  dWeight!.data.set(dW);
  dBias!.data.set(dB);
};

/** By x, weight and bias. */
const gradientOp: OpMany<Params> = {
  name: 'layerNormGradient',
  outputs: ([, x, weight]) => [x!, weight!, weight!],
  reference: referenceGradient,
  simd: (outs, inputs) => layerNormGradient(outs, inputs, inputs[2]!.size),
};

export interface NormOptions {
  /** Added to the variance: what is constant stays finite. */
  readonly eps?: number;
}

/**
 * The last axes, whose sizes are named, with mean 0 and variance 1 together; then an element-wise scale and shift.
 * Ba, Kiros and Hinton, "Layer normalization" (2016).
 */
export function layerNorm<S extends Shape>(
  x: Tensor<S>,
  shape: Shape,
  weight?: Tensor,
  bias?: Tensor,
  options: NormOptions = {},
): Tensor<S> {
  requireDType('layerNorm', x, ['float32']);
  if (shape.length === 0 || !sameShape(x.shape.slice(-shape.length), shape) || sizeOf(shape) === 0) {
    throw new RangeError(`layerNorm: x must end in the shape, ${showShape(x.shape)} and ${showShape(shape)}`);
  }
  for (const own of [weight, bias]) {
    if (own !== undefined && !sameShape(own.shape, shape)) {
      throw new RangeError(
        `layerNorm: weight and bias must have the shape, ${showShape(own.shape)} and ${showShape(shape)}`,
      );
    }
  }
  const inputs: AnyTensor[] = [x, weight ?? ones(shape), bias ?? zeros(shape)];
  const [out, ...saved] = applyMany(op, inputs, { eps: options.eps ?? 1e-5, axes: shape.length });
  if (out!.source === undefined) for (const one of saved) one.dispose();
  return out as AnyTensor as Tensor<S>;
}

function axesFrom(first: number, end: number): number[] {
  return Array.from({ length: end - first }, (_, index) => first + index);
}
