import { averageStep, fromArray, keep, noGrad, type Tensor, zerosLike } from '@sonograd/tensor';
import type { StateDict, StateEntry } from '../module/state.ts';
import { type Learners, namedLearners } from './optimizer.ts';
import { requireShare } from './transform.ts';

/**
 * The exponential moving average of a model's weights (Polyak and Juditsky, 1992): it starts as what they are at the
 * first update, and keeps `decay` of itself at each one after.
 */
export class WeightAverage {
  readonly #pairs: readonly { readonly name: string; readonly weight: Tensor; readonly mean: Tensor }[];
  readonly #decay: number;
  #updates = 0;

  constructor(learners: Learners, { decay }: { readonly decay: number }) {
    requireShare('ema', 'decay', decay);
    this.#decay = decay;
    this.#pairs = namedLearners(learners).map(([name, weight]) => ({
      name,
      weight,
      mean: keep(zerosLike(weight)),
    }));
  }

  /** Takes in the present weights: to be called after each step. */
  update(): void {
    const share = this.#updates === 0 ? 0 : this.#decay;
    const [averages, parameters] = [
      this.#pairs.map(({ mean }) => mean),
      this.#pairs.map(({ weight }) => weight),
    ];
    averageStep({ averages, parameters }, share);
    this.#updates += 1;
  }

  /** Exchanges the weights and their averages; a second call puts everything back. */
  swap(): void {
    for (const { mean, weight } of this.#pairs) {
      const held = fromArray(weight.data, weight.shape);
      weight.assign(mean);
      mean.assign(held);
      held.dispose();
    }
  }

  /** The averages by the names of the weights, for `loadStateDict(model, averages, { strict: false })`. */
  state(): { readonly updates: number; readonly tensors: Map<string, StateEntry> } {
    const entries = this.#pairs.map(({ name, mean: { dtype, shape, data } }): [string, StateEntry] => [
      name,
      { dtype, shape: [...shape], data: data.slice() },
    ]);
    return { updates: this.#updates, tensors: new Map(entries) };
  }

  restore({ updates, tensors }: { readonly updates: number; readonly tensors: StateDict }): void {
    const missing = this.#pairs.filter(({ name }) => !tensors.has(name)).map(({ name }) => name);
    if (missing.length > 0)
      throw new Error(`ema: the state must have every weight, not ${missing.join(', ')}`);
    this.#updates = updates;
    noGrad(() => {
      for (const { name, mean } of this.#pairs) {
        const { data, shape } = tensors.get(name)!;
        mean.assign(fromArray(data as Float32Array, shape));
      }
    });
  }
}

/** `const average = ema(model, { decay: 0.999 })`. */
export function ema(learners: Learners, options: { readonly decay: number }): WeightAverage {
  return new WeightAverage(learners, options);
}
