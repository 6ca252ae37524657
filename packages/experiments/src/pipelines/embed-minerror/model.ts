import { foldIn, randomKey } from '@sonograd/tensor';
import type { Trained } from '../pipeline.ts';
import { FrameModel, loadFrameModel } from '../shared/frames/model.ts';
import type { EmbedMinErrorConfig } from './config.ts';

/** An autoencoder 2n-n-2n for pairs, and a classifier n-64-10. At each step the pair goes on that loses least. */
export function modelOf({ autoencoder, classifier, seed }: EmbedMinErrorConfig, bands: number): FrameModel {
  return new FrameModel({
    bands,
    activation: autoencoder.activation,
    candidates: autoencoder.candidates,
    hidden: classifier.hidden,
    key: foldIn(randomKey(seed), 'weights'),
  });
}

export const trainedModel = ({ config, state }: Trained<EmbedMinErrorConfig>): FrameModel =>
  loadFrameModel(state, (bands) => modelOf(config, bands));
