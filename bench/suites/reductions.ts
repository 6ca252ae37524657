import { type Case, type Settings, sizeOf } from '../case.ts';

const large = [64, 100_000];

export const reductions: readonly Case[] = [
  reducing('sum', 'sum 6.4M', large),
  reducing('sum', 'sum rows 6.4M', large, { axis: 1 }),
  reducing('sum', 'sum columns 6.4M', large, { axis: 0 }),
  reducing('sum', 'sum columns of 128x1024', [128, 1024], { axis: 0 }),
  reducing('mean', 'mean rows of 4096x128', [4096, 128], { axis: 1 }),
  reducing('max', 'max rows 6.4M', large, { axis: 1 }),
  reducing('max', 'max columns 6.4M', large, { axis: 0 }),
  reducing('variance', 'variance rows 6.4M', large, { axis: 1 }),
  reducing('argmax', 'argmax rows 6.4M', large),
  reducing('cumsum', 'cumsum rows 6.4M', large),
];

function reducing(op: string, name: string, shape: readonly number[], settings: Settings = {}): Case {
  const size = sizeOf(shape);
  return {
    suite: 'reductions',
    name,
    work: { op, inputs: [{ shape }], settings, mode: 'forward' },
    flops: size,
    bytes: 4 * size * (op === 'cumsum' ? 2 : 1),
    limit: 'memory',
  };
}
