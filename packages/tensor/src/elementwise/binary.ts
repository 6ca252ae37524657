import { apply } from '../autograd/apply.ts';
import type { BackwardContext, Gradients, Op } from '../autograd/op.ts';
import { operand } from '../creation/constant.ts';
import { broadcastShapes } from '../shape/broadcast.ts';
import { requireDType, requireSameDType } from '../shape/require.ts';
import type { AnyTensor } from '../tensor.ts';
import type { DType } from '../types/shape.ts';
import { type Algebra, numbersOf } from './algebra.ts';
import { type BinaryKernels, binaryKernels } from './binary.kernel.ts';
import { forEachRow, planWalk } from './walk.ts';

export interface BinaryDefinition {
  readonly name: string;
  readonly value: <T>(m: Algebra<T>, a: T, b: T) => T;
  /** Gradients by both operands in the output's shape; what was broadcast is summed afterwards. */
  readonly backward?: (context: BackwardContext<undefined>) => Gradients;
  /** The formula also makes sense for int32. */
  readonly integers?: boolean;
}

/** `b` is a tensor or a number; the signature of each op says so in its own words. */
export type BinaryFunction = <T extends AnyTensor>(a: AnyTensor, b: unknown) => T;

/** Makes a broadcasting elementwise op of one formula. The typed signature stands beside each op. */
export function binary(definition: BinaryDefinition): BinaryFunction {
  const { name, value, backward } = definition;
  let built: BinaryKernels | undefined;
  const op: Op = {
    name,
    shape: ([a, b]) => broadcastShapes(name, a!, b!),
    reference: (out, [a, b]) => {
      const numbers = numbersOf(out.dtype);
      broadcastLoop(out, a!, b!, (x, y) => value(numbers, x, y));
    },
    simd: (out, [a, b]) => {
      built ??= binaryKernels(definition);
      built.run(out, a!, b!);
    },
    ...(backward && { backward }),
  };
  const allowed: DType[] = definition.integers === true ? ['float32', 'int32'] : ['float32'];
  return (a, b) => {
    const right = operand(b, a);
    requireDType(name, a, allowed);
    requireSameDType(name, a, right);
    return apply(op, [a, right], undefined);
  };
}

/** Plain loops over the broadcast of two operands. */
export function broadcastLoop(
  out: AnyTensor,
  a: AnyTensor,
  b: AnyTensor,
  value: (x: number, y: number) => number,
): void {
  const walk = planWalk(out.shape, [a.shape, b.shape]);
  const [to, left, right] = [out.data, a.data, b.data];
  const length = walk.sizes.at(-1)!;
  const [stepA, stepB] = [walk.strides[0]!.at(-1)!, walk.strides[1]!.at(-1)!];
  forEachRow(walk, (row, [startA, startB]) => {
    for (let i = 0; i < length; i++) {
      to[row * length + i] = value(left[startA! + i * stepA]!, right[startB! + i * stepB]!);
    }
  });
}
