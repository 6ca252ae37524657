import { f32x4, i32, type KernelBuilder, kernelFamily } from '@sonograd/wasm';
import { withSlot } from '../matmul/workspace.kernel.ts';
import {
  attentionParameters,
  type Block,
  blockOf,
  dropoutOf,
  eachTile,
  type Given,
  type Room,
  roomIn,
  rowOf,
  scoreTile,
  turnRows,
} from './parts.kernel.ts';
import { smallProduct } from './product.kernel.ts';
import { masked, multiplyTile, scaleRows, softenTile, tileRowBytes, tileSide } from './tile.kernel.ts';

/** An item is a tile's worth of queries of one head. */
export const forwardKernels = kernelFamily('attention', ({ kernel }) => ({
  attend: kernel(attentionParameters, (k, given) => {
    const blocks = k.let(given.queries.add(tileSide - 1).divU(tileSide), 'blocks');
    withSlot(k, given.workspace, given.slotBytes, (slot) => {
      k.for(k.begin, k.end, 1, (item) => {
        const head = k.let(item.divU(blocks), 'head');
        const first = k.let(item.remU(blocks).mul(tileSide), 'firstQuery');
        attend(k, given, blockOf(k, given, head, first), roomIn(k, slot));
      });
    });
  }),
}));

/** Tile by tile of the keys, with the sums of earlier ones corrected as larger scores turn up. */
function attend(k: KernelBuilder, given: Given, block: Block, room: Room): void {
  const { queries, keys, width, valueWidth, zeros } = given;
  const { scores, largest, total, factors, turned } = room;
  const count = block.queries;
  const out = rowOf(k, given.out, block.head, queries, block.first, valueWidth);
  const query = rowOf(k, given.query, block.head, queries, block.first, width);
  turnRows(k, block, turned, query, width, given.scale);
  k.forLanes(0, tileSide, (at) => {
    at.store(largest, masked);
    at.store(total, 0);
  });
  k.if(keys.eqz(), () => k.memoryFill(out, 0, count.mul(valueWidth).shl(2)));
  eachTile(k, given, block, { from: 0, to: keys }, (tile) => {
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
