import {
  type AdamStepOptions,
  adamStep,
  averageStep,
  clipNorm,
  clipValue,
  globalNorm,
  type RmsPropStepOptions,
  rmsPropStep,
  type SgdStepOptions,
  type Shape,
  sgdStep,
  type Tensor,
  zeros,
} from '@sonograd/tensor';
import { describe, expect, test } from 'vitest';
import { onEveryEngine } from '../engines.ts';
import { draw, elements, expectAll, expectBits, floats, messageOf } from './plain.ts';

/** Odd sizes, one of them longer than a chunk of the kernels, one empty. */
const shapes: readonly Shape[] = [[7], [3, 5], [1], [], [2, 2, 9, 33], [0, 4], [8195]];

const parametersOf = (): Tensor[] => shapes.map((shape, index) => draw(shape, index + 1));
const zerosFor = (): Tensor[] => shapes.map((shape) => zeros(shape) as Tensor);
const gradientsAt = (step: number): Tensor[] => shapes.map((shape, index) => draw(shape, 100 * step + index));

/** One parameter in float64, with whatever its optimizer remembers. */
interface Remembered {
  value: number;
  mean: number;
  square: number;
  largest: number;
  velocity: number;
}

type Rule = (memory: Remembered, gradient: number, step: number) => void;

const steps = [1, 2, 3];

/** Three steps of a rule written for one number. */
function byHand(rule: Rule): Remembered[][] {
  const all = parametersOf().map((parameter) =>
    elements(parameter).map((value) => ({ value, mean: 0, square: 0, largest: 0, velocity: 0 })),
  );
  for (const step of steps) {
    gradientsAt(step).forEach(({ data }, index) => {
      data.forEach((gradient, at) => {
        rule(all[index]![at]!, gradient, step);
      });
    });
  }
  return all;
}

function expectMemory(tensors: readonly Tensor[], expected: Remembered[][], name: keyof Remembered): void {
  tensors.forEach((tensor, index) => {
    expectAll(
      tensor,
      expected[index]!.map((memory) => memory[name]),
      2e-5,
    );
  });
}

onEveryEngine('Adam', () => {
  const variants: Partial<AdamStepOptions>[] = [
    {},
    { betas: [0.8, 0.95] },
    { eps: 0.1 },
    { weightDecay: 0.2 },
    { weightDecay: 0.2, decoupled: true },
    { gradientScale: 0.3 },
    { betas: [0, 0], eps: 1 },
  ];

  const ruleOf =
    (options: Partial<AdamStepOptions>, isLargest: boolean): Rule =>
    (memory, given, step) => {
      const { betas = [0.9, 0.999], eps = 1e-8, weightDecay = 0, decoupled, gradientScale = 1 } = options;
      const gradient = given * gradientScale + (decoupled ? 0 : weightDecay * memory.value);
      if (decoupled) memory.value *= 1 - 0.1 * weightDecay;
      memory.mean = betas[0] * memory.mean + (1 - betas[0]) * gradient;
      memory.square = betas[1] * memory.square + (1 - betas[1]) * gradient ** 2;
      memory.largest = Math.max(memory.largest, memory.square);
      const mean = memory.mean / (1 - betas[0] ** step);
      const square = (isLargest ? memory.largest : memory.square) / (1 - betas[1] ** step);
      memory.value -= (0.1 * mean) / (Math.sqrt(square) + eps);
    };

  test.each(variants)('moves parameters by its formula, %j', (options) => {
    const [parameters, means, squares] = [parametersOf(), zerosFor(), zerosFor()];
    for (const step of steps)
      adamStep({ parameters, gradients: gradientsAt(step), means, squares }, { rate: 0.1, step, ...options });
    const expected = byHand(ruleOf(options, false));
    expectMemory(parameters, expected, 'value');
    expectMemory(means, expected, 'mean');
    expectMemory(squares, expected, 'square');
  });

  test.each(variants)('divides by the largest mean square so far where one is kept, %j', (options) => {
    const [parameters, means, squares, largest] = [parametersOf(), zerosFor(), zerosFor(), zerosFor()];
    for (const step of steps) {
      const state = { parameters, gradients: gradientsAt(step), means, squares, largest };
      adamStep(state, { rate: 0.1, step, ...options });
    }
    const expected = byHand(ruleOf(options, true));
    expectMemory(parameters, expected, 'value');
    expectMemory(largest, expected, 'largest');
  });

  test('takes a first step of its rate against each gradient, whatever its size', () => {
    const [parameters, gradients] = [[floats([0, 0, 0])], [floats([1e-3, -5, 1e4])]];
    adamStep({ parameters, gradients, means: [zeros([3])], squares: [zeros([3])] }, { rate: 0.01, step: 1 });
    expectAll(parameters[0]!, [-0.01, 0.01, -0.01], 1e-4);
  });

  test('stays where gradients are zero', () => {
    const parameters = [draw([9])];
    const before = elements(parameters[0]!);
    const state = { parameters, gradients: [zeros([9])], means: [zeros([9])], squares: [zeros([9])] };
    adamStep(state, { rate: 1, step: 1 });
    expectBits(parameters[0]!, before);
  });
});

onEveryEngine('gradient descent', () => {
  const variants: Partial<SgdStepOptions>[] = [
    {},
    { weightDecay: 0.3 },
    { gradientScale: -0.5 },
    { momentum: 0.9 },
    { momentum: 0.9, dampening: 0.4 },
    { momentum: 0.9, nesterov: true },
    { momentum: 0.5, dampening: 0.25, weightDecay: 0.1, gradientScale: 2 },
  ];

  const ruleOf =
    (options: Partial<SgdStepOptions>): Rule =>
    (memory, given, step) => {
      const { momentum = 0, dampening = 0, nesterov, weightDecay = 0, gradientScale = 1 } = options;
      const gradient = given * gradientScale + weightDecay * memory.value;
      const share = step === 1 ? 1 : 1 - dampening;
      memory.velocity = momentum * memory.velocity + share * gradient;
      const ahead = nesterov ? gradient + momentum * memory.velocity : memory.velocity;
      memory.value -= 0.05 * (momentum === 0 ? gradient : ahead);
    };

  test.each(variants)('moves parameters by its formula, %j', (options) => {
    const [parameters, velocities] = [parametersOf(), zerosFor()];
    for (const step of steps)
      sgdStep({ parameters, gradients: gradientsAt(step), velocities }, { rate: 0.05, step, ...options });
    const expected = byHand(ruleOf(options));
    expectMemory(parameters, expected, 'value');
    if (options.momentum !== undefined) expectMemory(velocities, expected, 'velocity');
  });

  test('goes on by momentum where gradients end', () => {
    const [parameters, velocities] = [[floats([0])], [floats([1])]];
    sgdStep({ parameters, gradients: [zeros([1])], velocities }, { rate: 1, step: 2, momentum: 0.5 });
    expect(parameters[0]!.item()).toBe(-0.5);
    expect(velocities[0]!.item()).toBe(0.5);
  });

  test('of a rate of zero moves nothing', () => {
    const parameters = parametersOf();
    sgdStep({ parameters, gradients: gradientsAt(1) }, { rate: 0, step: 1 });
    parametersOf().forEach((before, index) => {
      expectBits(parameters[index]!, before);
    });
  });

  test('of no parameters is nothing', () => {
    expect(() => sgdStep({ parameters: [], gradients: [] }, { rate: 1, step: 1 })).not.toThrow();
  });
});

onEveryEngine('RMSprop', () => {
  const variants: (Partial<RmsPropStepOptions> & { centered?: boolean })[] = [
    {},
    { alpha: 0.5 },
    { eps: 0.1, weightDecay: 0.3 },
    { gradientScale: 3 },
    { momentum: 0.8 },
    { centered: true, eps: 0.01 },
    { centered: true, momentum: 0.6, eps: 0.01, weightDecay: 0.1 },
  ];

  const ruleOf =
    (options: (typeof variants)[number]): Rule =>
    (memory, given) => {
      const { alpha = 0.99, eps = 1e-8, momentum = 0, weightDecay = 0, gradientScale = 1 } = options;
      const gradient = given * gradientScale + weightDecay * memory.value;
      memory.square = alpha * memory.square + (1 - alpha) * gradient ** 2;
      memory.mean = alpha * memory.mean + (1 - alpha) * gradient;
      const power = memory.square - (options.centered ? memory.mean ** 2 : 0);
      memory.velocity = momentum * memory.velocity + gradient / (Math.sqrt(power) + eps);
      memory.value -= 0.01 * memory.velocity;
    };

  test.each(variants)('moves parameters by its formula, %j', ({ centered, ...options }) => {
    const [parameters, squares, means, velocities] = [parametersOf(), zerosFor(), zerosFor(), zerosFor()];
    for (const step of steps) {
      const gradients = gradientsAt(step);
      const state = { parameters, gradients, squares, velocities, ...(centered && { means }) };
      rmsPropStep(state, { rate: 0.01, ...options });
    }
    const expected = byHand(ruleOf({ ...options, ...(centered && { centered }) }));
    expectMemory(parameters, expected, 'value');
    expectMemory(squares, expected, 'square');
    if (centered) expectMemory(means, expected, 'mean');
  });
});

onEveryEngine('clipping', () => {
  const normOf = (tensors: readonly Tensor[]) => Math.hypot(...tensors.flatMap(elements));

  test('measures all tensors as one long vector', () => {
    const gradients = gradientsAt(1);
    expect(globalNorm(gradients) / normOf(gradients)).toBeCloseTo(1, 5);
  });

  test('of a norm below the limit changes no bit', () => {
    const gradients = gradientsAt(1);
    clipNorm(gradients, 1e6);
    gradientsAt(1).forEach((before, index) => {
      expectBits(gradients[index]!, before);
    });
  });

  test.each([0.5, 3, 20])('to a norm of %d gives that norm in the same direction', (limit) => {
    const gradients = gradientsAt(2);
    const norm = normOf(gradients);
    expect(clipNorm(gradients, limit) / norm).toBeCloseTo(1, 5);
    expect(normOf(gradients) / limit).toBeCloseTo(1, 4);
    gradientsAt(2).forEach((before, index) => {
      expectAll(
        gradients[index]!,
        elements(before).map((value) => (value * limit) / norm),
        1e-4,
      );
    });
  });

  test('of zeros gives zeros', () => {
    const gradients = zerosFor();
    expect(clipNorm(gradients, 1)).toBe(0);
    expect(gradients.flatMap(elements).every((value) => value === 0)).toBe(true);
  });

  test('of nothing is nothing', () => {
    expect(globalNorm([])).toBe(0);
    expect(clipNorm([], 1)).toBe(0);
  });

  test('by value cuts both sides and leaves what lies between', () => {
    const gradients = [floats([-3, -1, -0.5, 0, 0.5, 1, 3]), floats([2])];
    clipValue(gradients, 1);
    expectBits(gradients[0]!, [-1, -1, -0.5, 0, 0.5, 1, 1]);
    expect(gradients[1]!.item()).toBe(1);
  });
});

onEveryEngine('averages', () => {
  test('follow the parameters by their formula', () => {
    const averages = zerosFor();
    for (const step of steps) averageStep({ averages, parameters: gradientsAt(step) }, 0.9);
    const expected = byHand((memory, value) => {
      memory.mean = 0.9 * memory.mean + 0.1 * value;
    });
    expectMemory(averages, expected, 'mean');
  });

  test('of decay 0 are the parameters, of decay 1 what they were', () => {
    const [averages, parameters] = [[draw([5], 1)], [draw([5], 2)]];
    averageStep({ averages, parameters }, 1);
    expectBits(averages[0]!, draw([5], 1));
    averageStep({ averages, parameters }, 0);
    expectBits(averages[0]!, parameters[0]!);
  });
});

describe('a step taken between forward and backward', () => {
  const takes: readonly (readonly [string, (parameters: Tensor[], gradients: Tensor[]) => void])[] = [
    ['sgdStep', (parameters, gradients) => sgdStep({ parameters, gradients }, { rate: 1, step: 1 })],
    [
      'adamStep',
      (parameters, gradients) =>
        adamStep({ parameters, gradients, means: [zeros([3])], squares: [zeros([3])] }, { rate: 1, step: 1 }),
    ],
    [
      'rmsPropStep',
      (parameters, gradients) => rmsPropStep({ parameters, gradients, squares: [zeros([3])] }, { rate: 1 }),
    ],
    ['averageStep', (averages, parameters) => averageStep({ averages, parameters }, 0.5)],
    ['clipValue', (parameters) => clipValue(parameters, 0.1)],
  ];

  test.each(takes)('%s is noticed', (_, take) => {
    const weight = draw([3]);
    weight.requiresGrad = true;
    const loss = weight.square().sum() as Tensor;
    take([weight], [draw([3], 2)]);
    expect(messageOf(() => loss.backward())).toBe(
      'square: input 0 [3] was changed in place after the op used it, version 1 where 0 was recorded',
    );
  });
});

describe('lists that do not belong together', () => {
  const lists = { parameters: [draw([2])], gradients: [draw([3])] };

  test.each([
    [
      'sgdStep: parameters and gradients must have the same shapes, got [2] and [3] at 0',
      () => sgdStep(lists, { rate: 1, step: 1 }),
    ],
    [
      'sgdStep: parameters and gradients must be as many, got 1 and 0',
      () => sgdStep({ ...lists, gradients: [] }, { rate: 1, step: 1 }),
    ],
    [
      'sgdStep: momentum needs velocities, got none',
      () => sgdStep({ ...lists, gradients: [draw([2])] }, { rate: 1, step: 1, momentum: 0.9 }),
    ],
    [
      'adamStep: parameters and means must be as many, got 1 and 0',
      () => adamStep({ ...lists, gradients: [draw([2])], means: [], squares: [] }, { rate: 1, step: 1 }),
    ],
    [
      'averageStep: averages and parameters must have the same shapes, got [1] and [2] at 0',
      () => averageStep({ averages: [draw([1])], parameters: [draw([2])] }, 0.5),
    ],
  ])('%s', (message, call) => {
    expect(messageOf(call)).toBe(message);
  });
});
