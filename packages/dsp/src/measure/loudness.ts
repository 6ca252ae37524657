import { type Biquad, biquadFilter, highpassBiquad, highShelfBiquad } from '../filter/biquad.ts';
import { reject, requirePositive, requireRange, requireSamples } from '../guard.ts';
import { energyOf, sumOf } from '../sums.ts';

/*
 * Loudness after ITU-R BS.1770-4. The standard tabulates its two filters at 48 kHz; these analogue
 * values give that table back at 48 kHz and hold at any other rate.
 */
const kWeighting = (sampleRate: number): Biquad[] => [
  highShelfBiquad({
    sampleRate,
    frequencyHz: 1681.974450955533,
    quality: 0.7071752369554196,
    gainDb: 3.999843853973347,
    middleShare: 0.4996667741545416,
  }),
  // The table leaves the second numerator at 1, −2, 1: the gain of this high-pass is not divided out.
  {
    ...highpassBiquad({ sampleRate, frequencyHz: 38.13547087602444, quality: 0.5003270373238773 }),
    b0: 1,
    b1: -2,
    b2: 1,
  },
];

const blockSeconds = 0.4;
const stepSeconds = 0.1;
const absoluteGateLufs = -70;
const relativeGateLu = -10;
const calibrationLufs = -0.691;

/**
 * Integrated loudness in LUFS of one to five channels (left, right, centre, left and right surround),
 * gated at −70 LUFS and 10 LU below the mean. Silence is −Infinity. A clip shorter than a block of
 * 0.4 s is measured as one block.
 */
export function integratedLoudness(channels: Float32Array | Float32Array[], sampleRate: number): number {
  const list = channels instanceof Float32Array ? [channels] : channels;
  if (list.length < 1 || list.length > 5)
    reject('integratedLoudness', 'channels must number 1 to 5', list.length);
  requireRange('integratedLoudness', 'sampleRate', sampleRate, 4000, 1e6);
  const powers = blockPowers(list, sampleRate);
  const audible = powers.filter((power) => toLufs(power) > absoluteGateLufs);
  const relativeGate = toLufs(mean(audible)) + relativeGateLu;
  return toLufs(mean(audible.filter((power) => toLufs(power) > relativeGate)));
}

function blockPowers(channels: Float32Array[], sampleRate: number): number[] {
  const length = channels[0].length;
  const block = Math.min(Math.round(blockSeconds * sampleRate), length);
  const step = Math.round(stepSeconds * sampleRate);
  const powers = new Array<number>(1 + Math.floor((length - block) / step)).fill(0);
  channels.forEach((channel, index) => {
    requireSamples('integratedLoudness', channel);
    if (channel.length !== length) {
      reject('integratedLoudness', 'channel lengths differ', `${length} and ${channel.length}`);
    }
    const weighted = biquadFilter(channel, ...kWeighting(sampleRate));
    // The standard counts the two surround channels 1.41 times.
    const weight = index < 3 ? 1 : 1.41;
    for (let i = 0; i < powers.length; i++) {
      powers[i] += weight * power(weighted.subarray(i * step, i * step + block));
    }
  });
  return powers;
}

const power = (samples: Float32Array): number => energyOf(samples) / samples.length;

const mean = (values: number[]): number => (values.length === 0 ? 0 : sumOf(values) / values.length);

const toLufs = (meanSquare: number): number => calibrationLufs + 10 * Math.log10(meanSquare);

export type LoudnessTarget =
  | { lufs: number; sampleRate: number }
  | { rms: number; sampleRate?: never }
  | { peak: number; sampleRate?: never };

/**
 * A copy scaled to a loudness, a root mean square or a peak. Nothing is clipped: to stay within ±1
 * ask for a peak. Silence comes back as it is, for no gain could change it.
 */
export function normalizeLevel(samples: Float32Array, target: LoudnessTarget): Float32Array {
  requireSamples('normalizeLevel', samples);
  const gain = gainTo(samples, target);
  return Number.isFinite(gain) ? samples.map((value) => value * gain) : samples.slice();
}

function gainTo(samples: Float32Array, target: LoudnessTarget): number {
  if ('lufs' in target) {
    requireRange('normalizeLevel', 'lufs', target.lufs, -100, 20);
    return 10 ** ((target.lufs - integratedLoudness(samples, target.sampleRate)) / 20);
  }
  if ('rms' in target) {
    requirePositive('normalizeLevel', 'rms', target.rms);
    return target.rms / Math.sqrt(power(samples));
  }
  requirePositive('normalizeLevel', 'peak', target.peak);
  return target.peak / samples.reduce((peak, value) => Math.max(peak, Math.abs(value)), 0);
}
