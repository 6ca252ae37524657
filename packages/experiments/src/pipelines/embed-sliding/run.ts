import type { EvaluationWork, ListeningWork, Pipeline, Trained, TrainingWork } from '../pipeline.ts';
import { quick } from '../shared/frames/config.ts';
import { evaluateFrames, rememberFeature, scoresOf } from '../shared/frames/evaluate.ts';
import { trainClassifier, trainCoder } from '../shared/frames/train.ts';
import { framesOf } from '../shared/frames/utterances.ts';
import { labelledInMemory } from '../shared/labelled.ts';
import { listenToPictures } from '../shared/listen.ts';
import { predictDigits } from '../shared/predict.ts';
import { prepareSpeech, type SpeechData } from '../shared/speechData.ts';
import { defaults, type EmbedSlidingConfig, schema } from './config.ts';
import { modelOf, trainedModel } from './model.ts';

type Config = EmbedSlidingConfig;

export const embedSliding: Pipeline<Config, SpeechData> = {
  name: 'embed-sliding',
  summary:
    'each frame pressed into a code with all before it, 256-128-256; their mean to a classifier 128-64-10',
  ...{ schema, defaults, quick },
  epochFields: ['autoencoder.training.epochs', 'classifier.training.epochs'],
  prepare: prepareSpeech,
  train,
  evaluate,
  predict,
  listen,
};

/** First the autoencoder, which sees no labels; then the classifier, which sees nothing but mean codes. */
async function train(work: TrainingWork<Config, SpeechData>): Promise<void> {
  const { store, train, validation } = work.data;
  const clips = labelledInMemory(store, train, framesOf);
  const held = labelledInMemory(store, validation, framesOf);
  const model = modelOf(work.config, store.items[train[0]!]!.bins);
  await trainCoder(work, model, clips, held);
  await trainClassifier(work, model, clips, held);
}

async function evaluate(work: EvaluationWork<Config, SpeechData>) {
  const { metrics, report } = await evaluateFrames(trainedModel(work), work.data);
  return { metrics, report: { title: 'A code that slides', summary: embedSliding.summary, ...report } };
}

function predict(trained: Trained<Config>, files: readonly string[]) {
  const model = trainedModel(trained);
  return predictDigits(trained, files, (feature) => scoresOf(model, feature));
}

/** Test clips as they are, and as each frame's code remembers it. */
function listen(work: ListeningWork<Config, SpeechData>): string[] {
  const model = trainedModel(work);
  return listenToPictures(work, (feature) => rememberFeature(model, feature));
}
