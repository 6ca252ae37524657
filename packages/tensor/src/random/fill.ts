import { gaussianPair } from './gaussian.ts';
import { requireCount } from './keys.ts';
import { type RandomKey, threefry } from './threefry.ts';

/**
 * Element `i` of a stream is word `i & 1` of block `i >> 1`: it depends on the key and on `i` alone. `offset`
 * is the index of `out[0]` in the stream, so any stretch of it can be made on its own.
 */
const WORD = 2 ** 32;
const UNIT = 2 ** -24;

/** Uniform on [low, high). */
export function fillUniform(out: Float32Array, key: RandomKey, low = 0, high = 1, offset = 0): Float32Array {
  const { start, span, limit } = uniformRange(low, high);
  forEachWord('fillUniform', out.length, key, offset, (word, at) => {
    out[at] = Math.min(Math.fround(start + Math.fround((word >>> 8) * UNIT * span)), limit);
  });
  return out;
}

/** Normal with the given mean and standard deviation. */
export function fillNormal(
  out: Float32Array,
  key: RandomKey,
  mean = 0,
  deviation = 1,
  offset = 0,
): Float32Array {
  const { center, scale } = normalMoments(mean, deviation);
  const pair = new Float32Array(2);
  forEachBlock('fillNormal', out.length, key, offset, (block, at) => {
    gaussianPair(pair, block[0], block[1]);
    if (at >= 0) out[at] = center + Math.fround(pair[0] * scale);
    if (at + 1 < out.length) out[at + 1] = center + Math.fround(pair[1] * scale);
  });
  return out;
}

/** 1 with the given probability, else 0: the masks of dropout, made again from the key when needed. */
export function fillBernoulli<Out extends Uint8Array | Int32Array | Float32Array>(
  out: Out,
  key: RandomKey,
  probability: number,
  offset = 0,
): Out {
  const threshold = bernoulliThreshold(probability);
  forEachWord('fillBernoulli', out.length, key, offset, (word, at) => {
    out[at] = word >>> 8 < threshold ? 1 : 0;
  });
  return out;
}

/** Integers on [low, high); each takes a whole block, so no value is favoured by more than 2^-21. */
export function randomIntegers(
  out: Int32Array,
  key: RandomKey,
  low: number,
  high: number,
  offset = 0,
): Int32Array {
  if (
    !Number.isInteger(low) ||
    !Number.isInteger(high) ||
    low >= high ||
    low < -(2 ** 31) ||
    high > 2 ** 31
  ) {
    throw new RangeError(`randomIntegers: needs int32 bounds with low < high, got ${low}, ${high}`);
  }
  const block = new Uint32Array(2);
  requireCount('randomIntegers', 'offset', offset);
  for (let at = 0; at < out.length; at++) {
    threefry(block, key, Math.floor((offset + at) / WORD), (offset + at) >>> 0);
    const fraction = ((block[0] >>> 5) * 2 ** 26 + (block[1] >>> 6)) * 2 ** -53;
    out[at] = low + Math.floor(fraction * (high - low));
  }
  return out;
}

/** The numbers 0 to count - 1 in random order (Fisher-Yates). */
export function permutation(count: number, key: RandomKey): Int32Array {
  requireCount('permutation', 'count', count);
  const order = Int32Array.from({ length: count }, (_, index) => index);
  const draw = new Int32Array(1);
  for (let last = count - 1; last > 0; last--) {
    const pick = randomIntegers(draw, key, 0, last + 1, last)[0];
    [order[last], order[pick]] = [order[pick], order[last]];
  }
  return order;
}

/** What a uniform draw multiplies and adds, in float32; rounding must not carry a draw up to `high` itself. */
export function uniformRange(low: number, high: number): { start: number; span: number; limit: number } {
  const [start, end] = [Math.fround(low), Math.fround(high)];
  const span = Math.fround(end - start);
  if (!(start < end) || span === Infinity) {
    throw new RangeError(`fillUniform: needs finite float32 bounds with low < high, got ${low}, ${high}`);
  }
  return { start, span, limit: nextBelow(end) };
}

/** Mean and deviation in float32. */
export function normalMoments(mean: number, deviation: number): { center: number; scale: number } {
  const [center, scale] = [Math.fround(mean), Math.fround(deviation)];
  if (!Number.isFinite(center) || !(scale >= 0 && scale < Infinity)) {
    throw new RangeError(
      `fillNormal: needs a finite float32 mean and a deviation of at least 0, got ${mean}, ${deviation}`,
    );
  }
  return { center, scale };
}

/** Of the 2^24 values that the upper bits of a word take, so many mean 1. */
export function bernoulliThreshold(probability: number): number {
  if (!(probability >= 0 && probability <= 1)) {
    throw new RangeError(`fillBernoulli: probability must lie in [0, 1], got ${probability}`);
  }
  return Math.round(probability / UNIT);
}

function nextBelow(value: number): number {
  if (value === 0) return -(2 ** -149);
  const bits = new Int32Array(Float32Array.of(value).buffer);
  bits[0] += value > 0 ? -1 : 1;
  return new Float32Array(bits.buffer)[0];
}

function forEachWord(
  op: string,
  length: number,
  key: RandomKey,
  offset: number,
  visit: (word: number, at: number) => void,
): void {
  forEachBlock(op, length, key, offset, (block, at) => {
    if (at >= 0) visit(block[0], at);
    if (at + 1 < length) visit(block[1], at + 1);
  });
}

/** Visits the blocks that cover a stretch; `at` is where the block's first word belongs, -1 when before it. */
function forEachBlock(
  op: string,
  length: number,
  key: RandomKey,
  offset: number,
  visit: (block: Uint32Array, at: number) => void,
): void {
  requireCount(op, 'offset', offset);
  const block = new Uint32Array(2);
  for (let at = -(offset % 2); at < length; at += 2) {
    const counter = (offset + at) / 2;
    threefry(block, key, Math.floor(counter / WORD), counter >>> 0);
    visit(block, at);
  }
}
