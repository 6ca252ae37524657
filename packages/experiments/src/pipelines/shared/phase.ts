import {
  type BatchSource,
  type BestOptions,
  type Callback,
  type CheckpointStore,
  type ClipOptions,
  type Dataset,
  decodeCheckpoint,
  type History,
  loadStateDict,
  type Metrics,
  type Module,
  type Optimizer,
  type StopEarlyOptions,
  Trainer,
} from '@sonograd/nn';
import { checkpointFolder } from '@sonograd/nn/node';
import type { Tensor } from '@sonograd/tensor';
import { explainSystemError } from '../../inputError.ts';
import type { MetricLine, RunFolder } from '../../runs/runFolder.ts';
import type { Prepared, TrainingWork } from '../pipeline.ts';

/** Ctrl-C came, and the last step is saved. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

export interface Phase<M extends Module, Item extends object, Batch extends object> {
  /** `classifier`, as the report and the progress call it. */
  readonly name: string;
  /** A phase before the last keeps its checkpoints in a folder of its own, so that the run's are the final ones. */
  readonly folder?: string;
  /** All of it goes into checkpoints, whatever part of it learns. */
  readonly model: M;
  readonly optimizer: Optimizer;
  readonly loader: BatchSource<Batch, Item>;
  readonly loss: (model: M, batch: Batch) => Tensor;
  readonly epochs: number;
  /** What decides which epoch was the best; without it the last one is. */
  readonly held: Dataset<Item>;
  readonly metrics?: Metrics<M, Batch>;
  readonly best?: BestOptions;
  readonly clip?: ClipOptions;
  readonly stopEarly?: StopEarlyOptions;
}

/** Trains, or goes on with it; leaves checkpoints and curves, and the model as it was at its best. */
export async function trainPhase<
  Config extends { seed: number },
  M extends Module,
  Item extends object,
  Batch extends object,
>(
  { run, config, data, progress, signal }: TrainingWork<Config, Prepared>,
  phase: Phase<M, Item, Batch>,
): Promise<void> {
  const { name, model, optimizer, loss, loader, epochs, held, metrics, best, clip, stopEarly } = phase;
  const store = checkpointsOf(run, phase.folder);
  const { pipeline } = run.record();
  const trainer = new Trainer<M, Batch>({
    ...{ model, optimizer, loss, ...(clip && { clip }) },
    config: { pipeline, config, moments: data.moments ?? null },
    callbacks: [recordTo(run, name), progress.training(name)],
  });
  const { ending } = await trainer.fit(loader, {
    ...{ epochs, signal },
    ...(held.length > 0 && {
      validate: { with: held, ...(metrics && { metrics }) },
      ...(stopEarly && { stopEarly }),
    }),
    checkpoint: { store, resume: true, ...best },
  });
  if (ending === 'cancelled')
    throw new Interrupted(`train: interrupted, go on with it: sonograd resume ${run.path}`);
  await takeBest(model, store, held.length > 0 ? 'best' : 'last');
}

function checkpointsOf(run: RunFolder, folder = ''): CheckpointStore {
  const path = run.file(folder);
  try {
    return checkpointFolder(path);
  } catch (error) {
    throw explainSystemError('run', path, error);
  }
}

async function takeBest(model: Module, store: CheckpointStore, name: 'best' | 'last'): Promise<void> {
  const bytes = await store.read(name);
  if (bytes === undefined) throw new Error(`train: there is no checkpoint to take the weights from, ${name}`);
  loadStateDict(model, decodeCheckpoint(bytes).model);
  if (name === 'last') await store.write('best', bytes);
}

/** Writes the curves of a phase. A run that goes on from a checkpoint first takes back what came after it. */
function recordTo(run: RunFolder, phase: string): Callback {
  return {
    onStart: ({ history }) => run.replaceMetrics(phase, linesOf(phase, history)),
    onStep: (_, { loss, rate, ...place }) =>
      run.appendMetrics(stepLine(phase, { ...place, loss: Math.fround(loss), rate: Math.fround(rate) })),
    onValidate: (_, record) => run.appendMetrics({ phase, kind: 'validation', ...record }),
  };
}

const stepLine = (phase: string, place: MetricLine): MetricLine => ({ phase, kind: 'step', ...place });

/** In the order in which they were written: a validation comes behind its step. */
function linesOf(phase: string, { steps, validations }: History): MetricLine[] {
  const lines = steps.step.map((step, index) =>
    stepLine(phase, {
      step,
      epoch: steps.epoch[index]!,
      loss: steps.loss[index]!,
      rate: steps.rate[index]!,
    }),
  );
  const held = validations.map((record) => ({ phase, kind: 'validation', ...record }));
  return [...lines, ...held].sort((a, b) => Number(a.step) - Number(b.step));
}
