import { type RandomKey, threefry } from './threefry.ts';

/**
 * What a counter is used for stands in its top bits, so that drawing, splitting and folding under one key
 * never share a counter. Drawing counts blocks from zero and stays below 2^53, far from these.
 */
const SPLIT = 0x80000000;
const FOLD_NUMBER = 0x40000000;
const FOLD_LABEL = 0xc0000000;
const WORD = 2 ** 32;

/** The key of a seed; everything random in a program should descend from one of these. */
export function randomKey(seed: number): RandomKey {
  requireCount('randomKey', 'seed', seed);
  return { high: Math.floor(seed / WORD), low: seed >>> 0 };
}

/** `count` keys whose streams are independent of each other and of the parent's. */
export function splitKey(key: RandomKey, count = 2): RandomKey[] {
  requireCount('splitKey', 'count', count);
  return Array.from({ length: count }, (_, index) => derive(key, SPLIT, index));
}

/** The key of a numbered or named branch: `foldIn(key, epoch)`, `foldIn(key, 'dropout')`. */
export function foldIn(key: RandomKey, data: number | string): RandomKey {
  if (typeof data === 'number') {
    requireCount('foldIn', 'data', data);
    return derive(key, FOLD_NUMBER + Math.floor(data / WORD), data >>> 0);
  }
  let folded = derive(key, FOLD_LABEL, data.length);
  for (let at = 0; at < data.length; at++) folded = derive(folded, FOLD_LABEL + 1, data.charCodeAt(at));
  return folded;
}

function derive(key: RandomKey, counterHigh: number, counterLow: number): RandomKey {
  const block = new Uint32Array(2);
  threefry(block, key, counterHigh, counterLow);
  return { high: block[0], low: block[1] };
}

export function requireCount(op: string, name: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new RangeError(`${op}: ${name} must be an integer from 0 to 2^53 - 1, got ${value}`);
  }
}
