import type { AnyTensor } from '../tensor.ts';
import type { DType, Shape } from '../types/shape.ts';
import { showShape } from './shape.ts';

/** `matmul: inner sizes differ, [2, 3] x [4, 5]`. */
export function requireShapes(op: string, rule: string, holds: boolean, a: Shape, b: Shape): void {
  if (!holds) throw new RangeError(`${op}: ${rule}, ${showShape(a)} x ${showShape(b)}`);
}

export function requireDType(op: string, tensor: AnyTensor, allowed: readonly DType[]): void {
  if (allowed.includes(tensor.dtype)) return;
  throw new TypeError(
    `${op}: dtype must be ${allowed.join(' or ')}, got ${tensor.dtype} ${showShape(tensor.shape)}`,
  );
}

export function requireSameDType(op: string, a: AnyTensor, b: AnyTensor): void {
  if (a.dtype === b.dtype) return;
  throw new TypeError(
    `${op}: dtypes differ, ${a.dtype} ${showShape(a.shape)} and ${b.dtype} ${showShape(b.shape)}; convert one with to('${a.dtype}')`,
  );
}
