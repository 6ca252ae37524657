import { InputError } from '../inputError.ts';
import { denoiseStft } from './denoise-stft/run.ts';
import { denoiseUnet } from './denoise-unet/run.ts';
import { embedAverage } from './embed-average/run.ts';
import { embedConcat } from './embed-concat/run.ts';
import { embedMinError } from './embed-minerror/run.ts';
import { embedSliding } from './embed-sliding/run.ts';
import { mnistDense } from './mnist-dense/run.ts';
import { mnistLowRank } from './mnist-lowrank/run.ts';
import type { Pipeline } from './pipeline.ts';
import { recogniseCnn } from './recognise-cnn/run.ts';
import { recogniseLstm } from './recognise-lstm/run.ts';
import { recogniseTransformer } from './recognise-transformer/run.ts';
import { speakerSiamese } from './speaker-siamese/run.ts';
import { vae } from './vae/run.ts';

/** Every pipeline there is. */
export const pipelines: readonly Pipeline[] = [
  embedAverage,
  embedConcat,
  embedSliding,
  embedMinError,
  denoiseUnet,
  mnistDense,
  mnistLowRank,
  denoiseStft,
  recogniseCnn,
  recogniseLstm,
  recogniseTransformer,
  speakerSiamese,
  vae,
];

export function findPipeline(name: string): Pipeline {
  const found = pipelines.find((pipeline) => pipeline.name === name);
  if (found !== undefined) return found;
  const names = pipelines.map((pipeline) => pipeline.name).join(', ');
  throw new InputError(`pipeline: there is none called ${name}, there are ${names}`);
}
