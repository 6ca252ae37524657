import {
  conv2d,
  convTranspose2d,
  fromArray,
  type Shape,
  scope,
  setEngine,
  type Tensor,
} from '@sonograd/tensor';
import type { ConvTransposeOptions } from '../../packages/tensor/src/ops/conv/sizes.ts';
import { numbers } from './matmulKernelHarness.ts';

/** A convolution, or where `transposed` its reverse, of random images with random filters. */
export interface ConvCase {
  readonly x: Shape;
  readonly filters: Shape;
  readonly options?: ConvTransposeOptions;
  readonly transposed?: boolean;
  readonly noBias?: boolean;
}

/** The output, and the gradients of input, filters and bias for a random gradient of the output. */
export interface ConvResults {
  readonly out: Float32Array;
  readonly x: Float32Array;
  readonly filters: Float32Array;
  readonly bias: Float32Array;
}

const sizeOf = (shape: Shape) => shape.reduce((product, size) => product * size, 1);

export function showCase({ x, filters, options = {}, transposed = false }: ConvCase): string {
  return `${transposed ? 'convTranspose2d' : 'conv2d'} [${x}] x [${filters}] ${JSON.stringify(options)}`;
}

function outputsOf({ filters, options, transposed }: ConvCase): number {
  return transposed ? filters[1]! * (options?.groups ?? 1) : filters[0]!;
}

export function callCase(given: ConvCase, x: Tensor, filters: Tensor, bias?: Tensor): Tensor {
  const { options = {}, transposed } = given;
  if (transposed) return convTranspose2d(x, filters, bias, options) as Tensor;
  return conv2d(x, filters, bias, options) as Tensor;
}

/** Runs forward and backward on the present engine; `change` may put special numbers into the images. */
export function runCase(given: ConvCase, change: (x: Float32Array) => void = () => {}): ConvResults {
  return scope(() => {
    const image = numbers(sizeOf(given.x), 1);
    change(image);
    const x = fromArray(image, given.x, { requiresGrad: true }) as Tensor;
    const filters = fromArray(numbers(sizeOf(given.filters), 2), given.filters, {
      requiresGrad: true,
    }) as Tensor;
    const outputs = outputsOf(given);
    const bias = fromArray(numbers(outputs, 3), [outputs], { requiresGrad: true }) as Tensor;
    const out = callCase(given, x, filters, given.noBias ? undefined : bias);
    out.backward(fromArray(numbers(out.size, 4), out.shape) as Tensor);
    return { out: out.data.slice(), x: taken(x), filters: taken(filters), bias: taken(bias) };
  });
}

/** The gradient of a leaf outlives every scope unless it is freed. */
function taken({ grad }: Tensor): Float32Array {
  const values = grad?.data.slice() ?? new Float32Array(0);
  grad?.dispose();
  return values;
}

export function onReference(given: ConvCase): ConvResults {
  setEngine('reference');
  try {
    return runCase(given);
  } finally {
    setEngine('simd');
  }
}

/** The largest difference, as a fraction of an element or, where that is more, of the root mean square of all. */
export function worstError(found: ArrayLike<number>, wanted: ArrayLike<number>): number {
  if (found.length !== wanted.length) return Infinity;
  let squares = 0;
  for (let at = 0; at < wanted.length; at++) squares += wanted[at]! ** 2;
  const scale = Math.sqrt(squares / Math.max(1, wanted.length)) || 1;
  let worst = 0;
  for (let at = 0; at < wanted.length; at++) {
    const error = Math.abs(found[at]! - wanted[at]!) / Math.max(scale, Math.abs(wanted[at]!));
    if (!(error <= worst)) worst = error;
  }
  return worst;
}

export function worstOfAll(found: ConvResults, wanted: ConvResults): number {
  const errors = (['out', 'x', 'filters', 'bias'] as const).map((name) =>
    worstError(found[name], wanted[name]),
  );
  return errors.reduce((worst, error) => (error <= worst ? worst : error), 0);
}
