import type { Feature } from '../../features/fit.ts';
import type { ReportData, ReportPicture } from '../../runs/reportData.ts';
import { roundForFile } from './latent.ts';
import type { SpeechData } from './speechData.ts';

/** How many clips a report shows. */
export const shownClips = 8;

type Picture = ReportData['examples'][number]['pictures'][number];

export interface ExampleOptions {
  /** Other pictures of the clip, beside its own: what a model made of it. */
  readonly beside?: (feature: Feature) => readonly Picture[];
}

/** Places among the test clips that are worth a look: those named wrong first, then others evenly. */
export function worthShowing({ store, test }: SpeechData, predicted: ArrayLike<number>): number[] {
  const all = Array.from(test, (_, index) => index);
  const wrong = all.filter((index) => predicted[index] !== store.items[test[index]!]!.digit);
  const some = wrong.slice(0, shownClips / 2);
  const step = Math.max(1, Math.floor(all.length / shownClips));
  const others = all.filter((index) => index % step === 0 && !some.includes(index));
  return [...some, ...others].slice(0, shownClips);
}

/** Test clips as pictures, with what they were taken for. */
export function examplesOf(
  data: SpeechData,
  predicted: ArrayLike<number>,
  { beside = () => [] }: ExampleOptions = {},
): ReportData['examples'] {
  return worthShowing(data, predicted).map((index) => {
    const place = data.test[index]!;
    const { digit, speaker, id } = data.store.items[place]!;
    const feature = data.store.feature(place);
    const verdict = predicted[index] === digit ? 'named right' : `taken for ${predicted[index]}`;
    return {
      title: `${digit} by ${speaker}`,
      caption: `${id}, ${verdict}`,
      pictures: [{ title: 'input', picture: pictureOf(feature) }, ...beside(feature)],
      sounds: [],
    };
  });
}

export function pictureOf({ data, bins, frames }: Pick<Feature, 'data' | 'bins' | 'frames'>): ReportPicture {
  return { bins, frames, data: Array.from(data, roundForFile) };
}
