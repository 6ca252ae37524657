import { engineNames, setEngine } from '@sonograd/tensor';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { failures, readOp } from './goldenOps.ts';

const windowOps = [
  'conv1d',
  'conv2d',
  'convTranspose1d',
  'convTranspose2d',
  'maxPool1d',
  'maxPool2d',
  'avgPool1d',
  'avgPool2d',
  'adaptiveAvgPool1d',
  'adaptiveAvgPool2d',
  'resize',
];

describe.each(engineNames)('values and gradients of PyTorch on %s', (engine) => {
  beforeAll(() => setEngine(engine));
  afterAll(() => setEngine('simd'));

  test.each(windowOps)('%s', (op) => {
    expect(failures(readOp('ops/network', op))).toEqual([]);
  });
});
