import { f32x4, type I32, i32, type KernelBuilder, kernelFamily } from '@sonograd/wasm';
import {
  computeStrips,
  tileRows as matrixTileRows,
  stripStep,
  tileColumns,
  type Values,
} from '../../matmul/strip.kernel.ts';
import { withSlot } from '../../matmul/workspace.kernel.ts';
import { prepareTiles } from './input.kernel.ts';
import { transformOutputGradients } from './outputGradient.kernel.ts';
import { tileParameters } from './tiles.kernel.ts';
import { transformFilterGradient } from './transforms.ts';

const parameters = {
  ...tileParameters,
  dOut: 'i32',
  outPlane: 'i32',
  tiles: 'i32',
  /** Eights of output channels. */
  strips: 'i32',
  stripBytes: 'i32',
  gradientPlace: 'i32',
  gradientBytes: 'i32',
  betweenPlace: 'i32',
  /** Sums of each part, as [product][channel][output]. */
  partials: 'i32',
  partBytes: 'i32',
  sumBytes: 'i32',
  blocks: 'i32',
  parts: 'i32',
} as const;

type Given = Values<typeof parameters>;

const six = [0, 1, 2, 3, 4, 5];

/**
 * The gradient of the filters' 36 transforms: products of the transformed input with the transformed gradient, over all
 * tiles. An item is a part of the blocks, summed by itself; the parts depend on shapes alone, so do the sums.
 */
export const winogradGradientKernels = kernelFamily('winogradFilterGradient', (family) => ({
  parts: family.kernel(parameters, (k, given) => {
    withSlot(k, given.workspace, given.slotBytes, (slot) => {
      k.for(k.begin, k.end, 1, (part) => {
        const sums = k.let(part.mul(given.partBytes).add(given.partials), 'sums');
        k.memoryFill(sums, 0, given.partBytes);
        k.for(part, given.blocks, given.parts, (block) => {
          prepareTiles(k, given, block, slot);
          k.call(transformOutputGradients, {
            ...given,
            to: slot.add(given.gradientPlace),
            productBytes: given.gradientBytes,
            table: slot.add(given.tablePlace),
            between: slot.add(given.betweenPlace),
          });
          addProducts(k, given, slot, sums);
        });
      });
    });
  }),

  /** Adds up the parts in their order and turns sums into filters. An item is a channel. */
  collect: family.kernel(
    {
      filters: 'i32',
      channels: 'i32',
      outputs: 'i32',
      partials: 'i32',
      partBytes: 'i32',
      sumBytes: 'i32',
      sumRow: 'i32',
      parts: 'i32',
      workspace: 'i32',
      slotBytes: 'i32',
    },
    (k, given) => {
      const { outputs, partBytes, parts } = given;
      withSlot(k, given.workspace, given.slotBytes, (slot) => {
        k.for(k.begin, k.end, 1, (channel) => {
          k.for(0, outputs, 4, (first) => {
            const sum = k.variable(
              i32,
              channel.mul(given.sumRow).add(first.shl(2)).add(given.partials),
              'sum',
            );
            const to = k.variable(i32, slot, 'to');
            k.for(0, 36, 1, () => {
              const total = k.variable(f32x4, 0, 'total');
              const part = k.variable(i32, sum, 'part');
              k.for(0, parts, 1, () => {
                total.set(total.add(f32x4.load(part)));
                part.set(part.add(partBytes));
              });
              k.store(to, total);
              to.set(to.add(16));
              sum.set(sum.add(given.sumBytes));
            });
            const filter = first.mul(given.channels).add(channel).mul(36).add(given.filters);
            storeFilters(k, slot, k.let(filter, 'filter'), given.channels.mul(36), outputs.sub(first));
          });
        });
      });
    },
  ),
}));

function addProducts(k: KernelBuilder, given: Given, slot: I32, sums: I32): void {
  const input = k.variable(i32, slot.add(given.inputPlace), 'inputAt');
  const gradient = k.variable(i32, slot.add(given.gradientPlace), 'gradientAt');
  const out = k.variable(i32, sums, 'sumsAt');
  const sumRow = k.let(given.strips.mul(stripStep), 'sumRow');
  k.for(0, 36, 1, () => {
    k.call(computeStrips, {
      a: input,
      aRow: given.channelBytes,
      aStep: 4,
      aTile: given.channelBytes.mul(matrixTileRows),
      strip: gradient,
      stripBytes: given.stripBytes,
      strips: given.strips,
      depth: given.tiles,
      start: out,
      startRow: sumRow,
      startColumn: stripStep / tileColumns,
      out,
      outRow: sumRow,
      rows: given.channels,
      floor: -Infinity,
    });
    input.set(input.add(given.inputBytes));
    gradient.set(gradient.add(given.gradientBytes));
    out.set(out.add(given.sumBytes));
  });
}

/** Four filters, one in each lane, from their 36 sums. */
function storeFilters(k: KernelBuilder, sums: I32, filter: I32, filterStep: I32, count: I32): void {
  const keep = k.let.bind(k);
  k.for(0, 6, 1, (column) => {
    const at = k.let(column.shl(4).add(sums));
    transformFilterGradient(
      six.map((row) => k.let(f32x4.load(at, 96 * row))),
      keep,
    ).forEach((value, row) => {
      k.store(at, value, 96 * row);
    });
  });
  const pointers = [filter];
  for (const lane of [0, 1, 2]) pointers.push(k.let(pointers[lane]!.add(filterStep)));
  k.for(0, 3, 1, (row) => {
    const at = k.let(row.mul(96).add(sums));
    const values = transformFilterGradient(
      six.map((column) => k.let(f32x4.load(at, 16 * column))),
      keep,
    );
    values
      .map((value) => k.let(value))
      .forEach((value, column) => {
        pointers.forEach((pointer, lane) => {
          const to = row.mul(12).add(pointer);
          k.if(count.gt(lane), () => k.storeLane(to, value, lane, 4 * column));
        });
      });
  });
}
