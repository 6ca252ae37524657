import { heap } from '@sonograd/wasm';
import { elementsPerRange } from '../../elementwise/grain.ts';
import type { Shape } from '../../types/shape.ts';

/** A tensor seen as `outer` x `channels` x `inner`; each channel has a mean, a scale and a shift of its own. */
export interface Channels {
  readonly outer: number;
  readonly channels: number;
  readonly inner: number;
}

/** Axis 1 holds the channels, as images and sequences have it. */
export function channelsOf(shape: Shape): Channels {
  const inner = shape.slice(2).reduce((product, size) => product * size, 1);
  return { outer: shape[0]!, channels: shape[1]!, inner };
}

/**
 * How kernels walk it. `planes`: along the inner axis, all elements of one channel. Where that is too short for
 * lanes, `columns`: the channels and the inner axis are columns of a matrix, each with its channel's numbers.
 * Work is cut into parts of `rows` outer indices by `length` inner ones, the same for any number of threads.
 */
export interface Cut extends Channels {
  readonly by: 'planes' | 'columns';
  readonly rows: number;
  readonly length: number;
  /** Parts along each of the two axes. */
  readonly rowParts: number;
  readonly lengthParts: number;
}

/** Elements of a part: 16 KiB, so that the second look at them finds them in the first cache. */
const partElements = 4096;
const shortPlane = 16;
const partRows = 256;
export const blockColumns = 256;

export function cutOf({ outer, channels, inner }: Channels): Cut {
  const by = inner < shortPlane && outer > 1 ? 'columns' : 'planes';
  const length = by === 'columns' ? 1 : Math.max(1, Math.min(inner, partElements));
  const rows = by === 'columns' ? partRows : Math.max(1, Math.floor(partElements / length));
  const rowParts = Math.ceil(outer / rows);
  return { outer, channels, inner, by, rows, length, rowParts, lengthParts: Math.ceil(inner / length) };
}

/** Parts in all; the results of part (row part, channel, length part) stand in this order. */
export function partCount({ rowParts, channels, lengthParts }: Cut): number {
  return rowParts * channels * lengthParts;
}

/** The place of a channel's part among all of them. */
export function placeOf(
  { channels, lengthParts }: Cut,
  down: number,
  channel: number,
  across: number,
): number {
  return (down * channels + channel) * lengthParts + across;
}

/** Items of a kernel that takes parts, and how many make a range worth another thread. */
export function partItems(cut: Cut): { items: number; grain: number } {
  const { by, outer, rows, length, rowParts, channels, inner } = cut;
  const columns = channels * inner;
  const items = by === 'planes' ? partCount(cut) : rowParts * Math.ceil(columns / blockColumns);
  const width = by === 'planes' ? length : Math.min(columns, blockColumns);
  return { items, grain: Math.ceil(elementsPerRange / (Math.min(rows, outer) * width)) };
}

/** Borrows `count` stretches of the heap, each of `length` floats, while `body` runs. Views hold until it asks for more. */
export function withFloats<Result>(
  count: number,
  length: number,
  body: (pointers: readonly number[], views: readonly Float32Array[]) => Result,
): Result {
  const stride = 4 * Math.ceil(length / 4);
  const block = heap.allocate(4 * stride * count);
  const pointers = Array.from({ length: count }, (_, index) => block + 4 * stride * index);
  try {
    return body(
      pointers,
      pointers.map((pointer) => heap.f32(pointer, length)),
    );
  } finally {
    heap.free(block);
  }
}

/** Writes a number for each channel; where kernels walk columns, again for each inner index. */
export function spread({ by, channels, inner }: Cut, to: Float32Array, numbers: ArrayLike<number>): void {
  if (by === 'planes' || inner === 1) {
    to.set(numbers);
    return;
  }
  for (let channel = 0; channel < channels; channel++) {
    const value = numbers[channel]!;
    for (let copy = 0; copy < inner; copy++) to[channel * inner + copy] = value;
  }
}

/** Numbers that `spread` writes. */
export function spreadLength({ by, channels, inner }: Cut): number {
  return by === 'columns' ? channels * inner : channels;
}
