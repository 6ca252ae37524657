import {
  accuracy,
  adam,
  type BatchOf,
  cosine,
  crossEntropy,
  DataLoader,
  type Dataset,
  decodeCheckpoint,
  encodeCheckpoint,
  klToUnitGaussian,
  type Metrics,
  mse,
  type Schedule,
  stateDict,
} from '@sonograd/nn';
import { foldIn, noGrad, randomKey } from '@sonograd/tensor';
import type { RunFolder } from '../../runs/runFolder.ts';
import type { TrainingWork } from '../pipeline.ts';
import { type Labelled, labelledInMemory, type View } from '../shared/labelled.ts';
import { rowsOf } from '../shared/latent.ts';
import { trainPhase } from '../shared/phase.ts';
import type { SpeechData } from '../shared/speechData.ts';
import type { CodeOf } from './codes.ts';
import type { VaeConfig } from './config.ts';
import { tell, vaeLoss } from './loss.ts';
import type { VaeSystem } from './model.ts';
import { makeSystem } from './system.ts';

type Work = TrainingWork<VaeConfig, SpeechData>;
type Batch = BatchOf<Labelled>;

interface Clips {
  readonly train: Dataset<Labelled>;
  readonly held: Dataset<Labelled>;
}

export const flat: View = ({ data }) => data;

/** First the judge, from real clips alone; then the autoencoder; then where its codes lie. */
export async function train(work: Work): Promise<void> {
  const { store, train, validation } = work.data;
  const clips = {
    train: labelledInMemory(store, train, flat),
    held: labelledInMemory(store, validation, flat),
  };
  const system = makeSystem(work.config);
  await trainJudge(work, system, clips);
  await trainVae(work, system, clips);
  system.codes.measure(await codesOf(system, clips.train));
  keepInBest(work.run, system);
}

async function trainJudge(work: Work, system: VaeSystem, { train, held }: Clips): Promise<void> {
  const { epochs, batchSize, rate, seed } = work.config.judge;
  const loader = new DataLoader(train, { batchSize, key: foldIn(randomKey(seed), 'order for the judge') });
  const totalSteps = epochs * (loader.length ?? 1);
  await trainPhase(work, {
    ...{ name: 'judge', folder: 'judge', model: system, held, epochs, loader },
    optimizer: adam(system.judge, { rate: cosine({ rate, totalSteps }) }),
    loss: ({ judge }, { x, y }: Batch) => crossEntropy(judge.forward(x), y),
    metrics: { accuracy: ({ judge }, { x, y }) => accuracy(judge.forward(x), y) },
  });
}

async function trainVae(work: Work, system: VaeSystem, { train, held }: Clips): Promise<void> {
  const { config } = work;
  const { epochs, batchSize } = config.training;
  const key = randomKey(config.seed);
  const loader = new DataLoader(train, { batchSize, key: foldIn(key, 'order of clips') });
  const stepsPerEpoch = loader.length ?? 1;
  const optimizer = adam(system.vae, { rate: rateOf(config.training, epochs * stepsPerEpoch) });
  const noise = { key: foldIn(key, 'noise'), step: () => optimizer.steps };
  const loss = vaeLoss({ config: config.loss, stepsPerEpoch, ...noise });
  await trainPhase(work, {
    ...{ name: 'autoencoder', model: system, held, epochs, loader, optimizer },
    loss: ({ vae }, batch: Batch) => loss(vae, batch),
    metrics: heldMetrics,
  });
}

function rateOf({ rate, schedule }: VaeConfig['training'], totalSteps: number): number | Schedule {
  return schedule === 'constant' ? rate : cosine({ rate, totalSteps, lowestRate: rate / 100 });
}

/** The mean squared error of a cell, the nats of a code, and the share of pictures that the judge still names right. */
const heldMetrics: Metrics<VaeSystem, Batch> = {
  squaredError: ({ vae }, { x, y }) => mse(vae.regenerate(x, tell(vae, y)), x).item(),
  kl({ vae }, { x, y }) {
    const { mean, logVariance } = vae.encode(x, tell(vae, y));
    return klToUnitGaussian(mean, logVariance).item();
  },
  namedRight: ({ vae, judge }, { x, y }) => accuracy(judge.forward(vae.regenerate(x, tell(vae, y))), y),
};

/** The clouds of all clips. */
async function codesOf({ vae }: VaeSystem, clips: Dataset<Labelled>): Promise<CodeOf[]> {
  const codes: CodeOf[] = [];
  for await (const assemble of new DataLoader(clips, { batchSize: 256 }).prepared()) {
    noGrad(() => {
      const { x, y } = assemble();
      const cloud = vae.encode(x, tell(vae, y));
      const [means, logVariances] = [rowsOf(cloud.mean), rowsOf(cloud.logVariance)];
      means.forEach((mean, n) => {
        codes.push({ digit: y.data[n]!, mean, logVariance: logVariances[n]! });
      });
    });
  }
  return codes;
}

/** Puts what was measured after training beside the best weights. */
function keepInBest(run: RunFolder, system: VaeSystem): void {
  const best = decodeCheckpoint(run.readBytes('best.safetensors'));
  run.write('best.safetensors', encodeCheckpoint({ ...best, model: stateDict(system) }));
}
