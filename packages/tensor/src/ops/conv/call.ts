import { requireDType, requireShapes } from '../../shape/require.ts';
import { showShape } from '../../shape/shape.ts';
import type { AnyTensor, Tensor } from '../../tensor.ts';
import { reshape } from '../reshape.ts';
import { convolved, convTransposed } from './convolution.ts';
import {
  type ConvOptions,
  type ConvTransposeOptions,
  checkBias,
  checkGroups,
  checkRanks,
  movementOf,
  type Pair,
  perAxis,
  reach,
  windowCount,
} from './sizes.ts';

/** A convolution of signals (rank 1) or images (rank 2), checked under the name that the user called. */
export function callConv(
  op: string,
  rank: number,
  x: AnyTensor,
  filters: AnyTensor,
  bias: AnyTensor | undefined,
  options: ConvOptions = {},
): Tensor {
  for (const tensor of bias ? [x, filters, bias] : [x, filters]) requireDType(op, tensor, ['float32']);
  checkRanks(op, x.shape, filters.shape, rank);
  const movement = movementOf(op, rank, options);
  const { stride, padding, dilation, groups } = movement;
  requireShapes(op, 'channels differ', x.shape[1] === filters.shape[1]! * groups, x.shape, filters.shape);
  checkGroups(op, groups, filters.shape[0]!, x.shape, filters.shape);
  checkBias(op, bias?.shape, filters.shape[0]!);
  const [image, kernels] = [asImage(x), asImage(filters)];
  const fits = ([0, 1] as const).every(
    (axis) =>
      kernels.shape[2 + axis]! > 0 &&
      windowCount(
        image.shape[2 + axis]!,
        kernels.shape[2 + axis]!,
        stride[axis],
        padding[axis],
        dilation[axis],
      ) > 0,
  );
  requireShapes(op, 'the kernel does not fit into the padded input', fits, x.shape, filters.shape);
  return asRank(convolved(image, kernels, bias, movement, options.activation === 'relu'), rank);
}

export function callConvTranspose(
  op: string,
  rank: number,
  x: AnyTensor,
  filters: AnyTensor,
  bias: AnyTensor | undefined,
  options: ConvTransposeOptions = {},
): Tensor {
  for (const tensor of bias ? [x, filters, bias] : [x, filters]) requireDType(op, tensor, ['float32']);
  checkRanks(op, x.shape, filters.shape, rank);
  const movement = movementOf(op, rank, options);
  const { groups } = movement;
  requireShapes(op, 'channels differ', x.shape[1] === filters.shape[0], x.shape, filters.shape);
  checkGroups(op, groups, filters.shape[0]!, x.shape, filters.shape);
  checkBias(op, bias?.shape, filters.shape[1]! * groups);
  const [image, kernels] = [asImage(x), asImage(filters)];
  const size = transposedSize(op, rank, image, kernels, options);
  requireShapes(op, 'the padding leaves no output', size[0] > 0 && size[1] > 0, x.shape, filters.shape);
  return asRank(convTransposed(image, kernels, bias, movement, size, options.activation === 'relu'), rank);
}

function transposedSize(
  op: string,
  rank: number,
  image: AnyTensor,
  filters: AnyTensor,
  options: ConvTransposeOptions,
): Pair {
  const { stride, padding, dilation } = movementOf(op, rank, options);
  const given = perAxis(op, 'outputPadding', options.outputPadding, 0, 0, rank);
  const extra: Pair = rank === 1 ? [0, given[0]!] : [given[0]!, given[1]!];
  const size = (axis: 0 | 1) => {
    if (extra[axis] >= Math.max(stride[axis], dilation[axis])) {
      throw new RangeError(
        `${op}: outputPadding must be below stride or dilation, ${extra[axis]} with stride=${stride[axis]} dilation=${dilation[axis]}`,
      );
    }
    const windows = (image.shape[2 + axis]! - 1) * stride[axis];
    return windows + reach(filters.shape[2 + axis]!, dilation[axis]) + extra[axis] - 2 * padding[axis];
  };
  return [size(0), size(1)];
}

/** A signal is an image of height 1. */
function asImage(x: AnyTensor): AnyTensor {
  if (x.rank === 4) return x;
  const [first, second, length] = x.shape;
  return reshape(x, [first!, second!, 1, length!]);
}

function asRank(image: Tensor, rank: number): Tensor {
  if (rank === 2) return image;
  const [first, second, , length] = image.shape;
  return reshape(image, [first!, second!, length!]) as Tensor;
}

export function requireRank(op: string, x: AnyTensor, rank: number): void {
  requireDType(op, x, ['float32']);
  if (x.rank === rank + 2) return;
  const axes = rank === 1 ? '[batch, channels, length]' : '[batch, channels, height, width]';
  throw new RangeError(`${op}: the input must be ${axes}, got ${showShape(x.shape)}`);
}
