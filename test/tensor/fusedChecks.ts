import { engine, grad, gradCheck, scope, setEngine, type Tensor } from '@sonograd/tensor';
import { poolReady } from '@sonograd/wasm';
import { expect } from 'vitest';

/** What an op gives one tensor for, so that it can be differentiated by each input. */
type OneOutput = (...inputs: Tensor[]) => Tensor;

/**
 * The gradient by the first input is itself differentiated by all: the fused backward pass gives the differences, its
 * form in basic ops the gradient they are compared with.
 */
export function checkSecondGradient(f: OneOutput, inputs: readonly Tensor[]): void {
  const loss: OneOutput = (...given) =>
    f(...given)
      .square()
      .sum() as Tensor;
  gradCheck((...given) => grad(loss)(given[0]!, ...given.slice(1)), inputs, {
    name: 'second gradient',
    step: 5e-3,
    relativeTolerance: 2e-2,
    absoluteTolerance: 1e-2,
  });
}

/** First gradients by all inputs, from the fused backward pass and from its form in basic ops. */
export function checkBothForms(f: OneOutput, inputs: readonly Tensor[], tolerance = 1e-5): void {
  const [fused, composed] = [false, true].map((createGraph) => gradientsFrom(f, inputs, createGraph));
  fused!.forEach((gradient, index) => {
    expect(largestDifference(gradient, composed![index]!), `input ${index}`).toBeLessThan(tolerance);
  });
}

/** Output and gradients of the inputs, as plain arrays. */
export function valuesAndGradients(f: OneOutput, inputs: readonly Tensor[]): Float32Array[] {
  return scope(() => {
    const leaves = leavesOf(inputs);
    const out = f(...leaves);
    out.square().sum().backward();
    return [out, ...leaves.map(({ grad }) => grad!)].map(({ data }) => Float32Array.from(data));
  });
}

/** The same bits on 1 to 4 threads as without. */
export async function checkThreads(run: () => readonly ArrayLike<number>[]): Promise<void> {
  const before = engine().name;
  setEngine('simd');
  const expected = run().map((values) => bitsOf(values));
  try {
    for (const threads of [2, 3, 4]) {
      setEngine('threads', { threads });
      await poolReady();
      run().forEach((values, index) => {
        const bits = bitsOf(values);
        const wrong = bits.findIndex((word, at) => word !== expected[index]![at]);
        expect(wrong, `result ${index} on ${threads} threads`).toBe(-1);
      });
    }
  } finally {
    setEngine(before);
  }
}

export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let largest = a.length === b.length ? 0 : Infinity;
  for (let at = 0; at < a.length; at++) {
    const distance = Math.abs(a[at]! - b[at]!) / Math.max(1, Math.abs(b[at]!));
    if (!(distance <= largest)) largest = distance;
  }
  return largest;
}

function gradientsFrom(f: OneOutput, inputs: readonly Tensor[], createGraph: boolean): Float32Array[] {
  return scope(() => {
    const leaves = leavesOf(inputs);
    f(...leaves)
      .square()
      .sum()
      .backward(undefined, { createGraph });
    return leaves.map(({ grad }) => Float32Array.from(grad!.data));
  });
}

function leavesOf(inputs: readonly Tensor[]): Tensor[] {
  return inputs.map((input) => {
    const leaf = input.copy() as Tensor;
    leaf.requiresGrad = true;
    return leaf;
  });
}

function bitsOf(values: ArrayLike<number>): Int32Array {
  return new Int32Array(Float32Array.from(values).buffer);
}
