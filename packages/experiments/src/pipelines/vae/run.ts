import type { Spectrogram } from '@sonograd/dsp';
import { digitNames } from '../../corpora/digit.ts';
import { encodePicture } from '../../corpora/pictureFile.ts';
import type { ListeningWork, Pipeline } from '../pipeline.ts';
import { listenToPictures } from '../shared/listen.ts';
import { writeMade } from '../shared/made.ts';
import { prepareSpeech, type SpeechData } from '../shared/speechData.ts';
import { defaults, quick, schema, type VaeConfig } from './config.ts';
import { evaluate } from './evaluate.ts';
import { generate, interpolate } from './make.ts';
import { digitsPicture, planePicture, regenerated } from './show.ts';
import { trainedSystem } from './system.ts';
import { train } from './train.ts';

/** Corpus → log-mel pictures → judge and autoencoder → what the judge hears in what the autoencoder makes. */
export const vae: Pipeline<VaeConfig, SpeechData> = {
  name: 'vae',
  summary: 'makes spoken digits anew: a variational autoencoder, and a recogniser to judge what it makes',
  ...{ schema, defaults, quick },
  epochFields: ['training.epochs'],
  prepare: prepareSpeech,
  train,
  evaluate,
  listen,
  generate,
  interpolate,
};

/**
 * Test clips as they are and as the code remembers them; each digit made to order; and two pictures of pictures, of
 * digits and of a plane through the code.
 */
function listen(work: ListeningWork<VaeConfig, SpeechData>): string[] {
  const { config, run } = work;
  const system = trainedSystem(work);
  const sheet = (name: string, picture: Spectrogram) =>
    run.write(`samples/${name}.png`, encodePicture(picture, 0, 1));
  const sheets = [
    sheet('digits', digitsPicture(system, config)),
    sheet('plane', planePicture(system, config)),
  ];
  const clips = listenToPictures(work, (feature) => regenerated(system, feature));
  const made = digitNames.map((_, digit) => generate(work, { count: 1, digit, seed: config.seed }));
  const files = writeMade(made.flat(), run.file('samples'));
  return [...clips, ...files.flatMap(({ wav, png }) => [wav, png]), ...sheets];
}
