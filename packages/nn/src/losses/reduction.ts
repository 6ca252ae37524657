import type { Tensor } from '@sonograd/tensor';
import { showShape } from '../module/shape.ts';

export type Reduction = 'mean' | 'sum' | 'none';

export interface LossOptions {
  /** What becomes of the losses of all elements (or rows); their mean unless said otherwise. */
  readonly reduction?: Reduction;
}

const reductions: Readonly<Record<Reduction, (losses: Tensor) => Tensor>> = {
  mean: (losses) => losses.mean(),
  sum: (losses) => losses.sum(),
  none: (losses) => losses,
};

export function reduced(loss: string, losses: Tensor, { reduction = 'mean' }: LossOptions): Tensor {
  if (!Object.hasOwn(reductions, reduction)) {
    throw new RangeError(
      `${loss}: reduction must be one of ${Object.keys(reductions).join(', ')}, got ${reduction}`,
    );
  }
  return reductions[reduction](losses);
}

interface Shaped {
  readonly shape: readonly number[];
}

/** A broadcast between prediction and target is nearly always a mistake, and an expensive one to find. */
export function requireSameShape(loss: string, prediction: Shaped, target: Shaped): void {
  const [first, second] = [showShape(prediction.shape), showShape(target.shape)];
  if (first !== second) throw new RangeError(`${loss}: shapes differ, ${first} and ${second}`);
}

/** One label for each row: all axes but the last. */
export function requireRows(loss: string, rows: Shaped, labels: Shaped): void {
  const [wanted, given] = [showShape(rows.shape.slice(0, -1)), showShape(labels.shape)];
  if (wanted !== given) throw new RangeError(`${loss}: labels must be ${wanted}, got ${given}`);
}
