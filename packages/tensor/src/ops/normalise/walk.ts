import { type F32x4, f32x4, type I32, i32, type KernelBuilder } from '@sonograd/wasm';
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

/** Four columns of a matrix, or one in the tail. */
export interface Columns {
  load(row: I32): F32x4;
  store(row: I32, value: F32x4): void;
}

export interface ColumnPart {
  readonly columns: readonly Columns[];
  readonly count: I32;
  /** Calls `row` with each row's distance in bytes from the matrix's first element. */
  forEachRow(row: (byteOffset: I32) => void): void;
  /** The distance in bytes at which results for these columns stand. */
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
    const column = k.let(item.remU(blocks).mul(blockColumns));
    const part = k.let(item.divU(blocks));
    const first = k.let(part.mul(rows));
    const count = k.let(outer.sub(first).min(rows));
    const shared = {
      count,
      result: k.let(part.mul(rowBytes)),
      forEachRow: (visit: (byteOffset: I32) => void) =>
        forEachStep(k, k.let(first.mul(rowBytes)), rowBytes, count, visit),
    };
    k.if(
      width.sub(column).ge(blockColumns),
      () => body({ ...shared, columns: wholeBlock(k, column) }),
      () => k.forLanes(column, width, (at) => body({ ...shared, columns: [at] })),
    );
  });
}

function wholeBlock(k: KernelBuilder, column: I32): Columns[] {
  const bytes = k.let(column.shl(2));
  return Array.from({ length: blockColumns / 4 }, (_, part) => ({
    load: (row: I32) => f32x4.load(row.add(bytes), 16 * part),
    store: (row: I32, value) => k.store(row.add(bytes), value, 16 * part),
  }));
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
