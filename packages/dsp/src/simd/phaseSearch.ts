import { windowWeight } from '../stft/istft.ts';
import type { FramePlan } from '../stft/options.ts';
import { stftFrameCount } from '../stft/options.ts';
import { readPadded } from '../stft/pad.ts';
import type { ComplexSpectrogram, Spectrogram } from '../types.ts';
import { backLanes, type InverseLanes, inverseLanes } from './inverseLanes.ts';
import { complexBytes } from './lanePlan.ts';
import { phaseModule } from './phaseModule.ts';
import { type RealLanes, realLanes } from './realLanes.ts';
import {
  allocate,
  floats,
  kernelsOf,
  place,
  placeWeights,
  placeWords,
  pointRows,
  withScratch,
  words,
} from './runtime.ts';

const phaseLanes = kernelsOf<'weigh' | 'keepPhases' | 'distance'>(phaseModule);

/** One state of the search, as its loop sees it: there and back again. */
export interface PhaseSearch {
  /** The signal nearest to the estimate, and its spectrum beside the wanted magnitudes. */
  resynthesize(): void;
  /** How far they are apart, squared. */
  squaredDistance(): number;
  /** A new estimate from the phases found. */
  keepPhases(pull: number): void;
  /** The signal, copied. */
  read(out: Float32Array): void;
}

/**
 * Griffin-Lim with all its state in the lanes' memory: spectra lie as the transforms leave them, four
 * frames side by side, so that nothing is copied or rearranged from one iteration to the next.
 */
export function searchInLanes<Result>(
  magnitudes: Spectrogram,
  estimate: ComplexSpectrogram,
  plan: FramePlan,
  length: number,
  search: (state: PhaseSearch) => Result,
): Result {
  return withScratch(
    () => ({ lanes: realLanes(plan.nFft), back: inverseLanes(plan.nFft), kernels: phaseLanes() }),
    (kit) => search(laneSearch(kit, plan, magnitudes, estimate, length)),
  );
}

interface Kit {
  readonly lanes: RealLanes;
  readonly back: InverseLanes;
  readonly kernels: ReturnType<typeof phaseLanes>;
}

function laneSearch(
  { lanes, back, kernels }: Kit,
  plan: FramePlan,
  magnitudes: Spectrogram,
  estimate: ComplexSpectrogram,
  length: number,
): PhaseSearch {
  const { nFft, hopLength, half, window, bins, padMode } = plan;
  const { frames } = magnitudes;
  // Three spectra and the magnitudes, four frames a block.
  const blockBytes = complexBytes * bins;
  const sheetBytes = Math.ceil(frames / 4) * blockBytes;
  const wanted = allocate(3.5 * sheetBytes);
  const guess = wanted + sheetBytes / 2;
  const found = guess + sheetBytes;
  const previous = found + sheetBytes;
  floats.fill(0, wanted / 4, (previous + sheetBytes) / 4);
  // A length that covers fewer frames leaves the last ones without a signal: they see silence.
  const covered = Math.min(frames, stftFrameCount(length, plan));
  const silence = place(new Float32Array(nFft + 3));
  const nowhere = allocate(4 * nFft);
  const distances = allocate(16);
  const sumLength = nFft + hopLength * (frames - 1);
  const sums = allocate(4 * sumLength);
  const signal = place(new Float32Array(length + 2 * half + 3));
  const weights = place(windowWeight(plan, frames));
  const weighArgs = placeWords(...[sums, weights, signal].map((start) => start + 4 * half));
  const addArgs = placeWords(0, 0, 0, 0, placeWeights(window, 1 / nFft), back.timeOut, back.timeStep);
  const rowArgs = lanes.rows(placeWeights(window, lanes.forwardScale));
  const phaseArgs = placeWords(0, 0, 0, 0, 0);
  const distanceArgs = placeWords(0, 0, distances);
  interleave(estimate.re, guess, complexBytes);
  interleave(estimate.im, guess + 16, complexBytes);
  interleave(magnitudes.data, wanted, 16);

  /** Values [bin][frame] as four frames side by side, bins `step` bytes apart. */
  function interleave(values: Float32Array, to: number, step: number): void {
    const memory = floats;
    for (let bin = 0, i = 0; bin < bins; bin++) {
      const row = (to + bin * step) / 4;
      for (let t = 0; t < frames; t++, i++) memory[row + (t >> 2) * bins * (step / 4) + (t & 3)] = values[i];
    }
  }

  /** Four frames after four, and where their block begins in a sheet. */
  function eachGroup(visit: (frame: number, at: number) => void): void {
    for (let frame = 0, at = 0; frame < frames; frame += 4, at += blockBytes) visit(frame, at);
  }

  function part(start: number, count: number): Float32Array {
    return floats.subarray(signal / 4 + start, signal / 4 + start + count);
  }

  return {
    resynthesize() {
      floats.fill(0, sums / 4, sums / 4 + sumLength);
      eachGroup((frame, at) => {
        back.inverse(guess + at);
        pointRows(addArgs, sums, 4 * hopLength, frame, frames, nowhere);
        backLanes().scatterAdd(addArgs, 0, nFft);
      });
      kernels.weigh(weighArgs, 0, Math.max(0, Math.min(length, sumLength - half)));
      // What a centred transform sees beyond the ends.
      const samples = part(half, length);
      readPadded(samples, -half, padMode, part(0, half));
      readPadded(samples, length, padMode, part(half + length, half));
      eachGroup((frame, at) => {
        pointRows(rowArgs, signal, 4 * hopLength, frame, covered, silence);
        lanes.forward(rowArgs, found + at);
      });
    },

    squaredDistance() {
      let sum = 0;
      eachGroup((frame, at) => {
        words.set([found + at, wanted + at / 2], distanceArgs / 4);
        kernels.distance(distanceArgs, 0, bins);
        for (let lane = 0; lane < 4 && frame + lane < frames; lane++) sum += floats[distances / 4 + lane];
      });
      return sum;
    },

    keepPhases(pull) {
      floats[phaseArgs / 4 + 4] = pull;
      eachGroup((_frame, at) => {
        words.set([found + at, previous + at, wanted + at / 2, guess + at], phaseArgs / 4);
        kernels.keepPhases(phaseArgs, 0, bins);
      });
    },

    read(out) {
      out.set(part(half, length));
    },
  };
}
