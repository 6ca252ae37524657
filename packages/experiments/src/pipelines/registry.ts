import { InputError } from '../inputError.ts';
import { embedAverage } from './embed-average/run.ts';
import { embedConcat } from './embed-concat/run.ts';
import type { Pipeline } from './pipeline.ts';

/** Every pipeline there is. */
export const pipelines: readonly Pipeline[] = [embedAverage, embedConcat];

export function findPipeline(name: string): Pipeline {
  const found = pipelines.find((pipeline) => pipeline.name === name);
  if (found !== undefined) return found;
  const names = pipelines.map((pipeline) => pipeline.name).join(', ');
  throw new InputError(`pipeline: there is none called ${name}, there are ${names}`);
}
