import { encodePicture } from '../../corpora/pictureFile.ts';
import type { Feature } from '../../features/fit.ts';
import type { ListeningWork } from '../pipeline.ts';
import { shownClips } from '../shared/examples.ts';
import { noisyFeature, type PairData } from '../shared/pairData.ts';
import { cleanSound, noisySound, pictureToSound, wavAtFullScale } from '../shared/pairSounds.ts';
import type { DenoiseUnetConfig } from './config.ts';
import type { ClipInNoise, Denoiser } from './denoiser.ts';

type Work = ListeningWork<DenoiseUnetConfig, PairData>;

/** Evenly chosen test clips, the noises in turn. */
export function shownPairs({ test, noisy }: PairData): ClipInNoise[] {
  const step = Math.max(1, Math.floor(test.length / shownClips));
  const places = Array.from(test).filter((_, index) => index % step === 0);
  return places.slice(0, shownClips).map((place, n) => ({ place, noise: noisy[n % noisy.length]! }));
}

/**
 * Test clips as sounds and pictures: clean and noisy as they are, and what the network makes of them. Beside sounds
 * that were made from pictures lies the clean picture on the same way back, as good as any denoised one can sound.
 */
export function listenToPairs(denoiser: Denoiser, { data, config, moments, run }: Work): string[] {
  const { features } = config;
  return shownPairs(data).flatMap((clip) => {
    const item = data.store.items[clip.place]!;
    const spoken = cleanSound(item.source, features);
    const heard = noisySound(spoken, item.id, features, clip.noise.noise);
    const back = (picture: Feature) => pictureToSound(picture, heard, features, moments);
    const clean = data.store.feature(clip.place);
    const { picture, sound } = denoiser.denoise(clip);
    const sounds = {
      ...{ noisy: heard, clean: spoken },
      ...(sound === undefined ? { denoised: back(picture), rebuilt: back(clean) } : { denoised: sound }),
    };
    const pictures = { noisy: noisyFeature(clip.noise, data.store, clip.place), denoised: picture, clean };
    const name = item.id.replaceAll(/[^\w-]/g, '_');
    return [
      ...Object.entries(sounds).map(([kind, samples]) =>
        run.write(`samples/${name}-${kind}.wav`, wavAtFullScale(samples, features.sampleRate)),
      ),
      ...Object.entries(pictures).map(([kind, feature]) =>
        run.write(`samples/${name}-${kind}.png`, encodePicture(feature, 0, 1)),
      ),
    ];
  });
}
