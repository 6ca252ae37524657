import { collate, loadStateDict, summary } from '@sonograd/nn';
import { foldIn, randomKey, type Tensor, zeros } from '@sonograd/tensor';
import type { FeatureStore } from '../../features/store.ts';
import { InputError } from '../../inputError.ts';
import type { EvaluationWork, Pipeline, PrepareOptions, Tools, Trained } from '../pipeline.ts';
import { groupBy } from '../shared/groupBy.ts';
import { layerHealth, modelRows } from '../shared/inspect.ts';
import { describeCorpus, prepareSpeech, type SpeechData } from '../shared/speechData.ts';
import { placeClips, speakersOf } from './clips.ts';
import { defaults, quick, type SpeakerSiameseConfig, schema } from './config.ts';
import { type Draw, type DrawBatch, Draws, embedDraws, lossOf } from './draws.ts';
import { encoderOf, type SpeakerEncoder } from './model.ts';
import { reportVerification } from './report.ts';
import { train } from './train.ts';
import { chosenClips } from './verification.ts';

type Config = SpeakerSiameseConfig;

export const speakerSiamese: Pipeline<Config, SpeechData> = {
  name: 'speaker-siamese',
  summary: 'one speaker or two? spectra through a bidirectional GRU to points on a sphere, near or far',
  ...{ schema, defaults, quick },
  epochFields: ['training.epochs'],
  prepare,
  train,
  evaluate,
};

async function prepare(config: Config, tools: Tools, options: PrepareOptions = {}): Promise<SpeechData> {
  const data = await prepareSpeech(config, tools, options);
  if (options.everythingIsTest !== true) requirePairs('training', data.store, data.train);
  requirePairs('the test', data.store, data.test);
  return data;
}

async function evaluate(work: EvaluationWork<Config, SpeechData>) {
  const { config, data } = work;
  const { store } = data;
  const { bins, frames } = store.shape;
  const model = trainedModel(work);
  const clips = chosenClips(data.test);
  const draws = new Draws(store, data.test, foldIn(randomKey(config.seed), 'a look')).dataset(8);
  const look = () =>
    collate(Array.from({ length: draws.length }, (_, draw) => draws.get(draw) as Draw)) as DrawBatch;
  const about = summary(model, (model) => model.forward(zeros([1, bins, frames]) as Tensor));
  const { metrics, report } = reportVerification({
    ...{ store, clips, train: data.train },
    judges: placeClips(model, store, clips),
    thresholds: Array.from(model.thresholds.data),
  });
  return {
    metrics: { ...metrics, parameters: about.parameters },
    report: {
      ...report,
      corpus: describeCorpus(data),
      models: [modelRows('encoder', about)],
      layers: layerHealth(model, () => lossOf(config.loss, embedDraws(model, look(), bins)), 'encoder'),
    },
  };
}

/** Two clips of one speaker, one of another: fewer make no pair of each kind. */
function requirePairs(purpose: string, store: FeatureStore, places: Int32Array): void {
  const clips = groupBy(speakersOf(store, places), (speaker) => speaker);
  if (clips.size > 1 && [...clips.values()].some((own) => own.length > 1)) return;
  const found = `${places.length} clips of ${[...clips.keys()].join(', ') || 'nobody'}`;
  throw new InputError(
    `speaker-siamese: needs two speakers for ${purpose}, and two clips of one of them, got ${found}`,
  );
}

function trainedModel({ config, state }: Trained<Config>): SpeakerEncoder {
  const [bins = 1, directions = 1] = state.get('baseline.directions')?.shape ?? [];
  const model = encoderOf(config, bins, directions);
  loadStateDict(model, state);
  return model.eval();
}
