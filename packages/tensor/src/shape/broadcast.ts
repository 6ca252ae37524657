import type { Shape } from '../types/shape.ts';
import { sameShape, showShape, stridesOf } from './shape.ts';

/** NumPy's rule: shapes are aligned at the right; sizes agree, or one of them is 1. */
export function broadcastShapes(op: string, a: Shape, b: Shape): Shape {
  if (sameShape(a, b)) return a;
  const rank = Math.max(a.length, b.length);
  const shape = new Array<number>(rank);
  for (let axis = 0; axis < rank; axis++) {
    const sizeA = a[axis - rank + a.length] ?? 1;
    const sizeB = b[axis - rank + b.length] ?? 1;
    if (sizeA !== sizeB && sizeA !== 1 && sizeB !== 1) {
      throw new RangeError(`${op}: shapes do not broadcast, ${showShape(a)} and ${showShape(b)}`);
    }
    shape[axis] = sizeA === 1 ? sizeB : sizeA;
  }
  return shape;
}

/** Strides that walk `shape` as if it were `target`: 0 along every axis that is repeated. */
export function broadcastStrides(shape: Shape, target: Shape): number[] {
  const own = stridesOf(shape);
  const missing = target.length - shape.length;
  return Array.from(target, (_, axis) => {
    const ownAxis = axis - missing;
    return ownAxis < 0 || shape[ownAxis] === 1 ? 0 : own[ownAxis]!;
  });
}

/** A walk over several operands at once: the fewest loops that visit every element in row-major order. */
export interface Walk {
  readonly sizes: number[];
  /** One list of strides for each operand, as long as `sizes`. */
  readonly strides: number[][];
}

/** Drops axes of size 1 and joins neighbours that every operand walks without a jump. */
export function collapse(target: Shape, strides: readonly number[][]): Walk {
  const sizes: number[] = [];
  const joined: number[][] = strides.map(() => []);
  for (let axis = 0; axis < target.length; axis++) {
    const size = target[axis]!;
    if (size === 1) continue;
    const last = sizes.length - 1;
    const joins = last >= 0 && strides.every((own, operand) => joined[operand]![last] === own[axis]! * size);
    if (joins) {
      sizes[last]! *= size;
      strides.forEach((own, operand) => {
        joined[operand]![last] = own[axis]!;
      });
    } else {
      sizes.push(size);
      strides.forEach((own, operand) => {
        joined[operand]!.push(own[axis]!);
      });
    }
  }
  return { sizes, strides: joined };
}
