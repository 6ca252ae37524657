import { decodeSafetensors, encodeSafetensors } from '@sonograd/tensor';
import type { LoaderState } from '../data/loader.ts';
import type { Module } from '../module/module.ts';
import type { StateDict, StateEntry } from '../module/state.ts';
import type { OptimizerState } from '../optim/optimizer.ts';
import type { StepColumns, ValidationRecord } from './history.ts';
import type { WatchState } from './watch.ts';

/** All that a run needs to go on as if nothing had happened. */
export interface Checkpoint {
  readonly epoch: number;
  readonly epochStart: number;
  /** Set when the run is over, whatever number of epochs it was meant to have. */
  readonly stoppedEarly: boolean;
  readonly config: unknown;
  readonly model: StateDict;
  readonly generators: ReturnType<Module['generatorState']>;
  readonly optimizer: OptimizerState;
  readonly average: { readonly updates: number; readonly tensors: StateDict } | undefined;
  readonly loader: LoaderState;
  readonly held: LoaderState | undefined;
  readonly best: WatchState;
  readonly patience: WatchState;
  readonly steps: StepColumns;
  readonly validations: readonly ValidationRecord[];
}

const FORMAT = 'sonograd checkpoint 1';

/** A safetensors file: tensors under `model.`, `optimizer.`, `average.` and `history.`, all else in its metadata. */
export function encodeCheckpoint(checkpoint: Checkpoint): Uint8Array {
  const { model, optimizer, average, steps, config, ...rest } = checkpoint;
  const tensors = new Map<string, StateEntry>([
    ...prefixed('model.', model),
    ...prefixed('optimizer.', optimizer.tensors),
    ...prefixed('average.', average?.tensors ?? new Map()),
    ...prefixed('history.', columnsToTensors(steps)),
  ]);
  const { tensors: _, ...counts } = optimizer;
  const progress = { ...rest, optimizer: counts, averageUpdates: average?.updates };
  return encodeSafetensors(tensors, {
    format: FORMAT,
    config: toJson(config ?? null),
    progress: toJson(progress),
  });
}

export function decodeCheckpoint(bytes: Uint8Array): Checkpoint {
  const { tensors, metadata } = decodeSafetensors(bytes);
  if (metadata.get('format') !== FORMAT) {
    throw new Error(
      `decodeCheckpoint: the file must be a "${FORMAT}", got "${metadata.get('format') ?? 'none'}"`,
    );
  }
  const { averageUpdates, optimizer, ...rest } = fromJson(metadata.get('progress')!) as Progress;
  return {
    ...rest,
    held: rest.held,
    config: fromJson(metadata.get('config')!),
    model: under('model.', tensors),
    optimizer: { ...optimizer, tensors: under('optimizer.', tensors) },
    average:
      averageUpdates === undefined
        ? undefined
        : { updates: averageUpdates, tensors: under('average.', tensors) },
    steps: tensorsToColumns(under('history.', tensors)),
  };
}

type Progress = Omit<Checkpoint, 'model' | 'optimizer' | 'average' | 'steps' | 'config'> & {
  readonly averageUpdates?: number;
  readonly optimizer: Omit<OptimizerState, 'tensors'>;
};

function prefixed(prefix: string, tensors: StateDict): [string, StateEntry][] {
  return [...tensors].map(([name, tensor]) => [prefix + name, tensor]);
}

function under(prefix: string, tensors: StateDict): Map<string, StateEntry> {
  const own = [...tensors].filter(([name]) => name.startsWith(prefix));
  return new Map(own.map(([name, tensor]) => [name.slice(prefix.length), tensor]));
}

function columnsToTensors({ step, epoch, loss, rate }: StepColumns): Map<string, StateEntry> {
  const shape = [step.length];
  return new Map<string, StateEntry>([
    ['step', { dtype: 'int32', shape, data: Int32Array.from(step) }],
    ['epoch', { dtype: 'int32', shape, data: Int32Array.from(epoch) }],
    ['loss', { dtype: 'float32', shape, data: Float32Array.from(loss) }],
    ['rate', { dtype: 'float32', shape, data: Float32Array.from(rate) }],
  ]);
}

function tensorsToColumns(tensors: StateDict): StepColumns {
  const column = (name: string) => Array.from(tensors.get(name)?.data ?? []);
  return { step: column('step'), epoch: column('epoch'), loss: column('loss'), rate: column('rate') };
}

/** JSON has no infinities and no NaN, which the best loss so far and a bad validation are. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'number' && !Number.isFinite(part) ? { number: String(part) } : part,
  );
}

export function fromJson(text: string): unknown {
  return JSON.parse(text, (_, part: unknown) => {
    if (typeof part !== 'object' || part === null || Object.keys(part).join() !== 'number') return part;
    const { number } = part as { number: unknown };
    return typeof number === 'string' ? Number(number) : part;
  });
}
