import { apply } from '../autograd/apply.ts';
import type { Op } from '../autograd/op.ts';
import { bernoulliThreshold, fillBernoulli } from '../random/fill.ts';
import type { RandomKey } from '../random/threefry.ts';
import { requireDType } from '../shape/require.ts';
import type { Tensor } from '../tensor.ts';
import type { Shape } from '../types/shape.ts';
import { runDropout } from './dropout.kernel.ts';

interface Params {
  /** Of an element to stay. */
  readonly chance: number;
  readonly key: RandomKey;
}

const op: Op<Params> = {
  name: 'dropout',
  shape: ([x]) => x!,
  reference: (out, [x], { chance, key }) => {
    const mask = fillBernoulli(new Uint8Array(out.size), key, chance);
    const scale = scaleOf(chance);
    for (let i = 0; i < out.size; i++) out.data[i] = mask[i] === 1 ? x!.data[i]! * scale : 0;
  },
  simd: (out, [x], { chance, key }) => runDropout(out, x!, key, bernoulliThreshold(chance), scaleOf(chance)),
  backward: ({ dOut, params }) => [dropped(dOut, params)],
};

/**
 * Each element is 0 with the given probability, the others are divided by the probability to stay. The key decides
 * which: nothing is stored, the backward pass draws the same numbers again. Srivastava et al., "Dropout" (2014).
 */
export function dropout<S extends Shape>(x: Tensor<S>, probability: number, key: RandomKey): Tensor<S> {
  requireDType('dropout', x, ['float32']);
  if (!(probability >= 0 && probability <= 1)) {
    throw new RangeError(`dropout: probability must be from 0 to 1, got ${probability}`);
  }
  return dropped(x, { chance: 1 - probability, key }) as Tensor<S>;
}

/** The gradient is the same op on the incoming gradient, and so is the gradient's gradient. */
function dropped(x: Tensor, params: Params): Tensor {
  return apply(op, [x], params);
}

/** In float32, so that every engine multiplies by the same number. */
function scaleOf(chance: number): number {
  return chance === 0 ? 0 : Math.fround(1 / chance);
}
