import type { Dataset } from '../data/dataset.ts';
import type { BatchSource } from '../data/loader.ts';
import type { Metrics } from './evaluate.ts';
import type { CheckpointStore } from './store.ts';
import type { BestOptions } from './watch.ts';

export interface ValidateOptions<M, Batch, Item> {
  /** A dataset is read in batches like those of training, in its own order. */
  readonly with: BatchSource<Batch> | Dataset<Item>;
  /** After so many steps; at the end of each epoch unless said otherwise. */
  readonly every?: number;
  /** Beside the loss. */
  readonly metrics?: Metrics<M, Batch>;
}

export interface StopEarlyOptions extends BestOptions {
  /** The run ends after so many validations without a new best. */
  readonly patience: number;
}

/** `metric` and `mode` say which validation is the best. */
export interface CheckpointOptions extends BestOptions {
  readonly store: CheckpointStore;
  /** After so many steps, beside the end of each epoch. */
  readonly every?: number;
  /** Goes on from the last checkpoint in the store, if there is one. */
  readonly resume?: boolean;
}

export interface FitOptions<M, Batch, Item> {
  readonly epochs: number;
  readonly validate?: ValidateOptions<M, Batch, Item>;
  readonly stopEarly?: StopEarlyOptions;
  readonly checkpoint?: CheckpointOptions;
  /** What a plateau schedule watches: `loss` unless said otherwise. */
  readonly observe?: string;
  /** Ends the run after the present step, with a checkpoint. */
  readonly signal?: AbortSignal;
}

/** Refuses options that cannot be meant. */
export function requireSense<M, Batch, Item>({
  epochs,
  validate,
  stopEarly,
  checkpoint,
}: FitOptions<M, Batch, Item>) {
  requireCount('epochs', epochs, 0);
  if (validate?.every !== undefined) requireCount('validate.every', validate.every, 1);
  if (checkpoint?.every !== undefined) requireCount('checkpoint.every', checkpoint.every, 1);
  if (stopEarly === undefined) return;
  requireCount('stopEarly.patience', stopEarly.patience, 1);
  if (validate === undefined) throw new Error('Trainer: stopEarly needs validate');
}

export function requireCount(name: string, value: number, least: number): void {
  if (!Number.isInteger(value) || value < least) {
    throw new RangeError(`Trainer: ${name} must be a whole number of at least ${least}, got ${value}`);
  }
}
