import { broadcastStrides, collapse, type Walk } from '../shape/broadcast.ts';
import { sameShape } from '../shape/shape.ts';
import type { Shape } from '../types/shape.ts';

/** How to walk operands of these shapes in step with an output of shape `target`. */
export function planWalk(target: Shape, shapes: readonly Shape[]): Walk {
  if (shapes.every((shape) => sameShape(shape, target))) {
    const size = target.reduce((product, length) => product * length, 1);
    return { sizes: [size], strides: shapes.map(() => [1]) };
  }
  const walk = collapse(
    target,
    shapes.map((shape) => broadcastStrides(shape, target)),
  );
  return walk.sizes.length > 0 ? walk : { sizes: [1], strides: shapes.map(() => [0]) };
}

/** Calls `visit` for each row of the innermost loop with the operands' offsets, in row-major order. */
export function forEachRow(walk: Walk, visit: (row: number, offsets: readonly number[]) => void): void {
  const outer = walk.sizes.length - 1;
  if (walk.sizes.some((size) => size === 0)) return;
  const index = new Array<number>(outer).fill(0);
  const offsets = walk.strides.map(() => 0);
  for (let row = 0; ; row++) {
    visit(row, offsets);
    let axis = outer - 1;
    for (; axis >= 0; axis--) {
      index[axis]! += 1;
      walk.strides.forEach((own, operand) => {
        offsets[operand]! += own[axis]!;
      });
      if (index[axis]! < walk.sizes[axis]!) break;
      walk.strides.forEach((own, operand) => {
        offsets[operand]! -= own[axis]! * walk.sizes[axis]!;
      });
      index[axis] = 0;
    }
    if (axis < 0) return;
  }
}
