import { formatTensor } from '../print/formatTensor.ts';
import type { AnyTensor, Tensor } from '../tensor.ts';
import type { DType, Shape } from '../types/shape.ts';

/** Plain nested arrays of numbers, or truth values, as deep as the tensor has axes. */
export type NestedValues<S extends Shape, Element> = number extends S['length']
  ? NestedUnknown<Element>
  : S extends readonly [number, ...infer Rest extends Shape]
    ? NestedValues<Rest, Element>[]
    : Element;

export type NestedUnknown<Element> = Element | NestedUnknown<Element>[];

type ElementOf<D extends DType> = D extends 'bool' ? boolean : number;

export function toArray<S extends Shape, D extends DType>(x: Tensor<S, D>): NestedValues<S, ElementOf<D>> {
  const values: ArrayLike<number> = x.data;
  const read = (index: number) => (x.dtype === 'bool' ? values[index] !== 0 : values[index]!);
  const nest = (axis: number, start: number, size: number): NestedUnknown<number | boolean> => {
    if (axis === x.shape.length) return read(start);
    const part = size / x.shape[axis]!;
    return Array.from({ length: x.shape[axis]! }, (_, index) => nest(axis + 1, start + index * part, part));
  };
  return nest(0, 0, x.size) as NestedValues<S, ElementOf<D>>;
}

/** What `console.log` shows: aligned columns, as NumPy and PyTorch print them. */
export function toText(x: AnyTensor): string {
  return formatTensor(x.data, x.shape, x.dtype, { requiresGrad: x.requiresGrad });
}
