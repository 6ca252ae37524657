import { where } from '../ops/where.ts';
import type { Tensor } from '../tensor.ts';
import type { Binary, Where } from '../types/broadcast.ts';
import type { DType, Fits, Out, Shape } from '../types/shape.ts';

/** `x.where(condition, other)`: x where the condition holds, else `other`. */
export function whereMethod<A extends Shape, D extends DType, C extends Shape, B extends Shape = []>(
  x: Tensor<A, D>,
  condition: Fits<Tensor<C, 'bool'>, Binary<'where', C, A>>,
  other: Fits<Tensor<B, D> | number, Where<C, A, B>>,
): Tensor<Out<Where<C, A, B>>, D> {
  return where(condition as Tensor<Shape, 'bool'>, x as Tensor, other as Tensor) as Tensor as Tensor<
    Out<Where<C, A, B>>,
    DType
  > as Tensor<Out<Where<C, A, B>>, D>;
}
