import {
  accuracy,
  adam,
  type BatchOf,
  crossEntropy,
  loadStateDict,
  predictions,
  summary,
} from '@sonograd/nn';
import { foldIn, fromArray, randomKey } from '@sonograd/tensor';
import type { EvaluationWork, Pipeline, Trained, TrainingWork } from '../pipeline.ts';
import { trainingLoader } from '../shared/augmentEpochs.ts';
import { reportClassification } from '../shared/classification.ts';
import { examplesOf } from '../shared/examples.ts';
import { layerHealth, modelRows } from '../shared/inspect.ts';
import { firstRows, forAllRows, type Labelled, labelledInMemory } from '../shared/labelled.ts';
import { latentPoints, rowsOf } from '../shared/latent.ts';
import { trainPhase } from '../shared/phase.ts';
import { predictDigits } from '../shared/predict.ts';
import { describeCorpus, prepareSpeech, type SpeechData } from '../shared/speechData.ts';
import { defaults, type EmbedAverageConfig, quick, schema } from './config.ts';
import { AverageClassifier, averageFrame } from './model.ts';

type Config = EmbedAverageConfig;
type Batch = BatchOf<Labelled>;

export const embedAverage: Pipeline<Config, SpeechData> = {
  name: 'embed-average',
  summary: 'names a digit by the mean of its frames: 128-64-10',
  ...{ schema, defaults, quick },
  epochFields: ['training.epochs'],
  prepare: prepareSpeech,
  train,
  evaluate,
  predict,
};

async function train(work: TrainingWork<Config, SpeechData>): Promise<void> {
  const { config, data } = work;
  const { batchSize, rate, epochs } = config.training;
  const key = randomKey(config.seed);
  const averages = labelledInMemory(data.store, data.train, averageFrame);
  const model = modelOf(config, (await averages.get(0)).x.length);
  if (config.model.standardise) await model.standardise.measure(averages);
  await trainPhase(work, {
    ...{ name: 'classifier', model, epochs },
    optimizer: adam(model, { rate }),
    loader: trainingLoader(work, averages, averageFrame, { batchSize, key: foldIn(key, 'order') }),
    loss: (model, { x, y }: Batch) => crossEntropy(model.forward(x), y),
    held: labelledInMemory(data.store, data.validation, averageFrame),
    metrics: { accuracy: (model, { x, y }) => accuracy(model.forward(x), y) },
  });
}

async function evaluate(work: EvaluationWork<Config, SpeechData>) {
  const { data } = work;
  const model = trainedModel(work);
  const averages = labelledInMemory(data.store, data.test, averageFrame);
  const items = Array.from(data.test, (place) => data.store.items[place]!);
  const predicted = await forAllRows(averages, (x) => predictions(model.forward(x)));
  const averageRows = await forAllRows(averages, (x) => rowsOf(x));
  const loss = () => {
    const { x, y } = firstRows(averages);
    return crossEntropy(model.forward(x), y);
  };
  const classification = reportClassification(items, predicted);
  const about = summary(model, [1, model.standardise.size]);
  return {
    metrics: { ...classification.metrics, parameters: about.parameters },
    report: {
      title: 'Averaged frames',
      summary: embedAverage.summary,
      corpus: describeCorpus(data),
      ...classification.report,
      models: [modelRows('classifier', about)],
      examples: examplesOf(data, predicted),
      layers: layerHealth(model, loss, 'classifier'),
      latent: latentPoints(items, averageRows),
    },
  };
}

function predict(trained: Trained<Config>, files: readonly string[]) {
  const model = trainedModel(trained);
  return predictDigits(trained, files, (feature) =>
    model.forward(fromArray(averageFrame(feature), [1, feature.bins])),
  );
}

const modelOf = ({ model, seed }: Config, bins: number): AverageClassifier =>
  new AverageClassifier({ bins, hidden: model.hidden, key: foldIn(randomKey(seed), 'weights') });

function trainedModel({ config, state }: Trained<Config>): AverageClassifier {
  const model = modelOf(config, state.get('standardise.mean')?.shape[0] ?? 1);
  loadStateDict(model, state);
  return model.eval();
}
