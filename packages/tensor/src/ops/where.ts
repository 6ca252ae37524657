import { apply } from '../autograd/apply.ts';
import type { Op } from '../autograd/op.ts';
import { constant, operand } from '../creation/constant.ts';
import { forEachRow, planWalk } from '../elementwise/walk.ts';
import { runWhere } from '../elementwise/where.kernel.ts';
import { broadcastShapes } from '../shape/broadcast.ts';
import { requireDType, requireSameDType } from '../shape/require.ts';
import type { AnyTensor, Tensor } from '../tensor.ts';
import type { Binary, Where } from '../types/broadcast.ts';
import type { DType, Fits, Out, Shape } from '../types/shape.ts';

const op: Op = {
  name: 'where',
  dtype: (dtypes) => dtypes[1]!,
  shape: ([condition, a, b]) => broadcastShapes('where', condition!, broadcastShapes('where', a!, b!)),
  reference: (out, [condition, a, b]) => {
    const walk = planWalk(out.shape, [condition!.shape, a!.shape, b!.shape]);
    const [to, choice, left, right] = [out.data, condition!.data, a!.data, b!.data];
    const length = walk.sizes.at(-1)!;
    const [stepC, stepA, stepB] = walk.strides.map((strides) => strides.at(-1)!) as [number, number, number];
    forEachRow(walk, (row, [c, i, j]) => {
      for (let k = 0; k < length; k++) {
        to[row * length + k] = choice[c! + k * stepC] !== 0 ? left[i! + k * stepA]! : right[j! + k * stepB]!;
      }
    });
  },
  simd: (out, [condition, a, b]) => runWhere(out, condition!, a!, b!),
  backward: ({ inputs: [condition], dOut, needs }) => {
    const choice = condition as AnyTensor as Tensor<Shape, 'bool'>;
    return [
      undefined,
      needs(1) ? where(choice, dOut, 0) : undefined,
      needs(2) ? where(choice, 0, dOut) : undefined,
    ];
  },
};

/** Elements of a where `condition` (bool) holds, else of b; all three broadcast. */
export function where<
  C extends Shape,
  D extends DType = 'float32',
  A extends Shape = [],
  B extends Shape = [],
>(
  condition: Tensor<C, 'bool'>,
  a: Fits<Tensor<A, D> | number, Binary<'where', C, A>>,
  b: Fits<Tensor<B, D> | number, Where<C, A, B>>,
): Tensor<Out<Where<C, A, B>>, D> {
  requireDType('where', condition, ['bool']);
  const typed = [a, b].find((side) => typeof side !== 'number') as AnyTensor | undefined;
  const beside = typed ?? constant(0, 'float32');
  const [left, right] = [operand(a, beside), operand(b, beside)];
  requireSameDType('where', left, right);
  return apply(op, [condition, left, right], undefined);
}
