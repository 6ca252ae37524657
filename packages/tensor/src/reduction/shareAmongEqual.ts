import type { BackwardContext, Gradients } from '../autograd/op.ts';
import { sumTo } from '../functions/sumTo.ts';
import { keptShape, type ReductionParams } from './reduction.ts';

/** The gradient of max and min: what reaches the winner, divided evenly among equals. */
export function shareAmongEqual({
  inputs: [x],
  out,
  dOut,
  params,
}: BackwardContext<ReductionParams>): Gradients {
  const shape = keptShape(x!.shape, params);
  const winners = x!.eq(out.reshape(shape)).to('float32');
  const share = dOut.reshape(shape).div(sumTo(winners, shape));
  return [winners.mul(share)];
}
