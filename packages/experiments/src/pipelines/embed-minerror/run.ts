import type { EvaluationWork, ListeningWork, Pipeline, Trained, TrainingWork } from '../pipeline.ts';
import { quick } from '../shared/frames/config.ts';
import { evaluateFrames, rememberFeature, scoresOf } from '../shared/frames/evaluate.ts';
import { type Tally, tallyCandidates } from '../shared/frames/recursion.ts';
import { trainClassifier, trainCoder } from '../shared/frames/train.ts';
import { framesOf } from '../shared/frames/utterances.ts';
import type { Candidate } from '../shared/frames/walk.ts';
import { labelledInMemory } from '../shared/labelled.ts';
import { listenToPictures } from '../shared/listen.ts';
import { predictDigits } from '../shared/predict.ts';
import { prepareSpeech, type SpeechData } from '../shared/speechData.ts';
import { defaults, type EmbedMinErrorConfig, schema } from './config.ts';
import { modelOf, trainedModel } from './model.ts';

type Config = EmbedMinErrorConfig;

export const embedMinError: Pipeline<Config, SpeechData> = {
  name: 'embed-minerror',
  summary:
    'at each frame the pair that loses least becomes the next code, 256-128-256; their mean to 128-64-10',
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
  if (work.config.autoencoder.compare === 'normalised') model.measureUsualErrors(clips);
  await trainClassifier(work, model, clips, held);
}

async function evaluate(work: EvaluationWork<Config, SpeechData>) {
  const model = trainedModel(work);
  const { clips, metrics, report } = await evaluateFrames(model, work.data);
  const tallies = tallyCandidates(model.coder, clips, model.walking);
  const shares = Object.fromEntries(tallies.map(({ kind, share }) => [shareName[kind], share]));
  return {
    metrics: { ...metrics, ...shares },
    report: {
      title: 'The pair that loses least',
      summary: embedMinError.summary,
      ...report,
      tables: [...report.tables, choices(tallies)],
    },
  };
}

const shareName: Record<Candidate, string> = {
  'latent-frame': 'latentFrameShare',
  'frame-frame': 'frameFrameShare',
  'frame-latent': 'frameLatentShare',
};

const choices = (tallies: readonly Tally[]) => ({
  title: 'What was chosen, of all steps of the test clips but the first',
  head: ['candidate', 'share', 'mean squared error'],
  rows: tallies.map(({ kind, share, meanError }) => [kind.replace('-', ' + '), share, meanError]),
});

function predict(trained: Trained<Config>, files: readonly string[]) {
  const model = trainedModel(trained);
  return predictDigits(trained, files, (feature) => scoresOf(model, feature));
}

/** Test clips as they are, and as each frame's code remembers it. */
function listen(work: ListeningWork<Config, SpeechData>): string[] {
  const model = trainedModel(work);
  return listenToPictures(work, (feature) => rememberFeature(model, feature));
}
