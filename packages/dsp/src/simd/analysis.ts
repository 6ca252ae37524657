import { requireSamples } from '../guard.ts';
import type { MelFilterbank } from '../mel/filterbank.ts';
import type { FramePlan } from '../stft/options.ts';
import { readPadded } from '../stft/pad.ts';
import { sumOf } from '../sums.ts';
import { fftLanes } from './lanePlan.ts';
import { type RealLanes, realLanes } from './realLanes.ts';
import { allocate, floats, placeWeights, placeWords, pointRows, withScratch, words } from './runtime.ts';

/**
 * Transforms four rows of samples and writes what it makes of them into four columns of each sheet, so many
 * bytes from its start and from row to row. Gives the address of their first bins.
 */
type Emit = (samples: number, column: number, step: number) => number;

/** What is to be made of the spectra: sheets of `rows` x frames, and how to fill four columns of each. */
interface Product {
  readonly rows: number;
  readonly sheets: readonly Float32Array[];
  /** Called once, when memory may be allocated, with the addresses of the sheets. */
  prepare(lanes: RealLanes, sheets: readonly number[]): Emit;
}

/** Real and imaginary parts. */
export function analyseComplex(
  samples: Float32Array,
  plan: FramePlan,
  frames: number,
  re: Float32Array,
  im: Float32Array,
): void {
  const prepare = (lanes: RealLanes, sheets: readonly number[]): Emit => {
    const { move } = fftLanes();
    const args = [0, 16].map((part) => placeWords(lanes.spectrum + part, 32, 0, 0));
    return (samples, column, step) => {
      lanes.forward(samples);
      for (let part = 0; part < 2; part++) {
        words[args[part] / 4 + 2] = sheets[part] + column;
        words[args[part] / 4 + 3] = step;
        move(args[part], 0, plan.bins);
      }
      return lanes.spectrum;
    };
  };
  analyse(samples, plan, frames, { rows: plan.bins, sheets: [re, im], prepare });
}

/** Magnitudes to a power. */
export function analysePower(
  samples: Float32Array,
  plan: FramePlan,
  frames: number,
  data: Float32Array,
  power: number,
): void {
  const prepare = (lanes: RealLanes, [sheet]: readonly number[]): Emit => {
    const magnitudes = allocate(16 * plan.bins);
    const raise = powersOf(lanes, power, magnitudes);
    const moveArgs = placeWords(magnitudes, 16, 0, 0);
    return (samples, column, step) => {
      raise(samples);
      words[moveArgs / 4 + 2] = sheet + column;
      words[moveArgs / 4 + 3] = step;
      fftLanes().move(moveArgs, 0, plan.bins);
      return magnitudes;
    };
  };
  analyse(samples, plan, frames, { rows: plan.bins, sheets: [data], prepare });
}

/** Magnitudes to a power, through a filterbank. */
export function analyseMel(
  samples: Float32Array,
  plan: FramePlan,
  frames: number,
  data: Float32Array,
  bank: MelFilterbank,
  power: number,
): void {
  const prepare = (lanes: RealLanes, [sheet]: readonly number[]): Emit => {
    const { filter } = fftLanes();
    const magnitudes = allocate(16 * plan.bins);
    const raise = powersOf(lanes, power, magnitudes);
    const { rows, weights } = placeFilters(bank);
    const args = placeWords(magnitudes, rows, weights, 0, 0);
    return (samples, column, step) => {
      raise(samples);
      words[args / 4 + 3] = sheet + column;
      words[args / 4 + 4] = step;
      filter(args, 0, bank.mels);
      return magnitudes;
    };
  };
  analyse(samples, plan, frames, { rows: bank.mels, sheets: [data], prepare });
}

/** Fills a row of vectors with the magnitudes of four spectra, raised to a power. */
function powersOf(lanes: RealLanes, exponent: number, to: number): (samples: number) => void {
  const rootArgs = placeWords(to);
  return (samples) => {
    lanes.power(samples, to);
    if (exponent === 1) fftLanes().squareRoot(rootArgs, 0, lanes.bins);
    // Other exponents are rare, and no kernel's work.
    else if (exponent !== 2)
      for (let i = to / 4; i < to / 4 + 4 * lanes.bins; i++) floats[i] **= exponent / 2;
  };
}

/** The filters as the kernel reads them: where each begins and how long it is, and all weights in a row. */
function placeFilters({ data, mels, bins, starts, lengths }: MelFilterbank): {
  rows: number;
  weights: number;
} {
  const rows = allocate(8 * mels);
  const weights = allocate(4 * sumOf(lengths));
  let at = weights / 4;
  for (let mel = 0; mel < mels; mel++) {
    const first = mel * bins + starts[mel];
    words.set([16 * starts[mel], lengths[mel]], rows / 4 + 2 * mel);
    floats.set(data.subarray(first, first + lengths[mel]), at);
    at += lengths[mel];
  }
  return { rows, weights };
}

/** So many values are worked on before they leave the lanes' memory: about what a second-level cache holds. */
const chunkValues = 1 << 18;

function analyse(samples: Float32Array, plan: FramePlan, frames: number, product: Product): void {
  withScratch(
    () => realLanes(plan.nFft),
    (lanes) => {
      const { rows, sheets } = product;
      const { nFft, hopLength } = plan;
      const chunk = Math.min(
        frames,
        Math.max(4, Math.floor(chunkValues / Math.max(rows * sheets.length, hopLength))),
      );
      const args = lanes.rows(placeWeights(plan.window, lanes.forwardScale));
      const signal = allocate(4 * ((chunk - 1) * hopLength + nFft) + 12);
      // With fewer than four frames the columns that are too many run into the next row, and past the last.
      const addresses = sheets.map(() => allocate(4 * rows * chunk + 16));
      const emit = product.prepare(lanes, addresses);
      for (let first = 0; first < frames; first += chunk) {
        const count = Math.min(chunk, frames - first);
        const length = (count - 1) * hopLength + nFft;
        const here = floats.subarray(signal / 4, signal / 4 + length);
        readPadded(samples, first * hopLength - plan.half, plan.padMode, here);
        // The last four frames overlap those before, since a column stored twice is the same column.
        for (let group = 0; group < count; group += 4) {
          const frame = Math.max(0, Math.min(group, count - 4));
          pointRows(args, signal, 4 * hopLength, frame, count, signal);
          const bin = emit(args, 4 * frame, 4 * count) / 4;
          // The first bin is a sum of all samples: one that is not finite spoils it, and nothing else but excess.
          if (!Number.isFinite(floats[bin] + floats[bin + 1] + floats[bin + 2] + floats[bin + 3]))
            requireSamples(plan.op, samples);
        }
        sheets.forEach((sheet, i) => {
          takeColumns(sheet, frames, first, addresses[i] / 4, rows, count);
        });
      }
    },
  );
}

/** Copies a sheet of `count` columns into columns `first` and following of the caller's. */
function takeColumns(
  sheet: Float32Array,
  frames: number,
  first: number,
  from: number,
  rows: number,
  count: number,
): void {
  if (count === frames) {
    sheet.set(floats.subarray(from, from + rows * count));
    return;
  }
  for (let row = 0; row < rows; row++) {
    sheet.set(floats.subarray(from + row * count, from + (row + 1) * count), row * frames + first);
  }
}
