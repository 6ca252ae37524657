import { setEngine } from '@sonograd/tensor';
import { afterAll, describe, expect, test } from 'vitest';
import { goldenNames } from '../golden/readGolden.ts';
import { layerBits } from './goldenLayers.ts';

/** Outputs and gradients of every case of every layer: not close, but the same. */
describe('threads compute the bits of one thread', () => {
  afterAll(() => setEngine('simd'));

  test.each([
    ...goldenNames('nn/layers').map((name) => ['nn/layers', name] as const),
    ...goldenNames('nn/audio').map((name) => ['nn/audio', name] as const),
  ])('%s/%s', (folder, name) => {
    setEngine('simd');
    const one = layerBits(folder, name);
    setEngine('threads', { threads: 3 });
    const three = layerBits(folder, name);
    expect(one.length).toBeGreaterThan(0);
    expect(three).toEqual(one);
  });
});
