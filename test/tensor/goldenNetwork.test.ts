import { engine as currentEngine, engineNames, setEngine } from '@sonograd/tensor';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { goldenNames } from '../golden/readGolden.ts';
import { failures, readOp } from './goldenOps.ts';

describe.each(engineNames)('values and gradients of PyTorch for the ops of networks on %s', (engine) => {
  beforeAll(() => setEngine(engine));
  afterAll(() => setEngine('simd'));

  test.each(goldenNames('ops/network'))('%s', (op) => {
    expect(currentEngine().name).toBe(engine);
    expect(failures(readOp('ops/network', op))).toEqual([]);
  });
});
