import { expect, test } from 'vitest';
import { onEveryEngine } from './engines.ts';
import { failures, readOp } from './goldenOps.ts';

onEveryEngine('attention', () => {
  test('values and gradients of PyTorch', () => {
    expect(failures(readOp('ops/network', 'scaledDotProductAttention'))).toEqual([]);
  });
});
