import { shareStorage } from '../autograd/apply.ts';
import type { Tensor } from '../tensor.ts';
import type { DType, Shape } from '../types/shape.ts';

/** The same memory without a history: no gradient flows through it. */
export function detach<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, D> {
  return shareStorage(x, x.shape) as Tensor<S, DType> as Tensor<S, D>;
}
