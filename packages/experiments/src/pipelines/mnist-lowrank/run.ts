import { loadStateDict, summary } from '@sonograd/nn';
import { InputError } from '../../inputError.ts';
import type { ReportSettings } from '../../runs/reportData.ts';
import { RunFolder } from '../../runs/runFolder.ts';
import { readTrained } from '../../runs/trained.ts';
import { accuracyOf, predictPictures, reportNet } from '../mnist-dense/evaluate.ts';
import type { DenseNet } from '../mnist-dense/model.ts';
import { momentsOf, type PictureData, preparePictures } from '../mnist-dense/pictures.ts';
import { trainNet } from '../mnist-dense/train.ts';
import type { EvaluationWork, Pipeline, PrepareOptions, Tools, Trained, TrainingWork } from '../pipeline.ts';
import { defaults, type MnistLowRankConfig, quick, schema } from './config.ts';
import { LowRankFamily } from './model.ts';

type Config = MnistLowRankConfig;

export const mnistLowRank: Pipeline<Config, PictureData> = {
  name: 'mnist-lowrank',
  summary: 'the same net with 23 times fewer numbers: weights as products of two thin matrices',
  ...{ schema, defaults, quick },
  epochFields: ['training.epochs'],
  prepare,
  train,
  evaluate,
  predict: (trained, files) => predictPictures(trainedFamily(trained).chosen, momentsOf(trained), files),
};

/** A net that is taken from another run sees pictures as it did there. */
async function prepare(config: Config, tools: Tools, options: PrepareOptions = {}): Promise<PictureData> {
  const moments = options.moments ?? (config.from === null ? undefined : trainedBefore(config).moments);
  return preparePictures(config, tools, { ...options, moments });
}

/** First the dense net; then its weights are taken apart; then what is left of it learns a little more. */
async function train(work: TrainingWork<Config, PictureData>): Promise<void> {
  const { config, data, progress } = work;
  const family = new LowRankFamily(config, data.pixels);
  await trainDense(work, family.dense);
  family.compress(progress.bar('taking weights apart'));
  for (const [index, rank] of family.ranks.entries()) {
    const isChosen = rank === config.rank;
    await trainNet(work, family.nets[index]!, {
      ...{ name: `rank ${rank}`, keeps: family, training: config.fineTuning },
      ...(!isChosen && { folder: `rank${rank}` }),
    });
  }
}

async function trainDense(work: TrainingWork<Config, PictureData>, net: DenseNet): Promise<void> {
  const { config } = work;
  if (config.from === null)
    return trainNet(work, net, { name: 'dense', folder: 'dense', training: config.training });
  loadStateDict(net, trainedBefore(config).state);
}

/** The net of an earlier run, which must have kept the same pictures back. */
function trainedBefore({ from, ...config }: Config): ReturnType<typeof readTrained> {
  const trained = readTrained(RunFolder.open(from ?? ''));
  if (trained.pipeline !== 'mnist-dense')
    throw new InputError(`from: this must be a run of mnist-dense, ${trained.pipeline} in ${from}`);
  const theirs = trained.config as Partial<Config>;
  for (const field of ['model', 'corpus', 'seed', 'validationShare'] as const) {
    const [own, other] = [config[field], theirs[field]].map((value) => JSON.stringify(value));
    if (own !== other)
      throw new InputError(`from: ${field} must be as in that run, ${own} and ${other} in ${from}`);
  }
  return trained;
}

async function evaluate(work: EvaluationWork<Config, PictureData>) {
  const { config, data } = work;
  const family = trainedFamily(work);
  const { metrics, report, about } = await reportNet(family.chosen, data, `rank ${config.rank}`);
  const dense = await reportNet(family.dense, data, 'dense');
  const curve = await curveOf(family, data);
  const chosen = curve.find(({ rank }) => rank === config.rank)!;
  return {
    metrics: {
      ...metrics,
      ...{ testAccuracyDense: dense.metrics.testAccuracy!, testAccuracyBefore: chosen.before },
      ...{ parametersDense: dense.about.parameters, multiplyAddsDense: dense.about.multiplyAdds },
    },
    report: {
      title: 'Weights as products of two thin matrices',
      summary: `${mnistLowRank.summary}: ${dense.about.parameters} parameters, then ${about.parameters}`,
      ...report,
      models: [...(dense.report.models ?? []), ...(report.models ?? [])],
      tables: [tableOf(dense, curve)],
    },
  };
}

interface Place {
  readonly rank: number;
  readonly parameters: number;
  readonly multiplyAdds: number;
  /** Accuracy as the singular values left it, and after it learned on. */
  readonly before: number;
  readonly after: number;
}

/** Every rank, from the smallest. */
async function curveOf(family: LowRankFamily, data: PictureData): Promise<Place[]> {
  const places: Place[] = [];
  for (const [index, rank] of family.ranks.entries()) {
    const net = family.nets[index]!;
    const { parameters, multiplyAdds } = summary(net, [1, data.pixels]);
    const before = await accuracyOf(family.before(rank), data.test, data.moments);
    const after = await accuracyOf(net, data.test, data.moments);
    places.push({ rank, parameters, multiplyAdds, before, after });
  }
  return places.sort((a, b) => a.rank - b.rank);
}

type NetReport = Awaited<ReturnType<typeof reportNet>>;

function tableOf(
  { about, metrics }: NetReport,
  curve: readonly Place[],
): NonNullable<ReportSettings['tables']>[number] {
  return {
    title: 'Accuracy on test pictures by rank',
    head: ['rank', 'parameters', 'multiply-adds', 'cut', 'cut, then trained again'],
    rows: [
      ...curve.map(({ rank, parameters, multiplyAdds, before, after }) => [
        ...[rank, parameters, multiplyAdds, before, after],
      ]),
      ['whole', about.parameters, about.multiplyAdds, metrics.testAccuracy!, ''],
    ],
  };
}

function trainedFamily({ config, state }: Trained<Config>): LowRankFamily {
  const family = new LowRankFamily(config, state.get('dense.layers.0.weight')?.shape[1] ?? 1);
  loadStateDict(family, state);
  return family.eval();
}
