import type { AnyTensor } from '../../tensor.ts';
import { type AttentionParams, keptWeights, maskLayout, sizesOf } from './layout.ts';

/** out = softmax(scale q·kᵀ) v, one query after the other; weights live no longer than their query. */
export function runForward(
  [out, logSums]: readonly AnyTensor[],
  inputs: readonly AnyTensor[],
  params: AttentionParams,
): void {
  const sizes = sizesOf(inputs);
  const { keys, valueWidth } = sizes;
  const value = inputs[2]!.data;
  const to = out!.data.fill(0);
  eachQuery(inputs, params, (row, { head, scores, kept }) => {
    const largest = scores.reduce((most, score) => Math.max(most, score), -Infinity);
    const total = scores.reduce((sum, score) => sum + Math.exp(score - largest), 0);
    // A query that may look nowhere gets zeros, and no gradient.
    const isBlind = largest === -Infinity;
    logSums!.data[row] = isBlind ? Infinity : largest + Math.log(total);
    if (isBlind) return;
    for (let key = 0; key < keys; key++) {
      const weight = (Math.exp(scores[key]! - largest) / total) * kept(key);
      const from = (head * keys + key) * valueWidth;
      for (let at = 0; at < valueWidth; at++) to[row * valueWidth + at]! += weight * value[from + at]!;
    }
  });
}

/** The inputs are those of forward, then out, logSums and dOut. */
export function runBackward(
  [dQuery, dKey, dValue]: readonly AnyTensor[],
  given: readonly AnyTensor[],
  params: AttentionParams,
): void {
  const inputs = given.slice(0, -3);
  const [out, logSums, dOut] = given.slice(-3).map(({ data }) => data) as [Data, Data, Data];
  const [query, key, value] = inputs.map(({ data }) => data) as [Data, Data, Data];
  const { keys, width, valueWidth } = sizesOf(inputs);
  const [toQuery, toKey, toValue] = [dQuery!, dKey!, dValue!].map(({ data }) => data.fill(0)) as Data[];
  eachQuery(inputs, params, (row, { head, scores, kept }) => {
    const delta = dot(dOut, row * valueWidth, out, row * valueWidth, valueWidth);
    for (let at = 0; at < keys; at++) {
      const weight = Math.exp(scores[at]! - logSums[row]!);
      const place = head * keys + at;
      const dWeight = kept(at) * dot(dOut, row * valueWidth, value, place * valueWidth, valueWidth);
      const dScore = weight * (dWeight - delta) * params.scale;
      for (let k = 0; k < valueWidth; k++) {
        toValue![place * valueWidth + k]! += weight * kept(at) * dOut[row * valueWidth + k]!;
      }
      for (let k = 0; k < width; k++) {
        toQuery![row * width + k]! += dScore * key[place * width + k]!;
        toKey![place * width + k]! += dScore * query[row * width + k]!;
      }
    }
  });
}

type Data = AnyTensor['data'];

interface Row {
  readonly head: number;
  /** -Infinity where the query may not look. */
  readonly scores: Float64Array;
  /** What dropout multiplies a weight by. */
  kept(key: number): number;
}

function eachQuery(
  inputs: readonly AnyTensor[],
  { causal, scale, dropout }: AttentionParams,
  visit: (row: number, of: Row) => void,
): void {
  const [query, key, , mask] = inputs.map(({ data }) => data);
  const sizes = sizesOf(inputs);
  const { heads, queries, keys, width } = sizes;
  const layout = inputs[3] && maskLayout(inputs[3].shape, inputs[0]!.shape, keys);
  const scores = new Float64Array(keys);
  for (let head = 0; head < heads; head++) {
    const factors = dropout && keptWeights(dropout, sizes, head);
    for (let at = 0; at < queries; at++) {
      const row = head * queries + at;
      for (let k = 0; k < keys; k++) {
        const place = layout && layout.places[head]! + at * layout.queryStep + k * layout.keyStep;
        const isSeen = !(causal && k > at) && (place === undefined || mask![place] !== 0);
        const score = isSeen
          ? scale * dot(query!, row * width, key!, (head * keys + k) * width, width)
          : -Infinity;
        scores[k] = score;
      }
      visit(row, { head, scores, kept: (k) => (factors === undefined ? 1 : factors[at * keys + k]!) });
    }
  }
}

function dot(a: Data, startA: number, b: Data, startB: number, length: number): number {
  let sum = 0;
  for (let at = 0; at < length; at++) sum += a[startA + at]! * b[startB + at]!;
  return sum;
}
