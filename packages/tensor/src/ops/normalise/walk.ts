import { type I32, i32, type KernelBuilder } from '@sonograd/wasm';
import { blockColumns } from './channels.ts';

export interface PartParameters {
  readonly outer: I32;
  readonly channels: I32;
  readonly inner: I32;
  readonly rows: I32;
  readonly length: I32;
}
export const partParameters = {
  outer: 'i32',
  channels: 'i32',
  inner: 'i32',
  rows: 'i32',
  length: 'i32',
} as const;

/** One part of a channel, as a kernel sees it. */
export interface PlanePart {
  readonly channel: I32;
  /** Elements in it. */
  readonly count: I32;
  /** Calls `row` for each stretch of neighbours with its distance in bytes from the tensor's first element. */
  forEachRow(row: (byteOffset: I32) => void): void;
  readonly width: I32;
}

/** Items are parts of planes; see `Cut`. */
export function forEachPlanePart(
  k: KernelBuilder,
  given: PartParameters,
  body: (item: I32, part: PlanePart) => void,
): void {
  const { outer, channels, inner, rows, length } = given;
  const lengthParts = k.let(inner.add(length).sub(1).divU(length));
  const rowBytes = k.let(channels.mul(inner).shl(2));
  k.for(k.begin, k.end, 1, (item) => {
    const place = k.let(item.divU(lengthParts));
    const channel = k.let(place.remU(channels));
    const row = k.let(place.divU(channels).mul(rows));
    const column = k.let(item.remU(lengthParts).mul(length));
    const height = k.let(outer.sub(row).min(rows));
    const width = k.let(inner.sub(column).min(length));
    const first = k.let(row.mul(rowBytes).add(channel.mul(inner).add(column).shl(2)));
    body(item, {
      channel,
      width,
      count: k.let(height.mul(width)),
      forEachRow: (visit) => forEachStep(k, first, rowBytes, height, visit),
    });
  });
}

/** Columns `from` up to, not including, `to` of some rows. */
export interface ColumnPart {
  readonly from: I32;
  readonly to: I32;
  /** Rows in it. */
  readonly count: I32;
  /**
   * Calls `visit` with the distances in bytes of four rows at a time from the matrix's first element, then of the last
   * ones one by one: sums of columns lie in memory, and are fetched once for all rows named. For all, or the first few.
   */
  forEachRows(visit: (byteOffsets: readonly I32[]) => void, rows?: I32): void;
  /** The distance in bytes at which the row of results stands. */
  readonly result: I32;
}

/** Items are blocks of columns of some rows; the matrix is `outer` x (`channels` x `inner`). */
export function forEachColumnPart(
  k: KernelBuilder,
  { outer, channels, inner, rows }: PartParameters,
  body: (part: ColumnPart) => void,
): void {
  const width = k.let(channels.mul(inner));
  const blocks = k.let(width.add(blockColumns - 1).divU(blockColumns));
  const rowBytes = k.let(width.shl(2));
  k.for(k.begin, k.end, 1, (item) => {
    const from = k.let(item.remU(blocks).mul(blockColumns));
    const part = k.let(item.divU(blocks));
    const first = k.let(part.mul(rows));
    const count = k.let(outer.sub(first).min(rows));
    body({
      from,
      to: k.let(from.add(blockColumns).min(width)),
      count,
      result: k.let(part.mul(rowBytes)),
      forEachRows: (visit, some = count) => {
        const start = k.let(first.mul(rowBytes));
        const fours = k.let(some.shrU(2));
        forEachStep(k, start, k.let(rowBytes.shl(2)), fours, (offset) => {
          visit([0, 1, 2, 3].map((row) => k.let(offset.add(rowBytes.mul(row)))));
        });
        const rest = k.let(start.add(fours.mul(rowBytes.shl(2))));
        forEachStep(k, rest, rowBytes, k.let(some.and(3)), (offset) => visit([offset]));
      },
    });
  });
}

function forEachStep(
  k: KernelBuilder,
  first: I32,
  step: I32,
  count: I32,
  visit: (byteOffset: I32) => void,
): void {
  const offset = k.variable(i32, first, 'offset');
  const end = k.let(first.add(count.mul(step)));
  k.while(
    () => offset.ne(end),
    () => {
      visit(offset);
      offset.set(offset.add(step));
    },
  );
}
