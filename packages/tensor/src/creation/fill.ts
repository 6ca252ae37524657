import { emptyTensor } from '../autograd/apply.ts';
import { checkShape } from '../shape/shape.ts';
import type { AnyTensor, Tensor } from '../tensor.ts';
import type { DType, Mutable, Shape } from '../types/shape.ts';

export interface CreationOptions<D extends DType = 'float32'> {
  readonly dtype?: D;
  readonly requiresGrad?: boolean;
}

export function full<const S extends Shape, D extends DType = 'float32'>(
  shape: S,
  value: number,
  options: CreationOptions<D> = {},
): Tensor<Mutable<S>, NoInfer<D>> {
  checkShape('full', shape);
  const made = emptyTensor('full', [...shape] as Mutable<S>, options.dtype ?? ('float32' as D));
  made.data.fill(value);
  return withOptions(made, options);
}

export function zeros<const S extends Shape, D extends DType = 'float32'>(
  shape: S,
  options?: CreationOptions<D>,
): Tensor<Mutable<S>, NoInfer<D>> {
  return full(shape, 0, options);
}

export function ones<const S extends Shape, D extends DType = 'float32'>(
  shape: S,
  options?: CreationOptions<D>,
): Tensor<Mutable<S>, NoInfer<D>> {
  return full(shape, 1, options);
}

export function zerosLike<S extends Shape, D extends DType>(like: Tensor<S, D>): Tensor<S, D> {
  return filledLike(like, 0) as Tensor<S, D>;
}

export function onesLike<S extends Shape, D extends DType>(like: Tensor<S, D>): Tensor<S, D> {
  return filledLike(like, 1) as Tensor<S, D>;
}

function filledLike(like: AnyTensor, value: number): AnyTensor {
  const made = emptyTensor('full', like.shape, like.dtype);
  made.data.fill(value);
  return made;
}

export function withOptions<T extends AnyTensor>(made: T, options: CreationOptions<DType>): T {
  if (options.requiresGrad === true) {
    if (made.dtype !== 'float32') {
      throw new TypeError(`requiresGrad: only float32 tensors have gradients, got ${made.dtype}`);
    }
    made.requiresGrad = true;
  }
  return made;
}
