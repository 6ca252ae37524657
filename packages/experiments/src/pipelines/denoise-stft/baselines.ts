import { type ComplexSpectrogram, istft, stft } from '@sonograd/dsp';
import type { Frames } from './config.ts';

/** What an answer is made from; the clean sound is for those who are allowed to look. */
export interface Question {
  readonly noisy: Float32Array;
  readonly clean: Float32Array;
  readonly frames: Frames;
}

export type Method = (question: Question) => Float32Array;

/** No gain falls below −20 dB: what is left of the noise then sounds even, not like birds. */
const smallestGain = 0.1;
/** The share of frames that are taken to hold noise alone. */
const quietShare = 0.1;

/** Methods that learn nothing, by the names they have in the report. */
export const baselines: Readonly<Record<string, Method>> = {
  'spectral subtraction': (question) =>
    filtered(question, (noisy) => {
      const noise = quietestPower(noisy);
      return ({ power, bin }) => Math.max(1 - Math.sqrt((noise[bin] ?? 0) / power), smallestGain);
    }),
  'Wiener, quietest frames': (question) => filtered(question, (noisy) => wiener(quietestPower(noisy))),
  'Wiener, minimum statistics': (question) => filtered(question, (noisy) => wiener(minimumPower(noisy))),
};

/** The ceiling of all gains that know the power of speech and noise in each bin, and not their phases. */
export const oracleWiener: Method = ({ noisy, clean, frames }) => {
  const signal = stft(clean, frames);
  const noise = stft(
    noisy.map((sample, index) => sample - clean[index]!),
    frames,
  );
  return filtered({ noisy, frames }, () => ({ at }) => {
    const wanted = powerAt(signal, at);
    return wanted / (wanted + powerAt(noise, at) + Number.MIN_VALUE);
  });
};

/** One bin of one frame. */
interface Cell {
  readonly power: number;
  readonly bin: number;
  readonly frame: number;
  readonly at: number;
}

type GainOf = (cell: Cell) => number;

/** A sound with every bin of its spectrum multiplied by a gain. */
function filtered(
  { noisy, frames }: Pick<Question, 'noisy' | 'frames'>,
  gains: (noisy: ComplexSpectrogram) => GainOf,
): Float32Array {
  const spectrum = stft(noisy, frames);
  const gainOf = gains(spectrum);
  const { re, im } = { re: spectrum.re.slice(), im: spectrum.im.slice() };
  // Frames in order within each bin: a gain may remember what it was a frame before.
  for (let at = 0; at < re.length; at++) {
    const [bin, frame] = [Math.floor(at / spectrum.frames), at % spectrum.frames];
    const gain = gainOf({ power: powerAt(spectrum, at) + 1e-20, bin, frame, at });
    re[at]! *= gain;
    im[at]! *= gain;
  }
  return istft({ ...spectrum, re, im }, { ...frames, length: noisy.length });
}

/** Wiener's gain, its ratio of signal to noise smoothed by what was heard a frame before (Ephraim and Malah, 1984). */
function wiener(noise: Float64Array): GainOf {
  let heard = 0;
  return ({ power, bin, frame }) => {
    const floor = (noise[bin] ?? 0) + 1e-20;
    const now = Math.max(power / floor - 1, 0);
    const ratio = frame === 0 ? now : 0.9 * (heard / floor) + 0.1 * now;
    const gain = Math.max(ratio / (1 + ratio), smallestGain);
    heard = gain * gain * power;
    return gain;
  };
}

/** The mean power of each bin over the frames that have the least in all. */
function quietestPower(spectrum: ComplexSpectrogram): Float64Array {
  const { bins, frames } = spectrum;
  const loudness = Float64Array.from({ length: frames }, (_, frame) => {
    let sum = 0;
    for (let bin = 0; bin < bins; bin++) sum += powerAt(spectrum, bin * frames + frame);
    return sum;
  });
  const order = [...loudness.keys()].sort((a, b) => loudness[a]! - loudness[b]!);
  const quiet = order.slice(0, Math.max(1, Math.round(quietShare * frames)));
  return Float64Array.from(
    { length: bins },
    (_, bin) => quiet.reduce((sum, frame) => sum + powerAt(spectrum, bin * frames + frame), 0) / quiet.length,
  );
}

/**
 * The least that each bin's smoothed power comes to, a little raised: even in speech every bin has its pauses (Martin,
 * 2001, without the search for the best smoothing).
 */
function minimumPower(spectrum: ComplexSpectrogram): Float64Array {
  const { bins, frames } = spectrum;
  return Float64Array.from({ length: bins }, (_, bin) => {
    let smooth = powerAt(spectrum, bin * frames);
    let least = smooth;
    for (let frame = 0; frame < frames; frame++) {
      smooth = 0.8 * smooth + 0.2 * powerAt(spectrum, bin * frames + frame);
      least = Math.min(least, smooth);
    }
    return 1.5 * least;
  });
}

const powerAt = ({ re, im }: ComplexSpectrogram, at: number): number => re[at]! ** 2 + im[at]! ** 2;
