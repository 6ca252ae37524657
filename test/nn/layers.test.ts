import { expect, test } from 'vitest';
import { goldenNames } from '../golden/readGolden.ts';
import { onEveryEngine } from '../tensor/engines.ts';
import { layerParity } from './goldenLayers.ts';

onEveryEngine('output, gradients and running statistics of PyTorch', () => {
  test.each(goldenNames('nn/layers'))('%s', (layer) => {
    expect(layerParity('nn/layers', layer).problems).toEqual([]);
  });
});
