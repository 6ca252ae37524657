import type { Shape } from '../../../packages/tensor/src/types/shape.ts';
import type { Conv, ConvTransposed, Pool, WindowCount } from '../../../packages/tensor/src/types/window.ts';
import type { Equal, Expect } from './expect.ts';

export type Counts = [
  Expect<Equal<WindowCount<32, 3>, 30>>,
  Expect<Equal<WindowCount<32, 3, 1, 1>, 32>>,
  Expect<Equal<WindowCount<224, 7, 2, 3>, 112>>,
  Expect<Equal<WindowCount<32, 3, 1, 0, 2>, 28>>,
  Expect<Equal<WindowCount<16_000, 512, 128>, 122>>,
  Expect<Equal<WindowCount<3, 3>, 1>>,
  Expect<Equal<WindowCount<2, 3>, never>>,
  Expect<Equal<WindowCount<number, 3>, number>>,
];

export type Convolutions = [
  Expect<Equal<Conv<'conv1d', [8, 1, 16_000], [64, 1, 400], { stride: 160 }>, [8, 64, 98]>>,
  Expect<Equal<Conv<'conv2d', [8, 3, 32, 32], [16, 3, 3, 3]>, [8, 16, 30, 30]>>,
  Expect<Equal<Conv<'conv2d', [8, 3, 32, 32], [16, 3, 3, 3], { padding: 1 }>, [8, 16, 32, 32]>>,
  Expect<
    Equal<Conv<'conv2d', [8, 3, 224, 224], [64, 3, 7, 7], { stride: 2; padding: 3 }>, [8, 64, 112, 112]>
  >,
  Expect<
    Equal<
      Conv<'conv2d', [8, 3, 64, 100], [16, 3, 3, 5], { stride: readonly [1, 2]; padding: readonly [1, 2] }>,
      [8, 16, 64, 50]
    >
  >,
  Expect<Equal<Conv<'conv2d', [8, 16, 9, 9], [16, 1, 3, 3], { groups: 16; dilation: 2 }>, [8, 16, 5, 5]>>,
  Expect<Equal<Conv<'conv2d', [number, 3, number, 32], [16, 3, 3, 3]>, [number, 16, number, 30]>>,
  Expect<Equal<Conv<'conv2d', [8, 3, 32, 32], [16, 3, 3, 3], { stride: number }>, [8, 16, number, number]>>,
  Expect<Equal<Conv<'conv2d', Shape, [16, 3, 3, 3]>, [number, 16, number, number]>>,
  Expect<Equal<Conv<'conv2d', [8, 3, 32, 32], Shape>, Shape>>,
  Expect<
    Equal<
      Conv<'conv2d', [8, 3, 9, 9], [16, 4, 3, 3]>,
      'conv2d: channels differ, [8, 3, 9, 9] x [16, 4, 3, 3]'
    >
  >,
  Expect<Equal<Conv<'conv2d', [8, 3, 9], [16, 3, 3, 3]>, 'conv2d: ranks differ, [8, 3, 9] x [16, 3, 3, 3]'>>,
  Expect<
    Equal<
      Conv<'conv2d', [8, 3, 2, 9], [16, 3, 3, 3]>,
      'conv2d: the kernel does not fit into the padded input, [8, 3, 2, 9] x [16, 3, 3, 3]'
    >
  >,
];

export type Transposed = [
  Expect<Equal<ConvTransposed<'t', [8, 16, 7, 7], [16, 3, 2, 2], { stride: 2 }>, [8, 3, 14, 14]>>,
  Expect<Equal<ConvTransposed<'t', [8, 16, 7, 7], [16, 3, 3, 3], { stride: 2; padding: 1 }>, [8, 3, 13, 13]>>,
  Expect<
    Equal<
      ConvTransposed<'t', [8, 16, 7, 7], [16, 3, 3, 3], { stride: 2; padding: 1; outputPadding: 1 }>,
      [8, 3, 14, 14]
    >
  >,
];

export type Pooling = [
  Expect<Equal<Pool<'maxPool2d', [8, 16, 32, 32], 2>, [8, 16, 16, 16]>>,
  Expect<Equal<Pool<'maxPool2d', [8, 16, 33, 33], 2>, [8, 16, 16, 16]>>,
  Expect<Equal<Pool<'maxPool2d', [8, 16, 32, 32], 3, { stride: 2; padding: 1 }>, [8, 16, 16, 16]>>,
  Expect<Equal<Pool<'maxPool2d', [8, 16, 32, 32], readonly [4, 2]>, [8, 16, 8, 16]>>,
  Expect<Equal<Pool<'maxPool2d', [number, 16, number, 8], 2>, [number, 16, number, 4]>>,
  Expect<Equal<Pool<'maxPool1d', [8, 64, 1000], 4>, [8, 64, 250]>>,
  Expect<Equal<Pool<'maxPool2d', Shape, 2>, Shape>>,
];
