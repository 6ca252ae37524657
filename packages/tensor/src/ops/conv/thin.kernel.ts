import { f32, f32x4, type I32, i32, wasmProcedure } from '@sonograd/wasm';

/** Vectors of windows held while channels and taps go by; with as many loads, what V8 keeps in registers. */
const together = 6;

const parameters = {
  planes: 'i32',
  channels: 'i32',
  channelBytes: 'i32',
  taps: 'i32',
  tapCount: 'i32',
  filter: 'i32',
  sums: 'i32',
  /** Windows, counted along the rows of the planes with what lies between them. */
  length: 'i32',
} as const;

type Given = { readonly [Name in keyof typeof parameters]: I32 };

/**
 * One output channel, where tiles of four would mostly multiply nothing: filter numbers one after the other times windows
 * as they lie in the planes, without packing. Between the rows of a block it computes what nobody asked for.
 */
export const sumThin = wasmProcedure('sumThin', parameters, (k, given) => {
  const at = k.variable(i32, 0, 'at');
  const run = (vectors: number, end: I32) => {
    k.while(
      () => at.lt(end),
      () => {
        const sums = sumVectors(vectors, given, at);
        sums.forEach((sum, index) => {
          k.store(at.add(given.sums), sum, 16 * index);
        });
        at.set(at.add(16 * vectors));
      },
    );
  };
  const sumVectors = (
    vectors: number,
    { planes, taps, channels, channelBytes, filter }: Given,
    offset: I32,
  ) => {
    const sums = Array.from({ length: vectors }, (_, index) => k.variable(f32x4, 0, `sum${index}`));
    const weight = k.variable(i32, filter, 'weight');
    const plane = k.variable(i32, planes.add(offset), 'plane');
    const tapsEnd = k.let(given.tapCount.shl(2).add(taps), 'tapsEnd');
    k.for(0, channels, 1, () => {
      const tap = k.variable(i32, taps, 'tap');
      k.while(
        () => tap.ne(tapsEnd),
        () => {
          const from = k.let(i32.load(tap).add(plane));
          const factor = k.let(f32x4.loadSplat(weight));
          sums.forEach((sum, index) => {
            sum.set(f32x4.load(from, 16 * index).mulAdd(factor, sum));
          });
          tap.set(tap.add(4));
          weight.set(weight.add(4));
        },
      );
      plane.set(plane.add(channelBytes));
    });
    return sums;
  };
  const bytes = k.let(given.length.shl(2), 'bytes');
  run(together, bytes.sub(16 * together - 16));
  run(1, bytes);
});

const finishParameters = {
  sums: 'i32',
  sumRow: 'i32',
  bias: 'f32',
  floor: 'f32',
  out: 'i32',
  outRow: 'i32',
  outColumn: 'i32',
  down: 'i32',
  across: 'i32',
} as const;

/** The windows among the sums to their places in the output. */
export const finishThin = wasmProcedure('finishThin', finishParameters, (k, given) => {
  const { bias, floor, across, outColumn } = given;
  const sums = k.variable(i32, given.sums, 'sumsAt');
  const out = k.variable(i32, given.out, 'outAt');
  k.for(0, given.down, 1, () => {
    k.if(
      outColumn.eq(4),
      () => {
        k.forLanes(0, across, (at) => at.store(out, at.load(sums).add(bias.splat()).pmax(floor.splat())));
      },
      () => {
        const to = k.variable(i32, out, 'to');
        k.for(sums, sums.add(across.shl(2)), 4, (at) => {
          k.store(to, f32.load(at).add(bias).max(floor));
          to.set(to.add(outColumn));
        });
      },
    );
    sums.set(sums.add(given.sumRow));
    out.set(out.add(given.outRow));
  });
});
