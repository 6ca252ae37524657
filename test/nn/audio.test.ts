import { expect, test } from 'vitest';
import { goldenNames } from '../golden/readGolden.ts';
import { onEveryEngine } from '../tensor/engines.ts';
import { layerParity } from './goldenLayers.ts';

onEveryEngine('output and gradients of torchaudio', () => {
  test.each(goldenNames('nn/audio'))('%s', (layer) => {
    expect(layerParity('nn/audio', layer).problems).toEqual([]);
  });
});
