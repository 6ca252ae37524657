import { f32x4, type I32, i32, type KernelBuilder, kernelFamily } from '@sonograd/wasm';
import type { Values } from '../matmul/strip.kernel.ts';
import { withSlot } from '../matmul/workspace.kernel.ts';
import {
  attentionParameters,
  type Block,
  blockOf,
  dropoutOf,
  eachTile,
  paddedQueries,
  type Room,
  roomIn,
  rowOf,
  scoreTile,
  type Tile,
  turnRows,
} from './parts.kernel.ts';
import { smallProduct } from './product.kernel.ts';
import { gradientOfDroppedTile, gradientOfTile, tileRowBytes, tileSide } from './tile.kernel.ts';

const backwardParameters = {
  ...attentionParameters,
  dOut: 'i32',
  /** [ranges, heads, queries, width]: what each range of keys gives. */
  dQuery: 'i32',
  dKey: 'i32',
  dValue: 'i32',
  heads: 'i32',
  /** Keys of a range, whole tiles. */
  rangeKeys: 'i32',
} as const;

type Given = Values<typeof backwardParameters>;

/** An item is a range of keys of one head. Weights are computed once more from the scores, tile by tile. */
export const backwardKernels = kernelFamily('attentionBackward', ({ kernel }) => ({
  attendBack: kernel(backwardParameters, (k, given) => {
    withSlot(k, given.workspace, given.slotBytes, (slot) => {
      k.for(k.begin, k.end, 1, (item) => attendBack(k, given, item, roomIn(k, slot)));
    });
  }),
}));

/** Some keys of a head, and the place for what they give to the queries. */
interface Range {
  readonly head: I32;
  readonly from: I32;
  readonly to: I32;
  readonly dQuery: I32;
}

function attendBack(k: KernelBuilder, given: Given, item: I32, room: Room): void {
  const { queries, keys, width, valueWidth, heads, rangeKeys } = given;
  const head = k.let(item.remU(heads), 'head');
  const from = k.let(item.divU(heads).mul(rangeKeys), 'fromKey');
  const to = k.let(from.add(rangeKeys).min(keys), 'toKey');
  const dQuery = rowOf(k, given.dQuery, item, queries, i32(0), width);
  k.memoryFill(dQuery, 0, queries.mul(width).shl(2));
  for (const [gradient, length] of [[given.dKey, width] as const, [given.dValue, valueWidth] as const]) {
    k.memoryFill(rowOf(k, gradient, head, keys, from, length), 0, to.sub(from).mul(length).shl(2));
  }
  const first = given.isCausal.select(from, 0);
  k.for(first, queries, tileSide, (query) => {
    blockBack(k, given, blockOf(k, given, head, query), { head, from, to, dQuery }, room);
  });
}

function blockBack(k: KernelBuilder, given: Given, block: Block, range: Range, room: Room): void {
  const { queries, width, valueWidth, scale } = given;
  const { scores, dWeights, kept, factors: deltas, turned } = room;
  const ofQueries = (array: I32, length: I32) => rowOf(k, array, block.head, queries, block.first, length);
  const query = ofQueries(given.query, width);
  const dOut = ofQueries(given.dOut, valueWidth);
  const logSums = ofQueries(given.logSums, i32(1));
  const dQuery = k.let(block.first.mul(width).shl(2).add(range.dQuery));
  const dOutTurned = k.let(width.add(3).and(-4).mul(tileRowBytes).add(turned));
  turnRows(k, block, turned, query, width, scale);
  turnRows(k, block, dOutTurned, dOut, valueWidth, 1);
  dotRows(k, deltas, dOut, ofQueries(given.out, valueWidth), block.queries, valueWidth);
  eachTile(k, given, block, range, (tile) => {
    scoreTile(k, given, tile, scores, turned);
    gradientOfWeights(k, given, tile, dWeights, dOutTurned);
    const tiles = { scores, dWeights, kept, queries: block.queries, keys: tile.keys };
    const dropped = () => {
      dropoutOf(k, given, tile, kept);
      k.call(gradientOfDroppedTile, { ...tiles, logSums, deltas, scale });
    };
    k.if(given.threshold, dropped, () => k.call(gradientOfTile, { ...tiles, logSums, deltas, scale }));
    addProducts(k, given, tile, { scores, dWeights, query, dOut, dQuery });
  });
}

/** dWeights[key][query] = v · dOut. */
function gradientOfWeights(k: KernelBuilder, given: Given, tile: Tile, dWeights: I32, dOutTurned: I32): void {
  const { keys, valueWidth, zeros } = given;
  k.call(smallProduct, {
    out: dWeights,
    outRow: tileRowBytes,
    start: zeros,
    startRow: 0,
    a: rowOf(k, given.value, tile.head, keys, tile.firstKey, valueWidth),
    aRow: valueWidth.shl(2),
    aStep: 4,
    b: dOutTurned,
    bStep: tileRowBytes,
    rows: tile.keys,
    columns: paddedQueries(tile),
    depth: valueWidth,
  });
}

interface Operands {
  readonly scores: I32;
  readonly dWeights: I32;
  readonly query: I32;
  readonly dOut: I32;
  readonly dQuery: I32;
}

/** What a tile adds: weightsᵀ·dOut to the values, dScoresᵀ·q to the keys, dScores·k to the queries. */
function addProducts(k: KernelBuilder, given: Given, tile: Tile, operands: Operands): void {
  const { keys, width, valueWidth } = given;
  const ofKeys = (array: I32, length: I32) => rowOf(k, array, tile.head, keys, tile.firstKey, length);
  const add = (
    out: I32,
    b: I32,
    length: I32,
    rest: { a: I32; aRow: number; aStep: number; rows: I32; depth: I32 },
  ) => {
    const row = k.let(length.shl(2));
    k.call(smallProduct, {
      ...rest,
      out,
      outRow: row,
      start: out,
      startRow: row,
      b,
      bStep: row,
      columns: length,
    });
  };
  const overQueries = { aRow: tileRowBytes, aStep: 4, rows: tile.keys, depth: tile.queries };
  const overKeys = { aRow: 4, aStep: tileRowBytes, rows: tile.queries, depth: tile.keys };
  const { scores, dWeights, query, dOut, dQuery } = operands;
  add(ofKeys(given.dValue, valueWidth), dOut, valueWidth, { a: scores, ...overQueries });
  add(ofKeys(given.dKey, width), query, width, { a: dWeights, ...overQueries });
  add(dQuery, ofKeys(given.key, width), width, { a: dWeights, ...overKeys });
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
