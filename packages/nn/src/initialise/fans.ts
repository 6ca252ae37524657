import { showShape } from '../module/shape.ts';

/** How many inputs each output sums up, and how many outputs each input reaches. */
export interface Fans {
  readonly fanIn: number;
  readonly fanOut: number;
}

/** The fans of a weight [out, in, …kernel]. */
export function fansOf(initialiser: string, shape: readonly number[]): Fans {
  const [outputs, inputs, ...kernel] = shape;
  if (outputs === undefined || inputs === undefined) {
    throw new RangeError(`${initialiser}: a weight must have at least two axes, got ${showShape(shape)}`);
  }
  const field = kernel.reduce((product, size) => product * size, 1);
  return { fanIn: inputs * field, fanOut: outputs * field };
}

export type Nonlinearity = 'linear' | 'sigmoid' | 'tanh' | 'relu' | 'leakyRelu' | 'selu';

/** What the weights before a nonlinearity are scaled by, so that signals keep their size (PyTorch's table). */
export function gainOf(nonlinearity: Nonlinearity, negativeSlope = 0): number {
  switch (nonlinearity) {
    case 'tanh':
      return 5 / 3;
    case 'relu':
      return Math.SQRT2;
    case 'leakyRelu':
      return Math.sqrt(2 / (1 + negativeSlope ** 2));
    case 'selu':
      return 3 / 4;
    default:
      return 1;
  }
}
