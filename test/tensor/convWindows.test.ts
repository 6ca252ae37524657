import { describe, expect, test } from 'vitest';
import { isForWinograd, turnedSizes } from '../../packages/tensor/src/ops/conv/choose.ts';
import {
  type ConvSizes,
  convSizes,
  movementOf,
  perAxis,
  reach,
  windowCount,
} from '../../packages/tensor/src/ops/conv/sizes.ts';
import {
  copiedPlanes,
  forwardWindows,
  inputGradientPhases,
  planesOfImage,
} from '../../packages/tensor/src/ops/conv/windows.ts';
import { planTiles } from '../../packages/tensor/src/ops/conv/winograd/plan.ts';

function sizesOf(
  image: readonly [number, number],
  kernel: readonly [number, number],
  options: Parameters<typeof movementOf>[2] = {},
  [batch, channels, outputs] = [1, 1, 1],
): ConvSizes {
  const movement = movementOf('conv2d', 2, options);
  const { stride, padding, dilation } = movement;
  const out = ([0, 1] as const).map((axis) =>
    windowCount(image[axis], kernel[axis], stride[axis], padding[axis], dilation[axis]),
  );
  return convSizes(
    [batch, channels, ...image],
    [outputs, channels, ...kernel],
    [batch, outputs, ...out],
    movement,
  );
}

describe('sizes', () => {
  test.each([
    [5, 3, 1, 0, 1, 3],
    [5, 3, 1, 1, 1, 5],
    [5, 3, 2, 1, 1, 3],
    [6, 3, 2, 1, 1, 3],
    [7, 3, 1, 0, 3, 1],
    [6, 3, 1, 0, 3, 0],
  ])('%d numbers hold windows of %d with stride %d, padding %d, dilation %d: %6$d', (...given) => {
    const [size, kernel, stride, padding, dilation, count] = given;
    expect(windowCount(size, kernel, stride, padding, dilation)).toBe(count);
  });

  test('dilation stretches what a kernel reaches', () => {
    expect([reach(3, 1), reach(3, 4), reach(1, 9)]).toEqual([3, 9, 1]);
  });

  test('one number stands for every axis, and signals are images of height 1', () => {
    expect(perAxis('conv2d', 'stride', 3, 1, 1, 2)).toEqual([3, 3]);
    expect(perAxis('conv2d', 'stride', undefined, 1, 1, 2)).toEqual([1, 1]);
    expect(movementOf('conv1d', 1, { stride: 2, padding: [4] })).toEqual({
      stride: [1, 2],
      padding: [0, 4],
      dilation: [1, 1],
      groups: 1,
    });
  });
});

describe('planes', () => {
  test('without stride a padded image: taps are one number, or one row of it, apart', () => {
    const windows = forwardWindows(sizesOf([4, 5], [2, 2], { padding: 1 }));
    expect(windows.windows).toEqual([5, 6]);
    const planes = copiedPlanes(windows, [5, 6]);
    expect(planes).toMatchObject({ corner: [-1, -1], phases: [1, 1], rows: 6, columns: 7 });
    expect(planes.tapBytes).toEqual([0, 4, 4 * 7, 4 * 8]);
    expect(planes.bytesPerChannel).toBe(4 * 42);
  });

  test('with stride 2, even and odd rows and columns apart: windows side by side read side by side', () => {
    const planes = copiedPlanes(forwardWindows(sizesOf([8, 8], [3, 3], { stride: 2 })), [3, 3]);
    expect(planes).toMatchObject({ phases: [2, 2], rows: 4, columns: 4 });
    const plane = 4 * 16;
    expect(planes.tapBytes.slice(0, 3)).toEqual([0, plane, 4]);
    expect(planes.tapBytes.slice(3, 6)).toEqual([2 * plane, 3 * plane, 2 * plane + 4]);
    expect(planes.tapBytes.slice(6)).toEqual([16, plane + 16, 20]);
  });

  test('phases that no tap reads are not copied', () => {
    expect(copiedPlanes(forwardWindows(sizesOf([9, 9], [2, 1], { stride: 3 })), [3, 3]).phases).toEqual([
      2, 1,
    ]);
  });

  test('an image that windows never leave is read where it lies', () => {
    const inside = planesOfImage(forwardWindows(sizesOf([6, 7], [3, 3])));
    expect(inside).toMatchObject({ corner: [0, 0], rows: 6, columns: 7, bytesPerChannel: 4 * 42 });
    expect(inside!.tapBytes).toEqual([0, 4, 8, 28, 32, 36, 56, 60, 64]);
    expect(planesOfImage(forwardWindows(sizesOf([6, 7], [3, 3], { padding: 1 })))).toBeUndefined();
    expect(planesOfImage(forwardWindows(sizesOf([6, 7], [1, 1], { stride: 2 })))).toBeUndefined();
  });
});

describe('the phases of an input gradient', () => {
  test('without stride there is one, with the taps turned round', () => {
    const [phase, ...others] = inputGradientPhases(sizesOf([6, 6], [3, 3], { padding: 1 }));
    expect(others).toEqual([]);
    expect(phase).toMatchObject({ tapRows: [1, 0, -1], windows: [6, 6], first: [0, 0], step: [1, 1] });
    expect(phase!.filterTaps).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });

  test('with stride 2 a 3 × 3 filter falls into 4, 2, 2 and 1 taps', () => {
    const phases = inputGradientPhases(sizesOf([8, 8], [3, 3], { stride: 2, padding: 1 }));
    expect(phases.map(({ first }) => first)).toEqual([
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ]);
    expect(phases.map(({ filterTaps }) => filterTaps)).toEqual([[4], [3, 5], [1, 7], [0, 2, 6, 8]]);
  });

  test.each([
    [[8, 9], [4, 4], { stride: 2, padding: 1 }],
    [[11, 7], [3, 2], { stride: 3, dilation: 2 }],
    [[5, 5], [1, 1], { stride: 2 }],
    [[9, 10], [5, 3], { stride: [1, 4], padding: [2, 0] }],
  ] as const)(
    'of %j by %j, %j: windows cover the image once, taps the filter once',
    (image, kernel, options) => {
      const phases = inputGradientPhases(sizesOf(image, kernel, options));
      const windows = phases.reduce((total, phase) => total + phase.windows[0] * phase.windows[1], 0);
      expect(windows).toBe(image[0] * image[1]);
      const taps = phases.flatMap(({ filterTaps }) => filterTaps).sort((a, b) => a - b);
      expect(taps).toEqual(Array.from({ length: kernel[0] * kernel[1] }, (_, tap) => tap));
    },
  );
});

describe('which way is taken', () => {
  const layer = (channels: number, outputs: number, size: number, options = {}) =>
    sizesOf([size, size], [3, 3], { padding: 1, ...options }, [8, channels, outputs]);

  test('Winograd’s where there are channels and tiles enough', () => {
    expect(isForWinograd(layer(32, 64, 28))).toBe(true);
    expect(isForWinograd(layer(3, 64, 28))).toBe(false);
    expect(isForWinograd(layer(64, 1, 28))).toBe(false);
    expect(isForWinograd(layer(32, 32, 2))).toBe(false);
    expect(isForWinograd(layer(32, 32, 28, { stride: 2 }))).toBe(false);
    expect(isForWinograd(layer(32, 32, 28, { dilation: 2 }))).toBe(false);
  });

  test('the input gradient is a convolution whose padding makes up the size', () => {
    const turned = turnedSizes(layer(16, 32, 10, { padding: 0 }));
    expect(turned).toMatchObject({
      channels: 32,
      outputs: 16,
      image: [8, 8],
      out: [10, 10],
      padding: [2, 2],
    });
  });
});

describe('tiles', () => {
  test.each([
    [16, 112],
    [16, 56],
    [16, 28],
    [1, 28],
    [2, 5],
    [1, 1000],
  ])('%d images of size %d: blocks hold every tile row, and all tiles across', (batch, size) => {
    const plan = planTiles(layerOf(batch, size), 56, 16);
    expect(plan.tiles).toEqual([Math.ceil(size / 4), Math.ceil(size / 4)]);
    expect(plan.tileRows).toBe(batch * plan.tiles[0]);
    const blocksDown = plan.blocks / plan.blocksAcross;
    expect(blocksDown * plan.block[0]).toBeGreaterThanOrEqual(plan.tileRows);
    expect((blocksDown - 1) * plan.block[0]).toBeLessThan(plan.tileRows);
    expect(plan.blocksAcross * plan.block[1]).toBeGreaterThanOrEqual(plan.tiles[1]);
    expect(plan.blockTiles % 8).toBe(0);
    expect(plan.blockTiles).toBeGreaterThanOrEqual(plan.block[0] * plan.block[1]);
  });

  test('layers of the usual sizes fill their blocks', () => {
    for (const size of [112, 56, 28]) {
      const { block, blockTiles } = planTiles(layerOf(16, size), 56, 8);
      expect(block[0] * block[1]).toBe(blockTiles);
    }
  });

  const layerOf = (batch: number, size: number): ConvSizes =>
    sizesOf([size, size], [3, 3], { padding: 1 }, [batch, 16, 16]);
});
