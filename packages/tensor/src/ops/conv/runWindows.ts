import { zeroRow } from '../matmul/product.ts';
import { stripStep, tileColumns } from '../matmul/strip.kernel.ts';
import { reserveWorkspace } from '../matmul/workspace.kernel.ts';
import { mostThinOutputs } from './choose.ts';
import { planeSlackBytes } from './planes.kernel.ts';
import type { Scratch } from './scratch.ts';
import type { Pair } from './sizes.ts';
import { windowKernels } from './window.kernel.ts';
import { copiedPlanes, planesOfImage, type WindowSum } from './windows.ts';

/** Steps of the inner sum done at a time: a strip of so many fits into half of the first cache. */
const pieceSteps = 384;

/** Windows of a block: enough to make the copy of its edges cheap, few enough for planes to stay in the second cache. */
const blockWindows = 256;
const thinBlockWindows = 1024;
const leastBlockWindows = 64;
const wantedBlocks = 16;

/** About 20 µs: what a thread takes at a time. */
const worthwhileFlops = 1e6;

/** `filters` lie as [group][output][channel][tap]; `bias` is a table as `biasTable` makes it. */
export function runWindows(
  pointers: {
    readonly out: number;
    readonly source: number;
    readonly filters: number;
    readonly bias: number;
  },
  sum: WindowSum,
  relu: boolean,
  scratch: Scratch,
): void {
  const { batch, groups, channels, outputs, source, stride, out, first, step } = sum;
  const windows = flat(sum);
  const isThin = outputs <= mostThinOutputs;
  const block = blockOf(windows, batch * groups, isThin ? thinBlockWindows : blockWindows);
  const ofImage = planesOfImage({ ...sum, ...windows });
  const planes = ofImage ?? copiedPlanes(sum, block);
  const tapCount = planes.tapBytes.length;
  const pieceChannels = pieceOf(channels, tapCount);
  const blocks: Pair = [Math.ceil(windows.windows[0] / block[0]), Math.ceil(windows.windows[1] / block[1])];
  const places = placesOf(ofImage === undefined ? channels * planes.bytesPerChannel : 0, [
    pieceChannels * tapCount * stripStep,
    isThin ? 4 * block[0] * planes.columns + 128 : outputs * stripStep,
    4 * (block[0] * block[1] + tileColumns),
    4 * (block[0] * block[1] + tileColumns),
  ]);
  const { workspace, slotBytes } = reserveWorkspace(places[4]!);
  const [height, width] = windows.source;
  const outWidth = windows.out[1];
  const flops = 2 * outputs * channels * tapCount * block[0] * block[1];
  windowKernels[isThin ? 'thin' : 'blocks'].run(
    batch * groups * blocks[0] * blocks[1],
    [
      pointers.out + 4 * (first[0] * outWidth + first[1]),
      4 * groups * outputs * out[0] * out[1],
      4 * out[0] * out[1],
      4 * step[0] * outWidth,
      4 * step[1],
      pointers.source,
      4 * groups * channels * source[0] * source[1],
      4 * source[0] * source[1],
      height,
      width,
      channels,
      planes.corner[0],
      planes.corner[1],
      stride[0],
      stride[1],
      planes.phases[0],
      planes.phases[1],
      ofImage === undefined ? 1 : 0,
      planes.rows,
      planes.columns,
      planes.bytesPerChannel,
      scratch.integers(planes.tapBytes),
      tapCount,
      pointers.filters,
      outputs,
      pointers.bias,
      zeroRow(),
      groups,
      windows.windows[0],
      windows.windows[1],
      block[0],
      block[1],
      blocks[0],
      blocks[1],
      pieceChannels,
      workspace,
      slotBytes,
      places[0]!,
      places[1]!,
      places[2]!,
      places[3]!,
      relu ? 0 : -Infinity,
    ],
    Math.ceil(worthwhileFlops / (flops + 1)),
  );
}

/** One tap that reads the image as it lies, such as a 1 × 1 filter: rows make no difference, all is one long row. */
function flat(sum: WindowSum): Pick<WindowSum, 'source' | 'windows' | 'out'> {
  const { source, windows, out, stride, step, tapRows, tapColumns } = sum;
  const isOneTap = tapRows.length === 1 && tapColumns.length === 1 && tapRows[0] === 0 && tapColumns[0] === 0;
  const isSame =
    source[0] === windows[0] && source[1] === windows[1] && out[0] === source[0] && out[1] === source[1];
  if (!isOneTap || !isSame || stride[0] * stride[1] * step[0] * step[1] !== 1)
    return { source, windows, out };
  const one: Pair = [1, source[0] * source[1]];
  return { source: one, windows: one, out: one };
}

/** How many windows down and across are done together. */
export function blockOf(
  { windows: [down, across] }: Pick<WindowSum, 'windows'>,
  planes: number,
  most: number,
): Pair {
  const wanted = Math.max(leastBlockWindows, Math.min(most, (planes * down * across) / wantedBlocks));
  if (across > wanted) return [1, evenly(across, wanted, tileColumns)];
  return [evenly(down, wanted / across, 1), across];
}

function pieceOf(channels: number, tapCount: number): number {
  return evenly(channels, Math.max(1, pieceSteps / Math.max(1, tapCount)), 1);
}

/** The length of parts into which `length` falls, none much longer than `most`, all but the last alike. */
function evenly(length: number, most: number, multipleOf: number): number {
  const parts = Math.max(1, Math.round(length / most));
  return Math.ceil(length / parts / multipleOf) * multipleOf;
}

/** Where each part of a slot begins, and where the last ends. */
function placesOf(planesBytes: number, parts: readonly number[]): number[] {
  const places = [planesBytes === 0 ? 0 : roundUp(planesBytes + planeSlackBytes)];
  for (const bytes of parts) places.push(roundUp(places.at(-1)! + bytes));
  return places;
}

const roundUp = (bytes: number): number => Math.ceil(bytes / 64) * 64;
