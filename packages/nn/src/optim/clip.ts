import { clipNorm, clipValue, globalNorm, type Tensor } from '@sonograd/tensor';
import { requirePositive } from './schedule.ts';
import type { Transform } from './transform.ts';

/** Scales all updates together, so that their common norm is at most `limit` (Pascanu et al., 2013). */
export class ClipByNorm implements Transform {
  readonly slots = [];

  constructor(readonly limit: number) {
    requirePositive('clipByNorm', 'limit', limit);
  }

  apply(updates: readonly Tensor[]): readonly Tensor[] {
    const factor = clippingFactor(globalNorm(updates), this.limit);
    return factor === 1 ? updates : updates.map((update) => update.mul(factor));
  }
}

/** Cuts every element of an update to at most `limit` on either side. */
export class ClipByValue implements Transform {
  readonly slots = [];

  constructor(readonly limit: number) {
    requirePositive('clipByValue', 'limit', limit);
  }

  apply(updates: readonly Tensor[]): readonly Tensor[] {
    return updates.map((update) => update.clamp(-this.limit, this.limit));
  }
}

export interface ClipOptions {
  /** The norm that all gradients together may have. */
  readonly norm?: number;
  /** The magnitude that each element may have. */
  readonly value?: number;
}

/** Clips the gradients of parameters where they are, across all groups of an optimizer; returns their norm before. */
export function clipGradients(parameters: readonly Tensor[], { norm, value }: ClipOptions): number {
  const gradients = parameters.flatMap(({ grad }) => (grad === null ? [] : [grad]));
  const before = norm === undefined ? globalNorm(gradients) : clipNorm(gradients, norm);
  if (value !== undefined) clipValue(gradients, value);
  return before;
}

/** PyTorch adds a millionth to the norm, so that it never divides by zero. */
export function clippingFactor(norm: number, limit: number): number {
  return Math.min(1, limit / (norm + 1e-6));
}

export function clipByNorm(limit: number): ClipByNorm {
  return new ClipByNorm(limit);
}

export function clipByValue(limit: number): ClipByValue {
  return new ClipByValue(limit);
}
