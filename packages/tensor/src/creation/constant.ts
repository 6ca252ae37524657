import { emptyTensor } from '../autograd/apply.ts';
import { keep } from '../memory/scope.ts';
import type { AnyTensor } from '../tensor.ts';
import type { DType } from '../types/shape.ts';

/** Programs use few different numbers, so `x.mul(0.5)` finds its operand here in a few nanoseconds. */
const cacheLimit = 256;
const caches: Record<DType, Map<number, AnyTensor>> = {
  float32: new Map(),
  int32: new Map(),
  bool: new Map(),
};

/** A number as a 0-d tensor. */
export function constant(value: number, dtype: DType): AnyTensor {
  const cache = caches[dtype];
  // A map takes -0 for 0.
  const known = Object.is(value, -0) ? undefined : cache.get(value);
  if (known !== undefined) return known;
  if (dtype !== 'float32' && !Number.isInteger(value)) {
    throw new TypeError(`constant: a number beside an ${dtype} tensor must be whole, got ${value}`);
  }
  const made = emptyTensor('constant', [], dtype);
  made.data[0] = value;
  if (cache.size < cacheLimit && !Object.is(value, -0)) cache.set(value, keep(made));
  return made;
}

/** The right side of a binary op: a tensor, or a number of the left side's dtype. */
export function operand(given: unknown, beside: AnyTensor): AnyTensor {
  return typeof given === 'number' ? constant(given, beside.dtype) : (given as AnyTensor);
}
