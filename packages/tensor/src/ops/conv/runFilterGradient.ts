import { reserveWorkspace } from '../matmul/workspace.kernel.ts';
import { filterGradientKernels, gradientGapBytes } from './filterGradient.kernel.ts';
import { planeSlackBytes } from './planes.kernel.ts';
import type { Scratch } from './scratch.ts';
import type { ConvSizes, Pair } from './sizes.ts';
import { copiedPlanes, forwardWindows } from './windows.ts';

/** Windows of a block: long dot products, and planes that stay in the second cache. */
const blockWindows = 1024;
const cacheBytes = 400e3;

/** Planes that stay in the first cache, beside two gradients. */
const firstCacheBytes = 16e3;

/** Parts that are summed on their own, whatever the number of threads. */
const mostParts = 16;
/** About 20 µs. */
const worthwhileFlops = 1e6;

export function runFilterGradient(
  pointers: { readonly filters: number; readonly image: number; readonly dOut: number },
  sizes: ConvSizes,
  scratch: Scratch,
): void {
  const { batch, groups, channels, outputs, image, out, stride } = sizes;
  const sum = forwardWindows(sizes);
  const block = blockOf(sizes);
  const blockImages = imagesOf(sizes, block);
  const planes = copiedPlanes(sum, block);
  const planesBytes = channels * planes.bytesPerChannel;
  const count = channels * planes.tapBytes.length;
  const places = Array.from({ length: channels }, (_, channel) =>
    planes.tapBytes.map((bytes) => channel * planes.bytesPerChannel + bytes),
  ).flat();
  while (places.length % 4 !== 0) places.push(places.at(-1)!);
  const groupChannels = Math.max(1, firstCacheBytes / (planes.bytesPerChannel * blockImages));
  const groupPlaces = 4 * Math.ceil((groupChannels * planes.tapBytes.length) / 4);
  const blocksDown = Math.ceil(out[0] / block[0]);
  const blocksAcross = Math.ceil(out[1] / block[1]);
  const blocks = Math.ceil(batch / blockImages) * blocksDown * blocksAcross;
  const flops = 2 * outputs * count * blockImages * block[0] * block[1];
  const parts = Math.max(1, Math.min(mostParts, blocks, Math.floor((blocks * flops) / worthwhileFlops)));
  const partBytes = 4 * groups * outputs * places.length;
  const partials = scratch.bytes(parts * partBytes);
  const gradientRows = block[0] + Math.ceil(3 / planes.columns);
  const gradientsBytes = 4 * outputs * gradientRows * planes.columns;
  const { workspace, slotBytes } = reserveWorkspace(
    blockImages * (planesBytes + gradientsBytes) + gradientGapBytes + planeSlackBytes,
  );
  filterGradientKernels.parts.run(
    parts * groups,
    [
      partials,
      partBytes,
      pointers.image,
      4 * groups * channels * image[0] * image[1],
      4 * image[0] * image[1],
      image[0],
      image[1],
      channels,
      planes.corner[0],
      planes.corner[1],
      stride[0],
      stride[1],
      planes.phases[0],
      planes.phases[1],
      planes.rows,
      planes.columns,
      planesBytes,
      scratch.integers(places),
      places.length,
      groupPlaces,
      pointers.dOut,
      4 * groups * outputs * out[0] * out[1],
      4 * out[0] * out[1],
      outputs,
      gradientRows,
      groups,
      out[0],
      out[1],
      block[0],
      block[1],
      blocksDown,
      blocksAcross,
      blockImages,
      batch,
      gradientsBytes,
      blocks,
      parts,
      workspace,
      slotBytes,
    ],
    Math.ceil(worthwhileFlops / ((flops * blocks) / parts + 1)),
  );
  filterGradientKernels.collect.run(
    groups * outputs,
    [pointers.filters, partials, partBytes, parts, count, places.length],
    Math.ceil(1e5 / (parts * count)),
  );
}

/** Images whose windows fill a block together, where one has too few. */
function imagesOf(sizes: ConvSizes, [down, across]: Pair): number {
  return Math.max(1, Math.min(sizes.batch, Math.round(windowsOf(sizes) / (down * across))));
}

function windowsOf({ channels, outputs, stride }: ConvSizes): number {
  const bytesPerWindow = 4 * (channels * stride[0] * stride[1] + outputs);
  return Math.max(32, Math.min(blockWindows, cacheBytes / bytesPerWindow));
}

function blockOf(sizes: ConvSizes): Pair {
  const [down, across] = sizes.out;
  const wanted = windowsOf(sizes);
  if (across > wanted) return [1, evenly(across, wanted)];
  return [evenly(down, wanted / across), across];
}

function evenly(length: number, most: number): number {
  return Math.ceil(length / Math.max(1, Math.round(length / most)));
}
