import type { FramePlan } from '../stft/options.ts';
import type { ComplexSpectrogram } from '../types.ts';
import { backLanes, inverseLanes } from './inverseLanes.ts';
import { fftLanes } from './lanePlan.ts';
import { allocate, floats, placeWeights, placeWords, pointRows, withScratch, words } from './runtime.ts';

/** So many values of a spectrogram stand in the lanes' memory at once. */
const chunkValues = 1 << 18;

/** Frames back to samples: windowed again and added up where they overlap, in single precision. */
export function overlapAddLanes({ re, im, bins, frames }: ComplexSpectrogram, plan: FramePlan): Float32Array {
  const { nFft, hopLength } = plan;
  const sum = new Float32Array(nFft + hopLength * (frames - 1));
  withScratch(
    () => inverseLanes(nFft),
    (lanes) => {
      const { move } = fftLanes();
      const { scatterAdd } = backLanes();
      const chunk = Math.min(frames, Math.max(4, Math.floor(chunkValues / Math.max(2 * bins, hopLength))));
      const sheets = [re, im].map(() => allocate(4 * bins * chunk + 16));
      const spectrum = allocate(32 * bins);
      const moves = sheets.map((_, part) => placeWords(0, 0, spectrum + 16 * part, 32));
      const weights = placeWeights(plan.window, 1 / nFft);
      const addArgs = placeWords(0, 0, 0, 0, weights, lanes.timeOut, lanes.timeStep);
      const nowhere = allocate(4 * nFft);
      const samples = allocate(4 * ((chunk - 1) * hopLength + nFft));
      for (let first = 0; first < frames; first += chunk) {
        const count = Math.min(chunk, frames - first);
        const length = (count - 1) * hopLength + nFft;
        [re, im].forEach((data, part) => {
          putColumns(data, frames, first, sheets[part] / 4, bins, count);
        });
        floats.fill(0, samples / 4, samples / 4 + length);
        for (let frame = 0; frame < count; frame += 4) {
          moves.forEach((args, part) => {
            words.set([sheets[part] + 4 * frame, 4 * count], args / 4);
            move(args, 0, bins);
          });
          lanes.inverse(spectrum);
          pointRows(addArgs, samples, 4 * hopLength, frame, count, nowhere);
          scatterAdd(addArgs, 0, nFft);
        }
        addInto(sum, first * hopLength, floats.subarray(samples / 4, samples / 4 + length));
      }
    },
  );
  return sum;
}

/** Chunks overlap by less than a frame; adding all of them is simpler, and a few percent of the work. */
function addInto(sum: Float32Array, start: number, part: Float32Array): void {
  for (let i = 0; i < part.length; i++) sum[start + i] += part[i];
}

/** Copies columns `first` and following of the caller's spectrogram into a sheet of `count` columns. */
function putColumns(
  data: Float32Array,
  frames: number,
  first: number,
  to: number,
  rows: number,
  count: number,
): void {
  if (count === frames) {
    floats.set(data, to);
    return;
  }
  for (let row = 0; row < rows; row++) {
    floats.set(data.subarray(row * frames + first, row * frames + first + count), to + row * count);
  }
}
