import { expect, test } from 'vitest';
import { goldenNames } from '../golden/readGolden.ts';
import { onEveryEngine } from '../tensor/engines.ts';
import { modelParity } from './goldenModels.ts';

onEveryEngine('weights from PyTorch give logits, loss and gradients of PyTorch', () => {
  test.each(goldenNames('nn/models'))('%s', (model) => {
    expect(modelParity(model).problems).toEqual([]);
  });
});
