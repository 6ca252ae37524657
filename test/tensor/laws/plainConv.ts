import type { Shape, Tensor } from '@sonograd/tensor';

export interface PlainOptions {
  readonly stride: readonly [number, number];
  readonly padding: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly groups: number;
}

export const plainOptions: PlainOptions = { stride: [1, 1], padding: [0, 0], dilation: [1, 1], groups: 1 };

export interface PlainImage {
  readonly shape: Shape;
  readonly data: Float64Array;
}

/** Calls `visit` with every output number's place, and the places of each pair whose product it sums. */
function forEachProduct(
  x: Shape,
  filters: Shape,
  { stride, padding, dilation, groups }: PlainOptions,
  visit: (out: number, image: number, filter: number) => void,
): Shape {
  const [batch, channels, height, width] = x as readonly [number, number, number, number];
  const [outputs, depth, down, across] = filters as readonly [number, number, number, number];
  const rows = Math.floor((height + 2 * padding[0] - dilation[0] * (down - 1) - 1) / stride[0]) + 1;
  const columns = Math.floor((width + 2 * padding[1] - dilation[1] * (across - 1) - 1) / stride[1]) + 1;
  let out = 0;
  for (let image = 0; image < batch; image++) {
    for (let output = 0; output < outputs; output++) {
      const first = Math.floor(output / (outputs / groups)) * depth;
      for (let row = 0; row < rows; row++) {
        for (let column = 0; column < columns; column++, out++) {
          for (let tap = 0; tap < depth * down * across; tap++) {
            const channel = first + Math.floor(tap / (down * across));
            const y = row * stride[0] - padding[0] + (Math.floor(tap / across) % down) * dilation[0];
            const z = column * stride[1] - padding[1] + (tap % across) * dilation[1];
            if (y < 0 || y >= height || z < 0 || z >= width) continue;
            const place = ((image * channels + channel) * height + y) * width + z;
            visit(out, place, output * depth * down * across + tap);
          }
        }
      }
    }
  }
  return [batch, outputs, rows, columns];
}

/** A convolution as it is written in a book, in float64. */
export function plainConv(x: Tensor, filters: Tensor, options: PlainOptions): PlainImage {
  const sums = new Map<number, number>();
  const shape = forEachProduct(x.shape, filters.shape, options, (out, image, filter) => {
    sums.set(out, (sums.get(out) ?? 0) + x.data[image]! * filters.data[filter]!);
  });
  const size = shape.reduce((product, length) => product * length, 1);
  return { shape, data: Float64Array.from({ length: size }, (_, at) => sums.get(at) ?? 0) };
}

/** Its gradients by image and filters: each product hands the output's gradient to both of its sides. */
export function plainConvGradients(x: Tensor, filters: Tensor, dOut: Tensor, options: PlainOptions) {
  const [dX, dFilters] = [new Float64Array(x.size), new Float64Array(filters.size)];
  forEachProduct(x.shape, filters.shape, options, (out, image, filter) => {
    dX[image]! += dOut.data[out]! * filters.data[filter]!;
    dFilters[filter]! += dOut.data[out]! * x.data[image]!;
  });
  return { dX, dFilters };
}
