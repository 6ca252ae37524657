import { type Sampler, shuffledSampler } from '@sonograd/nn';
import type { RandomKey } from '@sonograd/tensor';

/**
 * Epochs cut into equal parts, which a trainer takes for its epochs: it validates and saves behind each. The order is
 * that of whole epochs; the few items that do not fill a part are left out, others in each epoch.
 */
export function epochsInParts(length: number, parts: number, key: RandomKey): Sampler {
  const size = Math.floor(length / parts);
  const epochs = shuffledSampler(length, key);
  return {
    length: size,
    order(part) {
      const from = size * (part % parts);
      return epochs.order(Math.floor(part / parts)).subarray(from, from + size);
    },
  };
}
