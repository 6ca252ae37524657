import { windowWeight } from '../stft/istft.ts';
import type { FramePlan } from '../stft/options.ts';
import { stftFrameCount } from '../stft/options.ts';
import { readPadded } from '../stft/pad.ts';
import type { ComplexSpectrogram, Spectrogram } from '../types.ts';
import { backLanes, type InverseLanes, inverseLanes } from './inverseLanes.ts';
import { complexBytes, fftLanes } from './lanePlan.ts';
import { phaseModule } from './phaseModule.ts';
import { type RealLanes, realLanes } from './realLanes.ts';
import {
  allocate,
  floats,
  kernelsOf,
  type LaneKernel,
  place,
  placeWeights,
  placeWords,
  withScratch,
  words,
} from './runtime.ts';

type PhaseKernels = Record<'weigh' | 'keepPhases' | 'distance', LaneKernel>;

let kernels: PhaseKernels | undefined;

function phaseLanes(): PhaseKernels {
  kernels ??= kernelsOf(phaseModule);
  return kernels;
}

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
    ({ lanes, back }) => search(new LaneSearch(lanes, back, plan, magnitudes, estimate, length)),
  );
}

class LaneSearch implements PhaseSearch {
  private readonly frames: number;
  private readonly blockBytes: number;
  private readonly magnitudes: number;
  private readonly estimate: number;
  private readonly found: number;
  private readonly previous: number;
  private readonly sums: number;
  private readonly sumLength: number;
  private readonly signal: number;
  private readonly half: number;
  private readonly shared: number;
  private readonly silence: number;
  private readonly nowhere: number;
  private readonly distances: number;
  private readonly addArgs: number;
  private readonly gatherArgs: number;
  private readonly weighArgs: number;
  private readonly phaseArgs: number;
  private readonly distanceArgs: number;

  constructor(
    private readonly lanes: RealLanes,
    private readonly back: InverseLanes,
    private readonly plan: FramePlan,
    magnitudes: Spectrogram,
    estimate: ComplexSpectrogram,
    private readonly length: number,
  ) {
    const { nFft, hopLength, window, bins } = plan;
    const { frames } = magnitudes;
    const groups = Math.ceil(frames / 4);
    this.frames = frames;
    this.half = plan.center ? Math.floor(nFft / 2) : 0;
    this.blockBytes = complexBytes * bins;
    this.estimate = allocate(groups * this.blockBytes);
    this.found = allocate(groups * this.blockBytes);
    this.previous = allocate(groups * this.blockBytes);
    this.magnitudes = allocate((groups * this.blockBytes) / 2);
    // A length that covers fewer frames leaves the last ones without a signal: they see silence.
    this.shared = Math.min(frames, stftFrameCount(length, plan));
    this.silence = place(new Float32Array(nFft + 3));
    this.nowhere = allocate(4 * nFft);
    this.distances = allocate(16);
    this.sumLength = nFft + hopLength * (frames - 1);
    this.sums = allocate(4 * this.sumLength);
    this.signal = allocate(4 * (length + 2 * this.half + 3));
    const start = 4 * this.half;
    const weights = place(windowWeight(plan, frames));
    this.weighArgs = placeWords(this.sums + start, weights + start, this.signal + start);
    this.addArgs = placeWords(0, 0, 0, 0, placeWeights(window, 1 / nFft), back.timeOut, back.timeStep);
    const gatherWeights = placeWeights(window, lanes.forwardScale);
    this.gatherArgs = placeWords(0, 0, 0, 0, gatherWeights, lanes.time, lanes.timeStep);
    this.phaseArgs = placeWords(0, 0, 0, 0, 0);
    this.distanceArgs = placeWords(0, 0, this.distances);
    floats.fill(0, this.estimate / 4, (this.magnitudes + (groups * this.blockBytes) / 2) / 4);
    floats.fill(0, this.signal / 4, this.signal / 4 + length + 2 * this.half);
    this.interleave(estimate.re, this.estimate, complexBytes);
    this.interleave(estimate.im, this.estimate + 16, complexBytes);
    this.interleave(magnitudes.data, this.magnitudes, 16);
  }

  resynthesize(): void {
    this.overlapAdd();
    const reach = Math.max(0, Math.min(this.length, this.sumLength - this.half));
    phaseLanes().weigh(this.weighArgs, 0, reach);
    this.padEnds();
    this.eachGroup((group, frame) => {
      const { gather } = fftLanes();
      this.lanes.clear();
      for (let lane = 0; lane < 4; lane++) {
        const t = frame + lane;
        words[this.gatherArgs / 4 + lane] =
          t < this.shared ? this.signal + 4 * this.plan.hopLength * t : this.silence;
      }
      gather(this.gatherArgs, 0, this.plan.nFft);
      this.lanes.forward(this.found + group * this.blockBytes);
    });
  }

  squaredDistance(): number {
    let sum = 0;
    this.eachGroup((group, frame) => {
      words[this.distanceArgs / 4] = this.found + group * this.blockBytes;
      words[this.distanceArgs / 4 + 1] = this.magnitudes + (group * this.blockBytes) / 2;
      phaseLanes().distance(this.distanceArgs, 0, this.plan.bins);
      for (let lane = 0; lane < 4 && frame + lane < this.frames; lane++)
        sum += floats[this.distances / 4 + lane];
    });
    return sum;
  }

  keepPhases(pull: number): void {
    floats[this.phaseArgs / 4 + 4] = pull;
    this.eachGroup((group) => {
      const at = group * this.blockBytes;
      words[this.phaseArgs / 4] = this.found + at;
      words[this.phaseArgs / 4 + 1] = this.previous + at;
      words[this.phaseArgs / 4 + 2] = this.magnitudes + at / 2;
      words[this.phaseArgs / 4 + 3] = this.estimate + at;
      phaseLanes().keepPhases(this.phaseArgs, 0, this.plan.bins);
    });
  }

  read(out: Float32Array): void {
    const start = this.signal / 4 + this.half;
    out.set(floats.subarray(start, start + this.length));
  }

  private overlapAdd(): void {
    const { scatterAdd } = backLanes();
    floats.fill(0, this.sums / 4, this.sums / 4 + this.sumLength);
    this.eachGroup((group, frame) => {
      this.back.inverse(this.estimate + group * this.blockBytes);
      for (let lane = 0; lane < 4; lane++) {
        const t = frame + lane;
        words[this.addArgs / 4 + lane] =
          t < this.frames ? this.sums + 4 * this.plan.hopLength * t : this.nowhere;
      }
      scatterAdd(this.addArgs, 0, this.plan.nFft);
    });
  }

  /** What a centred transform sees beyond the ends. */
  private padEnds(): void {
    const { half, length } = this;
    const start = this.signal / 4;
    const samples = floats.subarray(start + half, start + half + length);
    readPadded(samples, -half, this.plan.padMode, floats.subarray(start, start + half));
    readPadded(
      samples,
      length,
      this.plan.padMode,
      floats.subarray(start + half + length, start + 2 * half + length),
    );
  }

  private eachGroup(visit: (group: number, frame: number) => void): void {
    for (let frame = 0; frame < this.frames; frame += 4) visit(frame / 4, frame);
  }

  /** Values [bin][frame] as four frames side by side, bins `step` bytes apart. */
  private interleave(values: Float32Array, to: number, step: number): void {
    const { frames } = this;
    const memory = floats;
    const blockFloats = ((this.blockBytes / complexBytes) * step) / 4;
    for (let bin = 0, i = 0; bin < this.plan.bins; bin++) {
      const row = (to + bin * step) / 4;
      for (let t = 0; t < frames; t++, i++) memory[row + (t >> 2) * blockFloats + (t & 3)] = values[i];
    }
  }
}
