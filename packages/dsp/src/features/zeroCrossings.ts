import { requireSamples } from '../guard.ts';
import { type FrameOptions, layOutFrames } from './rms.ts';

/** Values no larger than this count as zero, and zero counts as positive; librosa's rule. */
const silence = 1e-10;

const isNegative = (value: number): boolean => value < -silence;

/** The indices i at which the sign differs between samples i - 1 and i. */
export function zeroCrossings(samples: Float32Array): Int32Array {
  requireSamples('zeroCrossings', samples);
  const found: number[] = [];
  for (let i = 1; i < samples.length; i++) {
    if (isNegative(samples[i]) !== isNegative(samples[i - 1])) found.push(i);
  }
  return Int32Array.from(found);
}

/** The share of samples in each frame at which the sign changes; beyond the ends the last value goes on. */
export function zeroCrossingRate(samples: Float32Array, options: FrameOptions = {}): Float32Array {
  const { frameLength, hopLength, frames, offset } = layOutFrames('zeroCrossingRate', samples, options);
  const crossings = zeroCrossings(samples);
  const out = new Float32Array(frames);
  let first = 0;
  for (let frame = 0; frame < frames; frame++) {
    const start = frame * hopLength - offset;
    // The first sample of a frame has no neighbour inside it.
    while (first < crossings.length && crossings[first] <= start) first++;
    let last = first;
    while (last < crossings.length && crossings[last] < start + frameLength) last++;
    out[frame] = (last - first) / frameLength;
  }
  return out;
}
