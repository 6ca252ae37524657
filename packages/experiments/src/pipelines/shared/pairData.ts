import type { BatchOf, Dataset } from '@sonograd/nn';
import { fromArray, type Tensor } from '@sonograd/tensor';
import { z } from 'zod';
import { type FeatureConfig, noiseColor } from '../../features/config.ts';
import type { FeatureStore } from '../../features/store.ts';
import type { PrepareOptions, Tools } from '../pipeline.ts';
import { prepareSpeech, type SpeechConfig, type SpeechData } from './speechData.ts';

/** Which noises are mixed into the sounds. Each clip comes once in every colour at every level. */
export const noiseFields = z.strictObject({
  colors: z.array(noiseColor).min(1).default(['white']),
  /** The speech's power over the noise's: at 0 both are as strong, at -8 the noise is six times as strong. */
  snrDb: z.array(z.number().min(-60).max(100)).min(1).default([-8]),
  /** With a clip's name it fixes the noise of each clip. */
  seed: z.int().min(0).default(0),
});

export type NoiseSetting = NonNullable<FeatureConfig['noise']>;

/** The clips of a corpus in one noise, in the order of the clean ones. */
export interface NoisyStore {
  /** `white, -8 dB` */
  readonly name: string;
  readonly noise: NoiseSetting;
  readonly store: FeatureStore;
}

/** The clean clips, and beside them the same in noise. */
export interface PairData extends SpeechData {
  readonly noisy: readonly NoisyStore[];
}

type PairSettings = Pick<SpeechConfig, 'corpus' | 'split' | 'features' | 'damaged'> & {
  readonly noise: z.infer<typeof noiseFields>;
};

/**
 * Features of the clean clips, then of the same in every noise, by the same moments: what is loud in noise must be as
 * loud in the target. A clip that one of them lacks, such as one of pure silence, is left out of all.
 */
export async function preparePairs(
  config: PairSettings,
  tools: Tools,
  options: PrepareOptions = {},
): Promise<PairData> {
  const clean = await prepareSpeech(config, tools, options);
  const noisy: NoisyStore[] = [];
  for (const noise of noisesOf(config.noise)) {
    const features = { ...config.features, noise };
    const { store } = await prepareSpeech({ ...config, features }, tools, {
      ...options,
      moments: clean.moments,
    });
    noisy.push({ name: `${noise.color}, ${noise.snrDb} dB`, noise, store });
  }
  const inAll = (place: number) =>
    noisy.every(({ store }) => store.select([clean.store.items[place]!]).length === 1);
  return {
    ...clean,
    noisy,
    train: clean.train.filter(inAll),
    validation: clean.validation.filter(inAll),
    test: clean.test.filter(inAll),
  };
}

const noisesOf = ({ colors, snrDb, seed }: PairSettings['noise']): NoiseSetting[] =>
  colors.flatMap((color) => snrDb.map((level) => ({ color, snrDb: level, seed })));

/** What a denoiser learns from: what it hears, and what it should have heard. */
export interface Pair {
  readonly x: Tensor;
  readonly y: Tensor;
}

export type PairBatch = BatchOf<Pair>;

/** The clips at `places` in every noise, one noise after the other, as pictures of one channel. */
export function pairDataset({ store, noisy }: PairData, places: Int32Array): Dataset<Pair> {
  const batch = (indices: Int32Array): PairBatch => {
    const clean = indices.map((index) => places[index % places.length]!);
    const heard = Array.from(clean, (place, n) =>
      noisyFeature(noisy[Math.floor(indices[n]! / places.length)]!, store, place),
    );
    const { bins, frames, data } = heard[0]!;
    const x = new Float32Array(indices.length * data.length);
    heard.forEach((feature, n) => {
      x.set(feature.data, n * data.length);
    });
    const shape = [indices.length, 1, bins, frames];
    return { x: fromArray(x, shape) as Tensor, y: fromArray(store.gather(clean), shape) as Tensor };
  };
  return {
    length: places.length * noisy.length,
    get(index) {
      const { x, y } = batch(Int32Array.of(index));
      return { x: x.reshape(x.shape.slice(1)) as Tensor, y: y.reshape(y.shape.slice(1)) as Tensor };
    },
    batch,
  };
}

/** The clip at a place of the clean store, in noise. */
export function noisyFeature({ store }: NoisyStore, clean: FeatureStore, place: number) {
  return store.feature(store.select([clean.items[place]!])[0]!);
}
