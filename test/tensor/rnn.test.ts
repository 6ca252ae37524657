import { describe, expect, test } from 'vitest';
import { showCall } from '../golden/cases.ts';
import { onEveryEngine } from './engines.ts';
import { layerProblems, readLayer } from './recurrentGolden.ts';

onEveryEngine('RNN: values and gradients of PyTorch', () => {
  const { cases } = readLayer('RNN');
  test.each(cases.map((golden, index) => [index, golden] as const))('case %i', (_, golden) => {
    expect(layerProblems('RNN', golden)).toEqual([]);
  });
});
