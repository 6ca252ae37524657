/** A training process for the kill test: goes on from its folder, and writes `done.json` at the end. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkpointFolder } from '@sonograd/nn/node';
import { toyData, train } from './runs.ts';

const [folder = '', optimizer = 'adam', every = '1'] = process.argv.slice(2);

const { state, steps, validations } = await train({
  optimizer,
  averaged: true,
  fit: {
    epochs: 60,
    validate: { with: toyData(20, 9), every: 5 },
    checkpoint: { store: checkpointFolder(folder), every: Number(every), resume: true },
  },
  // A byte for each step, so that the parent knows when it may kill.
  trainer: { callbacks: [{ onStep: () => void process.stdout.write('.') }] },
});
const weights = [...state].map(([name, { data }]) => [name, [...new Uint8Array(data.slice().buffer)]]);
writeFileSync(join(folder, 'done.json'), JSON.stringify({ weights, steps, validations }));
