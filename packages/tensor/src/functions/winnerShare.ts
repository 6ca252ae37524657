import type { Tensor } from '../tensor.ts';

/** The part of the gradient that goes to a: 1 where a is above b, 0 where below, half where they are equal. */
export function winnerShare(a: Tensor, b: Tensor): Tensor {
  return a.sub(b).sign().mul(0.5).add(0.5);
}
