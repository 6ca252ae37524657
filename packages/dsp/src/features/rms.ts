import { requireSamples, requireWhole } from '../guard.ts';
import { frameCount } from '../stft/frame.ts';
import { energyOf } from '../sums.ts';

export interface FrameOptions {
  /** Samples per frame; 2048 if unsaid. */
  frameLength?: number;
  /** Samples from one frame's start to the next; 512 if unsaid. */
  hopLength?: number;
  /** Centre frame t on sample t * hopLength, with silence beyond both ends. True if unsaid. */
  center?: boolean;
}

/** Root mean square of each frame; librosa's `feature.rms`. */
export function rms(samples: Float32Array, options: FrameOptions = {}): Float32Array {
  const { frameLength, hopLength, frames, offset } = layOutFrames('rms', samples, options);
  const out = new Float32Array(frames);
  for (let frame = 0; frame < frames; frame++) {
    const start = frame * hopLength - offset;
    const inside = samples.subarray(Math.max(start, 0), start + frameLength);
    out[frame] = Math.sqrt(energyOf(inside) / frameLength);
  }
  return out;
}

export interface FrameLayout {
  frameLength: number;
  hopLength: number;
  frames: number;
  /** Frame t starts at sample t * hopLength - offset. */
  offset: number;
}

/** How many frames there are and where they lie, after checking what was asked for. */
export function layOutFrames(op: string, samples: Float32Array, options: FrameOptions): FrameLayout {
  const { frameLength = 2048, hopLength = 512, center = true } = options;
  requireWhole(op, 'frameLength', frameLength);
  requireWhole(op, 'hopLength', hopLength);
  requireSamples(op, samples, center ? 1 : frameLength);
  const offset = center ? Math.floor(frameLength / 2) : 0;
  const frames = frameCount(samples.length + 2 * offset, frameLength, hopLength);
  return { frameLength, hopLength, frames, offset };
}
