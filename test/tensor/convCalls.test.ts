import {
  adaptiveAvgPool2d,
  avgPool2d,
  conv1d,
  conv2d,
  convTranspose1d,
  convTranspose2d,
  maxPool1d,
  maxPool2d,
  resize,
  type Shape,
  type Tensor,
  zeros,
} from '@sonograd/tensor';
import { describe, expect, test } from 'vitest';
import { same } from './types/expect.ts';

/** Shapes that the compiler does not know, so that the run time has to look. */
const some = (...shape: number[]) => zeros(shape as Shape) as Tensor;

describe('what does not fit is refused in words', () => {
  const wrong: [string, () => unknown][] = [
    ['conv2d: ranks differ, [2, 3, 8] x [4, 3, 3, 3]', () => conv2d(some(2, 3, 8), some(4, 3, 3, 3))],
    [
      'conv2d: the input must be [batch, channels, height, width], got [2, 3, 8]',
      () => conv2d(some(2, 3, 8), some(4, 3, 3)),
    ],
    ['conv1d: the input must be [batch, channels, length], got [2, 3]', () => conv1d(some(2, 3), some(4, 3))],
    [
      'conv2d: channels differ, [2, 3, 8, 8] x [4, 5, 3, 3]',
      () => conv2d(some(2, 3, 8, 8), some(4, 5, 3, 3)),
    ],
    [
      'conv2d: groups=2 must divide the channels, [2, 6, 8, 8] x [5, 3, 3, 3]',
      () => conv2d(some(2, 6, 8, 8), some(5, 3, 3, 3), undefined, { groups: 2 }),
    ],
    [
      'conv2d: groups must be a whole number of at least 1, got 0',
      () => conv2d(some(2, 6, 8, 8), some(5, 3, 3, 3), undefined, { groups: 0 }),
    ],
    [
      'conv2d: stride must be one whole number or 2 of at least 1, got [1,0]',
      () => conv2d(some(1, 1, 8, 8), some(1, 1, 3, 3), undefined, { stride: [1, 0] }),
    ],
    [
      'conv1d: padding must be a whole number of at least 0, got -1',
      () => conv1d(some(1, 1, 8), some(1, 1, 3), undefined, { padding: -1 }),
    ],
    [
      'conv2d: dilation must be one whole number or 2 of at least 1, got 1.5',
      () => conv2d(some(1, 1, 8, 8), some(1, 1, 3, 3), undefined, { dilation: 1.5 }),
    ],
    [
      'conv2d: the kernel does not fit into the padded input, [1, 1, 4, 4] x [1, 1, 3, 3]',
      () => conv2d(some(1, 1, 4, 4), some(1, 1, 3, 3), undefined, { dilation: 2 }),
    ],
    [
      'conv2d: the bias must have shape [4], got [3]',
      () => conv2d(some(1, 1, 8, 8), some(4, 1, 3, 3), some(3)),
    ],
    [
      'convTranspose2d: channels differ, [1, 3, 4, 4] x [4, 3, 2, 2]',
      () => convTranspose2d(some(1, 3, 4, 4), some(4, 3, 2, 2)),
    ],
    [
      'convTranspose2d: outputPadding must be below stride or dilation, 2 with stride=2 dilation=1',
      () => convTranspose2d(some(1, 3, 4, 4), some(3, 3, 2, 2), undefined, { stride: 2, outputPadding: 2 }),
    ],
    [
      'convTranspose1d: the padding leaves no output, [1, 1, 2] x [1, 1, 2]',
      () => convTranspose1d(some(1, 1, 2), some(1, 1, 2), undefined, { padding: 2 }),
    ],
    [
      'conv2d: dtype must be float32, got int32 [1, 1, 3, 3]',
      () => conv2d(some(1, 1, 3, 3).to('int32') as never, some(1, 1, 3, 3)),
    ],
    [
      'maxPool2d: kernel must be one whole number or 2 of at least 1, got [2,2,2]',
      () => maxPool2d(some(1, 1, 8, 8), [2, 2, 2] as never),
    ],
    [
      'maxPool1d: the window does not fit into the padded input, [1, 1, 3]',
      () => maxPool1d(some(1, 1, 3), 4),
    ],
    [
      'avgPool2d: padding must be at most half of the kernel, padding=2 kernel=3',
      () => avgPool2d(some(1, 1, 8, 8), 3, { padding: [1, 2] }),
    ],
    [
      'resize: size must be one whole number or 2 of at least 1, got [3,0]',
      () => resize(some(1, 1, 8, 8), [3, 0]),
    ],
    [
      'resize: the input must be [batch, channels, height, width], got [8, 8]',
      () => resize(some(8, 8), [3, 3]),
    ],
  ];
  test.each(wrong)('%s', (message, call) => {
    expect(call).toThrow(new RegExp(`^${message.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`));
  });
});

describe('types follow the windows', () => {
  const image = zeros([8, 3, 32, 32]);

  test('convolutions', () => {
    const out = conv2d(image, zeros([16, 3, 3, 3]), zeros([16]), { stride: 2, padding: 1 });
    same<Tensor<[8, 16, 16, 16]>>()(out);
    expect(out.shape).toEqual([8, 16, 16, 16]);
    const signal = conv1d(zeros([8, 1, 16_000]), zeros([64, 1, 400]), undefined, { stride: 160 });
    same<Tensor<[8, 64, 98]>>()(signal);
    expect(signal.shape).toEqual([8, 64, 98]);
    const plain = conv2d(image, zeros([4, 3, 5, 5]));
    same<Tensor<[8, 4, 28, 28]>>()(plain);
    expect(plain.shape).toEqual([8, 4, 28, 28]);
  });

  test('transposed convolutions', () => {
    const out = convTranspose2d(zeros([8, 16, 7, 7]), zeros([16, 3, 4, 4]), undefined, {
      stride: 2,
      padding: 1,
    });
    same<Tensor<[8, 3, 14, 14]>>()(out);
    expect(out.shape).toEqual([8, 3, 14, 14]);
    const longer = convTranspose1d(zeros([1, 2, 10]), zeros([2, 4, 3]), undefined, {
      stride: 2,
      outputPadding: 1,
    });
    same<Tensor<[1, 4, 22]>>()(longer);
    expect(longer.shape).toEqual([1, 4, 22]);
  });

  test('pooling and resizing', () => {
    const halved = maxPool2d(image, 2);
    same<Tensor<[8, 3, 16, 16]>>()(halved);
    expect(halved.shape).toEqual([8, 3, 16, 16]);
    const mean = avgPool2d(image, 3, { stride: 2, padding: 1 });
    same<Tensor<[8, 3, 16, 16]>>()(mean);
    expect(mean.shape).toEqual([8, 3, 16, 16]);
    const grid = adaptiveAvgPool2d(image, [2, 5]);
    same<Tensor<[8, 3, 2, 5]>>()(grid);
    expect(grid.shape).toEqual([8, 3, 2, 5]);
    const square = adaptiveAvgPool2d(image, 1);
    same<Tensor<[8, 3, 1, 1]>>()(square);
    const larger = resize(image, [48, 100], { mode: 'bilinear' });
    same<Tensor<[8, 3, 48, 100]>>()(larger);
    expect(larger.shape).toEqual([8, 3, 48, 100]);
  });

  test('wrong shapes do not compile', () => {
    // @ts-expect-error conv2d: channels differ, [8, 3, 32, 32] x [16, 4, 3, 3]
    expect(() => conv2d(image, zeros([16, 4, 3, 3]))).toThrow('channels differ');
    // @ts-expect-error maxPool2d: the window does not fit into the padded input, [8, 3, 32, 32]
    expect(() => maxPool2d(image, 33)).toThrow('does not fit');
  });
});
