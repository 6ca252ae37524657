import { resolveAxis } from '../shape/shape.ts';
import type { AnyTensor, Tensor } from '../tensor.ts';
import type { Transpose } from '../types/layout.ts';
import type { Alongside } from '../types/reduce.ts';
import type { DType, Fits, Out, Shape } from '../types/shape.ts';
import { permute } from './permute.ts';

/** Two axes exchanged. */
export function transpose<
  S extends Shape,
  D extends DType,
  const First extends number,
  const Second extends number,
>(
  x: Tensor<S, D>,
  axis0: Fits<First, Alongside<'transpose', S, First>>,
  axis1: Fits<Second, Alongside<'transpose', S, Second>>,
): Tensor<Out<Transpose<S, First, Second>>, D> {
  const [first, second] = [
    resolveAxis('transpose', axis0 as First, x.rank),
    resolveAxis('transpose', axis1 as Second, x.rank),
  ];
  const axes = x.shape.map((_, axis) => (axis === first ? second : axis === second ? first : axis));
  return permute(x as AnyTensor, axes as Shape) as Tensor<Shape, D> as Tensor<
    Out<Transpose<S, First, Second>>,
    D
  >;
}
