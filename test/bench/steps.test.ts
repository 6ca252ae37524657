import { describe, expect, test } from 'vitest';
import { cnn, uNet, vae } from '../../bench/steps/images.ts';
import { concatenationAe, frameMlp, framePairAe, mnistMlp } from '../../bench/steps/perceptrons.ts';
import { biLstm, siamese, transformer } from '../../bench/steps/sequences.ts';
import { type Lesson, trainingStep } from '../../bench/steps/step.ts';

/** As PyTorch counts them for the models of bench/peers/torch_steps.py. */
const parameters: readonly (readonly [name: string, lesson: () => Lesson, count: number])[] = [
  ['averaged-frame MLP', frameMlp, 8906],
  ['frame-pair AE', framePairAe, 65_920],
  ['concatenation AE', concatenationAe, 8_660_224],
  ['MNIST MLP', mnistMlp, 5_012_490],
  ['CNN', cnn, 24_170],
  ['BiLSTM', biLstm, 201_226],
  ['Transformer', transformer, 539_530],
  ['VAE', vae, 1_051_809],
  ['Siamese BiGRU', siamese, 1_315_584],
  ['U-Net', uNet, 467_233],
];

describe('the models of the training steps', () => {
  test.each(parameters)('%s has as many parameters as in PyTorch', (_, lesson, count) => {
    const { model } = lesson();
    expect(model.parameters().reduce((total, { size }) => total + size, 0)).toBe(count);
  });
});

describe('a training step', () => {
  test('learns its batch by heart', () => {
    const lesson = frameMlp();
    const step = trainingStep(lesson);
    if (!('run' in step)) throw new Error('a step is timed from outside');
    const before = lesson.loss().item();
    for (let call = 0; call < 50; call++) step.run();
    expect(lesson.loss().item()).toBeLessThan(0.7 * before);
    step.release();
    expect(() => step.run()).toThrow(/freed/);
  });
});
