import { logicalAnd, logicalNot, type Tensor } from '@sonograd/tensor';

/** A tensor of yes and no. */
export type Mask = Tensor<readonly number[], 'bool'>;

/** Where attention must not look, in PyTorch's words: true is "not there". */
export interface MaskOptions {
  /** For each query and key: [queries, keys], or with [batch, heads] in front. */
  readonly attentionMask?: Mask;
  /** The padding of each row of the batch: [batch, keys]. */
  readonly keyPaddingMask?: Mask;
  /** No query sees what comes after it. */
  readonly causal?: boolean;
}

/** True where attention may look, broadcasting to [batch, heads, queries, keys]; nothing where it may everywhere. */
export function allowedPlaces({ attentionMask, keyPaddingMask }: MaskOptions): Mask | undefined {
  const allowed = attentionMask && (logicalNot(attentionMask) as Mask);
  if (keyPaddingMask === undefined) return allowed;
  const [batch = 0, keys = 0] = keyPaddingMask.shape;
  const present = logicalNot(keyPaddingMask).reshape([batch, 1, 1, keys]) as Mask;
  return allowed === undefined ? present : (logicalAnd(allowed, present) as Mask);
}
