import { keep } from '../memory/scope.ts';
import type { Tensor } from '../tensor.ts';
import type { Shape } from '../types/shape.ts';
import type { GradientHook } from './node.ts';
import { isTracing } from './trace.ts';

const hooksOf = new WeakMap<Tensor, Set<GradientHook>>();
const retaining = new WeakSet<Tensor>();

/** Calls `hook` with the gradient of `tensor` when `backward` has it whole. Returns what removes the hook. */
export function registerHook(tensor: Tensor, hook: GradientHook): () => void {
  if (!tensor.requiresGrad) {
    throw new Error('registerHook: the tensor must require a gradient, or none will ever reach it');
  }
  const hooks = hooksOf.get(tensor) ?? new Set();
  hooksOf.set(tensor, hooks.add(hook));
  return () => {
    hooks.delete(hook);
  };
}

/** Makes `backward` leave its gradient in `.grad` of a tensor that is not a leaf. */
export function retainGrad<S extends Shape>(tensor: Tensor<S>): Tensor<S> {
  retaining.add(tensor);
  return tensor;
}

/** What goes on from here, after every hook had its say. */
export function runHooks(tensor: Tensor, dOut: Tensor): Tensor {
  let gradient = dOut;
  for (const hook of hooksOf.get(tensor) ?? []) gradient = (hook(gradient) as Tensor | undefined) ?? gradient;
  if (retaining.has(tensor) || (isTracing() && !tensor.isLeaf)) tensor.grad = keep(gradient);
  return gradient;
}
