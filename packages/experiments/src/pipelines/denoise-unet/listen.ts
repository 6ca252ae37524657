import { encodePicture } from '../../corpora/pictureFile.ts';
import type { Feature } from '../../features/fit.ts';
import type { ListeningWork } from '../pipeline.ts';
import { shownClips } from '../shared/examples.ts';
import { type NoisyStore, noisyFeature, type PairData } from '../shared/pairData.ts';
import { cleanSound, noisySound, pictureToSound, wavAtFullScale } from '../shared/pairSounds.ts';
import type { DenoiseUnetConfig } from './config.ts';

type Work = ListeningWork<DenoiseUnetConfig, PairData>;

/** A test clip in one of the noises. */
export interface ShownPair {
  readonly place: number;
  readonly noise: NoisyStore;
}

/** Evenly chosen test clips, the noises in turn. */
export function shownPairs({ test, noisy }: PairData): ShownPair[] {
  const step = Math.max(1, Math.floor(test.length / shownClips));
  const places = Array.from(test).filter((_, index) => index % step === 0);
  return places.slice(0, shownClips).map((place, n) => ({ place, noise: noisy[n % noisy.length]! }));
}

/**
 * Test clips as sounds: clean and noisy as they are, what the network makes of the noisy picture, and the clean
 * picture on the same way back, which is as good as any denoised one can sound.
 */
export function listenToPairs(work: Work, denoise: (heard: Feature) => Feature): string[] {
  const { data, config, moments, run } = work;
  const { features } = config;
  return shownPairs(data).flatMap(({ place, noise }) => {
    const item = data.store.items[place]!;
    const heard = noisySound(item, features, noise.noise);
    const back = (picture: Feature) => pictureToSound(picture, heard, features, moments);
    const pictures = {
      noisy: noisyFeature(noise, data.store, place),
      denoised: denoise(noisyFeature(noise, data.store, place)),
      clean: data.store.feature(place),
    };
    const sounds = {
      noisy: heard,
      denoised: back(pictures.denoised),
      clean: cleanSound(item.source, features),
      rebuilt: back(pictures.clean),
    };
    const name = item.id.replaceAll(/[^\w-]/g, '_');
    return [
      ...Object.entries(sounds).map(([kind, samples]) =>
        run.write(`samples/${name}-${kind}.wav`, wavAtFullScale(samples, features.sampleRate)),
      ),
      ...Object.entries(pictures).map(([kind, picture]) =>
        run.write(`samples/${name}-${kind}.png`, encodePicture(picture, 0, 1)),
      ),
    ];
  });
}
