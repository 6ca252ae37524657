import { type Builder, type F32, type F32x4, f32, f32x4, type I32, i32, wasmProcedure } from '@sonograd/wasm';

/**
 * A block of an image, copied to where everything that windows read is there: zeros (or `around`) around the image, and with a
 * stride, every stride-th column side by side. So windows next to each other read numbers next to each other,
 * whatever the stride and the padding. Planes lie as [channel][row phase][column phase][row][column].
 */
const parameters = {
  to: 'i32',
  /** The first of the channels. */
  from: 'i32',
  fromPlaneBytes: 'i32',
  channels: 'i32',
  /** Numbers from one row to the next. */
  rowWidth: 'i32',
  /** Rows and columns from here on are zeros. */
  height: 'i32',
  width: 'i32',
  /** Where the block begins; it may begin before the image. */
  top: 'i32',
  left: 'i32',
  strideDown: 'i32',
  strideAcross: 'i32',
  phasesDown: 'i32',
  phasesAcross: 'i32',
  rows: 'i32',
  columns: 'i32',
  /** What stands around the image. */
  around: 'f32',
} as const;

/** Rows are written in fours, beyond their end: up to so many bytes, which the next row or the caller overwrites. */
export const planeSlackBytes = 32;

export const fillPlanes = wasmProcedure('fillPlanes', parameters, (k, given) => {
  const { from, width, rows, columns, strideAcross, around } = given;
  const rowBytes = k.let(columns.shl(2), 'rowBytes');
  const to = k.variable(i32, given.to, 'row');
  const plane = k.variable(i32, from, 'plane');
  k.for(0, given.channels, 1, () => {
    k.for(0, given.phasesDown, 1, (phaseDown) => {
      k.for(0, given.phasesAcross, 1, (phaseAcross) => {
        const left = k.let(given.left.add(phaseAcross), 'first');
        const y = k.variable(i32, given.top.add(phaseDown), 'y');
        k.for(0, rows, 1, () => {
          const source = k.let(y.mul(given.rowWidth).add(left).shl(2).add(plane), 'source');
          k.if(
            y.geU(given.height),
            () => fill(k, to, k.let(to.add(rowBytes)), around),
            () => k.call(copyRow, { to, source, left, width, columns, around, stride: strideAcross }),
          );
          to.set(to.add(rowBytes));
          y.set(y.add(given.strideDown));
        });
      });
    });
    plane.set(plane.add(given.fromPlaneBytes));
  });
});

const rowParameters = {
  to: 'i32',
  source: 'i32',
  left: 'i32',
  width: 'i32',
  columns: 'i32',
  stride: 'i32',
  around: 'f32',
} as const;

/** What is around the image on the left, every stride-th number of a row of the image, what is around it again. */
const copyRow = wasmProcedure(
  'copyRow',
  rowParameters,
  (k, { to, source, left, columns, stride, ...given }) => {
    /** The first of the copied columns that is not left of image column `column`. */
    const placeOf = (column: I32) =>
      column.sub(left).add(stride).sub(1).max(0).div(stride).min(columns).shl(2).add(to);
    const end = k.let(columns.shl(2).add(to), 'end');
    const first = k.let(placeOf(i32(0)), 'firstInside');
    const behind = k.let(placeOf(given.width), 'behindInside');
    const at = k.variable(i32, first, 'at');
    const from = k.variable(i32, first.sub(to).mul(stride).add(source), 'from');
    const copy = (count: number, step: I32 | number, take: () => F32x4 | F32) => {
      k.while(
        () => at.ltU(behind),
        () => {
          k.store(at, take());
          at.set(at.add(4 * count));
          from.set(from.add(step));
        },
      );
    };
    fill(k, to, first, given.around);
    k.if(
      stride.eq(1),
      () => copy(4, 16, () => f32x4.load(from)),
      () =>
        k.if(
          stride.eq(2),
          () => copy(4, 32, () => f32x4.load(from).shuffle(f32x4.load(from, 16), 0, 2, 4, 6)),
          () => copy(1, stride.shl(2), () => f32.load(from)),
        ),
    );
    fill(k, behind, end, given.around);
  },
);

/** From `from` up to `end` and at most 12 bytes beyond. */
function fill(k: Builder, from: I32, end: I32, number: F32): void {
  const at = k.variable(i32, from, 'fillAt');
  k.while(
    () => at.ltU(end),
    () => {
      k.store(at, number.splat());
      at.set(at.add(16));
    },
  );
}
