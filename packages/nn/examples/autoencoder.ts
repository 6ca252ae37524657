/**
 * A whole training: 2,000 sine waves through a bottleneck of four numbers. Ctrl-C ends it with a checkpoint, and the same
 * command goes on from there: `npx tsx --conditions=sonograd-source packages/nn/examples/autoencoder.ts [folder]`.
 */
import {
  adamW,
  cosine,
  DataLoader,
  GELU,
  Linear,
  mse,
  Sequential,
  split,
  Trainer,
  tensorDataset,
} from '@sonograd/nn';
import { checkpointFolder, interruption, progress } from '@sonograd/nn/node';
import { linspace, rand, randomKey, splitKey } from '@sonograd/tensor';

const [pitchKey, phaseKey, key] = splitKey(randomKey(0), 3);
const pitch = rand([2000, 1], { key: pitchKey! }).add(1);
const phase = rand([2000, 1], { key: phaseKey! }).mul(2 * Math.PI);
const x = linspace(0, 2 * Math.PI, 64)
  .mul(pitch)
  .add(phase)
  .sin();
const { train, held } = split(tensorDataset({ x }), { train: 0.9, held: 0.1 }, { key: key! });

const options = { key: key! };
const encoder = new Sequential(new Linear(64, 64, options), new GELU(), new Linear(64, 4, options));
const decoder = new Sequential(new Linear(4, 64, options), new GELU(), new Linear(64, 64, options));
const model = new Sequential(encoder, decoder);
const trainer = new Trainer({
  model,
  optimizer: adamW(model, { rate: cosine({ rate: 3e-3, totalSteps: 2280, warmUpSteps: 50 }) }),
  loss: (m, { x }) => mse(m.forward(x), x),
  clip: { norm: 1 },
  callbacks: [progress()],
});
const { ending, history } = await trainer.fit(new DataLoader(train, { batchSize: 32, key: key! }), {
  epochs: 40,
  validate: { with: held, every: 75 },
  stopEarly: { patience: 8 },
  checkpoint: { store: checkpointFolder(process.argv[2] ?? 'runs/autoencoder'), every: 200, resume: true },
  signal: interruption().signal,
});
console.log(ending, history.validations.at(-1));
