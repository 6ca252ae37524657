import { reject, requireRange, requireSpectrogram, requireWhole } from '../guard.ts';
import { RandomStream } from '../random.ts';
import { sumOf } from '../sums.ts';
import type { Spectrogram } from '../types.ts';

export interface SpecAugmentOptions {
  seed: number;
  /** How many masks, and the most bins or frames each may hide: 2 of a quarter of the bins, 2 of an eighth of time. */
  frequencyMasks?: number;
  frequencyWidth?: number;
  timeMasks?: number;
  timeWidth?: number;
  /** The most frames a point in time is moved by; 0, no warping, if unsaid. */
  timeWarp?: number;
  /** What masked values become; the mean of the spectrogram if unsaid. */
  fill?: number;
}

/**
 * SpecAugment (Park et al., Interspeech 2019) on a log spectrogram, a copy: time is warped, then
 * bands of frequency and stretches of time are hidden. Widths and places are drawn evenly.
 */
export function specAugment(spectrogram: Spectrogram, options: SpecAugmentOptions): Spectrogram {
  const { data, bins, frames } = spectrogram;
  requireSpectrogram('specAugment', spectrogram);
  const { frequencyMasks = 2, frequencyWidth = Math.floor(bins / 4) } = options;
  const { timeMasks = 2, timeWidth = Math.floor(frames / 8), timeWarp = 0 } = options;
  for (const [name, value] of Object.entries({
    frequencyMasks,
    frequencyWidth,
    timeMasks,
    timeWidth,
    timeWarp,
  })) {
    requireWhole('specAugment', name, value, 0);
  }
  requireRange('specAugment', 'frequencyWidth', frequencyWidth, 0, bins);
  requireRange('specAugment', 'timeWidth', timeWidth, 0, frames);
  const random = new RandomStream(options.seed);
  const out = timeWarp > 0 ? warpTime(spectrogram, timeWarp, random) : data.slice();
  const fill = options.fill ?? sumOf(data) / data.length;
  for (let mask = 0; mask < frequencyMasks; mask++) {
    const { start, end } = drawBand(random, frequencyWidth, bins);
    out.fill(fill, start * frames, end * frames);
  }
  for (let mask = 0; mask < timeMasks; mask++) {
    const { start, end } = drawBand(random, timeWidth, frames);
    for (let bin = 0; bin < bins; bin++) out.fill(fill, bin * frames + start, bin * frames + end);
  }
  return { data: out, bins, frames };
}

function drawBand(random: RandomStream, widest: number, size: number): { start: number; end: number } {
  const width = random.integer(widest + 1);
  const start = random.integer(size - width + 1);
  return { start, end: start + width };
}

/** A frame not too near the ends moves by up to `most` frames; time on either side of it stretches evenly. */
function warpTime({ data, bins, frames }: Spectrogram, most: number, random: RandomStream): Float32Array {
  if (frames <= 2 * most)
    reject(
      'specAugment',
      'timeWarp must be less than half of the frames',
      `timeWarp=${most}, frames=${frames}`,
    );
  const from = most + random.integer(frames - 2 * most);
  // Never onto an end: both sides must keep a length.
  const to = Math.min(Math.max(from + random.integer(2 * most + 1) - most, 1), frames - 2);
  const out = new Float32Array(data.length);
  for (let frame = 0; frame < frames; frame++) {
    const source =
      frame <= to ? (frame * from) / to : from + ((frame - to) * (frames - 1 - from)) / (frames - 1 - to);
    const before = Math.min(Math.floor(source), frames - 2);
    const share = source - before;
    for (let row = 0; row < bins * frames; row += frames) {
      out[row + frame] = (1 - share) * data[row + before] + share * data[row + before + 1];
    }
  }
  return out;
}
