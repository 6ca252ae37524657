import { expect, test } from 'vitest';
import { goldenNames } from '../golden/readGolden.ts';
import { onEveryEngine } from '../tensor/engines.ts';
import { lossParity } from './goldenLosses.ts';

onEveryEngine('values and gradients of PyTorch', () => {
  test.each(goldenNames('nn/losses'))('%s', (loss) => {
    expect(lossParity(loss).problems).toEqual([]);
  });
});
