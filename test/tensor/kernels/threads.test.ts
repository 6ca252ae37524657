import { type AnyTensor, fromArray, noGrad, type Shape, setEngine, type Tensor } from '@sonograd/tensor';
import { poolReady, poolState } from '@sonograd/wasm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { noise } from './compare.ts';

const sizeOf = (shape: Shape) => shape.reduce((product, size) => product * size, 1);
const filled = (shape: Shape, seed = 1) => fromArray(noise(sizeOf(shape), seed), shape) as Tensor;

/** Large enough for many ranges on every kernel, and no multiple of anything. */
const calls: Record<string, () => AnyTensor> = {
  'a formula': () => filled([200_003]).tanh(),
  'a formula on int32': () => filled([200_003]).mul(1000).to('int32').square(),
  'same shapes': () => filled([200_003]).add(filled([200_003], 2)),
  'a row beside a matrix': () => filled([401, 503]).mul(filled([503], 2)),
  'a column beside a matrix': () => filled([401, 503]).mul(filled([401, 1], 2)),
  channels: () => filled([7, 33, 1009]).sub(filled([33, 1], 2)),
  'a comparison': () => filled([401, 503]).lt(filled([503], 2)),
  where: () => filled([401, 503]).where(filled([401, 1]).gt(0), filled([503], 2)),
  'a conversion': () => filled([200_003]).mul(9).to('int32'),
  pow: () =>
    filled([100_003])
      .abs()
      .pow(filled([100_003], 2)),
  'a whole sum': () => filled([300_007]).sum(),
  'sums of rows': () => filled([97, 3001]).sum(1),
  'sums of columns': () => filled([3001, 97]).sum(0),
  'sums of a few columns': () => filled([100_003, 3]).sum(0),
  'a maximum': () => filled([300_007]).max(),
  'places of maxima': () => filled([3001, 97]).argmax(1),
  'places of minima': () => filled([3001, 97]).argmin(0),
  'softmax of rows': () => filled([3001, 33]).softmax(1),
  'softmax of columns': () => filled([33, 3001]).softmax(0),
  'a transpose': () => filled([701, 503]).permute([1, 0]),
  heads: () => filled([9, 33, 8, 65]).permute([0, 2, 1, 3]),
  'a reversal': () => filled([401, 503]).flip([0, 1]),
  'every second element': () => filled([401, 503]).slice(1, 1, 500, 2),
  repetition: () => filled([401, 1]).expand([401, 503]),
};

function bitsOf(run: () => AnyTensor): Uint8Array {
  let bits = new Uint8Array(0);
  noGrad(() => {
    bits = new Uint8Array(run().data.slice().buffer);
  });
  return bits;
}

describe('the same bits as on one thread', () => {
  const alone = new Map<string, Uint8Array>();

  beforeAll(() => {
    setEngine('threads', { threads: 1 });
    for (const [name, run] of Object.entries(calls)) alone.set(name, bitsOf(run));
  });
  afterAll(() => setEngine('simd'));

  test.each([2, 3, 4, 8])('on %i', async (threads) => {
    setEngine('threads', { threads });
    bitsOf(() => filled([200_003]).relu());
    await poolReady();
    expect(poolState().workersUp).toBe(threads - 1);
    const changed = Object.entries(calls).filter(
      ([name, run]) => Buffer.compare(bitsOf(run), alone.get(name)!) !== 0,
    );
    expect(changed.map(([name]) => name)).toEqual([]);
  });
});
