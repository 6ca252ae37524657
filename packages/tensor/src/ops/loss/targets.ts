import type { Layout } from '../../reduction/reduction.ts';
import type { AnyTensor } from '../../tensor.ts';

/** How labels turn into targets. */
export interface Targets {
  /** Rows with this label count for nothing. */
  readonly ignoreIndex: number;
  /** This share of each target is spread evenly over all classes. */
  readonly labelSmoothing: number;
  /** One for each class; all 1 where absent. */
  readonly weights: Float32Array | undefined;
}

/** What each class of each label weighs in the loss, in the layout of the logits: loss = -sum(shares log softmax). */
export function targetShares(
  labels: AnyTensor,
  { outer, length, inner }: Layout,
  targets: Targets,
): Float32Array {
  const { ignoreIndex, labelSmoothing, weights } = targets;
  const shares = new Float32Array(outer * length * inner);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const label = labels.data[o * inner + i]!;
      if (label === ignoreIndex) continue;
      for (let c = 0; c < length; c++) {
        const even = labelSmoothing / length;
        const share = c === label ? 1 - labelSmoothing + even : even;
        shares[(o * length + c) * inner + i] = share * (weights?.[c] ?? 1);
      }
    }
  }
  return shares;
}

export function checkLabels(labels: AnyTensor, classes: number, ignoreIndex: number): void {
  labels.data.forEach((label: number, position: number) => {
    if (label === ignoreIndex || (label >= 0 && label < classes)) return;
    throw new RangeError(
      `crossEntropy: labels must be from 0 to ${classes - 1} or ${ignoreIndex}, got ${label} at position ${position}`,
    );
  });
}
