import { f32, type I32, i32, type KernelBuilder, kernelFamily } from '@sonograd/wasm';
import { computeStrips, stripStep, tileColumns, tileRows, type Values } from '../matmul/strip.kernel.ts';
import { withSlot } from '../matmul/workspace.kernel.ts';
import { fillPlanes } from './planes.kernel.ts';
import { gatherStrip, packStrip, scatterStrip } from './strips.kernel.ts';
import { finishThin, sumThin } from './thin.kernel.ts';

/**
 * What differs between the phases of an input gradient; a forward product has one phase. In memory as words in this
 * order. Strides are in bytes unless they count windows.
 */
export const phaseFields = [
  'out',
  'filters',
  /** Where the first window begins; before the image where there is padding. */
  'top',
  'left',
  'windowsDown',
  'windowsAcross',
  /** Whether windows read a padded copy of the block, or the image itself. */
  'isCopied',
  'phasesDown',
  'phasesAcross',
  'planeRows',
  'planeColumns',
  'channelBytes',
  'taps',
  'tapCount',
  /** Channels summed at a time: their strip stays in the first cache. */
  'pieceChannels',
] as const;

export type PhaseWords = Record<(typeof phaseFields)[number], number>;

/** An item is a block of windows of one image, one group and one phase; phases come first, so that they meet in cache. */
const parameters = {
  phases: 'i32',
  phaseCount: 'i32',
  outImage: 'i32',
  outPlane: 'i32',
  outRow: 'i32',
  outColumn: 'i32',
  source: 'i32',
  sourceImage: 'i32',
  sourcePlane: 'i32',
  height: 'i32',
  width: 'i32',
  channels: 'i32',
  strideDown: 'i32',
  strideAcross: 'i32',
  /** Outputs of a group. */
  rows: 'i32',
  /** Eight equal numbers for each output of each group. */
  bias: 'i32',
  zeros: 'i32',
  groups: 'i32',
  blockRows: 'i32',
  blockColumns: 'i32',
  blocksDown: 'i32',
  blocksAcross: 'i32',
  workspace: 'i32',
  slotBytes: 'i32',
  /** Places in a slot; the planes come first. */
  stripPlace: 'i32',
  sumsPlace: 'i32',
  pixelsPlace: 'i32',
  outPlace: 'i32',
  floor: 'f32',
} as const;

type Given = Values<typeof parameters>;
type Phase = Record<(typeof phaseFields)[number], I32>;

interface Block extends Given, Phase {
  readonly down: I32;
  readonly across: I32;
  readonly planes: I32;
  readonly slot: I32;
  readonly count: I32;
}

/**
 * Implicit GEMM: filters times windows, where windows are unrolled into columns only a strip of eight at a time. The
 * strip stays in the first cache while all filters of the group pass over it, in the tiles of `matmul`.
 */
export const windowKernels = kernelFamily('convolution', (family) => ({
  blocks: family.kernel(parameters, (k, given) => {
    withSlot(k, given.workspace, given.slotBytes, (slot) => {
      k.for(k.begin, k.end, 1, (item) => computeBlock(k, blockOf(k, given, item, slot)));
    });
  }),

  /** The same for a few outputs of each group. */
  thin: family.kernel(parameters, (k, given) => {
    withSlot(k, given.workspace, given.slotBytes, (slot) => {
      k.for(k.begin, k.end, 1, (item) => computeThin(k, blockOf(k, given, item, slot)));
    });
  }),
}));

function phaseOf(k: KernelBuilder, { phases, phaseCount }: Given, item: I32): Phase {
  const at = k.let(
    item
      .rem(phaseCount)
      .mul(4 * phaseFields.length)
      .add(phases),
    'phase',
  );
  return Object.fromEntries(
    phaseFields.map((name, index) => [name, k.let(i32.load(at, 4 * index), name)]),
  ) as Phase;
}

function blockOf(k: KernelBuilder, given: Given, index: I32, slot: I32): Block {
  const phase = phaseOf(k, given, index);
  const item = k.let(index.div(given.phaseCount), 'item');
  const { groups, rows, blockRows, blockColumns } = given;
  const above = k.let(item.div(given.blocksAcross));
  const plane = k.let(above.div(given.blocksDown), 'imageAndGroup');
  const image = k.let(plane.div(groups), 'image');
  const group = k.let(plane.rem(groups), 'group');
  const i = k.let(above.rem(given.blocksDown).mul(blockRows), 'i');
  const j = k.let(item.rem(given.blocksAcross).mul(blockColumns), 'j');
  const down = k.let(phase.windowsDown.sub(i).min(blockRows).max(0), 'down');
  const across = k.let(phase.windowsAcross.sub(j).min(blockColumns).max(0), 'across');
  const firstChannel = k.let(group.mul(given.channels), 'firstChannel');
  const firstRow = k.let(group.mul(rows), 'firstRow');
  const depthBytes = given.channels.mul(phase.tapCount).shl(2);
  const source = k.let(
    image.mul(given.sourceImage).add(firstChannel.mul(given.sourcePlane)).add(given.source),
  );
  const top = k.let(i.mul(given.strideDown).add(phase.top), 'blockTop');
  const left = k.let(j.mul(given.strideAcross).add(phase.left), 'blockLeft');
  const planes = k.variable(i32, slot, 'planes');
  k.if(
    phase.isCopied,
    () => {
      const size = { rows: phase.planeRows, columns: phase.planeColumns, fromPlaneBytes: given.sourcePlane };
      k.call(fillPlanes, {
        ...given,
        ...phase,
        ...size,
        rowWidth: given.width,
        around: 0,
        to: slot,
        from: source,
        top,
        left,
      });
    },
    () => planes.set(top.mul(given.width).add(left).shl(2).add(source)),
  );
  return {
    ...given,
    ...phase,
    slot,
    down,
    across,
    planes: k.let(planes.get()),
    count: k.let(down.mul(across), 'count'),
    filters: k.let(firstRow.mul(depthBytes).add(phase.filters), 'groupFilters'),
    bias: k.let(firstRow.mul(stripStep).add(given.bias), 'groupBias'),
    out: k.let(
      image
        .mul(given.outImage)
        .add(firstRow.mul(given.outPlane))
        .add(i.mul(given.outRow))
        .add(j.mul(given.outColumn))
        .add(phase.out),
    ),
  };
}

/** Where each window reads and writes, in bytes from the block's corner; behind the last window, that one again. */
function listPixels(k: KernelBuilder, block: Block): void {
  const { down, across } = block;
  const at = k.variable(i32, block.slot, 'pixelAt');
  const read = k.variable(i32, 0, 'read');
  const write = k.variable(i32, 0, 'write');
  const list = () => {
    k.store(at.add(block.pixelsPlace), read);
    k.store(at.add(block.outPlace), write);
    at.set(at.add(4));
  };
  k.for(0, down, 1, (i) => {
    k.for(0, across, 1, (j) => {
      read.set(i.mul(block.planeColumns).add(j).shl(2));
      write.set(i.mul(block.outRow).add(j.mul(block.outColumn)));
      list();
    });
  });
  for (let extra = 1; extra < tileColumns; extra++) list();
}

function computeThin(k: KernelBuilder, block: Block): void {
  const { slot, down, across, planeColumns, channels, tapCount } = block;
  const sums = k.let(slot.add(block.sumsPlace), 'sums');
  const length = k.let(down.sub(1).mul(planeColumns).add(across), 'length');
  const filter = k.variable(i32, block.filters, 'filter');
  const bias = k.variable(i32, block.bias, 'bias');
  const out = k.variable(i32, block.out, 'out');
  k.for(0, block.rows, 1, () => {
    k.call(sumThin, { ...block, filter, sums, length });
    k.call(finishThin, { ...block, sums, sumRow: planeColumns.shl(2), bias: f32.load(bias), out });
    filter.set(filter.add(channels.mul(tapCount).shl(2)));
    bias.set(bias.add(stripStep));
    out.set(out.add(block.outPlane));
  });
}

function computeBlock(k: KernelBuilder, block: Block): void {
  listPixels(k, block);
  const done = k.variable(i32, 0, 'doneChannels');
  const start = k.variable(i32, block.bias, 'start');
  const startRow = k.variable(i32, stripStep, 'startRow');
  const startMask = k.variable(i32, 0, 'startMask');
  k.loop((exit) => {
    const channels = k.let(block.channels.sub(done).min(block.pieceChannels), 'pieceChannels');
    const isLast = k.let(done.add(channels).ge(block.channels));
    const floor = k.let(isLast.select(block.floor, f32(-Infinity)), 'pieceFloor');
    const planes = k.let(done.mul(block.channelBytes).add(block.planes));
    const filters = k.let(done.mul(block.tapCount).shl(2).add(block.filters));
    computePiece(k, { ...block, planes, filters, floor }, { channels, start, startRow, startMask });
    exit.breakIf(isLast);
    done.set(done.add(channels));
    start.set(block.out);
    startRow.set(block.outPlane);
    startMask.set(-1);
  });
}

type Piece = Record<'channels' | 'start' | 'startRow' | 'startMask', I32>;

function computePiece(k: KernelBuilder, block: Block, piece: Piece): void {
  const { slot, rows, outPlane, floor } = block;
  const filterRow = block.channels.mul(block.tapCount).shl(2);
  const strip = k.let(slot.add(block.stripPlace), 'strip');
  const sums = k.let(slot.add(block.sumsPlace), 'sums');
  const tiles = {
    a: block.filters,
    aRow: k.let(filterRow, 'filterRow'),
    aStep: 4,
    aTile: k.let(filterRow.mul(tileRows), 'filterTile'),
    strip,
    strips: 1,
    stripBytes: stripStep,
    startColumn: 4,
    depth: k.let(piece.channels.mul(block.tapCount), 'depth'),
    rows,
  };
  k.for(0, block.count, tileColumns, (first) => {
    const pixels = k.let(first.shl(2).add(slot).add(block.pixelsPlace), 'pixels');
    const places = k.let(first.shl(2).add(slot).add(block.outPlace), 'places');
    packWindows(k, { ...block, channels: piece.channels }, strip, pixels);
    const place = k.let(i32.load(places), 'place');
    const isFull = first.add(tileColumns).le(block.count);
    const isTogether = i32.load(places, 28).sub(place).eq(28);
    k.if(
      isFull.and(isTogether),
      () => {
        const start = place.and(piece.startMask).add(piece.start);
        const out = place.add(block.out);
        k.call(computeStrips, { ...tiles, start, startRow: piece.startRow, out, outRow: outPlane, floor });
      },
      () => {
        const aside = { start: block.zeros, startRow: 0, out: sums, outRow: stripStep, floor: -Infinity };
        k.call(computeStrips, { ...tiles, ...aside });
        k.call(scatterStrip, {
          ...piece,
          isAdded: piece.startMask,
          sums,
          rows,
          out: block.out,
          outRow: outPlane,
          places,
          floor,
        });
      },
    );
  });
}

function packWindows(k: KernelBuilder, block: Block, strip: I32, pixels: I32): void {
  const { planes, channels, channelBytes, taps, tapCount } = block;
  const steps = { to: strip, channels, channelBytes, taps, tapCount };
  const left = k.let(i32.load(pixels), 'left');
  const right = k.let(i32.load(pixels, 16), 'right');
  const areFours = i32.load(pixels, 12).sub(left).eq(12).and(i32.load(pixels, 28).sub(right).eq(12));
  k.if(
    areFours,
    () => k.call(packStrip, { ...steps, left: left.add(planes), right: right.add(planes) }),
    () => k.call(gatherStrip, { ...steps, planes, pixels }),
  );
}
