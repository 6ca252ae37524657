import { type F32, type I32, i32, type KernelBuilder } from '@sonograd/wasm';
import type { Values } from '../matmul/strip.kernel.ts';
import { smallProduct, transposeScaled } from './product.kernel.ts';
import { dropTile, maskCausal, maskScores, tileBytes, tileRowBytes, tileSide } from './tile.kernel.ts';

/** What both ways need. */
export const attentionParameters = {
  out: 'i32',
  /** [heads, queries]: logarithms of the sums of exponentials. */
  logSums: 'i32',
  query: 'i32',
  key: 'i32',
  value: 'i32',
  queries: 'i32',
  keys: 'i32',
  width: 'i32',
  valueWidth: 'i32',
  scale: 'f32',
  isCausal: 'i32',
  /** Pointer to the places of each head's mask, or 0. */
  maskPlaces: 'i32',
  maskQueryStep: 'i32',
  maskKeyStep: 'i32',
  /** Dropout, unless 0: of 65536 values, so many drop a weight. */
  threshold: 'i32',
  growth: 'f32',
  high: 'i32',
  low: 'i32',
  workspace: 'i32',
  slotBytes: 'i32',
  zeros: 'i32',
} as const;

export type Given = Values<typeof attentionParameters>;

/** Bytes of a slot: three tiles, three rows of numbers by query, and queries and output gradients on their sides. */
export function slotBytesFor(width: number, valueWidth: number): number {
  const rows = Math.ceil(width / 4) * 4 + Math.ceil(valueWidth / 4) * 4;
  return 3 * tileBytes + 4 * tileRowBytes + rows * tileRowBytes;
}

export interface Room {
  readonly scores: I32;
  readonly dWeights: I32;
  readonly kept: I32;
  readonly largest: I32;
  readonly total: I32;
  readonly factors: I32;
  /** Rows of queries, and behind them of output gradients. */
  readonly turned: I32;
}

export function roomIn(k: KernelBuilder, slot: I32): Room {
  const at = (bytes: number) => k.let(slot.add(bytes));
  const numbers = 3 * tileBytes;
  return {
    scores: at(0),
    dWeights: at(tileBytes),
    kept: at(2 * tileBytes),
    largest: at(numbers),
    total: at(numbers + tileRowBytes),
    factors: at(numbers + 2 * tileRowBytes),
    turned: at(numbers + 4 * tileRowBytes),
  };
}

/** A tile's worth of queries of a head. */
export interface Block {
  readonly head: I32;
  readonly first: I32;
  readonly queries: I32;
}

export interface Tile extends Block {
  readonly firstKey: I32;
  readonly keys: I32;
}

/** Numbers of keys. */
interface KeyRange {
  readonly from: I32 | number;
  readonly to: I32;
}

/** Tiles of keys, up to the last that a query of the block may see. */
export function eachTile(
  k: KernelBuilder,
  { isCausal }: Given,
  block: Block,
  { from, to }: KeyRange,
  body: (tile: Tile) => void,
): void {
  const seen = k.let(isCausal.select(block.first.add(block.queries).min(to), to), 'seen');
  k.for(from, seen, tileSide, (firstKey) => {
    body({ ...block, firstKey, keys: k.let(seen.sub(firstKey).min(tileSide), 'keyCount') });
  });
}

/** Pointer to a row of [heads, length, width]. */
export function rowOf(k: KernelBuilder, array: I32, head: I32, length: I32, row: I32, width: I32): I32 {
  return k.let(head.mul(length).add(row).mul(width.shl(2)).add(array));
}

export function blockOf(k: KernelBuilder, { queries }: Given, head: I32, first: I32): Block {
  return { head, first, queries: k.let(queries.sub(first).min(tileSide), 'queryCount') };
}

/** Puts rows of queries [queries, width] on their side, four numbers of each at a time. */
export function turnRows(
  k: KernelBuilder,
  block: Block,
  to: I32,
  from: I32,
  width: I32,
  scale: F32 | number,
): void {
  const rows = { from, fromRow: width.shl(2), rows: block.queries, columns: width };
  k.call(transposeScaled, { to, toRow: tileRowBytes, ...rows, scale });
}

/** scores[key][query] = k · q of a tile, masked. */
export function scoreTile(k: KernelBuilder, given: Given, tile: Tile, scores: I32, turned: I32): void {
  const { width, keys, zeros } = given;
  k.call(smallProduct, {
    out: scores,
    outRow: tileRowBytes,
    start: zeros,
    startRow: 0,
    a: rowOf(k, given.key, tile.head, keys, tile.firstKey, width),
    aRow: width.shl(2),
    aStep: 4,
    b: turned,
    bStep: tileRowBytes,
    rows: tile.keys,
    columns: paddedQueries(tile),
    depth: width,
  });
  const ahead = k.let(tile.first.sub(tile.firstKey));
  k.if(given.isCausal.and(tile.keys.gt(ahead)), () => {
    k.call(maskCausal, { scores, queries: tile.queries, keys: tile.keys, ahead });
  });
  k.if(given.maskPlaces, () => {
    const place = i32.load(tile.head.shl(2).add(given.maskPlaces));
    const { maskQueryStep: queryStep, maskKeyStep: keyStep } = given;
    const mask = tile.first.mul(queryStep).add(tile.firstKey.mul(keyStep)).add(place);
    k.call(maskScores, { scores, queries: tile.queries, keys: tile.keys, mask, queryStep, keyStep });
  });
}

/** Rows of a tile have room for whole eights. */
export function paddedQueries({ queries }: Block): I32 {
  return queries.add(7).and(-8);
}

export function dropoutOf(k: KernelBuilder, given: Given, tile: Tile, kept: I32): void {
  const groupStep = k.let(given.queries.add(7).shrU(3), 'groupStep');
  const pairs = given.keys.add(1).shrU(1);
  const group = tile.head.mul(pairs).add(tile.firstKey.shrU(1)).mul(groupStep).add(tile.first.shrU(3));
  const { high, low, threshold, growth } = given;
  const { queries, keys } = tile;
  k.call(dropTile, { kept, queries, keys, high, low, group, groupStep, threshold, growth });
}
