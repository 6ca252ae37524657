import {
  adam,
  adamW,
  crossEntropy,
  DataLoader,
  Linear,
  loadStateDict,
  type Optimizer,
  rmsprop,
  type Schedule,
  Sequential,
  sgd,
  Tanh,
  Trainer,
  tensorDataset,
} from '@sonograd/nn';
import type { Tensor } from '@sonograd/tensor';
import { describe, expect, test } from 'vitest';
import type { TrainingIndex } from '../../golden/cases.ts';
import { difference, goldenNames, readGolden } from '../../golden/readGolden.ts';
import { onEveryEngine } from '../../tensor/engines.ts';
import { inputTensor } from '../../tensor/goldenOps.ts';

type Options = { rate: number | Schedule };
const makers: Record<string, (model: Sequential<never>, options: Options) => Optimizer> = {
  adam,
  adamW,
  rmsprop,
  sgd,
};

onEveryEngine('a whole training follows PyTorch, loss by loss within 1e-4', () => {
  describe.each(goldenNames('nn/training'))('%s', (name) => {
    const { cases } = readGolden<TrainingIndex>('nn/training', name);

    test.each(
      cases.map((golden) => [golden.rates === undefined ? 'one rate' : 'a schedule', golden] as const),
    )('with %s', async (_, golden) => {
      const model = new Sequential(new Linear(7, 16), new Tanh(), new Linear(16, 3));
      loadStateDict(
        model,
        new Map(Object.entries(golden.parameters).map(([key, input]) => [key, inputTensor(input)])),
      );
      const [x, y] = golden.inputs.map(inputTensor) as [Tensor<[32, 7]>, Tensor<[32], 'int32'>];
      const { rates } = golden;
      const rate = rates === undefined ? {} : { rate: { rateAt: (step: number) => rates[step]! } };
      const options = { ...golden.options, ...rate } as Options;
      const trainer = new Trainer({
        model,
        optimizer: makers[name]!(model as never, options),
        loss: (m, batch: { x: Tensor<readonly [number, 7]>; y: Tensor<readonly [number], 'int32'> }) =>
          crossEntropy(m.forward(batch.x), batch.y),
      });
      const loader = new DataLoader(tensorDataset({ x, y }), { batchSize: 32 });
      const { history } = await trainer.fit(loader, { epochs: 100 });
      history.steps.loss.forEach((loss, step) => {
        const expected = golden.losses[step]!;
        expect(Math.abs(loss - expected) / expected, `step ${step}`).toBeLessThanOrEqual(golden.tolerance);
      });
      for (const [key, parameter] of model.namedParameters()) {
        expect(difference(parameter, golden.parametersAfter[key]!, golden.tolerance), key).toBeUndefined();
      }
    });
  });
});
