import { adam } from '@sonograd/nn';
import { randn, type Tensor } from '@sonograd/tensor';
import { type Case, type Prepared, sizeOf } from '../case.ts';

/** Weights and biases of a few models, as lists of shapes. */
export const optimizers: readonly Case[] = [
  updating('Adam: MNIST MLP, 5.0 M in 12 tensors', perceptron(784, 1024, 1024, 1024, 1024, 1024, 10)),
  updating('Adam: frame MLP, 8.9 k in 4 tensors', perceptron(128, 64, 10)),
];

function updating(name: string, shapes: readonly (readonly number[])[]): Case {
  const size = shapes.reduce((total, shape) => total + sizeOf(shape), 0);
  return {
    suite: 'optimizer',
    name,
    work: { op: 'adam', inputs: shapes.map((shape) => ({ shape })), mode: 'forward' },
    // Parameter and two moments are read and written, the gradient is read.
    bytes: 7 * 4 * size,
    limit: 'memory',
    own: () => prepare(shapes),
  };
}

function prepare(shapes: readonly (readonly number[])[]): Prepared {
  const parameters = shapes.map((shape) => randn(shape, { requiresGrad: true }) as Tensor);
  for (const parameter of parameters) parameter.grad = randn(parameter.shape);
  const optimizer = adam(parameters, { rate: 1e-3 });
  return {
    run: () => optimizer.step(),
    release: () => {
      optimizer.zeroGrad();
      for (const parameter of parameters) parameter.dispose();
    },
  };
}

function perceptron(...sizes: number[]): number[][] {
  return sizes.slice(1).flatMap((size, at) => [[size, sizes[at]!], [size]]);
}
