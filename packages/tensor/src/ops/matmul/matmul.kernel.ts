import { f32, type I32, i32, type KernelBuilder, kernelFamily } from '@sonograd/wasm';
import { finishEdge } from './edge.kernel.ts';
import { packColumns, packRows, packTransposed } from './pack.kernel.ts';
import { computeStrips, stripStep, tileColumns, type Values } from './strip.kernel.ts';
import { withSlot } from './workspace.kernel.ts';

/** All strides are in bytes. An item is a block of the result. */
const parameters = {
  out: 'i32',
  outRow: 'i32',
  outBatch: 'i32',
  /** What the products are added to: the result itself, a row of biases, or eight zeros. */
  start: 'i32',
  startRow: 'i32',
  startColumn: 'i32',
  startBatch: 'i32',
  a: 'i32',
  aRow: 'i32',
  aStep: 'i32',
  aBatch: 'i32',
  /** How tiles see A: as it lies, or packed where it is transposed. */
  isAPacked: 'i32',
  tileRow: 'i32',
  tileStep: 'i32',
  tileNext: 'i32',
  b: 'i32',
  bStep: 'i32',
  bColumn: 'i32',
  bBatch: 'i32',
  rows: 'i32',
  columns: 'i32',
  depth: 'i32',
  blockRows: 'i32',
  blockColumns: 'i32',
  blocksDown: 'i32',
  blocksAcross: 'i32',
  /** Steps of the inner size done at a time: a packed strip and four rows of A stay in the first cache. */
  piece: 'i32',
  workspace: 'i32',
  slotBytes: 'i32',
  /** A slot holds strips of B of so many bytes, then at these places panels of A, and sums of the right edge. */
  stripBytes: 'i32',
  /** So many strips that the first cache holds them. */
  stripsTogether: 'i32',
  panelPlace: 'i32',
  edgePlace: 'i32',
  zeros: 'i32',
  floor: 'f32',
} as const;

type Given = Values<typeof parameters>;

export const matmulKernels = kernelFamily('matmul', (family) => ({
  blocks: family.kernel(parameters, (k, given) => {
    withSlot(k, given.workspace, given.slotBytes, (slot) => {
      k.for(k.begin, k.end, 1, (item) => computeBlock(k, blockOf(k, given, item), slot));
    });
  }),
}));

/** The same arguments for one block: pointers to its corner, its own numbers of rows and columns. */
function blockOf(k: KernelBuilder, given: Given, item: I32): Given {
  const above = k.let(item.div(given.blocksAcross));
  const batch = k.let(above.div(given.blocksDown), 'batch');
  const top = k.let(above.rem(given.blocksDown).mul(given.blockRows), 'top');
  const left = k.let(item.rem(given.blocksAcross).mul(given.blockColumns), 'left');
  const { out, start, a, b } = given;
  return {
    ...given,
    out: k.let(out.add(batch.mul(given.outBatch)).add(top.mul(given.outRow)).add(left.shl(2))),
    start: k.let(
      start.add(batch.mul(given.startBatch)).add(top.mul(given.startRow)).add(left.mul(given.startColumn)),
    ),
    a: k.let(a.add(batch.mul(given.aBatch)).add(top.mul(given.aRow))),
    b: k.let(b.add(batch.mul(given.bBatch)).add(left.mul(given.bColumn))),
    rows: k.let(given.rows.sub(top).min(given.blockRows), 'rows'),
    columns: k.let(given.columns.sub(left).min(given.blockColumns), 'columns'),
  };
}

/** Piece by piece of the inner size: the first adds to `start`, the others to what is there. */
function computeBlock(k: KernelBuilder, block: Given, slot: I32): void {
  const done = k.variable(i32, 0, 'done');
  const start = k.variable(i32, block.start, 'start');
  const startRow = k.variable(i32, block.startRow, 'startRow');
  const startColumn = k.variable(i32, block.startColumn, 'startColumn');
  k.loop((exit) => {
    const depth = k.let(block.depth.sub(done).min(block.piece), 'pieceDepth');
    const isLast = k.let(done.add(depth).ge(block.depth));
    const floor = k.let(isLast.select(block.floor, f32(-Infinity)), 'pieceFloor');
    const a = k.let(done.mul(block.aStep).add(block.a));
    const b = k.let(done.mul(block.bStep).add(block.b));
    computePiece(k, { ...block, a, b, depth, start, startRow, startColumn, floor }, slot);
    exit.breakIf(isLast);
    done.set(done.add(depth));
    start.set(block.out);
    startRow.set(block.outRow);
    startColumn.set(4);
  });
}

/** Packs, then strips of 8 columns meet all rows of the block. The last, if it is narrower, is computed aside. */
function computePiece(k: KernelBuilder, piece: Given, slot: I32): void {
  packPiece(k, piece, slot);
  const panels = k.let(piece.isAPacked.select(slot.add(piece.panelPlace), piece.a), 'panels');
  const tiles = { ...piece, a: panels, aRow: piece.tileRow, aStep: piece.tileStep, aTile: piece.tileNext };
  const whole = k.let(piece.columns.divU(tileColumns), 'wholeStrips');
  const at = (strip: I32) => ({
    strip: strip.mul(piece.stripBytes).add(slot),
    start: strip.mul(tileColumns).mul(piece.startColumn).add(piece.start),
    out: strip.mul(stripStep).add(piece.out),
  });
  k.for(0, whole, piece.stripsTogether, (strip) => {
    const strips = whole.sub(strip).min(piece.stripsTogether);
    k.call(computeStrips, { ...tiles, ...at(strip), strips });
  });
  const width = k.let(piece.columns.and(tileColumns - 1), 'width');
  k.if(width, () => {
    const sums = k.let(slot.add(piece.edgePlace), 'sums');
    const aside = { start: piece.zeros, startRow: 0, startColumn: 0, out: sums, outRow: stripStep };
    k.call(computeStrips, { ...tiles, ...at(whole), ...aside, strips: 1, floor: -Infinity });
    k.call(finishEdge, { ...piece, ...at(whole), sums, width });
  });
}

function packPiece(k: KernelBuilder, { a, aStep, b, bStep, bColumn, ...piece }: Given, slot: I32): void {
  const strips = {
    to: slot,
    panelBytes: piece.stripBytes,
    from: b,
    steps: piece.depth,
    count: piece.columns,
  };
  k.if(
    bColumn.eq(4),
    () => k.call(packColumns, { ...strips, step: bStep }),
    () => k.call(packTransposed, { ...strips, step: bColumn }),
  );
  k.if(piece.isAPacked, () => {
    const panels = { to: slot.add(piece.panelPlace), panelBytes: piece.tileNext };
    k.call(packRows, { ...panels, from: a, step: aStep, steps: piece.depth, count: piece.rows });
  });
}
