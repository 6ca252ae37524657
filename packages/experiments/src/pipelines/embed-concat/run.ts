import {
  accuracy,
  adam,
  type BatchOf,
  crossEntropy,
  DataLoader,
  type Dataset,
  listDataset,
  loadStateDict,
  mse,
  predictions,
  summary,
} from '@sonograd/nn';
import { foldIn, fromArray, noGrad, randomKey, type Tensor, zeros } from '@sonograd/tensor';
import type { Feature } from '../../features/fit.ts';
import type { EvaluationWork, ListeningWork, Pipeline, Trained, TrainingWork } from '../pipeline.ts';
import { trainingLoader } from '../shared/augmentEpochs.ts';
import { reportClassification } from '../shared/classification.ts';
import { examplesOf, pictureOf } from '../shared/examples.ts';
import { layerHealth, modelRows } from '../shared/inspect.ts';
import { firstRows, forAllRows, type Labelled, labelled } from '../shared/labelled.ts';
import { latentPoints, rowsOf } from '../shared/latent.ts';
import { listenToPictures } from '../shared/listen.ts';
import { meanSquare, meanSquareOfMean } from '../shared/meanSquare.ts';
import { trainPhase } from '../shared/phase.ts';
import { predictDigits } from '../shared/predict.ts';
import { describeCorpus, prepareSpeech, type SpeechData } from '../shared/speechData.ts';
import { defaults, type EmbedConcatConfig, quick, schema } from './config.ts';
import { ConcatModel } from './model.ts';

type Config = EmbedConcatConfig;
type Batch = BatchOf<Labelled>;

export const embedConcat: Pipeline<Config, SpeechData> = {
  name: 'embed-concat',
  summary: 'an autoencoder on whole clips, in-512-256-512-in; a classifier 256-64-10 on its codes',
  ...{ schema, defaults, quick },
  epochFields: ['autoencoder.training.epochs', 'classifier.training.epochs'],
  prepare: prepareSpeech,
  train,
  evaluate,
  predict,
  listen,
};

const flat = ({ data }: Feature): Float32Array => data;

/** First the autoencoder, which sees no labels; then the classifier, which sees nothing but codes. */
async function train(work: TrainingWork<Config, SpeechData>): Promise<void> {
  const { store, train, validation } = work.data;
  const clips = labelled(store, train, flat);
  const held = labelled(store, validation, flat);
  const model = modelOf(work.config, clips.get(0) as Labelled);
  await trainAutoencoder(work, model, clips, held);
  const codes = await encodeAll(model, clips);
  if (work.config.classifier.standardise) await model.standardise.measure(codes);
  await trainClassifier(work, model, codes, await encodeAll(model, held));
}

async function trainAutoencoder(
  work: TrainingWork<Config, SpeechData>,
  model: ConcatModel,
  clips: Dataset<Labelled>,
  held: Dataset<Labelled>,
): Promise<void> {
  const { batchSize, rate, epochs } = work.config.autoencoder.training;
  const key = foldIn(randomKey(work.config.seed), 'order of clips');
  await trainPhase(work, {
    ...{ name: 'autoencoder', folder: 'autoencoder', model, held, epochs },
    optimizer: adam(model.autoencoderParameters(), { rate }),
    loader: trainingLoader(work, clips, flat, { batchSize, key }),
    loss: (model, { x }: Batch) => mse(model.reconstruct(x), x),
  });
}

async function trainClassifier(
  work: TrainingWork<Config, SpeechData>,
  model: ConcatModel,
  codes: Dataset<Labelled>,
  held: Dataset<Labelled>,
): Promise<void> {
  const { batchSize, rate, epochs } = work.config.classifier.training;
  const key = foldIn(randomKey(work.config.seed), 'order of codes');
  await trainPhase(work, {
    ...{ name: 'classifier', model, held, epochs },
    optimizer: adam(model.classifier, { rate }),
    loader: new DataLoader(codes, { batchSize, key }),
    loss: (model, { x, y }: Batch) => crossEntropy(model.classify(x), y),
    metrics: { accuracy: (model, { x, y }) => accuracy(model.classify(x), y) },
  });
}

async function encodeAll(model: ConcatModel, clips: Dataset<Labelled>): Promise<Dataset<Labelled>> {
  if (clips.length === 0) return clips;
  const codes = await forAllRows(clips, (x) => rowsOf(model.encode(x)));
  return listDataset(codes.map((x, index) => ({ x, y: (clips.get(index) as Labelled).y })));
}

async function evaluate(work: EvaluationWork<Config, SpeechData>) {
  const { data } = work;
  const { store } = data;
  const clips = labelled(store, data.test, flat);
  const model = trainedModel(work);
  const items = Array.from(data.test, (place) => store.items[place]!);
  const predicted = await forAllRows(clips, (x) => predictions(model.forward(x)));
  const errors = await forAllRows(clips, (x) => meanSquare(model.reconstruct(x), x));
  const codes = await forAllRows(clips, (x) => rowsOf(model.encode(x)));
  const classification = reportClassification(items, predicted);
  const about = summary(model, (model) => {
    const x = zeros([1, sizeOf(work)]) as Tensor;
    model.reconstruct(x);
    model.forward(x);
  });
  const reconstructed = (feature: Feature) => [
    { title: 'out of the code', picture: pictureOf(reconstruct(model, feature)) },
  ];
  const baseline = await meanSquareOfMean(clips);
  const testMse = mean(errors);
  return {
    metrics: {
      ...classification.metrics,
      ...{ testMse, meanImageMse: baseline, parameters: about.parameters },
    },
    report: {
      title: 'Whole clips through a narrow code',
      summary: embedConcat.summary,
      corpus: describeCorpus(data),
      ...classification.report,
      models: [modelRows('autoencoder and classifier', about)],
      tables: [
        {
          title: 'Reconstruction, mean squared error on test clips',
          head: ['', 'error'],
          rows: [
            ['out of the code', testMse],
            ['the mean of all test clips', baseline],
          ],
        },
      ],
      examples: examplesOf(data, predicted, { beside: reconstructed }),
      layers: layerHealth(model, () => lossOf(model, firstRows(clips)), 'autoencoder and classifier'),
      latent: latentPoints(items, codes),
    },
  };
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Both errors at once: each layer has a share in one of them. */
function lossOf(model: ConcatModel, { x, y }: Batch): Tensor {
  return mse(model.reconstruct(x), x).add(crossEntropy(model.forward(x), y));
}

function predict(trained: Trained<Config>, files: readonly string[]) {
  const model = trainedModel(trained);
  return predictDigits(trained, files, ({ data }) => model.forward(fromArray(data, [1, data.length])));
}

/** Test clips as they are, and as the code remembers them. */
function listen(work: ListeningWork<Config, SpeechData>): string[] {
  const model = trainedModel(work);
  return listenToPictures(work, (feature) => reconstruct(model, feature));
}

function reconstruct(model: ConcatModel, feature: Feature): Feature {
  const { data } = feature;
  const out = noGrad(() => model.reconstruct(fromArray(data, [1, data.length])).data.slice());
  return { ...feature, data: out };
}

const modelOf = ({ autoencoder, classifier, seed }: Config, { x }: { x: ArrayLike<number> }): ConcatModel =>
  new ConcatModel({
    size: x.length,
    hidden: autoencoder.hidden,
    code: autoencoder.code,
    classifierHidden: classifier.hidden,
    key: foldIn(randomKey(seed), 'weights'),
  });

function trainedModel(trained: Trained<Config>): ConcatModel {
  const model = modelOf(trained.config, { x: { length: sizeOf(trained) } });
  loadStateDict(model, trained.state);
  return model.eval();
}

/** Bins times frames, as the weights have it. */
const sizeOf = ({ state }: Trained<Config>): number => state.get('encoder.0.weight')?.shape[1] ?? 1;
