import { apply } from '../../autograd/apply.ts';
import type { Gradients, Op } from '../../autograd/op.ts';
import type { AnyTensor, Tensor } from '../../tensor.ts';
import { mul } from '../mul.ts';
import { step } from '../step.ts';
import { sum } from '../sum.ts';
import { runFilters, runForward, runInputGradient } from './product.ts';
import {
  clampBelow,
  fillWithBias,
  referenceFilterGradient,
  referenceForward,
  referenceInputGradient,
} from './reference.ts';
import { convSizes, type Movement, type Pair, windowCount } from './sizes.ts';

export interface ConvParams extends Movement {
  readonly relu: boolean;
}

interface TransposeParams extends ConvParams {
  /** Rows and columns of the output, which the input's size does not settle where there is a stride. */
  readonly image: Pair;
}

interface FilterParams extends Movement {
  readonly kernel: Pair;
}

/** Image and filters, and where given a bias, to an image of windows. */
const forwardOp: Op<ConvParams> = {
  name: 'conv2d',
  shape: ([image, filters], { stride, padding, dilation }) => {
    const count = (axis: 0 | 1) =>
      windowCount(image![2 + axis]!, filters![2 + axis]!, stride[axis], padding[axis], dilation[axis]);
    return [image![0]!, filters![0]!, count(0), count(1)];
  },
  reference: (out, [image, filters, bias], params) => {
    const sizes = convSizes(image!.shape, filters!.shape, out.shape, params);
    fillWithBias(out.data, bias?.data, sizes.out[0] * sizes.out[1]);
    referenceForward(out.data, image!.data, filters!.data, sizes);
    if (params.relu) clampBelow(out.data);
  },
  simd: (out, [image, filters, bias], params) => {
    const sizes = convSizes(image!.shape, filters!.shape, out.shape, params);
    runForward(out, image!, filters!, bias, sizes, params.relu);
  },
  backward: ({ inputs: [image, filters, bias], out, dOut, params, needs }) => {
    const arrived = params.relu ? (mul(dOut, step(out)) as Tensor) : dOut;
    return [
      needs(0) ? convTransposed(arrived, filters!, undefined, params, spatial(image!)) : undefined,
      needs(1) ? filterGradient(image!, arrived, params, spatial(filters!)) : undefined,
      ...biasGradient(bias, arrived),
    ];
  },
};

/** The input gradient of `forwardOp`, which is the transposed convolution. */
const transposedOp: Op<TransposeParams> = {
  name: 'convTranspose2d',
  shape: ([dOut, filters], { image, groups }) => [dOut![0]!, filters![1]! * groups, ...image],
  reference: (image, [dOut, filters, bias], params) => {
    const sizes = convSizes(image.shape, filters!.shape, dOut!.shape, params);
    fillWithBias(image.data, bias?.data, sizes.image[0] * sizes.image[1]);
    referenceInputGradient(image.data, dOut!.data, filters!.data, sizes);
    if (params.relu) clampBelow(image.data);
  },
  simd: (image, [dOut, filters, bias], params) => {
    const sizes = convSizes(image.shape, filters!.shape, dOut!.shape, params);
    runInputGradient(image, dOut!, filters!, bias, sizes, params.relu);
  },
  backward: ({ inputs: [x, filters, bias], out, dOut, params, needs }) => {
    const arrived = params.relu ? (mul(dOut, step(out)) as Tensor) : dOut;
    return [
      needs(0) ? convolved(arrived, filters!, undefined, params) : undefined,
      needs(1) ? filterGradient(arrived, x!, params, spatial(filters!)) : undefined,
      ...biasGradient(bias, arrived),
    ];
  },
};

/** The gradient of both by their filters. */
const filterGradientOp: Op<FilterParams> = {
  name: 'convFilterGradient',
  shape: ([image, dOut], { kernel, groups }) => [dOut![1]!, image![1]! / groups, ...kernel],
  reference: (filters, [image, dOut], params) => {
    filters.data.fill(0);
    const sizes = convSizes(image!.shape, filters.shape, dOut!.shape, params);
    referenceFilterGradient(filters.data, image!.data, dOut!.data, sizes);
  },
  simd: (filters, [image, dOut], params) => {
    runFilters(filters, image!, dOut!, convSizes(image!.shape, filters.shape, dOut!.shape, params));
  },
  backward: ({ inputs: [image, dOut], dOut: dFilters, params, needs }) => [
    needs(0) ? convTransposed(dOut!, dFilters, undefined, params, spatial(image!)) : undefined,
    needs(1) ? convolved(image!, dFilters, undefined, params) : undefined,
  ],
};

type Maybe<T> = T | undefined;

export function convolved(
  image: AnyTensor,
  filters: AnyTensor,
  bias: Maybe<AnyTensor>,
  { stride, padding, dilation, groups }: Movement,
  relu = false,
): Tensor {
  return apply(forwardOp, given(image, filters, bias), { stride, padding, dilation, groups, relu }) as Tensor;
}

export function convTransposed(
  x: AnyTensor,
  filters: AnyTensor,
  bias: Maybe<AnyTensor>,
  { stride, padding, dilation, groups }: Movement,
  image: Pair,
  relu = false,
): Tensor {
  const params = { stride, padding, dilation, groups, image, relu };
  return apply(transposedOp, given(x, filters, bias), params) as Tensor;
}

function filterGradient(
  image: Tensor,
  dOut: Tensor,
  { stride, padding, dilation, groups }: Movement,
  kernel: Pair,
): Tensor {
  return apply(filterGradientOp, [image, dOut], { stride, padding, dilation, groups, kernel }) as Tensor;
}

function given(image: AnyTensor, filters: AnyTensor, bias: Maybe<AnyTensor>): AnyTensor[] {
  return bias === undefined ? [image, filters] : [image, filters, bias];
}

function biasGradient(bias: Maybe<Tensor>, dOut: Tensor): Gradients {
  if (bias === undefined) return [];
  return [bias.requiresGrad ? (sum(dOut, [0, 2, 3]) as Tensor) : undefined];
}

function spatial({ shape }: AnyTensor): Pair {
  return [shape[2]!, shape[3]!];
}
