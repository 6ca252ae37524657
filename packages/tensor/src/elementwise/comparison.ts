import { apply } from '../autograd/apply.ts';
import type { Op } from '../autograd/op.ts';
import { operand } from '../creation/constant.ts';
import { broadcastShapes } from '../shape/broadcast.ts';
import { requireSameDType } from '../shape/require.ts';
import type { BinaryFunction } from './binary.ts';
import { broadcastLoop } from './binary.ts';
import { type ComparisonKernels, comparisonKernels, type Relation } from './comparison.kernel.ts';

export interface ComparisonDefinition {
  readonly name: Relation;
  readonly scalar: (a: number, b: number) => boolean;
}

/** Makes a broadcasting comparison: two tensors of one dtype in, a bool tensor out. */
export function comparison({ name, scalar }: ComparisonDefinition): BinaryFunction {
  let built: ComparisonKernels | undefined;
  const op: Op = {
    name,
    shape: ([a, b]) => broadcastShapes(name, a!, b!),
    dtype: 'bool',
    reference: (out, [a, b]) => broadcastLoop(out, a!, b!, (x, y) => (scalar(x, y) ? 1 : 0)),
    simd: (out, [a, b]) => {
      built ??= comparisonKernels(name);
      built.run(out, a!, b!);
    },
  };
  return (a, b) => {
    const right = operand(b, a);
    requireSameDType(name, a, right);
    return apply(op, [a, right], undefined);
  };
}
