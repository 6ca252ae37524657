import type { FramePlan } from '../stft/options.ts';
import type { ComplexSpectrogram } from '../types.ts';
import { fftLanes } from './lanePlan.ts';
import { realLanes } from './realLanes.ts';
import { allocate, floats, placeWeights, placeWords, withScratch, words } from './runtime.ts';

/** So many values of a spectrogram stand in the lanes' memory at once. */
const chunkValues = 1 << 18;

/** Frames back to samples: windowed again and added up where they overlap, in single precision. */
export function overlapAddLanes({ re, im, bins, frames }: ComplexSpectrogram, plan: FramePlan): Float32Array {
  const { nFft, hopLength } = plan;
  const sum = new Float32Array(nFft + hopLength * (frames - 1));
  withScratch(
    () => realLanes(nFft),
    (lanes) => {
      const { move, scatterAdd } = fftLanes();
      const chunk = Math.min(frames, Math.max(4, Math.floor(chunkValues / Math.max(2 * bins, hopLength))));
      const sheets = [re, im].map(() => allocate(4 * bins * chunk + 16));
      const moves = sheets.map((_, part) => placeWords(0, 0, lanes.spectrumIn + 16 * part, 32));
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
            words[args / 4] = sheets[part] + 4 * frame;
            words[args / 4 + 1] = 4 * count;
            move(args, 0, bins);
          });
          lanes.inverse();
          for (let lane = 0; lane < 4; lane++) {
            const at = frame + lane < count ? samples + 4 * hopLength * (frame + lane) : nowhere;
            words[addArgs / 4 + lane] = at;
          }
          scatterAdd(addArgs, 0, nFft);
        }
        for (let i = 0; i < length; i++) sum[first * hopLength + i] += floats[samples / 4 + i];
      }
    },
  );
  return sum;
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
