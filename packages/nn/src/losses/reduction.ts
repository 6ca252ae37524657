import type { Tensor } from '@sonograd/tensor';

export type Reduction = 'mean' | 'sum' | 'none';

export interface LossOptions {
  /** What becomes of the losses of all elements (or rows); their mean unless said otherwise. */
  readonly reduction?: Reduction;
}

export function reduced(losses: Tensor, { reduction = 'mean' }: LossOptions): Tensor {
  if (reduction === 'none') return losses;
  return reduction === 'sum' ? losses.sum() : losses.mean();
}

/** A broadcast between prediction and target is nearly always a mistake, and an expensive one to find. */
export function requireSameShape(
  loss: string,
  prediction: Tensor,
  target: { readonly shape: readonly number[] },
): void {
  const [first, second] = [prediction.shape, target.shape].map((shape) => `[${shape.join(', ')}]`);
  if (first !== second)
    throw new RangeError(`${loss}: prediction and target differ in shape, ${first} and ${second}`);
}
