import {
  addMomentum,
  chain,
  clipByNorm,
  decayWeights,
  optimizer,
  scaleByAdam,
  scaleByRate,
  scaleByRms,
  type Transform,
} from '@sonograd/nn';
import { randn, randomKey, splitKey, type Tensor } from '@sonograd/tensor';
import { describe, expect, test } from 'vitest';
import { onEveryEngine } from '../../tensor/engines.ts';
import { idle } from './goldenOptimizers.ts';

/** Chains that one kernel does, and those that look alike but must go link by link. */
const fusable: Record<string, () => Transform[]> = {
  sgd: () => [],
  momentum: () => [addMomentum(0.9)],
  'sgd with all options': () => [clipByNorm(1), decayWeights(0.1), addMomentum(0.8, { nesterov: true })],
  'dampened momentum': () => [addMomentum(0.8, { dampening: 0.5 })],
  adam: () => [scaleByAdam()],
  'adam with a penalty': () => [decayWeights(0.1), scaleByAdam({ betas: [0.5, 0.9] })],
  amsgrad: () => [scaleByAdam({ amsgrad: true })],
  'adamW, clipped': () => [clipByNorm(0.5), scaleByAdam(), decayWeights(0.2)],
  rms: () => [scaleByRms()],
  'rms with all options': () => [
    clipByNorm(2),
    decayWeights(0.1),
    scaleByRms({ centered: true }),
    addMomentum(0.9),
  ],
};

const linkByLink: Record<string, () => Transform[]> = {
  'two decays': () => [decayWeights(0.1), scaleByAdam(), decayWeights(0.1)],
  'adam with momentum': () => [scaleByAdam(), addMomentum(0.9)],
  'rms with Nesterov': () => [scaleByRms(), addMomentum(0.9, { nesterov: true })],
  'rms with decay behind': () => [scaleByRms(), decayWeights(0.1)],
  'clipped at the end': () => [scaleByAdam(), clipByNorm(1)],
};

const shapes = [[3, 5], [7], [1]];
const keys = splitKey(randomKey(7), 100);

/** Weights after ten steps, and whether any link was asked on its own. */
function run(links: readonly Transform[]): { weights: number[]; asked: boolean } {
  let asked = false;
  const spied = links.map((link) => spyOn(link, () => (asked = true)));
  const weights = shapes.map(
    (shape, index) => randn(shape, { key: keys[index]!, requiresGrad: true }) as Tensor,
  );
  const made = optimizer(weights, chain(...spied));
  for (let step = 0; step < 10; step++) {
    weights.forEach((weight, index) => {
      weight.grad = randn(shapes[index]!, { key: keys[3 + 3 * step + index]! }) as Tensor;
    });
    made.step();
  }
  return { weights: weights.flatMap(({ data }) => [...data]), asked };
}

/** The same link, which tells when it is applied. */
function spyOn(link: Transform, tell: () => void): Transform {
  const apply: Transform['apply'] = (updates, context) => {
    tell();
    return link.apply(updates, context);
  };
  return Object.create(link, { apply: { value: apply } }) as Transform;
}

onEveryEngine('a chain in one kernel does what its links do', () => {
  test.each(Object.entries(fusable))('%s', (_, links) => {
    const fused = run([...links(), scaleByRate(0.05)]);
    const spelledOut = run([idle, ...links(), scaleByRate(0.05)]);
    expect([fused.asked, spelledOut.asked]).toEqual([false, true]);
    fused.weights.forEach((weight, index) => {
      expect(Math.abs(weight - spelledOut.weights[index]!)).toBeLessThan(2e-6);
    });
  });
});

describe('chains that no kernel does', () => {
  test.each(Object.entries(linkByLink))('%s go link by link, with and without another', (_, links) => {
    const plain = run([...links(), scaleByRate(0.05)]);
    const besideIdle = run([idle, ...links(), scaleByRate(0.05)]);
    expect(plain.asked).toBe(true);
    expect(plain.weights).toEqual(besideIdle.weights);
  });

  test('a rate must come last', () => {
    expect(run([scaleByRate(0.1), scaleByAdam()]).asked).toBe(true);
  });
});
