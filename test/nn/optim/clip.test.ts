import {
  adam,
  adamW,
  addMomentum,
  chain,
  clipByNorm,
  clipByValue,
  clipGradients,
  decayWeights,
  type Optimizer,
  optimizer,
  rmsprop,
  scaleByRate,
  sgd,
} from '@sonograd/nn';
import {
  fromArray,
  globalNorm,
  memory,
  randn,
  randomKey,
  setEngine,
  type Tensor,
  tensor,
} from '@sonograd/tensor';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { onEveryEngine } from '../../tensor/engines.ts';

const elements = fc.array(fc.float({ min: -50, max: 50, noNaN: true }), { minLength: 1, maxLength: 9 });

function leaf(values: readonly number[]): Tensor {
  return fromArray(Float32Array.from(values), [values.length], { requiresGrad: true }) as Tensor;
}

/** Parameters whose gradients are the given rows. */
function withGradients(rows: readonly (readonly number[])[]): Tensor[] {
  return rows.map((row) => {
    const parameter = leaf(row.map(() => 0));
    parameter.grad = leaf(row).detach() as Tensor;
    return parameter;
  });
}

onEveryEngine('clipping gradients', () => {
  test('by norm: never longer than the limit, in the same direction, untouched where short enough', () => {
    fc.assert(
      fc.property(
        fc.array(elements, { minLength: 1, maxLength: 4 }),
        fc.double({ min: 0.1, max: 100, noNaN: true }),
        (rows, limit) => {
          const parameters = withGradients(rows);
          const norm = Math.hypot(...rows.flat());
          expect(clipGradients(parameters, { norm: limit })).toBeCloseTo(norm, 3);
          const after = parameters.flatMap(({ grad }) => [...grad!.data]);
          expect(Math.hypot(...after)).toBeLessThanOrEqual(Math.min(norm, limit) * (1 + 1e-5) + 1e-6);
          const factor = norm + 1e-6 > limit ? limit / (norm + 1e-6) : 1;
          rows.flat().forEach((value, index) => {
            expect(Math.abs(after[index]! - value * factor)).toBeLessThanOrEqual(
              1e-5 * Math.abs(value) + 1e-30,
            );
          });
        },
      ),
      { numRuns: 40 },
    );
  });

  test('by value: each element on its own', () => {
    fc.assert(
      fc.property(elements, fc.double({ min: 0.1, max: 60, noNaN: true }), (row, limit) => {
        const [parameter] = withGradients([row]);
        clipGradients([parameter!], { value: limit });
        const bound = Math.fround(limit);
        expect([...parameter!.grad!.data]).toEqual(
          row.map((value) => Math.max(-bound, Math.min(bound, Math.fround(value)))),
        );
      }),
      { numRuns: 40 },
    );
  });

  test('by both: the norm first', () => {
    const [parameter] = withGradients([[30, 40]]);
    expect(clipGradients([parameter!], { norm: 5, value: 3.5 })).toBeCloseTo(50, 4);
    expect([...parameter!.grad!.data].map((value) => Number(value.toFixed(4)))).toEqual([3, 3.5]);
  });

  test('parameters without a gradient do not count', () => {
    const [first, second] = [...withGradients([[3, 4]]), leaf([1])];
    expect(clipGradients([first!, second!], { norm: 10 })).toBeCloseTo(5, 5);
    expect(second!.grad).toBeNull();
  });

  test('links of a chain leave the gradients themselves alone', () => {
    for (const link of [clipByNorm(1), clipByValue(0.5)]) {
      const [parameter] = withGradients([[3, 4]]);
      optimizer([parameter!], chain(link, addMomentum(0.5), scaleByRate(1))).step();
      expect([...parameter!.grad!.data]).toEqual([3, 4]);
      expect(globalNorm([parameter!])).toBeLessThanOrEqual(1 + 1e-6);
    }
  });

  test('a limit must be above 0', () => {
    expect(() => clipByNorm(0)).toThrow('clipByNorm: limit must be above 0, got 0');
    expect(() => clipByValue(-1)).toThrow('clipByValue: limit must be above 0, got -1');
  });
});

/** A bowl that is ten times as steep in one direction as in the other, with its bottom at (3, -2). */
function bowl(weight: Tensor): Tensor {
  const [steepness, bottom] = [tensor([10, 1]), tensor([3, -2])];
  return weight.sub(bottom).square().mul(steepness).sum() as Tensor;
}

describe('every optimizer finds the bottom of a bowl', () => {
  const makers: Record<string, (weights: Tensor[]) => Optimizer> = {
    sgd: (weights) => sgd(weights, { rate: 0.04 }),
    momentum: (weights) => sgd(weights, { rate: 0.01, momentum: 0.9 }),
    Nesterov: (weights) => sgd(weights, { rate: 0.01, momentum: 0.9, nesterov: true }),
    adam: (weights) => adam(weights, { rate: 0.1 }),
    amsgrad: (weights) => adam(weights, { rate: 0.1, amsgrad: true }),
    adamW: (weights) => adamW(weights, { rate: 0.1, weightDecay: 0 }),
    rmsprop: (weights) => rmsprop(weights, { rate: { rateAt: (step) => 0.1 * 0.98 ** step } }),
  };

  test.each(Object.entries(makers))('%s', (_, make) => {
    const weight = leaf([-1, 1]);
    const made = make([weight]);
    for (let step = 0; step < 400; step++) {
      made.zeroGrad();
      bowl(weight).backward();
      made.step();
    }
    expect(weight.data[0]).toBeCloseTo(3, 2);
    expect(weight.data[1]).toBeCloseTo(-2, 2);
  });

  test('weight decay pulls towards 0: as a penalty it moves the bottom, decoupled it shrinks what nothing pulls', () => {
    const penalised = leaf([0]);
    const made = sgd([penalised], { rate: 0.1, weightDecay: 1 });
    for (let step = 0; step < 200; step++) {
      made.zeroGrad();
      penalised.sub(4).square().sum().backward();
      made.step();
    }
    // 2 (w - 4) + w = 0.
    expect(penalised.item()).toBeCloseTo(8 / 3, 3);
    const idle = leaf([1]);
    idle.grad = tensor([0]) as Tensor;
    optimizer([idle], chain(decayWeights(0.5), scaleByRate(0.1))).step();
    expect(idle.item()).toBeCloseTo(0.95, 6);
  });
});

describe('memory', () => {
  test.each(['simd', 'reference'] as const)('a hundred steps leave nothing behind on %s', (engine) => {
    setEngine(engine);
    const weights = [randn([30, 7], { key: randomKey(0), requiresGrad: true }), leaf([1, 2])] as Tensor[];
    const linkByLink = chain(clipByValue(1), addMomentum(0.9), scaleByRate(0.1));
    const all = [
      adamW(weights, { rate: 0.1 }),
      optimizer(weights, linkByLink),
      rmsprop(weights, { rate: 0.1 }),
    ];
    for (const weight of weights) weight.grad = weight.detach().mul(0.1) as Tensor;
    for (const made of all) made.step();
    const before = memory().liveBlocks;
    for (let step = 0; step < 100; step++) for (const made of all) made.step();
    expect(memory().liveBlocks).toBe(before);
    setEngine('simd');
  });
});
