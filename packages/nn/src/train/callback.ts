import type { Module } from '../module/module.ts';
import type { Optimizer } from '../optim/optimizer.ts';
import type { EpochRecord, History, StepRecord, ValidationRecord } from './history.ts';

/** Why a run is over. */
export type Ending = 'finished' | 'stoppedEarly' | 'cancelled';

/** What callbacks see of a run. */
export interface RunView {
  readonly model: Module;
  readonly optimizer: Optimizer;
  readonly history: History;
  /** Steps taken, and epochs completed. */
  readonly step: number;
  readonly epoch: number;
  readonly epochs: number;
  /** Steps taken before this epoch began. */
  readonly epochStart: number;
  /** Steps in an epoch, where the loader knows how many batches there are. */
  readonly stepsPerEpoch: number | undefined;
  /** Ends the run after this step, with a checkpoint. */
  stop(): void;
}

type Told = void | Promise<void>;

/** What one may want to do on the way; all of it is awaited. */
export interface Callback {
  onStart?(run: RunView): Told;
  /** The gradients of the step are still there. */
  onStep?(run: RunView, record: StepRecord): Told;
  onValidate?(run: RunView, record: ValidationRecord): Told;
  onEpoch?(run: RunView, record: EpochRecord): Told;
  onCheckpoint?(run: RunView, name: string): Told;
  onEnd?(run: RunView, ending: Ending): Told;
}
