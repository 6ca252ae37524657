import { scope, type Tensor } from '@sonograd/tensor';
import type { BatchSource } from '../data/loader.ts';
import type { Module } from '../module/module.ts';
import { type ClipOptions, clipGradients } from '../optim/clip.ts';
import { Breather } from './breather.ts';
import type { Ending } from './callback.ts';
import { explainGradients, explainLoss } from './finite.ts';
import { History } from './history.ts';
import { type FitOptions, requireCount } from './options.ts';
import { type Parts, Run } from './run.ts';

/** Fields by name. A loss that also wants labels says so: `(model, { x, y }: BatchOf<…>) => …`. */
export type Batch = Readonly<Record<string, Tensor>>;

export interface TrainerOptions<M extends Module, B> extends Omit<Parts<M, B>, 'history'> {
  /** How many batches share one step. */
  readonly accumulate?: number;
  readonly clip?: ClipOptions;
}

export interface FitResult {
  readonly ending: Ending;
  readonly history: History;
}

/** Trains a model: batches, steps, validation, checkpoints, until it is time to end. */
export class Trainer<M extends Module, B extends object = Batch> {
  readonly history = new History();
  readonly #options: TrainerOptions<M, B>;
  readonly #breather = new Breather();

  constructor(options: TrainerOptions<M, B>) {
    if (options.accumulate !== undefined) requireCount('accumulate', options.accumulate, 1);
    this.#options = options;
  }

  async fit<Item extends object>(
    loader: BatchSource<B, Item>,
    options: FitOptions<M, B, Item>,
  ): Promise<FitResult> {
    const run = new Run({ ...this.#options, history: this.history }, loader, options);
    await run.resume();
    if (!run.model.training) run.model.train();
    await run.tell((callback) => callback.onStart?.(run));
    while (run.goesOn) await this.#trainEpoch(run);
    const ending = run.ending ?? 'finished';
    await run.tell((callback) => callback.onEnd?.(run, ending));
    return { ending, history: this.history };
  }

  async #trainEpoch<Item>(run: Run<M, B, Item>): Promise<void> {
    const waiting: (() => B)[] = [];
    for await (const assemble of run.loader.prepared()) {
      waiting.push(assemble);
      if (waiting.length < (this.#options.accumulate ?? 1)) continue;
      await this.#step(run, waiting.splice(0));
      await run.afterBatch();
      if (!run.goesOn) return;
    }
    if (waiting.length > 0) await this.#step(run, waiting);
    await run.afterEpoch();
  }

  async #step<Item>(run: Run<M, B, Item>, batches: readonly (() => B)[]): Promise<void> {
    const { optimizer, average } = this.#options;
    const { rate } = optimizer;
    optimizer.zeroGrad();
    const losses = batches.map((assemble) => scope(() => this.#backward(assemble(), batches.length)));
    this.#clip();
    optimizer.step();
    average?.update();
    await run.afterStep(losses.reduce((sum, loss) => sum + loss, 0) / losses.length, rate);
    await this.#breather.breathe();
  }

  /** Adds the gradients of one batch out of those that share a step. */
  #backward(batch: B, share: number): number {
    const { model, loss: lossOf } = this.#options;
    const loss = lossOf(model, batch);
    const value = loss.item();
    if (!Number.isFinite(value)) throw explainLoss(model, batch, () => lossOf(model, batch), this.#next);
    (share === 1 ? loss : loss.div(share)).backward();
    return value;
  }

  #clip(): void {
    const { model, optimizer, clip } = this.#options;
    if (clip === undefined) return;
    const norm = clipGradients(optimizer.parameters, clip);
    if (!Number.isFinite(norm)) throw explainGradients(model, norm, this.#next);
  }

  /** The number of the step that is being taken. */
  get #next(): number {
    return this.#options.optimizer.steps + 1;
  }
}
