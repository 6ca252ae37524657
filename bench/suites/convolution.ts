import { type Case, type Settings, sizeOf, type Work } from '../case.ts';

interface Layer {
  readonly name: string;
  readonly batch: number;
  readonly channels: number;
  readonly outputs: number;
  readonly size: number;
  readonly kernel: number;
  readonly settings?: { readonly stride?: number; readonly padding?: number; readonly dilation?: number };
}

const same = { padding: 1 };

/** Shapes of the networks that are trained here, and three that everybody measures. */
const layers: readonly Layer[] = [
  { name: '32→32 on 112²', batch: 16, channels: 32, outputs: 32, size: 112, kernel: 3, settings: same },
  { name: '64→64 on 56²', batch: 16, channels: 64, outputs: 64, size: 56, kernel: 3, settings: same },
  { name: '128→128 on 28²', batch: 16, channels: 128, outputs: 128, size: 28, kernel: 3, settings: same },
  { name: 'CNN 1→16 on 64²', batch: 32, channels: 1, outputs: 16, size: 64, kernel: 3, settings: same },
  { name: 'CNN 16→32 on 32²', batch: 32, channels: 16, outputs: 32, size: 32, kernel: 3, settings: same },
  { name: 'CNN 32→64 on 16²', batch: 32, channels: 32, outputs: 64, size: 16, kernel: 3, settings: same },
  { name: 'U-Net 1→32 on 112²', batch: 8, channels: 1, outputs: 32, size: 112, kernel: 3, settings: same },
  { name: 'U-Net 64→32 on 112²', batch: 8, channels: 64, outputs: 32, size: 112, kernel: 3, settings: same },
  { name: 'U-Net 32→1 on 112², 1×1', batch: 8, channels: 32, outputs: 1, size: 112, kernel: 1 },
  { name: '64→64 on 56², 1×1', batch: 16, channels: 64, outputs: 64, size: 56, kernel: 1 },
  {
    name: 'VAE 1→32 on 64², stride 2',
    batch: 32,
    channels: 1,
    outputs: 32,
    size: 64,
    kernel: 3,
    settings: { stride: 2, padding: 1 },
  },
  {
    name: 'VAE 32→64 on 32², stride 2',
    batch: 32,
    channels: 32,
    outputs: 64,
    size: 32,
    kernel: 3,
    settings: { stride: 2, padding: 1 },
  },
  {
    name: 'VAE 64→128 on 16², stride 2',
    batch: 32,
    channels: 64,
    outputs: 128,
    size: 16,
    kernel: 3,
    settings: { stride: 2, padding: 1 },
  },
  {
    name: '64→64 on 56², dilation 2',
    batch: 4,
    channels: 64,
    outputs: 64,
    size: 56,
    kernel: 3,
    settings: { padding: 2, dilation: 2 },
  },
];

const transposed: readonly Layer[] = [
  {
    name: 'U-Net up 64→32 on 56², 2×2',
    batch: 8,
    channels: 64,
    outputs: 32,
    size: 56,
    kernel: 2,
    settings: { stride: 2 },
  },
  {
    name: 'VAE up 64→32 on 16², 4×4',
    batch: 32,
    channels: 64,
    outputs: 32,
    size: 16,
    kernel: 4,
    settings: { stride: 2, padding: 1 },
  },
  {
    name: 'VAE up 32→1 on 32², 4×4',
    batch: 32,
    channels: 32,
    outputs: 1,
    size: 32,
    kernel: 4,
    settings: { stride: 2, padding: 1 },
  },
];

export const convolution: readonly Case[] = [
  ...layers.flatMap((layer) => threeDirections('conv2d', layer)),
  ...layers.slice(0, 3).map((layer) => both('conv2d', layer)),
  ...transposed.flatMap((layer) => threeDirections('convTranspose2d', layer)),
  signal('conv1d 64→64, 16,000 samples, 9 taps', 4, 64, 64, 16_000, 9),
];

function threeDirections(op: string, layer: Layer): Case[] {
  const make = (direction: string, mode: Work['mode'], by?: readonly number[]) => ({
    ...windowed(op, layer, { mode, ...(by && { by }) }),
    name: `${layer.name}, ${direction}`,
  });
  return [
    make('forward', 'forward'),
    make('input gradient', 'backward', [0]),
    make('filter gradient', 'backward', [1]),
  ];
}

function both(op: string, layer: Layer): Case {
  const one = windowed(op, layer, { mode: 'both' });
  return { ...one, name: `${layer.name}, forward and backward`, flops: 3 * one.flops! };
}

function windowed(
  op: string,
  { name, batch, channels, outputs, size, kernel, settings = {} }: Layer,
  how: Pick<Work, 'mode' | 'by'>,
): Case {
  const { stride = 1, padding = 0, dilation = 1 } = settings;
  const isTransposed = op === 'convTranspose2d';
  const reach = dilation * (kernel - 1);
  const outSize = isTransposed
    ? (size - 1) * stride - 2 * padding + reach + 1
    : Math.floor((size + 2 * padding - reach - 1) / stride) + 1;
  const shape = [batch, channels, size, size];
  const filters = isTransposed ? [channels, outputs, kernel, kernel] : [outputs, channels, kernel, kernel];
  // Each pixel of the smaller side meets every tap of every filter.
  const pixels = isTransposed ? size * size : outSize * outSize;
  return {
    suite: 'conv',
    name,
    work: { op, inputs: [{ shape }, { shape: filters }], settings: settings as Settings, ...how },
    flops: 2 * batch * pixels * channels * outputs * kernel * kernel,
    bytes: 4 * (sizeOf(shape) + sizeOf(filters) + batch * outputs * outSize * outSize),
    limit: 'compute',
  };
}

function signal(
  name: string,
  batch: number,
  channels: number,
  outputs: number,
  length: number,
  kernel: number,
): Case {
  const settings = { padding: (kernel - 1) / 2 };
  const inputs = [{ shape: [batch, channels, length] }, { shape: [outputs, channels, kernel] }];
  return {
    suite: 'conv',
    name,
    work: { op: 'conv1d', inputs, settings, mode: 'forward' },
    flops: 2 * batch * length * channels * outputs * kernel,
    bytes: 4 * batch * length * (channels + outputs),
    limit: 'compute',
  };
}
