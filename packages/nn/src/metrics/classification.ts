import type { Tensor } from '@sonograd/tensor';

type Labels = Tensor<readonly number[], 'int32'>;

/** The share of rows whose highest score is that of their label. */
export function accuracy(scores: Tensor, labels: Labels): number {
  return topKAccuracy(scores, labels, 1);
}

/** The share of rows whose label is among their k highest scores; of equal scores those of lower classes come first. */
export function topKAccuracy(scores: Tensor, labels: Labels, k: number): number {
  const { rows, classes } = requireRows('topKAccuracy', scores, labels);
  if (!Number.isInteger(k) || k < 1 || k > classes) {
    throw new RangeError(`topKAccuracy: k must be from 1 to ${classes}, got ${k}`);
  }
  let hits = 0;
  for (let row = 0; row < rows; row++) {
    const own = scores.data.subarray(row * classes, (row + 1) * classes);
    if (rankOf(own, labels.data[row]!) < k) hits += 1;
  }
  return hits / rows;
}

/** The class of the highest score in each row. */
export function predictions(scores: Tensor): Int32Array {
  return scores.argmax(-1).data.slice();
}

/** How many scores stand before that of the label; a score that is no number stands last. */
function rankOf(scores: Float32Array, label: number): number {
  const own = scores[label]!;
  if (Number.isNaN(own)) return scores.length;
  let rank = 0;
  for (let index = 0; index < scores.length; index++) {
    const other = scores[index]!;
    if (other > own || (other === own && index < label)) rank += 1;
  }
  return rank;
}

function requireRows(metric: string, scores: Tensor, labels: Labels): { rows: number; classes: number } {
  const [rows, classes] = scores.shape;
  if (scores.rank !== 2 || labels.rank !== 1 || rows !== labels.size || rows === 0) {
    throw new RangeError(
      `${metric}: scores must be [rows, classes] and labels [rows], got [${scores.shape.join(', ')}] and ` +
        `[${labels.shape.join(', ')}]`,
    );
  }
  requireLabels(metric, labels.data, classes!);
  return { rows: rows!, classes: classes! };
}

export function requireLabels(metric: string, labels: ArrayLike<number>, classes: number): void {
  for (let index = 0; index < labels.length; index++) {
    const label = labels[index]!;
    if (!Number.isInteger(label) || label < 0 || label >= classes) {
      throw new RangeError(`${metric}: labels must be from 0 to ${classes - 1}, got ${label} at ${index}`);
    }
  }
}
