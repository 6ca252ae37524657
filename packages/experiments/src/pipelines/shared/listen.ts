import { encodeWav } from '@sonograd/dsp';
import { encodePicture } from '../../corpora/pictureFile.ts';
import type { FeatureConfig } from '../../features/config.ts';
import { extractFrom } from '../../features/extract.ts';
import type { Feature } from '../../features/fit.ts';
import type { Moments } from '../../features/moments.ts';
import type { RunFolder } from '../../runs/runFolder.ts';
import { shownClips } from './examples.ts';
import { soundOf } from './sound.ts';
import type { SpeechData } from './speechData.ts';

interface Listening {
  readonly config: { readonly features: FeatureConfig };
  readonly moments: Moments | undefined;
  readonly data: SpeechData;
  readonly run: RunFolder;
}

/** Test clips as sounds and pictures: the spectrogram that went in, and the one that `change` makes of it. */
export function listenToPictures(work: Listening, change: (feature: Feature) => Feature): string[] {
  const { store, test } = work.data;
  const step = Math.max(1, Math.floor(test.length / shownClips));
  const places = Array.from(test).filter((_, index) => index % step === 0);
  return places.slice(0, shownClips).flatMap((place) => {
    const { id, source } = store.items[place]!;
    const { moments = work.moments } = extractFrom(source, work.config.features, id);
    const heard = store.feature(place);
    const name = id.replaceAll(/[^\w-]/g, '_');
    const range = rangeOf(heard);
    return (['input', 'output'] as const).flatMap((kind) => {
      const feature = kind === 'input' ? heard : change(heard);
      return [
        writeSound(work, `${name}-${kind}.wav`, feature, moments),
        work.run.write(`samples/${name}-${kind}.png`, encodePicture(feature, range.low, range.high)),
      ];
    });
  });
}

/** The sound of a picture, as a file. */
function writeSound(
  { config, run }: Listening,
  name: string,
  feature: Feature,
  moments: Moments | undefined,
): string {
  const samples = soundOf(feature, config.features, moments);
  return run.write(
    `samples/${name}`,
    encodeWav({ channels: [samples], sampleRate: config.features.sampleRate }),
  );
}

/** What is drawn black and white: the same for both pictures of a clip, so that they can be compared. */
function rangeOf({ data }: Feature): { low: number; high: number } {
  const low = data.reduce((least, value) => Math.min(least, value), Infinity);
  const high = data.reduce((most, value) => Math.max(most, value), -Infinity);
  return { low, high: high > low ? high : low + 1 };
}
