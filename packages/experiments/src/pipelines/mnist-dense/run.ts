import { loadStateDict } from '@sonograd/nn';
import type { EvaluationWork, Pipeline, Trained, TrainingWork } from '../pipeline.ts';
import { defaults, type MnistDenseConfig, quick, schema } from './config.ts';
import { predictPictures, reportNet } from './evaluate.ts';
import { type DenseNet, denseOf } from './model.ts';
import { momentsOf, type PictureData, preparePictures } from './pictures.ts';
import { trainNet } from './train.ts';

type Config = MnistDenseConfig;

export const mnistDense: Pipeline<Config, PictureData> = {
  name: 'mnist-dense',
  summary: 'names handwritten digits by all their pixels at once: 784-1024×5-10',
  ...{ schema, defaults, quick },
  epochFields: ['training.epochs'],
  prepare: preparePictures,
  train,
  evaluate,
  predict: (trained, files) => predictPictures(trainedNet(trained), momentsOf(trained), files),
};

async function train(work: TrainingWork<Config, PictureData>): Promise<void> {
  const { config, data } = work;
  await trainNet(work, denseOf(config, data.pixels), { name: 'classifier', training: config.training });
}

async function evaluate(work: EvaluationWork<Config, PictureData>) {
  const { metrics, report } = await reportNet(trainedNet(work), work.data, 'classifier');
  return { metrics, report: { title: 'All pixels at once', summary: mnistDense.summary, ...report } };
}

function trainedNet({ config, state }: Trained<Config>): DenseNet {
  const net = denseOf(config, state.get('layers.0.weight')?.shape[1] ?? 1);
  loadStateDict(net, state);
  return net.eval();
}
