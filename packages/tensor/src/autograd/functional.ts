import { zerosLike } from '../creation/fill.ts';
import { fromArray } from '../creation/tensor.ts';
import { stack } from '../functions/stack.ts';
import { alias } from '../ops/alias.ts';
import { reshape } from '../ops/reshape.ts';
import { showShape } from '../shape/shape.ts';
import type { Tensor } from '../tensor.ts';
import type { Shape } from '../types/shape.ts';
import { gradientsOf } from './backward.ts';
import { withRecording } from './mode.ts';

type Inputs = readonly Tensor[];

/** `valueAndGrad(f)(x, …)`: the value of `f`, and its gradient by the first input. */
export function valueAndGrad<X extends Tensor, Rest extends Inputs>(
  f: (x: X, ...rest: Rest) => Tensor,
): (x: X, ...rest: Rest) => { value: Tensor; gradient: X } {
  return (x, ...rest) => {
    const higher = x.requiresGrad;
    const input = asInput(x);
    const value = withRecording(true, () => f(input, ...rest));
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
    const higher = x.requiresGrad;
    const input = asInput(x);
    const value = withRecording(true, () => f(input));
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
