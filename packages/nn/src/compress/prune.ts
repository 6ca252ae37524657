import type { Tensor } from '@sonograd/tensor';
import type { Module } from '../module/module.ts';

export interface PruneOptions {
  /** The share of weights that become zero. */
  readonly share: number;
  /** Whether each tensor loses this share, or the model as a whole. */
  readonly of?: 'tensor' | 'model';
}

export interface Pruning {
  readonly tensors: readonly { readonly name: string; readonly size: number; readonly zeros: number }[];
  /** Makes pruned weights zero again, after a step of training. */
  apply(): void;
}

/** Makes the weights that are nearest to zero zero (Han et al., 2015); biases and normalisations stay. */
export function pruneByMagnitude(model: Module, { share, of = 'tensor' }: PruneOptions): Pruning {
  if (!(share >= 0 && share < 1))
    throw new RangeError(`pruneByMagnitude: share must lie in [0, 1), got ${share}`);
  const weights = model.namedParameters().filter(([, { rank }]) => rank >= 2);
  const everywhere =
    of === 'model'
      ? threshold(
          weights.map(([, weight]) => weight),
          share,
        )
      : undefined;
  const masks = weights.map(([name, weight]) => {
    const least = everywhere ?? threshold([weight], share);
    return {
      name,
      weight,
      pruned: Uint8Array.from(weight.data, (value) => (Math.abs(value) < least ? 1 : 0)),
    };
  });
  const apply = () => {
    for (const { weight, pruned } of masks) {
      const { data } = weight;
      for (let index = 0; index < pruned.length; index++) if (pruned[index] === 1) data[index] = 0;
    }
  };
  apply();
  return {
    apply,
    tensors: masks.map(({ name, weight, pruned }) => ({
      name,
      size: weight.size,
      zeros: pruned.reduce((sum, one) => sum + one, 0),
    })),
  };
}

/** The magnitude below which the given share of all elements lies. */
function threshold(tensors: readonly Tensor[], share: number): number {
  const magnitudes = new Float32Array(tensors.reduce((sum, { size }) => sum + size, 0));
  let at = 0;
  for (const { data } of tensors) for (const value of data) magnitudes[at++] = Math.abs(value);
  return magnitudes.sort()[Math.floor(share * magnitudes.length)] ?? 0;
}
