import { decodeCheckpoint, type StateDict } from '@sonograd/nn';
import { z } from 'zod';
import type { Moments } from '../features/moments.ts';
import { firstLine, InputError } from '../inputError.ts';
import type { RunFolder } from './runFolder.ts';

const numbers = z.array(z.number());

/** What pipelines write into their checkpoints beside weights. */
const inside = z.looseObject({
  pipeline: z.string(),
  config: z.unknown(),
  moments: z
    .strictObject({ per: z.enum(['all', 'bin', 'cell']), offset: numbers, scale: numbers })
    .nullable()
    .default(null),
});

export interface TrainedRun {
  readonly pipeline: string;
  /** As it was in training, whatever was done to `config.json` since. */
  readonly config: unknown;
  readonly moments: Moments | undefined;
  readonly state: StateDict;
}

/** The best weights of a run. */
export function readTrained(run: RunFolder): TrainedRun {
  const { pipeline } = run.record();
  const path = run.file('best.safetensors');
  if (!run.has('best.safetensors')) {
    throw new InputError(`run: nothing is trained yet, go on with it: sonograd resume ${run.path}`);
  }
  const { config: about, model: state } = decode(run.readBytes('best.safetensors'), path);
  const parsed = inside.safeParse(about);
  if (!parsed.success) throw new InputError(`run: the checkpoint is not one of a pipeline, ${path}`);
  if (parsed.data.pipeline !== pipeline) {
    const pair = `${parsed.data.pipeline} in a run of ${pipeline}`;
    throw new InputError(`run: the checkpoint is of another pipeline, ${pair}, ${path}`);
  }
  const { config, moments } = parsed.data;
  return { pipeline, config, moments: moments ?? undefined, state };
}

function decode(bytes: Uint8Array, path: string) {
  try {
    return decodeCheckpoint(bytes);
  } catch (error) {
    throw new InputError(`run: the checkpoint is damaged, ${firstLine(error)}, ${path}`, { cause: error });
  }
}
