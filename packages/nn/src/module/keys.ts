import { foldIn, type RandomKey, randomKey } from '@sonograd/tensor';

/** How many layers were made from a key so far. */
const drawn = new WeakMap<RandomKey, number>();

let withoutKey = randomKey(0);

/**
 * The key of the next layer made from `key`: layers that are given the same key object, one after another, each
 * get a stream of their own. Without a key, layers draw from a series that `seedLayers` starts anew.
 */
export function layerKey(key: RandomKey = withoutKey): RandomKey {
  const count = drawn.get(key) ?? 0;
  drawn.set(key, count + 1);
  return foldIn(key, count);
}

export function seedLayers(seed: number): void {
  withoutKey = randomKey(seed);
}
