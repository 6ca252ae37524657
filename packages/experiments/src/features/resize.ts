import type { Spectrogram } from '@sonograd/dsp';

/**
 * Bilinear interpolation as OpenCV's `INTER_LINEAR` and PyTorch's `align_corners=False` without antialiasing have it:
 * pixels are areas, so that centre meets centre, and beyond the edges lies the edge.
 */
export function resizeBilinear(source: Spectrogram, bins: number, frames: number): Spectrogram {
  if (bins === source.bins && frames === source.frames) return source;
  const across = neighbours(source.frames, frames);
  const down = neighbours(source.bins, bins);
  const data = new Float32Array(bins * frames);
  for (let y = 0; y < bins; y++) {
    const upper = down.first[y]! * source.frames;
    const lower = down.second[y]! * source.frames;
    const share = down.share[y]!;
    for (let x = 0; x < frames; x++) {
      const left = across.first[x]!;
      const right = across.second[x]!;
      const along = across.share[x]!;
      const top = mix(source.data[upper + left]!, source.data[upper + right]!, along);
      const bottom = mix(source.data[lower + left]!, source.data[lower + right]!, along);
      data[y * frames + x] = mix(top, bottom, share);
    }
  }
  return { data, bins, frames };
}

const mix = (a: number, b: number, share: number): number => a + (b - a) * share;

/** For each place of the result the two places of the source it lies between, and how near the second. */
function neighbours(source: number, target: number) {
  const first = new Int32Array(target);
  const second = new Int32Array(target);
  const share = new Float32Array(target);
  for (let i = 0; i < target; i++) {
    const at = Math.min(Math.max(((i + 0.5) * source) / target - 0.5, 0), source - 1);
    first[i] = Math.floor(at);
    second[i] = Math.min(first[i]! + 1, source - 1);
    share[i] = at - first[i]!;
  }
  return { first, second, share };
}
