import type { Module } from '@sonograd/nn';
import { isRecording, scope, type Tensor } from '@sonograd/tensor';
import type { PairBatch } from './pairData.ts';

type Loss<M> = (model: M, batch: PairBatch) => Tensor;

/**
 * The mean loss of a large batch, a few rows at a time, so that no more than those few are in memory: the gradient of
 * a mean is the mean of gradients, and all but the last part are sent backward at once. What the model takes from the
 * batch as a whole it takes from each part; batch-norm's statistics are those of so many rows.
 */
export function inParts<M extends Module>(rowsAtOnce: number, lossOf: Loss<M>): Loss<M> {
  return (model, { x, y }) => {
    const rows = x.shape[0] ?? 0;
    const part = (from: number): Tensor => {
      const to = Math.min(from + rowsAtOnce, rows);
      const cut = (tensor: Tensor) => tensor.slice(0, from, to) as Tensor;
      return lossOf(model, { x: cut(x), y: cut(y) }).mul((to - from) / rows) as Tensor;
    };
    const last = rowsAtOnce * Math.floor((rows - 1) / rowsAtOnce);
    let before = 0;
    for (let from = 0; from < last; from += rowsAtOnce) {
      before += scope(() => {
        const loss = part(from);
        if (isRecording()) loss.backward();
        return loss.item();
      });
    }
    return part(last).add(before) as Tensor;
  };
}
