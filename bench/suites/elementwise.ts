import { type Case, sizeOf, type Work } from '../case.ts';

/** What a batch of CNN activations comes to: 25.6 MB, more than a core's caches hold. */
const large = [64, 100_000];

const unary = [
  'relu',
  'exp',
  'tanh',
  'sigmoid',
  'log',
  'sqrt',
  'gelu',
  'silu',
  'softplus',
  'erf',
  'sin',
  'leakyRelu',
];

export const elementwise: readonly Case[] = [
  ...unary.map((op) => streaming(op, `${op} 6.4M`, [large])),
  streaming('add', 'add 6.4M', [large, large]),
  streaming('mul', 'mul 6.4M', [large, large]),
  streaming('add', 'add row 6.4M', [large, [large[1]!]]),
  streaming('mul', 'mul column 6.4M', [large, [large[0]!, 1]]),
  streaming('exp', 'exp 100k', [[100_000]]),
  streaming('add', 'add 1k', [[1000], [1000]]),
  streaming('tanh', 'tanh backward 6.4M', [large], { mode: 'backward', touches: 3 }),
  streaming('relu', 'relu backward 6.4M', [large], { mode: 'backward', touches: 3 }),
];

function streaming(
  op: string,
  name: string,
  shapes: readonly (readonly number[])[],
  { touches, ...more }: Partial<Work> & { touches?: number } = {},
): Case {
  const inputs = shapes.map(
    (shape) => ({ shape, kind: op === 'log' || op === 'sqrt' ? 'uniform' : 'normal' }) as const,
  );
  const read = shapes.reduce((total, shape) => total + sizeOf(shape), 0);
  const floats = touches === undefined ? read + sizeOf(shapes[0]!) : touches * sizeOf(shapes[0]!);
  return {
    suite: 'elementwise',
    name,
    work: { op, inputs, mode: 'forward', ...more },
    flops: sizeOf(shapes[0]!),
    bytes: 4 * floats,
    limit: 'memory',
  };
}
