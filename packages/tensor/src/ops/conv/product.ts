import type { TypedData } from '../../dtype.ts';
import type { AnyTensor } from '../../tensor.ts';
import { isForWinograd, turnedSizes } from './choose.ts';
import { filterKernels } from './filters.kernel.ts';
import { clampBelow, fillWithBias } from './reference.ts';
import { runFilterGradient } from './runFilterGradient.ts';
import { runWindows } from './runWindows.ts';
import { biasTable, type Scratch, withScratch } from './scratch.ts';
import type { ConvSizes } from './sizes.ts';
import { forwardWindows, inputGradientPhases, type Phase } from './windows.ts';
import { runWinogradFilterGradient } from './winograd/runFilterGradient.ts';
import { runWinograd } from './winograd/runWinograd.ts';

/** out = activation(image * filters + bias). */
export function runForward(
  out: AnyTensor,
  image: AnyTensor,
  filters: AnyTensor,
  bias: AnyTensor | undefined,
  sizes: ConvSizes,
  relu: boolean,
): void {
  if (isEmpty(sizes)) return;
  withScratch((scratch) => {
    const table = biasTable(scratch, bias?.pointer, sizes.groups * sizes.outputs);
    const pointers = { out: out.pointer, source: image.pointer, bias: table };
    if (isForWinograd(sizes)) {
      runWinograd({ ...pointers, filters: filters.pointer }, sizes, relu, false, scratch);
      return;
    }
    runWindows(pointers, [{ ...forwardWindows(sizes), filters: filters.pointer }], relu, scratch);
  });
}

/** The same turned round: from what came out to what went in. */
export function runInputGradient(
  image: AnyTensor,
  dOut: AnyTensor,
  filters: AnyTensor,
  bias: AnyTensor | undefined,
  sizes: ConvSizes,
  relu: boolean,
): void {
  if (isEmpty(sizes)) return;
  withScratch((scratch) => {
    const table = biasTable(scratch, bias?.pointer, sizes.groups * sizes.channels);
    const pointers = { out: image.pointer, source: dOut.pointer, bias: table };
    if (isForWinograd(turnedSizes(sizes))) {
      runWinograd({ ...pointers, filters: filters.pointer }, turnedSizes(sizes), relu, true, scratch);
      return;
    }
    const all = inputGradientPhases(sizes);
    const phases = all.filter(({ filterTaps }) => filterTaps.length > 0);
    if (phases.length < all.length) fillStart(image.data, bias?.data, sizes, relu);
    const filtered = phases.map((phase) => ({
      ...phase,
      filters: turnFilters(filters.pointer, sizes, phase, scratch),
    }));
    if (filtered.length > 0) runWindows(pointers, filtered, relu, scratch);
  });
}

export function runFilters(filters: AnyTensor, image: AnyTensor, dOut: AnyTensor, sizes: ConvSizes): void {
  if (isEmpty(sizes)) {
    filters.data.fill(0);
    return;
  }
  withScratch((scratch) => {
    const pointers = { filters: filters.pointer, image: image.pointer, dOut: dOut.pointer };
    const run = isForWinograd(sizes) ? runWinogradFilterGradient : runFilterGradient;
    run(pointers, sizes, scratch);
  });
}

/** What stays where no filter number reaches, as with strides above the kernel's size. */
function fillStart(image: TypedData, bias: TypedData | undefined, sizes: ConvSizes, relu: boolean): void {
  fillWithBias(image, bias, sizes.image[0] * sizes.image[1]);
  if (relu) clampBelow(image);
}

/** Without an image there is nothing to compute. */
function isEmpty({ batch }: ConvSizes): boolean {
  return batch === 0;
}

function turnFilters(from: number, sizes: ConvSizes, { filterTaps }: Phase, scratch: Scratch): number {
  const { groups, outputs, channels, kernel } = sizes;
  const to = scratch.bytes(4 * groups * outputs * channels * filterTaps.length);
  const taps = scratch.integers(filterTaps.map((tap) => 4 * tap));
  filterKernels.turn.run(
    groups * channels,
    [to, from, outputs, channels, kernel[0] * kernel[1], taps, filterTaps.length],
    Math.ceil(2e4 / (outputs * filterTaps.length + 1)),
  );
  return to;
}
