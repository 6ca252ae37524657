import { noGrad, oneHot, type Tensor } from '@sonograd/tensor';
import type { Heard } from '../pipeline.ts';
import type { Judge } from './judge.ts';
import type { Told, VaeSystem } from './model.ts';

/** What the judge makes of pictures: the digit it names, and the share of certainty it gives that name. */
export function hear(judge: Judge, pictures: Tensor): Heard[] {
  return noGrad(() => {
    const scores = judge.forward(pictures).softmax(-1) as Tensor;
    return Array.from({ length: scores.shape[0] ?? 0 }, (_, row) => {
      const own = scores.data.subarray(10 * row, 10 * row + 10);
      const confidence = Math.max(...own);
      return { digit: own.indexOf(confidence), confidence };
    });
  });
}

/** The digits that a conditional model is told where nobody says them: those that the judge hears. */
export function heardIn({ judge, vae }: VaeSystem, pictures: Tensor): Told {
  if (!vae.conditional) return undefined;
  return oneHot(judge.forward(pictures).argmax(-1) as Tensor<[number], 'int32'>, 10) as Tensor;
}
