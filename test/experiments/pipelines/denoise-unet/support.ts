import { join } from 'node:path';
import {
  type DenoiseUnetConfig,
  defaults,
  schema,
} from '../../../../packages/experiments/src/pipelines/denoise-unet/config.ts';
import type { Tools } from '../../../../packages/experiments/src/pipelines/pipeline.ts';
import {
  mergeSettings,
  parseConfig,
  type Settings,
} from '../../../../packages/experiments/src/settings/settings.ts';
import { scratchFolder } from '../../corporaSupport.ts';

/** Few clips and small pictures: forty words by two people, 16 x 16. */
const small: Settings = {
  corpus: { name: 'synth', speakers: 2, takes: 2 },
  features: {
    spectrum: { nFft: 256, winLength: 256, hopLength: 128, nMels: 24 },
    size: { bins: 16, frames: 16 },
  },
  model: { kind: 'unet', width: 4 },
  training: { batchSize: 8, clipsAtOnce: 4, epochs: 1, rate: 0.01 },
};

export function smallConfig(...more: Settings[]): DenoiseUnetConfig {
  return parseConfig(schema, mergeSettings(defaults, small, ...more));
}

export const waves: Settings = {
  model: { kind: 'wave', width: 8, levels: 4, samples: 4096 },
};

export const scratch = scratchFolder();

export const tools: Tools = {
  threads: 1,
  cacheFolder: join(scratch, 'cache'),
  signal: new AbortController().signal,
  progress: { note: () => undefined, bar: () => () => undefined, training: () => ({}) },
};
