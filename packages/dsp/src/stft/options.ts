import { engine } from '../engineState.ts';
import { cached } from '../fft/cached.ts';
import { reject, requireSamples, requireWhole } from '../guard.ts';
import { makeWindow, type WindowShape } from '../window/window.ts';
import { frameCount } from './frame.ts';
import { type PadMode, padModes } from './pad.ts';

/** How a signal is cut into windowed frames. The stated defaults are those of librosa. */
export interface StftOptions {
  /** Length of one transform; any size. */
  readonly nFft: number;
  /** Samples from one frame to the next. Default: a quarter of `winLength`. */
  readonly hopLength?: number;
  /** Length of the window, centred in the frame. Default: `nFft`. */
  readonly winLength?: number;
  /** Default: hann. */
  readonly window?: WindowShape;
  /** Default: true. */
  readonly periodic?: boolean;
  /** Frame t is centred on sample t hopLength, the ends padded by half a frame. Default: true. */
  readonly center?: boolean;
  /** Default: constant, which is zeros (librosa); torch and Whisper reflect. */
  readonly padMode?: PadMode;
}

/** The same, checked and complete, with the window laid out in its frame. */
export interface FramePlan {
  /** Who asks, for errors. */
  readonly op: string;
  readonly nFft: number;
  readonly hopLength: number;
  readonly bins: number;
  readonly center: boolean;
  /** Samples of padding before the first: half a frame where frames are centred. */
  readonly half: number;
  readonly padMode: PadMode;
  /** `nFft` samples: the window with zeros around it. */
  readonly window: Float32Array;
}

export function framePlan(op: string, options: StftOptions): FramePlan {
  const {
    nFft,
    winLength = nFft,
    window = 'hann',
    periodic = true,
    center = true,
    padMode = 'constant',
  } = options;
  requireWhole(op, 'nFft', nFft);
  requireWhole(op, 'winLength', winLength);
  if (winLength > nFft) reject(op, 'winLength exceeds nFft', `${winLength} > ${nFft}`);
  const hopLength = options.hopLength ?? Math.max(1, Math.floor(winLength / 4));
  requireWhole(op, 'hopLength', hopLength);
  if (!padModes.includes(padMode)) reject(op, `padMode must be one of ${padModes.join(', ')}`, padMode);
  return {
    op,
    nFft,
    hopLength,
    bins: Math.floor(nFft / 2) + 1,
    center,
    half: center ? Math.floor(nFft / 2) : 0,
    padMode,
    window:
      window instanceof Float32Array
        ? centredWindow(window, winLength, nFft, periodic)
        : namedWindow(JSON.stringify([window, winLength, nFft, periodic])),
  };
}

/** A window shorter than its frame stands in the middle, with the smaller half of the zeros before it. */
function centredWindow(shape: WindowShape, winLength: number, nFft: number, periodic: boolean): Float32Array {
  const centred = new Float32Array(nFft);
  centred.set(makeWindow(shape, winLength, { periodic }), Math.floor((nFft - winLength) / 2));
  return centred;
}

/** Windows that a few words describe, built once. */
const namedWindow = cached((key: string) => {
  const [shape, winLength, nFft, periodic] = JSON.parse(key);
  return centredWindow(shape, winLength, nFft, periodic);
});

/** How many frames `stft` gives for a signal of `length` samples. */
export function stftFrameCount(
  length: number,
  plan: Pick<FramePlan, 'nFft' | 'hopLength' | 'center'>,
): number {
  const padding = plan.center ? 2 * Math.floor(plan.nFft / 2) : 0;
  return frameCount(length + padding, plan.nFft, plan.hopLength);
}

/** The number of frames in a checked signal; a signal that gives none is refused. */
export function requireFrames(op: string, samples: Float32Array, plan: FramePlan): number {
  // Lanes see to what their frames hold, all but less than a hop; see simd/analysis.ts.
  const isSeen = engine() === 'simd' && plan.hopLength <= plan.nFft;
  requireSamples(op, samples, 1, 'samples', isSeen ? plan.hopLength : Infinity);
  const frames = stftFrameCount(samples.length, plan);
  if (frames === 0) {
    reject(op, 'the signal is shorter than nFft, and center is false', `${samples.length} < ${plan.nFft}`);
  }
  return frames;
}
