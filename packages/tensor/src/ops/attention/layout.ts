import { type RandomKey, threefry } from '../../random/threefry.ts';
import { broadcastStrides } from '../../shape/broadcast.ts';
import { sizeOf } from '../../shape/shape.ts';
import type { Shape } from '../../types/shape.ts';

export interface AttentionParams {
  readonly causal: boolean;
  readonly scale: number;
  readonly dropout: WeightDropout | undefined;
}

/** Weights are dropped where a random number of 16 bits lies below the threshold. */
export interface WeightDropout {
  readonly key: RandomKey;
  readonly threshold: number;
  /** What the others are multiplied by, so that the mean stays. */
  readonly growth: number;
}

/** All leading axes count as heads. */
export interface AttentionSizes {
  readonly heads: number;
  readonly queries: number;
  readonly keys: number;
  readonly width: number;
  readonly valueWidth: number;
}

export function sizesOf([query, key, value]: readonly { readonly shape: Shape }[]): AttentionSizes {
  const [queries, width] = query!.shape.slice(-2) as [number, number];
  const [keys, valueWidth] = [key!.shape.at(-2)!, value!.shape.at(-1)!];
  return { heads: sizeOf(query!.shape.slice(0, -2)), queries, keys, width, valueWidth };
}

/** Where a mask that broadcasts has the byte of a pair: places[head] + query * queryStep + key * keyStep. */
export interface MaskLayout {
  readonly places: Int32Array;
  readonly queryStep: number;
  readonly keyStep: number;
}

export function maskLayout(mask: Shape, query: Shape, keys: number): MaskLayout {
  const leading = query.slice(0, -2);
  const strides = broadcastStrides(mask, [...leading, query.at(-2)!, keys]);
  const places = new Int32Array(sizeOf(leading));
  for (let head = 0; head < places.length; head++) {
    let rest = head;
    for (let axis = leading.length - 1; axis >= 0; axis--) {
      places[head]! += (rest % leading[axis]!) * strides[axis]!;
      rest = Math.floor(rest / leading[axis]!);
    }
  }
  return { places, queryStep: strides.at(-2)!, keyStep: strides.at(-1)! };
}

export function weightDropout(key: RandomKey, probability: number): WeightDropout | undefined {
  const threshold = Math.round(probability * 65_536);
  return threshold === 0 ? undefined : { key, threshold, growth: 65_536 / (65_536 - threshold) };
}

/** The factors of one head, [queries, keys]: the same numbers that the kernel makes tile by tile. */
export function keptWeights(
  { key, threshold, growth }: WeightDropout,
  { queries, keys }: AttentionSizes,
  head: number,
): Float32Array {
  const kept = new Float32Array(queries * keys);
  const block = new Uint32Array(2);
  const [groups, pairs] = [Math.ceil(queries / 8), Math.ceil(keys / 2)];
  for (let query = 0; query < queries; query++) {
    for (let at = 0; at < keys; at++) {
      const group = (head * pairs + (at >> 1)) * groups + (query >> 3);
      threefry(block, key, 0, (group * 4 + ((query & 7) >> 1)) >>> 0);
      const word = block[query & 1]!;
      const bits = (at & 1) === 0 ? word & 0xffff : word >>> 16;
      kept[query * keys + at] = bits >= threshold ? growth : 0;
    }
  }
  return kept;
}
