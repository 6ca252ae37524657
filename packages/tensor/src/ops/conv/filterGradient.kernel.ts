import {
  type F32x4,
  f32x4,
  type I32,
  i32,
  type KernelBuilder,
  kernelFamily,
  wasmProcedure,
} from '@sonograd/wasm';
import { withSlot } from '../matmul/workspace.kernel.ts';
import { fillPlanes } from './planes.kernel.ts';

const parameters = {
  /** Sums of each part, as [part][group][output][channel][tap], the last two padded to a multiple of four. */
  partials: 'i32',
  partBytes: 'i32',
  image: 'i32',
  imageBytes: 'i32',
  imagePlane: 'i32',
  height: 'i32',
  width: 'i32',
  channels: 'i32',
  top: 'i32',
  left: 'i32',
  strideDown: 'i32',
  strideAcross: 'i32',
  phasesDown: 'i32',
  phasesAcross: 'i32',
  planeRows: 'i32',
  planeColumns: 'i32',
  planesBytes: 'i32',
  /** Where each [channel][tap] reads in the planes, in bytes; the last is repeated up to a multiple of four. */
  places: 'i32',
  placeCount: 'i32',
  /** Places whose planes stay in the first cache while all outputs pass. */
  groupPlaces: 'i32',
  dOut: 'i32',
  dOutImage: 'i32',
  dOutPlane: 'i32',
  outputs: 'i32',
  /** Rows of a block, and zeros behind them for what reading in fours reads beyond. */
  gradientRows: 'i32',
  groups: 'i32',
  windowsDown: 'i32',
  windowsAcross: 'i32',
  blockRows: 'i32',
  blockColumns: 'i32',
  blocksDown: 'i32',
  blocksAcross: 'i32',
  /** Images of a block, and bytes from one to the next in its planes and gradients. */
  blockImages: 'i32',
  batch: 'i32',
  gradientsBytes: 'i32',
  /** Blocks of all images. */
  blocks: 'i32',
  parts: 'i32',
  workspace: 'i32',
  slotBytes: 'i32',
} as const;

type Given = { readonly [Name in keyof typeof parameters]: I32 };

/**
 * Each filter number's gradient is a dot product of the image, moved by the tap, with the incoming gradient. Both lie
 * in planes of the same width, so that a dot product runs over all rows of a block at once; where the image's planes
 * are wider, the gradient's have zeros. An item is a part of the blocks, summed by itself, and a group: how many parts
 * there are depends on the shapes alone, so the order of sums does too.
 */
export const filterGradientKernels = kernelFamily('convolutionFilterGradient', (family) => ({
  parts: family.kernel(parameters, (k, given) => {
    withSlot(k, given.workspace, given.slotBytes, (slot) => {
      k.for(k.begin, k.end, 1, (item) => {
        const group = k.let(item.rem(given.groups), 'group');
        const part = k.let(item.div(given.groups), 'part');
        const groupBytes = k.let(given.outputs.mul(given.placeCount).shl(2), 'groupBytes');
        const sums = k.let(part.mul(given.partBytes).add(group.mul(groupBytes)).add(given.partials), 'sums');
        k.memoryFill(sums, 0, groupBytes);
        k.for(part, given.blocks, given.parts, (block) => addBlock(k, given, { block, group, sums, slot }));
      });
    });
  }),

  /** Adds up the parts, in their order. An item is an output: its numbers in all channels. */
  collect: family.kernel(
    { to: 'i32', partials: 'i32', partBytes: 'i32', parts: 'i32', count: 'i32', placeCount: 'i32' },
    (k, { to, partials, partBytes, parts, count, placeCount }) => {
      k.for(k.begin, k.end, 1, (output) => {
        const out = k.let(output.mul(count).shl(2).add(to), 'out');
        const from = k.let(output.mul(placeCount).shl(2).add(partials), 'from');
        k.forLanes(0, count, (at) => {
          const part = k.variable(i32, from, 'part');
          const sum = k.variable(f32x4, 0, 'sum');
          k.for(0, parts, 1, () => {
            sum.set(sum.add(at.load(part)));
            part.set(part.add(partBytes));
          });
          at.store(out, sum);
        });
      });
    },
  ),
}));

type Place = Record<'block' | 'group' | 'sums' | 'slot', I32>;

function addBlock(k: KernelBuilder, given: Given, { block, group, sums, slot }: Place): void {
  const { blockRows, blockColumns, blockImages, outputs, planeColumns, planesBytes, gradientsBytes } = given;
  const above = k.let(block.div(given.blocksAcross));
  const firstImage = k.let(above.div(given.blocksDown).mul(blockImages), 'firstImage');
  const i = k.let(above.rem(given.blocksDown).mul(blockRows), 'i');
  const j = k.let(block.rem(given.blocksAcross).mul(blockColumns), 'j');
  const images = k.let(given.batch.sub(firstImage).min(blockImages), 'images');
  const planesEnd = k.let(planesBytes.mul(blockImages).add(slot), 'planesEnd');
  const gradients = k.let(planesEnd.add(gradientGapBytes), 'gradients');
  const imageAt = k.variable(i32, firstImage.mul(given.imageBytes).add(given.image), 'imageAt');
  const dOutAt = k.variable(i32, firstImage.mul(given.dOutImage).add(given.dOut), 'dOutAt');
  const planesAt = k.variable(i32, slot, 'planesAt');
  const gradientsAt = k.variable(i32, gradients, 'gradientsAt');
  k.for(0, images, 1, () => {
    k.call(fillPlanes, {
      ...given,
      to: planesAt,
      from: group.mul(given.channels).mul(given.imagePlane).add(imageAt),
      fromPlaneBytes: given.imagePlane,
      rowWidth: given.width,
      around: 0,
      top: i.mul(given.strideDown).add(given.top),
      left: j.mul(given.strideAcross).add(given.left),
      rows: given.planeRows,
      columns: planeColumns,
    });
    k.call(fillPlanes, {
      to: gradientsAt,
      from: group.mul(outputs).mul(given.dOutPlane).add(dOutAt),
      fromPlaneBytes: given.dOutPlane,
      channels: outputs,
      rowWidth: given.windowsAcross,
      around: 0,
      height: i.add(blockRows).min(given.windowsDown),
      width: j.add(blockColumns).min(given.windowsAcross),
      top: i,
      left: j,
      strideDown: 1,
      strideAcross: 1,
      phasesDown: 1,
      phasesAcross: 1,
      rows: given.gradientRows,
      columns: planeColumns,
    });
    imageAt.set(imageAt.add(given.imageBytes));
    dOutAt.set(dOutAt.add(given.dOutImage));
    planesAt.set(planesAt.add(planesBytes));
    gradientsAt.set(gradientsAt.add(gradientsBytes));
  });
  k.store(planesAt, f32x4(0));
  const length = k.let(blockRows.sub(1).mul(planeColumns).add(blockColumns), 'length');
  const gradientBytes = k.let(given.gradientRows.mul(planeColumns).shl(2), 'gradientBytes');
  k.call(addDots, { ...given, sums, planes: slot, gradients, gradientBytes, images, length });
}

/** Behind the planes: room for what reading in fours reads beyond them. */
export const gradientGapBytes = 64;

const tileParameters = {
  sums: 'i32',
  planes: 'i32',
  places: 'i32',
  placeCount: 'i32',
  groupPlaces: 'i32',
  gradients: 'i32',
  gradientBytes: 'i32',
  outputs: 'i32',
  images: 'i32',
  planesBytes: 'i32',
  gradientsBytes: 'i32',
  /** Numbers in each dot product, of each image. */
  length: 'i32',
} as const;

const four = [0, 1, 2, 3];

/** All dot products of a block, four taps by two outputs at a time: 6 loads for 8 multiply-adds, and no splats. */
const addDots = wasmProcedure('addDots', tileParameters, (k, given) => {
  const { placeCount, gradientBytes, outputs } = given;
  const bytes = k.let(given.length.add(3).and(-4).shl(2), 'bytes');
  const toNextPlanes = k.let(given.planesBytes.sub(bytes), 'toNextPlanes');
  const toNextGradients = k.let(given.gradientsBytes.sub(bytes), 'toNextGradients');
  k.for(0, placeCount, given.groupPlaces, (firstPlace) => {
    const lastPlace = k.let(firstPlace.add(given.groupPlaces).min(placeCount), 'lastPlace');
    const first = k.variable(i32, given.gradients, 'first');
    const sums = k.variable(i32, firstPlace.shl(2).add(given.sums), 'sumsAt');
    const sumBytes = k.let(placeCount.shl(2), 'sumBytes');
    k.for(0, outputs, 2, (output) => {
      const isPair = k.let(outputs.sub(output).gt(1), 'isPair');
      const second = k.let(isPair.select(first.add(gradientBytes), first), 'second');
      const to = k.variable(i32, sums, 'to');
      k.for(firstPlace, lastPlace, 4, (place) => {
        const rows = four.map((row) =>
          k.let(i32.load(place.shl(2).add(given.places), 4 * row).add(given.planes), `row${row}`),
        );
        const totals = [0, 1].map((side) => four.map((row) => k.variable(f32x4, 0, `sum${side}${row}`)));
        const at = k.variable(i32, 0, 'at');
        const gradientAt = k.variable(i32, 0, 'gradientAt');
        k.for(0, given.images, 1, () => {
          const end = k.let(at.add(bytes), 'end');
          k.while(
            () => at.ne(end),
            () => {
              const gradients = [first, second].map((pointer) => k.let(f32x4.load(pointer.add(gradientAt))));
              four.forEach((row) => {
                const numbers = k.let(f32x4.load(rows[row]!.add(at)));
                gradients.forEach((gradient, side) => {
                  totals[side]![row]!.set(numbers.mulAdd(gradient, totals[side]![row]!));
                });
              });
              at.set(at.add(16));
              gradientAt.set(gradientAt.add(16));
            },
          );
          at.set(at.add(toNextPlanes));
          gradientAt.set(gradientAt.add(toNextGradients));
        });
        k.store(to, f32x4.load(to).add(sumEach(totals[0]!)));
        k.if(isPair, () => {
          const next = k.let(to.add(sumBytes));
          k.store(next, f32x4.load(next).add(sumEach(totals[1]!)));
        });
        to.set(to.add(16));
      });
      first.set(gradientBytes.shl(1).add(first));
      sums.set(sumBytes.shl(1).add(sums));
    });
  });
});

/** The sum of each of four vectors, as the lanes of one. */
function sumEach([a, b, c, d]: readonly F32x4[]): F32x4 {
  const [low, high] = [pairs(a!, b!), pairs(c!, d!)];
  return low.shuffle(high, 0, 1, 4, 5).add(low.shuffle(high, 2, 3, 6, 7));
}

/** a0 + a2, b0 + b2, a1 + a3, b1 + b3. */
function pairs(a: F32x4, b: F32x4): F32x4 {
  return a.shuffle(b, 0, 4, 1, 5).add(a.shuffle(b, 2, 6, 3, 7));
}
