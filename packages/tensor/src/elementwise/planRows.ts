import type { Shape } from '../types/shape.ts';

/** The three innermost loops over operands that are broadcast: sizes, and each operand's steps in elements. */
export interface RowPlan {
  /** Elements of a row, rows, planes. */
  readonly sizes: number[];
  readonly steps: readonly number[][];
}

export function emptyPlan(operands: number): RowPlan {
  return { sizes: [1, 1, 1], steps: [1, 2, 3].map(() => new Array<number>(operands).fill(0)) };
}

interface Shaped {
  readonly shape: Shape;
}

/** Per operand, of the axis that is looked at. One plan is made at a time. */
const strides: number[] = [];
const sizesSoFar: number[] = [];

/**
 * What `collapse` does, for walks of at most three loops and without making anything: small tensors would wait
 * longer for the plan than for the kernel. False where there are more loops.
 */
export function planRows({ sizes, steps }: RowPlan, target: Shape, operands: readonly Shaped[]): boolean {
  for (let operand = 0; operand < operands.length; operand++) sizesSoFar[operand] = 1;
  for (let loop = 0; loop < 3; loop++) {
    sizes[loop] = 1;
    for (let operand = 0; operand < operands.length; operand++) steps[loop]![operand] = 0;
  }
  let loop = -1;
  for (let axis = target.length - 1; axis >= 0; axis--) {
    const size = target[axis]!;
    if (size === 1) continue;
    const inner = loop < 0 ? undefined : steps[loop];
    if (!stepInto(target, axis, operands, inner === undefined ? 0 : sizes[loop]!, inner)) {
      loop++;
      if (loop === 3) return false;
      for (let operand = 0; operand < operands.length; operand++) steps[loop]![operand] = strides[operand]!;
    }
    sizes[loop]! *= size;
  }
  return true;
}

/** Each operand's stride along an axis; true where all go on as the loop inside of it would. */
function stepInto(
  target: Shape,
  axis: number,
  operands: readonly Shaped[],
  size: number,
  steps: readonly number[] | undefined,
): boolean {
  let joins = steps !== undefined;
  for (let operand = 0; operand < operands.length; operand++) {
    const { shape } = operands[operand]!;
    const own = shape[axis - target.length + shape.length] ?? 1;
    strides[operand] = own === 1 ? 0 : sizesSoFar[operand]!;
    sizesSoFar[operand]! *= own;
    if (steps !== undefined && strides[operand] !== steps[operand]! * size) joins = false;
  }
  return joins;
}
