import type { ListeningWork, Pipeline } from '../pipeline.ts';
import { listenToPictures } from '../shared/listen.ts';
import { prepareSpeech, type SpeechData } from '../shared/speechData.ts';
import { defaults, quick, schema, type VaeConfig } from './config.ts';
import { evaluate } from './evaluate.ts';
import { generate, interpolate } from './make.ts';
import { regenerated } from './show.ts';
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

/** Test clips as they are, and as the code remembers them. */
function listen(work: ListeningWork<VaeConfig, SpeechData>): string[] {
  const system = trainedSystem(work);
  return listenToPictures(work, (feature) => regenerated(system, feature));
}
