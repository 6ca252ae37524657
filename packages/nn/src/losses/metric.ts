import { type Tensor, where } from '@sonograd/tensor';
import { type LossOptions, reduced, requireRows, requireSameShape } from './reduction.ts';

/** A label for each pair of rows. */
type PairLabels = Tensor<readonly number[], 'int32'>;

/** Keeps a division from a length of zero away. */
const smallestLength = 1e-8;

export interface MarginOptions extends LossOptions {
  readonly margin?: number;
}

/** Rows that belong together (1) should point the same way, others (-1) not closer than a cosine of `margin`. */
export function cosineEmbedding(
  a: Tensor,
  b: Tensor,
  labels: PairLabels,
  options: MarginOptions = {},
): Tensor {
  requireSameShape('cosineEmbedding', a, b);
  requireRows('cosineEmbedding', a, labels);
  const { margin = 0 } = options;
  const cosine = cosineSimilarity(a, b);
  const together = cosine.neg().add(1);
  const apart = cosine.sub(margin).relu();
  return reduced('cosineEmbedding', where(labels.eq(1), together, apart), options);
}

/** Rows that belong together (1) attract, others (0) repel up to the margin (Hadsell, Chopra and LeCun, 2006). */
export function contrastive(a: Tensor, b: Tensor, labels: PairLabels, options: MarginOptions = {}): Tensor {
  requireSameShape('contrastive', a, b);
  requireRows('contrastive', a, labels);
  const { margin = 1 } = options;
  const distance = a.sub(b).norm(-1);
  const repelled = distance.neg().add(margin).relu();
  return reduced('contrastive', where(labels.eq(1), distance.square(), repelled.square()).mul(0.5), options);
}

/** The positive should be nearer to the anchor than the negative, by `margin` (Schroff et al., 2015). */
export function triplet(
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  options: MarginOptions = {},
): Tensor {
  requireSameShape('triplet', anchor, positive);
  requireSameShape('triplet', anchor, negative);
  const { margin = 1 } = options;
  // The small shift is PyTorch's: it keeps the slope of the distance finite.
  const near = anchor.sub(positive).add(1e-6).norm(-1);
  const far = anchor.sub(negative).add(1e-6).norm(-1);
  return reduced('triplet', near.sub(far).add(margin).relu(), options);
}

function cosineSimilarity(a: Tensor, b: Tensor): Tensor {
  const lengths = a.norm(-1).maximum(smallestLength).mul(b.norm(-1).maximum(smallestLength));
  return a.mul(b).sum(-1).div(lengths);
}
