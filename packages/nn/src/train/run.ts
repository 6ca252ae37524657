import type { Tensor } from '@sonograd/tensor';
import type { Dataset } from '../data/dataset.ts';
import type { BatchSource } from '../data/loader.ts';
import type { Module } from '../module/module.ts';
import { loadStateDict, stateDict } from '../module/state.ts';
import type { WeightAverage } from '../optim/average.ts';
import type { Optimizer } from '../optim/optimizer.ts';
import type { Callback, Ending, RunView } from './callback.ts';
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint, toJson } from './checkpoint.ts';
import { evaluate } from './evaluate.ts';
import { requireFiniteWeights } from './finite.ts';
import type { History, StepRecord, ValidationRecord } from './history.ts';
import { type FitOptions, requireSense } from './options.ts';
import { metricOf, Watch } from './watch.ts';

/** What a run works on. */
export interface Parts<M extends Module, Batch> {
  readonly model: M;
  readonly optimizer: Optimizer;
  readonly loss: (model: M, batch: Batch) => Tensor;
  readonly average?: WeightAverage;
  readonly callbacks?: readonly Callback[];
  readonly accumulate?: number;
  readonly config?: unknown;
  readonly history: History;
}

/** One call of `fit`: how far it is, what is due, and when it is over. */
export class Run<M extends Module, Batch, Item> implements RunView {
  epoch = 0;
  epochStart: number;
  ending: Ending | undefined;
  readonly #best: Watch;
  readonly #patience: Watch;
  readonly #held: BatchSource<Batch> | undefined;
  readonly #due = new Set<'best' | 'last'>();

  constructor(
    readonly parts: Parts<M, Batch>,
    readonly loader: BatchSource<Batch, Item>,
    readonly options: FitOptions<M, Batch, Item>,
  ) {
    requireSense(options);
    this.epochStart = parts.optimizer.steps;
    this.#best = new Watch(options.checkpoint);
    this.#patience = new Watch(options.stopEarly);
    this.#held = options.validate && sourceOf(options.validate.with, loader);
  }

  get model(): M {
    return this.parts.model;
  }

  get optimizer(): Optimizer {
    return this.parts.optimizer;
  }

  get history(): History {
    return this.parts.history;
  }

  get step(): number {
    return this.optimizer.steps;
  }

  get epochs(): number {
    return this.options.epochs;
  }

  get stepsPerEpoch(): number | undefined {
    const { length } = this.loader;
    return length === undefined ? undefined : Math.ceil(length / (this.parts.accumulate ?? 1));
  }

  get goesOn(): boolean {
    return this.ending === undefined && this.epoch < this.epochs;
  }

  stop(): void {
    this.ending ??= 'cancelled';
  }

  async tell(call: (callback: Callback) => void | Promise<void>): Promise<void> {
    for (const callback of this.parts.callbacks ?? []) await call(callback);
  }

  async afterStep(loss: number, rate: number): Promise<void> {
    const record: StepRecord = { step: this.step, epoch: this.epoch, loss, rate };
    this.history.add(record);
    await this.tell((callback) => callback.onStep?.(this, record));
    if (isDue(this.step, this.options.validate?.every)) await this.#validate();
    if (isDue(this.step, this.options.checkpoint?.every)) this.#due.add('last');
    if (this.options.signal?.aborted === true) this.stop();
  }

  async afterEpoch(): Promise<void> {
    const { validate } = this.options;
    const record = { epoch: this.epoch, loss: this.history.meanLoss(this.epochStart) };
    if (validate === undefined) this.optimizer.observe(record.loss);
    this.epoch += 1;
    this.epochStart = this.step;
    if (validate !== undefined && validate.every === undefined) await this.#validate();
    await this.tell((callback) => callback.onEpoch?.(this, record));
    this.#due.add('last');
    await this.saveDue();
  }

  /** After a step in the middle of an epoch: the loader stands where the weights do. */
  async afterBatch(): Promise<void> {
    if (this.ending !== undefined) this.#due.add('last');
    await this.saveDue();
    // Should the same loader be used again, it goes on from here.
    if (this.ending !== undefined) this.loader.restore(this.loader.state());
  }

  /** The best first: were the last written before it and all power lost, the best would never be. */
  async saveDue(): Promise<void> {
    const { checkpoint } = this.options;
    const names = (['best', 'last'] as const).filter((name) => this.#due.delete(name));
    if (checkpoint === undefined || names.length === 0) return;
    requireFiniteWeights(this.model, this.step);
    const bytes = encodeCheckpoint(this.#snapshot());
    for (const name of names) {
      await checkpoint.store.write(name, bytes);
      await this.tell((callback) => callback.onCheckpoint?.(this, name));
    }
  }

  async resume(): Promise<void> {
    const { checkpoint, signal } = this.options;
    if (signal?.aborted === true) this.stop();
    if (checkpoint?.resume !== true) return;
    const bytes = await checkpoint.store.read('last');
    if (bytes !== undefined) this.#restore(decodeCheckpoint(bytes));
  }

  async #validate(): Promise<void> {
    const { average, loss } = this.parts;
    average?.swap();
    let values: Record<string, number>;
    try {
      values = await evaluate(this.model, this.#held!, {
        loss: (model: M, batch: Batch) => loss(model, batch).item(),
        ...this.options.validate?.metrics,
      });
    } finally {
      average?.swap();
    }
    const record = { step: this.step, epoch: this.epoch, ...values } as ValidationRecord;
    this.history.validations.push(record);
    this.#judge(record);
    await this.tell((callback) => callback.onValidate?.(this, record));
  }

  #judge(record: ValidationRecord): void {
    const { observe = 'loss', stopEarly } = this.options;
    this.optimizer.observe(metricOf(record, observe));
    if (this.#best.improves(record)) this.#due.add('best');
    if (stopEarly === undefined || this.#patience.improves(record)) return;
    if (this.#patience.waited >= stopEarly.patience) this.ending = 'stoppedEarly';
  }

  #snapshot(): Checkpoint {
    const { average, config } = this.parts;
    return {
      epoch: this.epoch,
      epochStart: this.epochStart,
      stoppedEarly: this.ending === 'stoppedEarly',
      config,
      model: stateDict(this.model),
      generators: this.model.generatorState(),
      optimizer: this.optimizer.state(),
      average: average?.state(),
      loader: this.loader.state(),
      held: this.#held?.state(),
      best: this.#best.state(),
      patience: this.#patience.state(),
      steps: this.history.steps,
      validations: this.history.validations,
    };
  }

  #restore(saved: Checkpoint): void {
    const { average, config } = this.parts;
    const [given, written] = [toJson(config ?? null), toJson(saved.config)];
    if (given !== written) {
      throw new Error(`Trainer: the checkpoint must be of the same config, ${given}; its own is ${written}`);
    }
    loadStateDict(this.model, saved.model);
    this.optimizer.restore(saved.optimizer);
    this.model.restoreGeneratorState(saved.generators);
    if (saved.average !== undefined) average?.restore(saved.average);
    this.loader.restore(saved.loader);
    if (saved.held !== undefined) this.#held?.restore(saved.held);
    this.#best.restore(saved.best);
    this.#patience.restore(saved.patience);
    this.history.restore(saved.steps, saved.validations);
    this.epoch = saved.epoch;
    this.epochStart = saved.epochStart;
    if (saved.stoppedEarly) this.ending = 'stoppedEarly';
  }
}

function isDue(step: number, every: number | undefined): boolean {
  return every !== undefined && step % every === 0;
}

function sourceOf<Batch, Item>(
  held: BatchSource<Batch> | Dataset<Item>,
  loader: BatchSource<Batch, Item>,
): BatchSource<Batch> {
  if ('prepared' in held) return held;
  if (loader.over === undefined)
    throw new Error('Trainer: validate.with must be a loader beside this loader');
  return loader.over(held);
}
