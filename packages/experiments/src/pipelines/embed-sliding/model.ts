import { loadStateDict } from '@sonograd/nn';
import { foldIn, randomKey } from '@sonograd/tensor';
import type { Trained } from '../pipeline.ts';
import { FrameModel } from '../shared/frames/model.ts';
import type { EmbedSlidingConfig } from './config.ts';

/** An autoencoder 2n-n-2n for pairs, and a classifier n-64-10. What was heard so far always goes on with the frame of now. */
export function modelOf({ autoencoder, classifier, seed }: EmbedSlidingConfig, bands: number): FrameModel {
  return new FrameModel({
    bands,
    activation: autoencoder.activation,
    candidates: ['latent-frame'],
    hidden: classifier.hidden,
    key: foldIn(randomKey(seed), 'weights'),
  });
}

export function trainedModel({ config, state }: Trained<EmbedSlidingConfig>): FrameModel {
  const model = modelOf(config, state.get('standardise.mean')?.shape[0] ?? 1);
  loadStateDict(model, state);
  return model.eval();
}
