import * as nn from '@sonograd/nn';
import { type LossIndex, placeInputs, showCall } from '../golden/cases.ts';
import { readGolden } from '../golden/readGolden.ts';
import { inputTensor } from '../tensor/goldenOps.ts';
import { backwardAll, compareCases, outputOf, type Parity } from './parity.ts';

// Golden files name losses and their arguments as data, so that types cannot follow.
const losses = nn as unknown as Record<string, ((...call: unknown[]) => unknown) | undefined>;

/** Values and gradients of a loss against PyTorch's. */
export function lossParity(name: string): Parity {
  const { cases } = readGolden<LossIndex>('nn/losses', name);
  return compareCases(
    cases,
    (golden) => `${name}(${showCall(golden.call, golden.inputs)})`,
    (golden, comparison) => {
      const inputs = golden.inputs.map(inputTensor);
      const run = losses[name];
      if (run === undefined) throw new Error(`@sonograd/nn does not export ${name}`);
      const result = run(...(placeInputs(golden.call, inputs) as unknown[]));
      const received = golden.outputs.map((output) => outputOf(result, output));
      golden.outputs.forEach((output, k) => {
        comparison.check('value', received[k], output);
      });
      backwardAll(received, golden.outputs);
      for (const gradient of golden.gradients ?? []) {
        comparison.check(`gradient of input ${gradient.input}`, inputs[gradient.input]?.grad, gradient);
      }
    },
  );
}
