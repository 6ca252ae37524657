import { reject, requireSamples, requireWhole } from '../guard.ts';

export interface FrameOptions {
  readonly frameLength: number;
  readonly hopLength: number;
}

/** How many whole frames fit: none when the signal is shorter than one. */
export function frameCount(length: number, frameLength: number, hopLength: number): number {
  return length < frameLength ? 0 : 1 + Math.floor((length - frameLength) / hopLength);
}

/** The signal cut into overlapping frames, one row each: row-major [frame][sample]. A rest shorter than a frame is left out. */
export function frame(
  samples: Float32Array,
  options: FrameOptions,
): { data: Float32Array; frames: number; frameLength: number } {
  const { frameLength, hopLength } = options;
  requireSamples('frame', samples);
  requireWhole('frame', 'frameLength', frameLength);
  requireWhole('frame', 'hopLength', hopLength);
  const frames = frameCount(samples.length, frameLength, hopLength);
  if (frames === 0)
    reject('frame', 'the signal is shorter than one frame', `${samples.length} < ${frameLength}`);
  const data = new Float32Array(frames * frameLength);
  for (let t = 0; t < frames; t++) {
    data.set(samples.subarray(t * hopLength, t * hopLength + frameLength), t * frameLength);
  }
  return { data, frames, frameLength };
}
