import { type AnyTensor, keep, Tensor } from '@sonograd/tensor';

/** Tensors that learn although they may be frozen at the moment, and tensors that belong to the state without learning. */
const parameters = new WeakSet<AnyTensor>();

/** Makes a tensor one that learns: it requires a gradient and outlives every scope. */
export function parameter<T extends Tensor>(tensor: T): T {
  const leaf = keep(tensor.isLeaf ? tensor : (tensor.detach() as T));
  leaf.requiresGrad = true;
  parameters.add(leaf);
  return leaf;
}

/** Makes a tensor part of the state that does not learn, such as a running mean. */
export function buffer<T extends AnyTensor>(tensor: T): T {
  return keep(tensor);
}

/** A field counts as a parameter when it was made by `parameter` or requires a gradient. */
export function isParameter(value: unknown): value is Tensor {
  return value instanceof Tensor && (value.requiresGrad || parameters.has(value));
}

export function isBuffer(value: unknown): value is AnyTensor {
  return value instanceof Tensor && !isParameter(value);
}

/** Fields are written `runningMean`; files have PyTorch's `running_mean`. */
export function stateName(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
