import type { Case } from '../case.ts';
import { cnn, uNet, vae } from '../steps/images.ts';
import { concatenationAe, frameMlp, framePairAe, mnistMlp } from '../steps/perceptrons.ts';
import { biLstm, siamese, transformer } from '../steps/sequences.ts';
import { type Lesson, trainingStep } from '../steps/step.ts';

/** Whole training steps, by the names that the peers know. */
export const steps: readonly Case[] = [
  step('frameMlp', 'averaged-frame MLP 128-64-10, batch 32', frameMlp),
  step('framePairAe', 'frame-pair AE 256-128-256, batch 256', framePairAe),
  step('concatenationAe', 'concatenation AE 8192-512-256-512-8192, batch 32', concatenationAe),
  step('mnistMlp', 'MNIST MLP 784-1024×5-10 with dropout, batch 128', mnistMlp),
  step('cnn', 'CNN 16-32-64 on 64×64, batch 32', cnn),
  step('biLstm', 'BiLSTM 64→128, 64 steps, batch 32', biLstm),
  step('transformer', 'Transformer d 128, 8 heads, 4 layers, batch 32', transformer),
  step('vae', 'VAE 64×64, conv 32-64-128, batch 32', vae),
  step('siamese', 'Siamese BiGRU 513→256, 64 frames, batch 16 pairs', siamese),
  step('uNet', 'U-Net 32-64-128 on 112×112, batch 8', uNet),
];

function step(model: string, name: string, lesson: () => Lesson): Case {
  return {
    suite: 'steps',
    name,
    work: { op: 'step', inputs: [], settings: { model }, mode: 'forward' },
    limit: 'none',
    own: () => trainingStep(lesson()),
  };
}
