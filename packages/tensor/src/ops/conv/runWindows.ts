import { zeroRow } from '../matmul/product.ts';
import { stripStep, tileColumns } from '../matmul/strip.kernel.ts';
import { reserveWorkspace } from '../matmul/workspace.kernel.ts';
import { mostThinOutputs } from './choose.ts';
import { planeSlackBytes } from './planes.kernel.ts';
import type { Scratch } from './scratch.ts';
import type { Pair } from './sizes.ts';
import { type PhaseWords, phaseFields, windowKernels } from './window.kernel.ts';
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

/** A sum over windows with its filters, which lie as [group][output][channel][tap]. */
export interface FilteredWindows extends WindowSum {
  readonly filters: number;
}

/** What the phases of a sum have in common, and where it is; `bias` is a table as `biasTable` makes it. */
interface Pointers {
  readonly out: number;
  readonly source: number;
  readonly bias: number;
}

/** All phases of a product go over the same source and fill the same output. */
export function runWindows(
  pointers: Pointers,
  phases: readonly FilteredWindows[],
  relu: boolean,
  scratch: Scratch,
): void {
  const sums = phases.length === 1 ? [flat(phases[0]!)] : phases;
  const { batch, groups, channels, outputs, source, stride, out, step } = sums[0]!;
  const isThin = outputs <= mostThinOutputs;
  const windows: Pair = [most(sums, 0), most(sums, 1)];
  const block = blockOf(windows, batch * groups * sums.length, isThin ? thinBlockWindows : blockWindows);
  const blocks: Pair = [Math.ceil(windows[0] / block[0]), Math.ceil(windows[1] / block[1])];
  const words = sums.map((sum) => wordsOf(sum, block, pointers.out, scratch));
  const places = placesOf([
    planesBytes(words, channels),
    Math.max(...words.map(({ pieceChannels, tapCount }) => pieceChannels * tapCount * stripStep)),
    isThin ? 4 * block[0] * Math.max(...words.map((word) => word.planeColumns)) + 16 : outputs * stripStep,
    4 * (block[0] * block[1] + tileColumns),
    4 * (block[0] * block[1] + tileColumns),
  ]);
  const { workspace, slotBytes } = reserveWorkspace(places[4]!);
  const taps = words.reduce((total, { tapCount }) => total + tapCount, 0);
  const flops = 2 * outputs * channels * taps * block[0] * block[1];
  windowKernels[isThin ? 'thin' : 'blocks'].run(
    batch * groups * blocks[0] * blocks[1] * sums.length,
    [
      scratch.integers(words.flatMap((word) => phaseFields.map((field) => word[field]))),
      sums.length,
      4 * groups * outputs * out[0] * out[1],
      4 * out[0] * out[1],
      4 * step[0] * out[1],
      4 * step[1],
      pointers.source,
      4 * groups * channels * source[0] * source[1],
      4 * source[0] * source[1],
      source[0],
      source[1],
      channels,
      stride[0],
      stride[1],
      outputs,
      pointers.bias,
      zeroRow(),
      groups,
      block[0],
      block[1],
      blocks[0],
      blocks[1],
      workspace,
      slotBytes,
      places[0]!,
      places[1]!,
      places[2]!,
      places[3]!,
      relu ? 0 : -Infinity,
    ],
    sums.length * Math.ceil(worthwhileFlops / (flops + 1)),
  );
}

function wordsOf(sum: FilteredWindows, block: Pair, out: number, scratch: Scratch): PhaseWords {
  const ofImage = planesOfImage(sum);
  const planes = ofImage ?? copiedPlanes(sum, block);
  const tapCount = planes.tapBytes.length;
  return {
    out: out + 4 * (sum.first[0] * sum.out[1] + sum.first[1]),
    filters: sum.filters,
    top: planes.corner[0],
    left: planes.corner[1],
    windowsDown: sum.windows[0],
    windowsAcross: sum.windows[1],
    isCopied: ofImage === undefined ? 1 : 0,
    phasesDown: planes.phases[0],
    phasesAcross: planes.phases[1],
    planeRows: planes.rows,
    planeColumns: planes.columns,
    channelBytes: planes.bytesPerChannel,
    taps: scratch.integers(planes.tapBytes),
    tapCount,
    pieceChannels: evenly(sum.channels, Math.max(1, pieceSteps / tapCount), 1),
  };
}

function planesBytes(words: readonly PhaseWords[], channels: number): number {
  const copied = words.filter(({ isCopied }) => isCopied === 1);
  return Math.max(0, ...copied.map(({ channelBytes }) => channels * channelBytes + planeSlackBytes));
}

const most = (sums: readonly WindowSum[], axis: 0 | 1): number =>
  Math.max(...sums.map(({ windows }) => windows[axis]));

/** One tap that reads the image as it lies, such as a 1 × 1 filter: rows make no difference, all is one long row. */
function flat(sum: FilteredWindows): FilteredWindows {
  const { source, windows, out, stride, step, tapRows, tapColumns } = sum;
  const isOneTap = `${tapRows},${tapColumns}` === '0,0' && `${stride},${step}` === '1,1,1,1';
  if (!isOneTap || `${source}` !== `${windows}` || `${source}` !== `${out}`) return sum;
  const one: Pair = [1, source[0] * source[1]];
  return { ...sum, source: one, windows: one, out: one };
}

/** How many windows down and across are done together. */
function blockOf([down, across]: Pair, planes: number, most: number): Pair {
  const wanted = Math.max(leastBlockWindows, Math.min(most, (planes * down * across) / wantedBlocks));
  if (across > wanted) return [1, evenly(across, wanted, tileColumns)];
  return [evenly(down, wanted / across, 1), across];
}

/** The length of parts into which `length` falls, none much longer than `most`, all but the last alike. */
function evenly(length: number, most: number, multipleOf: number): number {
  const parts = Math.max(1, Math.round(length / most));
  return Math.ceil(length / parts / multipleOf) * multipleOf;
}

/** Where each part of a slot ends, which is where the next begins. */
function placesOf(parts: readonly number[]): number[] {
  let place = 0;
  return parts.map((bytes) => {
    place += roundUp(bytes);
    return place;
  });
}

const roundUp = (bytes: number): number => Math.ceil(bytes / 64) * 64;
