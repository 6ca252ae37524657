import { engineUsesHeap } from '../../engine/engine.ts';
import type { Tensor } from '../../tensor.ts';
import { listUpdate } from './listRule.ts';
import { sumOfSquares } from './norm.kernel.ts';

const scale = listUpdate({
  name: 'clipNorm',
  slots: ['gradients'],
  constants: ['factor'],
  update: (m, { gradients }, { factor }) => ({ gradients: m.mul(gradients, factor) }),
});

const clamp = listUpdate({
  name: 'clipValue',
  slots: ['gradients'],
  constants: ['low', 'high'],
  update: (m, { gradients }, { low, high }) => ({ gradients: m.min(m.max(gradients, low), high) }),
});

/** The Euclidean norm of all tensors as one long vector. */
export function globalNorm(tensors: readonly Tensor[]): number {
  if (engineUsesHeap()) return Math.sqrt(sumOfSquares(tensors));
  let total = 0;
  for (const { data } of tensors) for (const value of data) total += value * value;
  return Math.sqrt(total);
}

/**
 * Scales all gradients together, in place, so that their common norm is at most `limit` (Pascanu et al., 2013). Returns
 * the norm they had. As in PyTorch a millionth is added to it, so that nothing is divided by zero.
 */
export function clipNorm(gradients: readonly Tensor[], limit: number): number {
  const norm = globalNorm(gradients);
  const factor = limit / (norm + 1e-6);
  if (!(factor >= 1)) scale({ gradients }, { factor });
  return norm;
}

/** Cuts every element to at most `limit` on either side, in place. */
export function clipValue(gradients: readonly Tensor[], limit: number): void {
  clamp({ gradients }, { low: -limit, high: limit });
}
