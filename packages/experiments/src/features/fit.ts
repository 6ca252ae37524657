import type { Spectrogram } from '@sonograd/dsp';
import type { SizeConfig } from './config.ts';
import { resizeBilinear } from './resize.ts';

/** A spectrogram brought to its size. */
export interface Feature extends Spectrogram {
  /** The frames that come from the clip: `validFrames` of them from `start`; the rest is padding. */
  readonly start: number;
  readonly validFrames: number;
}

export function fitSize(spectrogram: Spectrogram, size: SizeConfig): Feature {
  if (size.fit === 'pad') return padOrClip(spectrogram, size);
  const fitted = size.fit === 'keep' ? spectrogram : resizeBilinear(spectrogram, size.bins, size.frames);
  return { ...fitted, start: 0, validFrames: fitted.frames };
}

function padOrClip(
  { data, bins, frames: had }: Spectrogram,
  { frames, align, padWith }: Extract<SizeConfig, { fit: 'pad' }>,
): Feature {
  const validFrames = Math.min(had, frames);
  const shift = align === 'center' ? Math.abs(frames - had) >> 1 : 0;
  const [from, start] = had > frames ? [shift, 0] : [0, shift];
  const out = new Float32Array(bins * frames);
  if (validFrames < frames) out.fill(padWith === 'smallest' ? smallest(data) : padWith);
  for (let bin = 0; bin < bins; bin++) {
    const row = data.subarray(bin * had + from, bin * had + from + validFrames);
    out.set(row, bin * frames + start);
  }
  return { data: out, bins, frames, start, validFrames };
}

const smallest = (data: Float32Array): number =>
  data.reduce((least, value) => Math.min(least, value), Infinity);
