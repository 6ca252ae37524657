import { type Case, sizeOf, type Work } from '../case.ts';

/** Ops of a layer's size; what they cost is passes over the batch. */
export const pooling: readonly Case[] = [
  pass(
    'pool',
    'max 2×2 on 16x64x56x56',
    { op: 'maxPool2d', shape: [16, 64, 56, 56], settings: { kernel: 2 } },
    1.25,
  ),
  pass(
    'pool',
    'average 2×2 on 16x64x56x56',
    { op: 'avgPool2d', shape: [16, 64, 56, 56], settings: { kernel: 2 } },
    1.25,
  ),
  pass(
    'pool',
    'bilinear 56² to 112², 8x32',
    { op: 'resize', shape: [8, 32, 56, 56], settings: { size: [112, 112], mode: 'bilinear' } },
    5,
  ),
  pass(
    'pool',
    'nearest 56² to 112², 8x32',
    { op: 'resize', shape: [8, 32, 56, 56], settings: { size: [112, 112], mode: 'nearest' } },
    5,
  ),
].flatMap((one) => [one, backward(one)]);

export const norms: readonly Case[] = [
  pass('norm', 'batch-norm on 32x64x56x56', { op: 'batchNorm', shape: [32, 64, 56, 56], channels: 64 }, 3),
  pass('norm', 'batch-norm on 8x32x112x112', { op: 'batchNorm', shape: [8, 32, 112, 112], channels: 32 }, 3),
  pass('norm', 'batch-norm on 128x1024', { op: 'batchNorm', shape: [128, 1024], channels: 1024 }, 3),
  pass('norm', 'layer-norm on 32x64x128', { op: 'layerNorm', shape: [32, 64, 128], channels: 128 }, 2),
].flatMap((one) => [one, { ...backward(one), bytes: (5 / 3) * one.bytes! }]);

export const probabilities: readonly Case[] = [
  pass('softmax', 'softmax 2048x1024', { op: 'softmax', shape: [2048, 1024] }, 2),
  pass('softmax', 'softmax 16384x64', { op: 'softmax', shape: [16_384, 64] }, 2),
  labelled('cross-entropy of 2048x1024', [2048, 1024]),
  labelled('cross-entropy of 128x10', [128, 10]),
  pass('softmax', 'dropout of 128x1024', { op: 'dropout', shape: [128, 1024] }, 2),
  pass('softmax', 'log-softmax 128x10', { op: 'logSoftmax', shape: [128, 10] }, 2),
].flatMap((one) => [one, backward(one)]);

/** Scores and weighted values are two products; the way back has five. */
export const attention: readonly Case[] = [
  ['32x8 heads, 64 steps of 16', 256, 64, 16] as const,
  ['8x8 heads, 256 steps of 32', 64, 256, 32] as const,
].flatMap(([name, heads, steps, width]) => {
  const shape = [heads, steps, width];
  const flops = 4 * heads * steps * steps * width;
  const one: Case = {
    suite: 'attention',
    name,
    work: { op: 'attention', inputs: [{ shape }, { shape }, { shape }], mode: 'forward' },
    flops,
    bytes: 16 * sizeOf(shape),
    limit: 'compute',
  };
  return [one, { ...backward(one), flops: 2.5 * flops }];
});

interface Pass {
  readonly op: string;
  readonly shape: readonly number[];
  readonly settings?: Work['settings'];
  /** Length of weight and bias. */
  readonly channels?: number;
}

/** `touches` is how often each element of the input is read or written, at the least. */
function pass(
  suite: string,
  name: string,
  { op, shape, settings = {}, channels }: Pass,
  touches: number,
): Case {
  const affine = channels === undefined ? [] : [{ shape: [channels] }, { shape: [channels] }];
  return {
    suite,
    name,
    work: { op, inputs: [{ shape }, ...affine], settings, mode: 'forward' },
    bytes: 4 * touches * sizeOf(shape),
    limit: 'memory',
  };
}

function labelled(name: string, [rows, classes]: readonly [number, number]): Case {
  const inputs = [{ shape: [rows, classes] }, { shape: [rows], kind: 'labels', classes }] as const;
  return {
    suite: 'softmax',
    name,
    work: { op: 'crossEntropy', inputs, mode: 'forward' },
    bytes: 4 * rows * classes,
    limit: 'memory',
  };
}

function backward(one: Case): Case {
  return { ...one, name: `${one.name}, backward`, work: { ...one.work, mode: 'backward' } };
}
