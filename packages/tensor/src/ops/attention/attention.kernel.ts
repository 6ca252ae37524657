import { f32x4, type I32, i32, type KernelBuilder, kernelFamily } from '@sonograd/wasm';
import type { Values } from '../matmul/strip.kernel.ts';
import { withSlot } from '../matmul/workspace.kernel.ts';
import { smallProduct, transposeScaled } from './product.kernel.ts';
import {
  dropTile,
  gradientOfDroppedTile,
  gradientOfTile,
  maskCausal,
  masked,
  maskScores,
  multiplyTile,
  scaleRows,
  softenTile,
  tileBytes,
  tileRowBytes,
  tileSide,
} from './tile.kernel.ts';

const shared = {
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

const backwardParameters = {
  ...shared,
  dOut: 'i32',
  dQuery: 'i32',
  dKey: 'i32',
  dValue: 'i32',
} as const;

type Given = Values<typeof shared>;

/** An item is a tile's worth of queries of one head, or on the way back, a head. */
export const attentionKernels = kernelFamily('attention', ({ kernel }) => ({
  forward: kernel(shared, (k, given) => {
    const blocks = k.let(given.queries.add(tileSide - 1).divU(tileSide), 'blocks');
    withSlot(k, given.workspace, given.slotBytes, (slot) => {
      k.for(k.begin, k.end, 1, (item) => {
        const first = k.let(item.remU(blocks).mul(tileSide), 'firstQuery');
        attend(k, given, { head: k.let(item.divU(blocks), 'head'), first }, roomIn(k, slot));
      });
    });
  }),
  backward: kernel(backwardParameters, (k, given) => {
    withSlot(k, given.workspace, given.slotBytes, (slot) => {
      k.for(k.begin, k.end, 1, (head) => attendBack(k, given, k.let(head), roomIn(k, slot)));
    });
  }),
}));

/** Bytes of a slot: three tiles, three rows of numbers by query, and queries and output gradients on their sides. */
export function slotBytesFor(width: number, valueWidth: number): number {
  const rows = Math.ceil(width / 4) * 4 + Math.ceil(valueWidth / 4) * 4;
  return 3 * tileBytes + 4 * tileRowBytes + rows * tileRowBytes;
}

interface Room {
  readonly scores: I32;
  readonly dWeights: I32;
  readonly kept: I32;
  readonly largest: I32;
  readonly total: I32;
  readonly factors: I32;
  /** Rows of queries, and behind them of output gradients. */
  readonly turned: I32;
}

function roomIn(k: KernelBuilder, slot: I32): Room {
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

/** Some queries of a head, with pointers to what is theirs. */
interface Block {
  readonly head: I32;
  readonly first: I32;
}

interface Tile extends Block {
  readonly queries: I32;
  readonly firstKey: I32;
  readonly keys: I32;
}

/** Tiles of keys, up to the last that a query of the block may see. */
function eachTile(
  k: KernelBuilder,
  { queries, keys, isCausal }: Given,
  block: Block,
  body: (tile: Tile) => void,
): void {
  const count = k.let(queries.sub(block.first).min(tileSide), 'queryCount');
  const seen = k.let(isCausal.select(block.first.add(count).min(keys), keys), 'seen');
  k.for(0, seen, tileSide, (firstKey) => {
    body({ ...block, queries: count, firstKey, keys: k.let(seen.sub(firstKey).min(tileSide), 'keyCount') });
  });
}

/** Pointer to a row of [heads, length, width]. */
function rowOf(k: KernelBuilder, array: I32, head: I32, length: I32, row: I32, width: I32): I32 {
  return k.let(head.mul(length).add(row).mul(width.shl(2)).add(array));
}

/** scores[key][query] = k · q of a tile, masked. */
function scoreTile(k: KernelBuilder, given: Given, tile: Tile, scores: I32, turned: I32): void {
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
    columns: tile.queries.add(7).and(-8),
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

function dropoutOf(k: KernelBuilder, given: Given, tile: Tile, kept: I32): void {
  const groupStep = k.let(given.queries.add(7).shrU(3), 'groupStep');
  const pairs = given.keys.add(1).shrU(1);
  const group = tile.head.mul(pairs).add(tile.firstKey.shrU(1)).mul(groupStep).add(tile.first.shrU(3));
  const { high, low, threshold, growth } = given;
  const { queries, keys } = tile;
  k.call(dropTile, { kept, queries, keys, high, low, group, groupStep, threshold, growth });
}

/** Tile by tile of the keys, with the sums of earlier ones corrected as larger scores turn up. */
function attend(k: KernelBuilder, given: Given, block: Block, room: Room): void {
  const { queries, keys, width, valueWidth, zeros } = given;
  const { scores, largest, total, factors, turned } = room;
  const count = k.let(queries.sub(block.first).min(tileSide), 'queryCount');
  const out = rowOf(k, given.out, block.head, queries, block.first, valueWidth);
  k.call(transposeScaled, {
    to: turned,
    toRow: tileRowBytes,
    from: rowOf(k, given.query, block.head, queries, block.first, width),
    fromRow: width.shl(2),
    rows: count,
    columns: width,
    scale: given.scale,
  });
  k.forLanes(0, tileSide, (at) => {
    at.store(largest, masked);
    at.store(total, 0);
  });
  k.if(keys.eqz(), () => k.memoryFill(out, 0, count.mul(valueWidth).shl(2)));
  eachTile(k, given, block, (tile) => {
    const isFirst = k.let(tile.firstKey.eqz());
    scoreTile(k, given, tile, scores, turned);
    k.call(softenTile, { scores, queries: tile.queries, keys: tile.keys, largest, total, shrink: factors });
    k.if(isFirst.eqz(), () => k.call(scaleRows, { out, width: valueWidth, rows: count, factors }));
    k.if(given.threshold, () => {
      dropoutOf(k, given, tile, room.kept);
      k.call(multiplyTile, { weights: scores, kept: room.kept, keys: tile.keys });
    });
    k.call(smallProduct, {
      out,
      outRow: valueWidth.shl(2),
      start: isFirst.select(zeros, out),
      startRow: isFirst.select(i32(0), valueWidth.shl(2)),
      a: scores,
      aRow: 4,
      aStep: tileRowBytes,
      b: rowOf(k, given.value, tile.head, keys, tile.firstKey, valueWidth),
      bStep: valueWidth.shl(2),
      rows: count,
      columns: valueWidth,
      depth: tile.keys,
    });
  });
  // A query that may look nowhere gets zeros, and no gradient: all its weights are exp(score - ∞).
  const logSums = k.let(block.head.mul(queries).add(block.first).shl(2).add(given.logSums));
  k.forLanes(0, count, (at) => {
    const most = k.let(at.load(largest));
    const sum = k.let(at.load(total));
    const isBlind = k.let(most.le(masked));
    at.store(factors, isBlind.select(0, f32x4(1).div(sum)));
    at.store(logSums, isBlind.select(Infinity, most.add(sum.log())));
  });
  k.call(scaleRows, { out, width: valueWidth, rows: count, factors });
}

/** All of a head: weights are computed once more from the scores, tile by tile. */
function attendBack(k: KernelBuilder, given: Values<typeof backwardParameters>, head: I32, room: Room): void {
  const { queries, keys, width, valueWidth, dKey, dValue } = given;
  const first = i32(0);
  k.memoryFill(rowOf(k, dKey, head, keys, first, width), 0, keys.mul(width).shl(2));
  k.memoryFill(rowOf(k, dValue, head, keys, first, valueWidth), 0, keys.mul(valueWidth).shl(2));
  k.for(0, queries, tileSide, (firstQuery) => blockBack(k, given, { head, first: firstQuery }, room));
}

function blockBack(
  k: KernelBuilder,
  given: Values<typeof backwardParameters>,
  block: Block,
  room: Room,
): void {
  const { queries, keys, width, valueWidth, scale, zeros } = given;
  const { scores, dWeights, kept, factors: deltas, turned } = room;
  const widthBytes = k.let(width.shl(2));
  const valueBytes = k.let(valueWidth.shl(2));
  const ofQueries = (array: I32, length: I32) => rowOf(k, array, block.head, queries, block.first, length);
  const ofKeys = (array: I32, tile: Tile, length: I32) =>
    rowOf(k, array, block.head, keys, tile.firstKey, length);
  const count = k.let(queries.sub(block.first).min(tileSide), 'queryCount');
  const query = ofQueries(given.query, width);
  const dQuery = ofQueries(given.dQuery, width);
  const dOut = ofQueries(given.dOut, valueWidth);
  const dOutTurned = k.let(width.add(3).and(-4).mul(tileRowBytes).add(turned));
  const turn = { toRow: tileRowBytes, rows: count };
  k.call(transposeScaled, { ...turn, to: turned, from: query, fromRow: widthBytes, columns: width, scale });
  k.call(transposeScaled, {
    ...turn,
    to: dOutTurned,
    from: dOut,
    fromRow: valueBytes,
    columns: valueWidth,
    scale: 1,
  });
  dotRows(k, deltas, dOut, ofQueries(given.out, valueWidth), count, valueWidth);
  const logSums = k.let(block.head.mul(queries).add(block.first).shl(2).add(given.logSums));
  k.if(keys.eqz(), () => k.memoryFill(dQuery, 0, count.mul(widthBytes)));
  eachTile(k, given, block, (tile) => {
    scoreTile(k, given, tile, scores, turned);
    k.call(smallProduct, {
      out: dWeights,
      outRow: tileRowBytes,
      start: zeros,
      startRow: 0,
      a: ofKeys(given.value, tile, valueWidth),
      aRow: valueBytes,
      aStep: 4,
      b: dOutTurned,
      bStep: tileRowBytes,
      rows: tile.keys,
      columns: count.add(7).and(-8),
      depth: valueWidth,
    });
    const both = { scores, dWeights, kept, queries: count, keys: tile.keys, logSums, deltas, scale };
    const dropped = () => {
      dropoutOf(k, given, tile, kept);
      k.call(gradientOfDroppedTile, both);
    };
    k.if(given.threshold, dropped, () => k.call(gradientOfTile, both));
    const bySum = { aRow: tileRowBytes, aStep: 4, rows: tile.keys, depth: count };
    const dValue = ofKeys(given.dValue, tile, valueWidth);
    const dKey = ofKeys(given.dKey, tile, width);
    const ofValues = { outRow: valueBytes, startRow: valueBytes, columns: valueWidth };
    const ofWidth = { outRow: widthBytes, startRow: widthBytes, columns: width };
    k.call(smallProduct, {
      ...bySum,
      ...ofValues,
      out: dValue,
      start: dValue,
      a: scores,
      b: dOut,
      bStep: valueBytes,
    });
    k.call(smallProduct, {
      ...bySum,
      ...ofWidth,
      out: dKey,
      start: dKey,
      a: dWeights,
      b: query,
      bStep: widthBytes,
    });
    const isFirst = k.let(tile.firstKey.eqz());
    k.call(smallProduct, {
      ...ofWidth,
      out: dQuery,
      start: isFirst.select(zeros, dQuery),
      startRow: isFirst.select(i32(0), widthBytes),
      a: dWeights,
      aRow: 4,
      aStep: tileRowBytes,
      b: ofKeys(given.key, tile, width),
      bStep: widthBytes,
      rows: count,
      depth: tile.keys,
    });
  });
}

/** to[row] = a[row] · b[row]. */
function dotRows(k: KernelBuilder, to: I32, a: I32, b: I32, rows: I32, width: I32): void {
  const left = k.variable(i32, a, 'left');
  const right = k.variable(i32, b, 'right');
  k.for(0, rows, 1, (row) => {
    const sum = k.variable(f32x4, 0, 'dot');
    k.forLanes(0, width, (at) => sum.set(sum.add(at.load(left).mul(at.load(right)))));
    k.store(row.shl(2).add(to), sum.sumLanes());
    left.set(left.add(width.shl(2)));
    right.set(right.add(width.shl(2)));
  });
}
