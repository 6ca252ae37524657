import { zerosLike } from '../creation/fill.ts';
import { fromArray } from '../creation/tensor.ts';
import { stack } from '../functions/stack.ts';
import { alias } from '../ops/alias.ts';
import { reshape } from '../ops/reshape.ts';
import { showShape } from '../shape/shape.ts';
import type { AnyTensor, Tensor } from '../tensor.ts';
import type { Shape } from '../types/shape.ts';
import { gradientsOf } from './backward.ts';
import { isRecording, withRecording } from './mode.ts';

type Inputs = readonly Tensor[];

/** `valueAndGrad(f)(x, …)`: the value of `f`, and its gradient by the first input. */
export function valueAndGrad<X extends Tensor, Rest extends Inputs>(
  f: (x: X, ...rest: Rest) => Tensor,
): (x: X, ...rest: Rest) => { value: Tensor; gradient: X } {
  return (x, ...rest) => {
    const input = asInput(x);
    const value = withRecording(true, () => f(input, ...rest));
    const higher = isWantedElsewhere(value, input);
    if (value.size !== 1) {
      throw new RangeError(
        `grad: the function must return one element, got shape ${showShape(value.shape)}; jacobian takes any shape`,
      );
    }
    return { value, gradient: gradientBy(value, input, undefined, higher) as X };
  };
}

/** `grad(f)(x, …)`: the gradient of `f` by its first input. `grad(grad(f))` works. */
export function grad<X extends Tensor, Rest extends Inputs>(
  f: (x: X, ...rest: Rest) => Tensor,
): (x: X, ...rest: Rest) => X {
  const both = valueAndGrad(f);
  return (x, ...rest) => both(x, ...rest).gradient;
}

/** `jacobian(f)(x)`: shape `[...f(x).shape, ...x.shape]`; one backward pass for each element of `f(x)`. */
export function jacobian<X extends Tensor>(f: (x: X) => Tensor): (x: X) => Tensor {
  return (x) => {
    const input = asInput(x);
    const value = withRecording(true, () => f(input));
    const higher = isWantedElsewhere(value, input);
    const shape: Shape = [...value.shape, ...x.shape];
    if (value.size === 0) return fromArray(new Float32Array(0), shape);
    const rows = Array.from({ length: value.size }, (_, index) =>
      gradientBy(value, input, oneHotLike(value, index), higher, true),
    );
    return withRecording(higher, () => reshape(stack(rows), shape));
  };
}

/** `hessian(f)(x)`: shape `[...x.shape, ...x.shape]`. */
export function hessian<X extends Tensor>(f: (x: X) => Tensor): (x: X) => Tensor {
  return jacobian(grad(f));
}

/** The same values as a tensor of its own, tied to `x` where somebody wants gradients by `x` too. */
function asInput<X extends Tensor>(x: X): X {
  const input = withRecording(true, () => alias(x)) as X;
  input.requiresGrad = true;
  return input;
}

/**
 * Whether the value depends on a leaf other than the input that requires a gradient, be it behind the input or beside
 * it, such as the weights in a gradient penalty: the gradient must then have a graph of its own.
 */
function isWantedElsewhere(value: Tensor, input: Tensor): boolean {
  if (!isRecording()) return false;
  const seen = new Set<AnyTensor>();
  const open: AnyTensor[] = [value];
  for (let tensor = open.pop(); tensor !== undefined; tensor = open.pop()) {
    if (seen.has(tensor) || !tensor.requiresGrad) continue;
    seen.add(tensor);
    if (tensor.source === undefined && tensor !== input) return true;
    open.push(...(tensor.source?.inputs ?? []));
  }
  return false;
}

function gradientBy(
  value: Tensor,
  input: Tensor,
  dOut: Tensor | undefined,
  createGraph: boolean,
  retainGraph = createGraph,
): Tensor {
  if (!value.requiresGrad) return zerosLike(input);
  return gradientsOf(value, [input], dOut, { createGraph, retainGraph })[0] ?? zerosLike(input);
}

function oneHotLike(value: Tensor, index: number): Tensor {
  const data = new Float32Array(value.size);
  data[index] = 1;
  return fromArray(data, value.shape);
}
