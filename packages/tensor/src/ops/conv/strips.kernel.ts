import { type F32x4, f32, f32x4, type I32, i32, wasmProcedure } from '@sonograd/wasm';
import { stripStep, tileColumns } from '../matmul/strip.kernel.ts';

const pixelNumbers = Array.from({ length: tileColumns }, (_, pixel) => pixel);

const stepParameters = {
  to: 'i32',
  channels: 'i32',
  channelBytes: 'i32',
  /** How far from the corner of its window each tap reads, in bytes. */
  taps: 'i32',
  tapCount: 'i32',
} as const;

/** What eight windows see, one step of [channel][tap] after the other, as the columns of a strip. Each four lie side by side. */
export const packStrip = wasmProcedure(
  'packStrip',
  { ...stepParameters, left: 'i32', right: 'i32' } as const,
  (k, given) => {
    const to = k.variable(i32, given.to, 'at');
    const left = k.variable(i32, given.left, 'leftAt');
    const right = k.variable(i32, given.right, 'rightAt');
    const end = k.let(given.tapCount.shl(2).add(given.taps), 'tapsEnd');
    k.for(0, given.channels, 1, () => {
      const tap = k.variable(i32, given.taps, 'tap');
      k.while(
        () => tap.ne(end),
        () => {
          const offset = k.let(i32.load(tap), 'offset');
          k.store(to, f32x4.load(left.add(offset)));
          k.store(to, f32x4.load(right.add(offset)), 16);
          to.set(to.add(stripStep));
          tap.set(tap.add(4));
        },
      );
      left.set(left.add(given.channelBytes));
      right.set(right.add(given.channelBytes));
    });
  },
);

/** The same for eight windows anywhere, at the offsets in `pixels`: where a row of windows ends amid a strip. */
export const gatherStrip = wasmProcedure(
  'gatherStrip',
  { ...stepParameters, planes: 'i32', pixels: 'i32' } as const,
  (k, given) => {
    const to = k.variable(i32, given.to, 'at');
    const plane = k.variable(i32, given.planes, 'plane');
    const offsets = pixelNumbers.map((pixel) => k.let(i32.load(given.pixels, 4 * pixel), `pixel${pixel}`));
    const end = k.let(given.tapCount.shl(2).add(given.taps), 'tapsEnd');
    k.for(0, given.channels, 1, () => {
      const tap = k.variable(i32, given.taps, 'tap');
      k.while(
        () => tap.ne(end),
        () => {
          const base = k.let(i32.load(tap).add(plane), 'base');
          for (const pixel of pixelNumbers) k.store(to, f32.load(base.add(offsets[pixel]!)), 4 * pixel);
          to.set(to.add(stripStep));
          tap.set(tap.add(4));
        },
      );
      plane.set(plane.add(given.channelBytes));
    });
  },
);

const scatterParameters = {
  sums: 'i32',
  rows: 'i32',
  start: 'i32',
  startRow: 'i32',
  /** Whether the sums are added to what is there, or to one number for each row, which stands four times at `start`. */
  isAdded: 'i32',
  out: 'i32',
  outRow: 'i32',
  /** The place of each of eight results in a row of the output, in bytes; missing ones repeat the last. */
  places: 'i32',
  floor: 'f32',
} as const;

/** Results that do not lie side by side. All are read before any is written, since places may repeat. */
export const scatterStrip = wasmProcedure('scatterStrip', scatterParameters, (k, given) => {
  const floors = k.let(given.floor.splat(), 'floors');
  const places = pixelNumbers.map((pixel) => k.let(i32.load(given.places, 4 * pixel), `place${pixel}`));
  const at = k.variable(i32, given.sums, 'at');
  const start = k.variable(i32, given.start, 'startAt');
  const out = k.variable(i32, given.out, 'outAt');
  const halves = [places.slice(0, 4), places.slice(4)];
  k.for(0, given.rows, 1, () => {
    const starts = halves.map((_, half) => k.variable(f32x4, f32x4.load(start), `start${half}`));
    k.if(given.isAdded, () => {
      halves.forEach((four, half) => {
        starts[half]!.set(gather(four.map((place) => place.add(start))));
      });
    });
    halves.forEach((four, half) => {
      const results = k.let(starts[half]!.add(f32x4.load(at, 16 * half)).pmax(floors));
      four.forEach((place, lane) => {
        k.storeLane(place.add(out), results, lane);
      });
    });
    at.set(at.add(stripStep));
    start.set(start.add(given.startRow));
    out.set(out.add(given.outRow));
  });
});

function gather([first, ...others]: readonly I32[]): F32x4 {
  return others.reduce(
    (vector, pointer, lane) => vector.replaceLane(f32.load(pointer), lane + 1),
    f32x4.loadSplat(first!),
  );
}
