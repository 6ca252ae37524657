import type { Case, Settings, Work } from '../case.ts';

const squares = [16, 32, 63, 64, 127, 128, 256, 512, 1024];

/** Rows, inner size, columns: as they come up in the pipelines' models. */
const real: readonly (readonly [name: string, rows: number, inner: number, columns: number])[] = [
  ['frame MLP, first layer', 32, 128, 64],
  ['frame-pair AE, encoder', 256, 256, 128],
  ['concatenation AE, encoder', 32, 8192, 512],
  ['concatenation AE, decoder', 32, 512, 8192],
  ['MNIST MLP, hidden layer', 128, 1024, 1024],
  ['LSTM gates of all steps', 2048, 64, 512],
  ['Transformer, feed forward', 2048, 128, 256],
  ['VAE, last of encoder', 32, 8192, 32],
  ['GRU gates of all steps', 1024, 513, 768],
  ['matrix by vector', 1024, 1024, 1],
];

export const matmul: readonly Case[] = [
  ...squares.map((size) => product(`${size}³`, size, size, size)),
  product('512³, second transposed', 512, 512, 512, { transposeB: true }),
  ...real.map(([name, rows, inner, columns]) => linear(name, rows, inner, columns)),
  batched('attention scores: 256 of 64x16x64', 256, 64, 16, 64),
  batched('64 of 128³', 64, 128, 128, 128),
  {
    ...linear('MNIST MLP, hidden layer, backward', 128, 1024, 1024, 'backward'),
    flops: 4 * 128 * 1024 * 1024,
  },
];

function product(name: string, m: number, k: number, n: number, settings: Settings = {}): Case {
  const second = settings.transposeB === true ? [n, k] : [k, n];
  const work: Work = {
    op: 'matmul',
    inputs: [{ shape: [m, k] }, { shape: second }],
    settings,
    mode: 'forward',
  };
  return {
    suite: 'matmul',
    name,
    work,
    flops: 2 * m * k * n,
    bytes: 4 * (m * k + k * n + m * n),
    limit: 'compute',
  };
}

function linear(name: string, m: number, k: number, n: number, mode: Work['mode'] = 'forward'): Case {
  const work: Work = { op: 'linear', inputs: [{ shape: [m, k] }, { shape: [n, k] }, { shape: [n] }], mode };
  return { ...product(`${name}, ${m}x${k}x${n}`, m, k, n), work };
}

function batched(name: string, batch: number, m: number, k: number, n: number): Case {
  const one = product(name, m, k, n);
  return {
    ...one,
    work: { op: 'matmul', inputs: [{ shape: [batch, m, k] }, { shape: [batch, k, n] }], mode: 'forward' },
    flops: batch * one.flops!,
    bytes: batch * one.bytes!,
  };
}
