import { readFileSync } from 'node:fs';
import { crossEntropy, loadStateDict } from '@sonograd/nn';
import { decodeSafetensors, type Tensor } from '@sonograd/tensor';
import type { ModelIndex } from '../golden/cases.ts';
import { type Expected, goldenPath, readGolden } from '../golden/readGolden.ts';
import { inputTensor } from '../tensor/goldenOps.ts';
import { checkBuffers, checkGradients } from './goldenLayers.ts';
import { models } from './models.ts';
import { compareCases, type Parity } from './parity.ts';

/** Weights as PyTorch wrote them must give PyTorch's logits, loss, gradients and running statistics. */
export function modelParity(name: string): Parity {
  const { cases } = readGolden<ModelIndex>('nn/models', name);
  const { tensors } = decodeSafetensors(readFileSync(goldenPath('nn/models', `${name}.safetensors`)));
  return compareCases(
    cases,
    ({ training }) => `${name} in ${training ? 'training' : 'evaluation'}`,
    (golden, comparison) => {
      const model = models[name]?.();
      if (model === undefined) throw new Error(`there is no model ${name}`);
      loadStateDict(model.train(golden.training), tensors);
      const [x, labels] = golden.inputs.map(inputTensor);
      const logits = model.forward(x as Tensor);
      const loss = crossEntropy(logits, labels as Tensor<readonly number[], 'int32'>);
      comparison.check('logits', logits, golden.logits);
      comparison.check('loss', loss, golden.loss);
      loss.backward();
      comparison.check('gradient of x', x?.grad, golden.inputGradient);
      checkGradients(comparison, model, onOneScale(golden.parameterGradients));
      checkBuffers(comparison, model, golden.buffersAfter);
    },
  );
}

/** A bias in front of a batch-norm has no gradient but rounding: it is held against a hundredth of the largest one. */
function onOneScale(gradients: Readonly<Record<string, Expected>>): Record<string, Expected> {
  const least = 0.01 * Math.max(...Object.values(gradients).map(({ floor }) => floor));
  return Object.fromEntries(
    Object.entries(gradients).map(([name, own]) => [name, { ...own, floor: Math.max(own.floor, least) }]),
  );
}
