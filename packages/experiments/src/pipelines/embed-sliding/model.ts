import { foldIn, randomKey } from '@sonograd/tensor';
import type { Trained } from '../pipeline.ts';
import { FrameModel, loadFrameModel } from '../shared/frames/model.ts';
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

export const trainedModel = ({ config, state }: Trained<EmbedSlidingConfig>): FrameModel =>
  loadFrameModel(state, (bands) => modelOf(config, bands));
