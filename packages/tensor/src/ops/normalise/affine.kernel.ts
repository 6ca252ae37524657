import { type F32x4, f32x4, type I32, type KernelBuilder, kernelFamily } from '@sonograd/wasm';
import { elementsPerRange } from '../../elementwise/grain.ts';
import type { Cut } from './channels.ts';

const walkParameters = { channels: 'i32', inner: 'i32', length: 'i32', lowest: 'f32' } as const;
const valueParameters = {
  out: 'i32',
  x: 'i32',
  centers: 'i32',
  scales: 'i32',
  shifts: 'i32',
  ...walkParameters,
} as const;
const gradientParameters = {
  out: 'i32',
  dOut: 'i32',
  x: 'i32',
  centers: 'i32',
  scales: 'i32',
  shifts: 'i32',
  offsets: 'i32',
  slopes: 'i32',
  ...walkParameters,
} as const;
type Walk = Readonly<Record<'channels' | 'inner' | 'length', I32>>;
type At = (index: I32) => I32;

/** (x - center) scale + shift, and no less than `lowest`: 0 makes it a ReLU, -Infinity leaves it alone. */
export function activated(distance: F32x4, scale: F32x4, shift: F32x4, lowest: F32x4): F32x4 {
  return distance.mulAdd(scale, shift).pmax(lowest);
}

/** The gradient where the activation let it through. */
export function admitted(dOut: F32x4, distance: F32x4, scale: F32x4, shift: F32x4, lowest: F32x4): F32x4 {
  return dOut.andNot(distance.mulAdd(scale, shift).le(lowest));
}

/** Element by element with the numbers of the element's channel. */
export const affine = kernelFamily('affine', (family) => ({
  planes: family.kernel(valueParameters, (k, { out, x, centers, scales, shifts, lowest, ...walk }) => {
    const floor = k.let(lowest.splat());
    forEachPiece(k, walk, (channel, offset, width) => {
      const [center, scale, shift] = [centers, scales, shifts].map((own) =>
        k.let(f32x4.loadSplat(channel(own))),
      );
      const [to, from] = [k.let(out.add(offset)), k.let(x.add(offset))];
      k.forLanes(
        0,
        width,
        (at) => at.store(to, activated(at.load(from).sub(center!), scale!, shift!, floor)),
        { unroll: 2 },
      );
    });
  }),
  columns: family.kernel(valueParameters, (k, { out, x, centers, scales, shifts, lowest, ...walk }) => {
    const floor = k.let(lowest.splat());
    forEachRow(k, walk, (offset, width) => {
      const [to, from] = [k.let(out.add(offset)), k.let(x.add(offset))];
      k.forLanes(0, width, (at) => {
        const distance = at.load(from).sub(at.load(centers));
        at.store(to, activated(distance, at.load(scales), at.load(shifts), floor));
      });
    });
  }),
  planesGradient: family.kernel(gradientParameters, (k, given) => {
    const { out, dOut, x, centers, scales, shifts, offsets, slopes, lowest, ...walk } = given;
    const floor = k.let(lowest.splat());
    forEachPiece(k, walk, (channel, offset, width) => {
      const [center, scale, shift, constant, slope] = [centers, scales, shifts, offsets, slopes].map((own) =>
        k.let(f32x4.loadSplat(channel(own))),
      );
      const [to, from, input] = [out, dOut, x].map((own) => k.let(own.add(offset)));
      k.forLanes(0, width, (at) => {
        const distance = k.let(at.load(input!).sub(center!));
        const passed = admitted(at.load(from!), distance, scale!, shift!, floor);
        at.store(to!, passed.mulAdd(scale!, distance.mulAdd(slope!, constant!)));
      });
    });
  }),
  columnsGradient: family.kernel(gradientParameters, (k, given) => {
    const { out, dOut, x, centers, scales, shifts, offsets, slopes, lowest, ...walk } = given;
    const floor = k.let(lowest.splat());
    forEachRow(k, walk, (offset, width) => {
      const [to, from, input] = [out, dOut, x].map((own) => k.let(own.add(offset)));
      k.forLanes(0, width, (at) => {
        const distance = k.let(at.load(input!).sub(at.load(centers)));
        const scale = k.let(at.load(scales));
        const passed = admitted(at.load(from!), distance, scale, at.load(shifts), floor);
        at.store(to!, passed.mulAdd(scale, distance.mulAdd(at.load(slopes), at.load(offsets))));
      });
    });
  }),
}));

/** An item is a piece of a plane. `channel` finds a channel's number in a list of them. */
function forEachPiece(
  k: KernelBuilder,
  { channels, inner, length }: Walk,
  body: (channel: At, byteOffset: I32, width: I32) => void,
): void {
  const pieces = k.let(inner.add(length).sub(1).divU(length));
  k.for(k.begin, k.end, 1, (item) => {
    const plane = k.let(item.divU(pieces));
    const column = k.let(item.remU(pieces).mul(length));
    const numberBytes = k.let(plane.remU(channels).shl(2));
    const offset = k.let(plane.mul(inner).add(column).shl(2));
    body((list) => list.add(numberBytes), offset, k.let(inner.sub(column).min(length)));
  });
}

/** An item is a row of all columns. */
function forEachRow(
  k: KernelBuilder,
  { channels, inner }: Walk,
  body: (byteOffset: I32, width: I32) => void,
): void {
  const width = k.let(channels.mul(inner));
  k.for(k.begin, k.end, 1, (row) => body(k.let(row.mul(width).shl(2)), width));
}

/** Items of the kernels above, and how many make a range worth another thread. */
export function affineItems({ by, outer, channels, inner, length, lengthParts }: Cut): {
  items: number;
  grain: number;
} {
  if (by === 'columns') return { items: outer, grain: Math.ceil(elementsPerRange / (channels * inner)) };
  return { items: outer * channels * lengthParts, grain: Math.ceil(elementsPerRange / length) };
}
