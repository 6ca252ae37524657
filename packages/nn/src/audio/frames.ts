import { type AnyTensor, defineOp, type Tensor } from '@sonograd/tensor';
import { showShape } from '../module/shape.ts';

/** What stands where a frame reaches beyond the signal: zeros, or the signal mirrored at its edge. */
export type PadMode = 'reflect' | 'constant';

/** How `count` frames lie over a signal of `length` samples, the first beginning `padding` samples before it. */
export interface Framing {
  readonly count: number;
  readonly length: number;
  readonly size: number;
  readonly hopLength: number;
  readonly padding: number;
  readonly padMode: PadMode;
}

/** Cuts signals [batch, length] into frames [batch, frames, size]. Its gradient is `overlapAdd`, and the other way round. */
export const cutFrames: (signals: Tensor, framing: Framing) => Tensor = (signals, framing) =>
  cut([signals], framing);

/** Adds frames [batch, frames, size] up where they lie; what lies in a mirror is added where it came from. */
export const overlapAdd: (frames: Tensor, framing: Framing) => Tensor = (frames, framing) =>
  add([frames], framing);

const cut = defineOp<Framing>({
  name: 'cutFrames',
  shape: ([signals], { count, size }) => [signals?.[0] ?? 0, count, size],
  forward: (out, [signals], framing) => {
    const [to, from] = [out.data as Float32Array, (signals as AnyTensor).data as Float32Array];
    forEachFrame(out.shape[0] ?? 0, framing, (row, start, place) => {
      const { size, length } = framing;
      const offset = row * length;
      if (start >= 0 && start + size <= length) {
        to.set(from.subarray(offset + start, offset + start + size), place);
        return;
      }
      for (let i = 0; i < size; i++) {
        const at = sampleAt(start + i, framing);
        to[place + i] = at < 0 ? 0 : (from[offset + at] as number);
      }
    });
  },
  backward: ({ dOut, params }) => [overlapAdd(dOut, params)],
});

const add = defineOp<Framing>({
  name: 'overlapAdd',
  shape: ([frames], { length }) => [frames?.[0] ?? 0, length],
  forward: (out, [frames], framing) => {
    const [to, from] = [out.data as Float32Array, (frames as AnyTensor).data as Float32Array];
    to.fill(0);
    forEachFrame(out.shape[0] ?? 0, framing, (row, start, place) => {
      const { size, length } = framing;
      const offset = row * length;
      if (start >= 0 && start + size <= length) {
        for (let i = 0, at = offset + start; i < size; i++, at++) {
          to[at] = (to[at] as number) + (from[place + i] as number);
        }
        return;
      }
      for (let i = 0; i < size; i++) {
        const at = sampleAt(start + i, framing);
        if (at >= 0) to[offset + at] = (to[offset + at] as number) + (from[place + i] as number);
      }
    });
  },
  backward: ({ dOut, params }) => [cutFrames(dOut, params)],
});

/** As many frames as fit into the signal and its padding on both sides. */
export function framingOf(framing: Omit<Framing, 'count'>): Framing {
  const { length, size, hopLength, padding, padMode } = framing;
  const count = Math.floor((length + 2 * padding - size) / hopLength) + 1;
  if (count >= 1 && (padMode === 'constant' || padding < length)) return { ...framing, count };
  throw new RangeError(
    `cutFrames: the signal is too short, length=${length} for nFft=${size} padding=${padding} padMode=${padMode}`,
  );
}

/** Signals [..., length] as [batch, length]. */
export function signalRows(layer: string, x: Tensor): Tensor {
  if (x.rank === 0) throw new RangeError(`${layer}: x must be [..., samples], got ${showShape(x.shape)}`);
  return x.rank === 2 ? x : (x.reshape([-1, x.shape.at(-1) ?? 0]) as Tensor);
}

function forEachFrame(
  rows: number,
  { count, size, hopLength, padding }: Framing,
  visit: (row: number, start: number, place: number) => void,
): void {
  for (let row = 0; row < rows; row++) {
    for (let frame = 0; frame < count; frame++) {
      visit(row, frame * hopLength - padding, (row * count + frame) * size);
    }
  }
}

/** The sample at a place that may lie outside; -1 where there is none. */
function sampleAt(place: number, { length, padMode }: Framing): number {
  if (place >= 0 && place < length) return place;
  if (padMode === 'constant') return -1;
  return place < 0 ? -place : 2 * (length - 1) - place;
}
