import type { Dataset } from '@sonograd/nn';
import { fromArray, type Tensor } from '@sonograd/tensor';
import type { FeatureConfig } from '../../features/config.ts';
import type { Pair, PairData } from './pairData.ts';
import { cleanSound, noisySound } from './pairSounds.ts';

/**
 * The sounds at `places` in every noise, one noise after the other, [1, samples]: cut off, or followed by silence.
 * Both sides of a pair are divided by the noisy side's root mean square, so that no clip is too quiet to be learnt.
 */
export function waveDataset(
  { store, noisy }: PairData,
  places: Int32Array,
  features: FeatureConfig,
  samples: number,
): Dataset<Pair> {
  const cleanOf = remembering((place: number) => cleanSound(store.items[place]!.source, features));
  return {
    length: places.length * noisy.length,
    get(index) {
      const place = places[index % places.length]!;
      const clean = cleanOf(place);
      const { noise } = noisy[Math.floor(index / places.length)]!;
      const heard = noisySound(clean, store.items[place]!.id, features, noise);
      const gain = 1 / loudness(heard);
      const asTensor = (sound: Float32Array) =>
        fromArray(fitted(sound, samples, gain), [1, samples]) as Tensor;
      return { x: asTensor(heard), y: asTensor(clean) };
    },
  };
}

/** Keeps what was made, up to a quarter of a gigabyte; the rest is made anew whenever it is asked for. */
function remembering(make: (place: number) => Float32Array): (place: number) => Float32Array {
  const kept = new Map<number, Float32Array>();
  let room = 2 ** 26;
  return (place) => {
    const known = kept.get(place);
    if (known !== undefined) return known;
    const made = make(place);
    if (made.length <= room) {
      kept.set(place, made);
      room -= made.length;
    }
    return made;
  };
}

/** The root mean square; 1 for silence, which has nothing to divide. */
export function loudness(sound: Float32Array): number {
  const power = sound.reduce((sum, sample) => sum + sample * sample, 0) / Math.max(1, sound.length);
  return power > 0 ? Math.sqrt(power) : 1;
}

/** A sound so many samples long, times a gain. */
export function fitted(sound: Float32Array, samples: number, gain = 1): Float32Array {
  const out = new Float32Array(samples);
  const kept = Math.min(samples, sound.length);
  for (let i = 0; i < kept; i++) out[i] = gain * sound[i]!;
  return out;
}
