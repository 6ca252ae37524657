import { requireSameDType } from './shape/require.ts';
import { sameShape, showShape } from './shape/shape.ts';
import type { Tensor } from './tensor.ts';
import type { DType, Shape } from './types/shape.ts';

/** Overwrites the elements of `target` in place with those of `source`; backward will notice where it matters. */
export function assign<S extends Shape, D extends DType>(
  target: Tensor<S, D>,
  source: Tensor<NoInfer<S>, NoInfer<D>>,
): Tensor<S, D> {
  requireSameDType('assign', target, source);
  if (!sameShape(target.shape, source.shape)) {
    throw new RangeError(`assign: shapes differ, ${showShape(target.shape)} and ${showShape(source.shape)}`);
  }
  target.data.set(source.data);
  target.storage.version += 1;
  return target;
}
