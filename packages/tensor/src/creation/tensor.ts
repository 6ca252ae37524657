import { emptyTensor } from '../autograd/apply.ts';
import type { TypedData } from '../dtype.ts';
import { checkShape, showShape, sizeOf } from '../shape/shape.ts';
import type { AnyTensor, Tensor } from '../tensor.ts';
import type { Nested, NestedDType, NestedShape } from '../types/create.ts';
import type { DType, Fits, Mutable, Out, Shape } from '../types/shape.ts';
import { type CreationOptions, withOptions } from './fill.ts';

export type DTypeOfData<T extends TypedData> = T extends Float32Array
  ? 'float32'
  : T extends Int32Array
    ? 'int32'
    : 'bool';

/** A tensor of nested arrays; the dtype follows from the values unless it is said. */
export function tensor<const T extends Nested, D extends DType = NestedDType<T>>(
  values: Fits<T, NestedShape<T>>,
  options: CreationOptions<D> = {},
): Tensor<Out<NestedShape<T>>, NoInfer<D>> {
  const given: Nested = values as Nested;
  const shape = nestedShape(given);
  const flat: (number | boolean)[] = [];
  flattenInto(flat, given, shape, 0);
  const dtype = options.dtype ?? (typeof flat[0] === 'boolean' ? 'bool' : 'float32');
  const made = emptyTensor('tensor', shape, dtype);
  made.data.set(flat.map((value) => element(dtype, value)));
  return withOptions(made, options) as AnyTensor as Tensor<Out<NestedShape<T>>, NoInfer<D>>;
}

/** A tensor of the values of a typed array, which are copied. Uint8Array makes bool. */
export function fromArray<T extends TypedData, const S extends Shape>(
  data: T,
  shape: S,
  options: { readonly requiresGrad?: boolean } = {},
): Tensor<Mutable<S>, DTypeOfData<T>> {
  checkShape('fromArray', shape);
  if (sizeOf(shape) !== data.length) {
    throw new RangeError(
      `fromArray: ${showShape(shape)} needs ${sizeOf(shape)} elements, got ${data.length}`,
    );
  }
  const dtype: DType =
    data instanceof Float32Array ? 'float32' : data instanceof Int32Array ? 'int32' : 'bool';
  const made = emptyTensor('tensor', [...shape], dtype);
  made.data.set(dtype === 'bool' ? data.map((value) => Number(value !== 0)) : data);
  return withOptions(made, options) as AnyTensor as Tensor<Mutable<S>, DTypeOfData<T>>;
}

function nestedShape(values: Nested): number[] {
  const shape: number[] = [];
  for (let level = values; Array.isArray(level); level = level[0] as Nested) {
    shape.push(level.length);
    if (level.length === 0) break;
  }
  return shape;
}

function flattenInto(flat: (number | boolean)[], values: Nested, shape: Shape, depth: number): void {
  if (depth === shape.length && !Array.isArray(values)) {
    flat.push(values as number | boolean);
    return;
  }
  if (!Array.isArray(values) || values.length !== shape[depth]) {
    const got = Array.isArray(values) ? `a list of ${values.length}` : String(values);
    throw new RangeError(
      `tensor: nested lists must agree in length, got ${got} at depth ${depth} of ${showShape(shape)}`,
    );
  }
  for (const value of values as readonly Nested[]) flattenInto(flat, value, shape, depth + 1);
}

function element(dtype: DType, value: number | boolean): number {
  const number = Number(value);
  if (dtype === 'int32' && !Number.isInteger(number)) {
    throw new TypeError(`tensor: int32 elements must be whole numbers, got ${String(value)}`);
  }
  return dtype === 'bool' ? Number(number !== 0) : number;
}
