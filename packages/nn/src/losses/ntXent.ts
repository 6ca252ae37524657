import { arange, concat, crossEntropy, eye, type Tensor } from '@sonograd/tensor';
import { requireSameShape } from './reduction.ts';

export interface NtXentOptions {
  readonly temperature?: number;
}

/** Row k of a and of b are two views of one thing; each must find the other among all (SimCLR, Chen et al., 2020). */
export function ntXent(a: Tensor, b: Tensor, { temperature = 0.5 }: NtXentOptions = {}): Tensor {
  requireSameShape('ntXent', a, b);
  if (!(temperature > 0)) throw new RangeError(`ntXent: temperature must be above 0, got ${temperature}`);
  const count = a.shape[0] ?? 0;
  const views = concat([unitRows(a), unitRows(b)]) as Tensor;
  const scores = views.matmul(views.transpose(0, 1)).mul(1 / temperature);
  // Far enough down to be none of the choices, near enough that nothing becomes infinite.
  const withoutSelf = scores.sub(eye(2 * count).mul(1e9) as Tensor);
  return crossEntropy(
    withoutSelf,
    arange(2 * count)
      .to('int32')
      .roll(count, 0),
  );
}

/** Each row divided by its length. */
export function unitRows(x: Tensor): Tensor {
  return x.div(x.norm(-1, { keepDims: true }).maximum(1e-12));
}
