import { melFrequencies, RandomStream } from '@sonograd/dsp';
import { z } from 'zod';
import type { FeatureConfig } from '../../features/config.ts';
import type { Feature } from '../../features/fit.ts';
import { applyMoments, measureMoments } from '../../features/moments.ts';

/** How far a training clip may differ from itself from one epoch to the next: as other people, rooms, microphones. */
export const varyConfig = z.strictObject({
  /**
   * All frequencies times a factor, as a longer or shorter vocal tract has it (Jaitly and Hinton, 2013): 0.1 draws it
   * from 1 / 1.1 to 1.1.
   */
  tract: z.number().min(0).max(1).default(0.15),
  /** All durations times a factor, drawn in the same way. */
  tempo: z.number().min(0).max(1).default(0.2),
  /** Earlier or later by up to this share of all frames, as far as there is room. */
  shift: z.number().min(0).max(1).default(0),
  /** Bands louder or softer along a smooth curve, as microphones and rooms do it; in deviations of the clip. */
  channel: z.number().min(0).max(5).default(0.4),
  /** What lies below this share of the way from the softest to the loudest value is drowned in the room's noise. */
  floor: z.number().min(0).max(0.9).default(0.2),
});

export type VaryConfig = z.infer<typeof varyConfig>;

/** What was drawn for one clip. */
export interface Variation {
  readonly tract: number;
  readonly tempo: number;
  /** From -1 to 1 times what the config has. */
  readonly shift: number;
  /** Weights of half a wave, a whole one, and one and a half over all bands. */
  readonly channel: readonly number[];
  readonly floor: number;
}

/** Each part draws from a stream of its own: to leave one out does not alter the others. */
export function drawVariation({ tract, tempo, shift, channel, floor }: VaryConfig, seed: number): Variation {
  const random = new RandomStream(seed);
  const factor = (purpose: number, spread: number) =>
    Math.exp(random.split(purpose).uniform(-1, 1) * Math.log1p(spread));
  const curve = random.split(2);
  return {
    tract: factor(0, tract),
    tempo: factor(1, tempo),
    channel: [1, 2, 3].map(() => channel * curve.uniform(-1, 1)),
    floor: floor * random.split(3).uniform(0, 1),
    shift: shift * random.split(4).uniform(-1, 1),
  };
}

/** Varies the pictures of one kind of features. */
export class Varying {
  private readonly bands: Float64Array | undefined;

  constructor(private readonly features: FeatureConfig) {
    this.bands = bandsOf(features);
  }

  /** A clip as it might have been; its moments are taken anew where each clip has its own. */
  vary(feature: Feature, variation: Variation): Feature {
    const varied = resampled(feature, this.sources(feature.bins, variation.tract), variation);
    recolour(varied, variation.channel);
    drown(varied, variation.floor);
    const { normalise } = this.features;
    if (normalise.kind !== 'none' && normalise.over === 'utterance') {
      applyMoments(varied, measureMoments([varied], normalise));
    }
    return varied;
  }

  /** For each bin the place, between bins, where its frequency came from. */
  private sources(bins: number, tract: number): Float64Array {
    const { bands } = this;
    if (bands === undefined) return Float64Array.from({ length: bins }, (_, bin) => bin / tract);
    return Float64Array.from({ length: bins }, (_, bin) => placeOf(bands, bands[bin]! / tract));
  }
}

/** The middle of each band in Hz; undefined where bins are evenly spaced from 0. */
function bandsOf({ spectrum, sampleRate }: FeatureConfig): Float64Array | undefined {
  if (spectrum.kind !== 'log-mel') return undefined;
  const { nMels, lowHz, highHz, scale } = spectrum;
  return melFrequencies(nMels + 2, lowHz, highHz ?? sampleRate / 2, scale).subarray(1, -1);
}

/** Between which bands a frequency lies; outside of them it is the nearest. */
function placeOf(bands: Float64Array, hz: number): number {
  const above = bands.findIndex((band) => band > hz);
  if (above === 0) return 0;
  if (above < 0) return bands.length - 1;
  const [low, high] = [bands[above - 1]!, bands[above]!];
  return above - 1 + (hz - low) / (high - low);
}

/** Bilinear; around the clip there is what was behind it, or what it begins with. */
function resampled(feature: Feature, sources: Float64Array, { tempo, shift }: Variation): Feature {
  const { data, bins, frames, start, validFrames } = feature;
  const kept = Math.max(1, Math.min(Math.round(validFrames * tempo), frames));
  const begin = Math.min(Math.max(start + Math.round(shift * frames), 0), frames - kept);
  const padded = start > 0 || start + validFrames < frames;
  const out = new Float32Array(data.length).fill(data[padded && start === 0 ? frames - 1 : 0]!);
  for (let bin = 0; bin < bins; bin++) {
    const source = Math.min(Math.max(sources[bin]!, 0), bins - 1);
    const below = Math.floor(source);
    const share = source - below;
    const low = below * frames + start;
    const high = Math.min(below + 1, bins - 1) * frames + start;
    const to = bin * frames + begin;
    for (let frame = 0; frame < kept; frame++) {
      const at = Math.min(frame / tempo, Math.max(0, validFrames - 1));
      const left = Math.floor(at);
      const right = Math.min(left + 1, validFrames - 1);
      const part = at - left;
      const lower = data[low + left]! * (1 - part) + data[low + right]! * part;
      const upper = data[high + left]! * (1 - part) + data[high + right]! * part;
      out[to + frame] = lower * (1 - share) + upper * share;
    }
  }
  return { data: out, bins, frames, start: begin, validFrames: kept };
}

function recolour({ data, bins, frames, start, validFrames }: Feature, weights: readonly number[]): void {
  for (let bin = 0; bin < bins; bin++) {
    const angle = (Math.PI * (bin + 0.5)) / bins;
    const change = weights.reduce((sum, weight, index) => sum + weight * Math.cos((index + 1) * angle), 0);
    const from = bin * frames + start;
    for (let at = from; at < from + validFrames; at++) data[at]! += change;
  }
}

function drown({ data }: Feature, floor: number): void {
  if (floor === 0) return;
  let [low, high] = [Infinity, -Infinity];
  for (const value of data) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const level = low + floor * (high - low);
  for (let at = 0; at < data.length; at++) if (data[at]! < level) data[at] = level;
}
