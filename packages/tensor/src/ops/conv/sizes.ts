import { requireShapes } from '../../shape/require.ts';
import { showShape } from '../../shape/shape.ts';
import type { Shape } from '../../types/shape.ts';
import type { PerAxis } from '../../types/window.ts';

/** Down and across. */
export type Pair = readonly [number, number];

export interface ConvOptions {
  readonly stride?: PerAxis;
  readonly padding?: PerAxis;
  readonly dilation?: PerAxis;
  readonly groups?: number;
  /** Negative results become 0 in the same pass. */
  readonly activation?: 'relu';
}

export interface ConvTransposeOptions extends ConvOptions {
  /** Rows and columns more at the end: with a stride, several input sizes come to the same output. */
  readonly outputPadding?: PerAxis;
}

/** How filters move over the image; what all three products of a convolution share. */
export interface Movement {
  readonly stride: Pair;
  readonly padding: Pair;
  readonly dilation: Pair;
  readonly groups: number;
}

/** Everything that loops need to know; channels and outputs are those of one group. */
export interface ConvSizes extends Movement {
  readonly batch: number;
  readonly channels: number;
  readonly outputs: number;
  readonly image: Pair;
  readonly kernel: Pair;
  readonly out: Pair;
}

/** The sizes of a convolution from the shapes of image, filters and result; also for its two gradients. */
export function convSizes(image: Shape, filters: Shape, out: Shape, movement: Movement): ConvSizes {
  const { stride, padding, dilation, groups } = movement;
  return {
    stride,
    padding,
    dilation,
    groups,
    batch: image[0]!,
    channels: filters[1]!,
    outputs: filters[0]! / groups,
    image: [image[2]!, image[3]!],
    kernel: [filters[2]!, filters[3]!],
    out: [out[2]!, out[3]!],
  };
}

/** How many windows stand along an axis; below 1 where not one fits. */
export function windowCount(
  size: number,
  kernel: number,
  stride: number,
  padding: number,
  dilation: number,
): number {
  return Math.floor((size + 2 * padding - reach(kernel, dilation)) / stride) + 1;
}

export function reach(kernel: number, dilation: number): number {
  return dilation * (kernel - 1) + 1;
}

/** The option for each of `rank` axes, checked. */
export function perAxis(
  op: string,
  name: string,
  given: PerAxis | undefined,
  otherwise: PerAxis,
  least: number,
  rank: number,
): number[] {
  const value = given ?? otherwise;
  const list = typeof value === 'number' ? new Array<number>(rank).fill(value) : [...value];
  if (list.length !== rank || !list.every((one) => Number.isInteger(one) && one >= least)) {
    const wanted = rank === 1 ? 'a whole number' : `one whole number or ${rank}`;
    throw new RangeError(
      `${op}: ${name} must be ${wanted} of at least ${least}, got ${JSON.stringify(given)}`,
    );
  }
  return list;
}

/** The options of a one- or two-dimensional convolution as pairs: a signal is an image of height 1. */
export function movementOf(op: string, rank: number, options: ConvOptions): Movement {
  const { groups = 1 } = options;
  if (!Number.isInteger(groups) || groups < 1) {
    throw new RangeError(`${op}: groups must be a whole number of at least 1, got ${groups}`);
  }
  const pair = (name: 'stride' | 'padding' | 'dilation', otherwise: number, least: number): Pair => {
    const list = perAxis(op, name, options[name], otherwise, least, rank);
    return rank === 1 ? [otherwise, list[0]!] : [list[0]!, list[1]!];
  };
  return {
    stride: pair('stride', 1, 1),
    padding: pair('padding', 0, 0),
    dilation: pair('dilation', 1, 1),
    groups,
  };
}

export function checkRanks(op: string, x: Shape, filters: Shape, rank: number): void {
  requireShapes(op, 'ranks differ', x.length === filters.length, x, filters);
  const axes = rank === 1 ? '[batch, channels, length]' : '[batch, channels, height, width]';
  if (x.length !== rank + 2) throw new RangeError(`${op}: the input must be ${axes}, got ${showShape(x)}`);
}

export function checkGroups(op: string, groups: number, count: number, x: Shape, filters: Shape): void {
  requireShapes(op, `groups=${groups} must divide the channels`, count % groups === 0, x, filters);
}

export function checkBias(op: string, bias: Shape | undefined, outputs: number): void {
  if (bias === undefined || (bias.length === 1 && bias[0] === outputs)) return;
  throw new RangeError(`${op}: the bias must have shape [${outputs}], got ${showShape(bias)}`);
}
