import { fromArray } from '../creation/tensor.ts';
import { scope } from '../memory/scope.ts';
import { fillNormal } from '../random/fill.ts';
import { randomKey, splitKey } from '../random/keys.ts';
import { showShape } from '../shape/shape.ts';
import type { Tensor } from '../tensor.ts';
import { gradientsOf } from './backward.ts';
import { withRecording } from './mode.ts';

export interface GradCheckOptions {
  /** Distance of the central difference; float32 wants a big one. */
  readonly step?: number;
  readonly relativeTolerance?: number;
  readonly absoluteTolerance?: number;
  /** Random directions to try on inputs of any size. */
  readonly directions?: number;
  /** Inputs up to this size are also checked element by element. */
  readonly elementwiseUpTo?: number;
  readonly seed?: number;
  /** Names the function in the message. */
  readonly name?: string;
}

type Settings = Required<GradCheckOptions>;

const defaults: Settings = {
  step: 1e-2,
  relativeTolerance: 1e-2,
  absoluteTolerance: 1e-3,
  directions: 2,
  elementwiseUpTo: 64,
  seed: 0,
  name: 'gradCheck',
};

/**
 * Compares the gradients that `backward` gives with central differences, along random directions and, on small
 * inputs, for each element. Throws with function, input, index, expected and received where they disagree.
 */
export function gradCheck(
  f: (...inputs: Tensor[]) => Tensor,
  inputs: readonly Tensor[],
  options: GradCheckOptions = {},
): void {
  const settings = { ...defaults, ...options };
  scope('gradCheck', () => {
    const values = inputs.map((input) => Float32Array.from(input.data));
    const weights = outputWeights(f, inputs, values, settings);
    const gradients = analyticGradients(f, inputs, values, weights);
    inputs.forEach((input, index) => {
      const at = (direction: Float32Array) =>
        differenceAlong(f, inputs, values, weights, index, direction, settings.step);
      checkDirections(input, index, gradients[index]!, at, settings);
      if (input.size <= settings.elementwiseUpTo)
        checkElements(input, index, gradients[index]!, at, settings);
    });
  });
}

/** A fixed random weight for each output element makes one number of f, so that no error cancels out. */
function outputWeights(
  f: (...inputs: Tensor[]) => Tensor,
  inputs: readonly Tensor[],
  values: readonly Float32Array[],
  { seed }: Settings,
): Float32Array {
  const size = scope(() => withRecording(false, () => f(...rebuild(inputs, values)).size));
  return fillNormal(new Float32Array(size), randomKey(seed));
}

function analyticGradients(
  f: (...inputs: Tensor[]) => Tensor,
  inputs: readonly Tensor[],
  values: readonly Float32Array[],
  weights: Float32Array,
): Float32Array[] {
  return scope(() =>
    withRecording(true, () => {
      const leaves = rebuild(inputs, values);
      for (const leaf of leaves) leaf.requiresGrad = true;
      const out = f(...leaves);
      if (!out.requiresGrad) return leaves.map((leaf) => new Float32Array(leaf.size));
      const gradients = gradientsOf(out, leaves, fromArray(weights, out.shape) as Tensor);
      return leaves.map((leaf, index) =>
        Float32Array.from(gradients[index]?.data ?? new Float32Array(leaf.size)),
      );
    }),
  );
}

function differenceAlong(
  f: (...inputs: Tensor[]) => Tensor,
  inputs: readonly Tensor[],
  values: readonly Float32Array[],
  weights: Float32Array,
  index: number,
  direction: Float32Array,
  step: number,
): number {
  const at = (distance: number) => {
    const moved = values.slice();
    moved[index] = values[index]!.map((value, i) => value + distance * direction[i]!);
    return scope(() => withRecording(false, () => weightedSum(f(...rebuild(inputs, moved)).data, weights)));
  };
  return (at(step) - at(-step)) / (2 * step);
}

function weightedSum(values: Float32Array, weights: Float32Array): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i]! * weights[i]!;
  return total;
}

function checkDirections(
  input: Tensor,
  index: number,
  gradient: Float32Array,
  difference: (direction: Float32Array) => number,
  settings: Settings,
): void {
  const keys = splitKey(randomKey(settings.seed + index + 1), settings.directions);
  keys.forEach((key, count) => {
    const direction = fillNormal(new Float32Array(input.size), key);
    // A unit vector keeps the distance the same for inputs of every size.
    const length = Math.sqrt(weightedSum(direction, direction)) || 1;
    for (let i = 0; i < direction.length; i++) direction[i]! /= length;
    compare(
      input,
      index,
      `along random direction ${count}`,
      difference(direction),
      weightedSum(gradient, direction),
      settings,
    );
  });
}

function checkElements(
  input: Tensor,
  index: number,
  gradient: Float32Array,
  difference: (direction: Float32Array) => number,
  settings: Settings,
): void {
  for (let element = 0; element < input.size; element++) {
    const direction = new Float32Array(input.size);
    direction[element] = 1;
    compare(input, index, `at element ${element}`, difference(direction), gradient[element]!, settings);
  }
}

function compare(
  input: Tensor,
  index: number,
  place: string,
  expected: number,
  received: number,
  { name, relativeTolerance, absoluteTolerance }: Settings,
): void {
  const allowed = absoluteTolerance + relativeTolerance * Math.max(Math.abs(expected), Math.abs(received));
  if (Math.abs(expected - received) <= allowed) return;
  throw new Error(
    `${name}: the gradient of input ${index} ${showShape(input.shape)} is wrong ${place}: ` +
      `expected ${expected.toPrecision(6)}, received ${received.toPrecision(6)}`,
  );
}

function rebuild(inputs: readonly Tensor[], values: readonly Float32Array[]): Tensor[] {
  return inputs.map((input, index) => fromArray(values[index]!, input.shape) as Tensor);
}
