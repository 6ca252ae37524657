import { adam, type Module } from '@sonograd/nn';
import { scope, type Tensor } from '@sonograd/tensor';
import type { Prepared } from '../case.ts';

/** A network with its batch: what a training step needs to know. */
export interface Lesson {
  readonly model: Module;
  readonly loss: () => Tensor;
}

/** Forward, loss, backward and Adam. */
export function trainingStep({ model, loss }: Lesson): Prepared {
  const optimizer = adam(model, { rate: 1e-3 });
  return {
    run: () =>
      scope('step', () => {
        optimizer.zeroGrad();
        loss().backward();
        optimizer.step();
      }),
    release: () => {
      optimizer.zeroGrad();
      for (const parameter of model.parameters()) parameter.dispose();
    },
  };
}
