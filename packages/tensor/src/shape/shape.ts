import type { Shape } from '../types/shape.ts';

/** How every message prints a shape: `[2, 3]`. */
export function showShape(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}

export function sizeOf(shape: Shape): number {
  let size = 1;
  for (let axis = 0; axis < shape.length; axis++) size *= shape[axis]!;
  return size;
}

export function sameShape(a: Shape, b: Shape): boolean {
  if (a.length !== b.length) return false;
  for (let axis = 0; axis < a.length; axis++) if (a[axis] !== b[axis]) return false;
  return true;
}

/** Distance in elements between neighbours along each axis of a row-major tensor. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis]!;
  }
  return strides;
}

export function checkShape(op: string, shape: Shape): void {
  for (const length of shape) {
    if (!Number.isInteger(length) || length < 0) {
      throw new RangeError(`${op}: sizes must be whole numbers of at least 0, got ${showShape(shape)}`);
    }
  }
}

/** Negative axes count from the end, as in NumPy. */
export function resolveAxis(op: string, axis: number, rank: number): number {
  const resolved = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(axis) || resolved < 0 || resolved >= rank) {
    if (rank === 0) throw new RangeError(`${op}: a 0-d tensor has no axes, got ${axis}`);
    throw new RangeError(`${op}: axis must be from ${-rank} to ${rank - 1}, got ${axis}`);
  }
  return resolved;
}

/** Sorted, without doubles; `undefined` means every axis. */
export function resolveAxes(
  op: string,
  axes: number | readonly number[] | undefined,
  shape: Shape,
): number[] {
  const rank = shape.length;
  if (axes === undefined) return Array.from({ length: rank }, (_, axis) => axis);
  if (typeof axes === 'number') return [resolveAxis(op, axes, rank)];
  const resolved = axes.map((axis) => resolveAxis(op, axis, rank)).sort((a, b) => a - b);
  if (new Set(resolved).size !== resolved.length) {
    throw new RangeError(`${op}: each axis may be named once, got [${axes.join(', ')}]`);
  }
  return resolved;
}
